// SPDX-License-Identifier: Apache-2.0

#include "mirror/config/print_flows.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"

namespace mirror::internal {
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

void PrintFlow(const ResolvedFlow& resolved, std::string* out) {
  const std::string name = resolved.flow.name();
  const FlowClients& clients = resolved.clients;
  absl::StrAppend(out, "\n## ", name, ": ",
                  resolved.flow.replicate ? "replicates" : "does not replicate",
                  resolved.flow.heartbeats.enabled ? ", emits heartbeats" : "",
                  "\n");
  for (const auto& [property, value] : resolved.effective) {
    PrintValue(absl::StrCat(name, ".", property), value, out);
  }
  PrintClient("consumer on the source", clients.source_consumer, out);
  PrintClient("consumer on the target", clients.target_consumer, out);
  PrintClient("admin client on the source", clients.source_admin, out);
  PrintClient("admin client on the target", clients.target_admin, out);
  PrintClient("producer of the data", clients.data_producer, out);
  PrintClient("producer of the offset syncs", clients.offset_syncs_producer,
              out);
}

}  // namespace

std::string PrintFlows(const std::vector<std::string>& clusters,
                       const std::vector<ResolvedFlow>& flows) {
  std::string out =
      absl::StrCat("clusters = ", absl::StrJoin(clusters, ", "), "\n");
  for (const ResolvedFlow& flow : flows) PrintFlow(flow, &out);
  return out;
}

}  // namespace mirror::internal
