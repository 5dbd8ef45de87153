// SPDX-License-Identifier: Apache-2.0
//
// PrintConfig of mirror_maker_config.h.

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "mirror/config/mirror_maker_config.h"

namespace mirror {
namespace {

void PrintValue(absl::string_view name, const ConfigValue& value,
                std::string* out) {
  absl::StrAppend(out, name, " = ", value.shown, "    # ");
  if (value.line == 0) {
    absl::StrAppend(out, "default\n");
  } else {
    absl::StrAppend(out, value.Where(), "\n");
  }
}

void PrintClient(absl::string_view name, const ClientConfig& client,
                 std::string* out) {
  absl::StrAppend(out, "\n# ", name, ", in librdkafka's terms\n");
  for (const auto& [setting, value] : client.librdkafka) {
    PrintValue(setting, value, out);
  }
}

void PrintFlow(const FlowConfig& flow, std::string* out) {
  absl::StrAppend(out, "\n## ", flow.Name(), ": ",
                  flow.enabled ? "replicates" : "does not replicate",
                  flow.emit_heartbeats ? ", emits heartbeats" : "", "\n");
  for (const auto& [name, value] : flow.effective) {
    PrintValue(absl::StrCat(flow.Name(), ".", name), value, out);
  }
  PrintClient("consumer on the source", flow.source_consumer, out);
  PrintClient("consumer on the target", flow.target_consumer, out);
  PrintClient("admin client on the source", flow.source_admin, out);
  PrintClient("admin client on the target", flow.target_admin, out);
  PrintClient("producer of the data", flow.data_producer, out);
  PrintClient("producer of the offset syncs", flow.offset_syncs_producer, out);
}

}  // namespace

std::string PrintConfig(const MirrorMakerConfig& config) {
  std::string out =
      absl::StrCat("clusters = ", absl::StrJoin(config.clusters(), ", "), "\n");
  for (const FlowConfig& flow : config.flows()) PrintFlow(flow, &out);
  return out;
}

}  // namespace mirror
