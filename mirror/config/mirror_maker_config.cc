// SPDX-License-Identifier: Apache-2.0

#include "mirror/config/mirror_maker_config.h"

#include <functional>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "mirror/config/flow_clients.h"
#include "mirror/config/parsed_file.h"
#include "mirror/config/print_flows.h"
#include "mirror/config/resolved_flow.h"

namespace mirror {
namespace {

// Messages in the order of first appearance, each once: what several flows
// share is said once.
std::vector<std::string> Distinct(const std::vector<std::string>& messages) {
  std::set<std::string> seen;
  std::vector<std::string> result;
  for (const std::string& message : messages) {
    if (seen.insert(message).second) result.push_back(message);
  }
  return result;
}

absl::Status AllErrors(const std::vector<std::string>& errors) {
  return absl::InvalidArgumentError(absl::StrJoin(Distinct(errors), "\n"));
}

using FileParser = std::function<absl::StatusOr<internal::ParsedFile>()>;

// The clients of the flow `name` as the file says now.
absl::StatusOr<internal::FlowClients> ReadClients(const FileParser& parse,
                                                  const std::string& name) {
  const absl::StatusOr<internal::ParsedFile> parsed = parse();
  if (!parsed.ok()) return parsed.status();
  if (!parsed->findings.errors.empty()) {
    return AllErrors(parsed->findings.errors);
  }
  for (const internal::ResolvedFlow& resolved : parsed->flows) {
    if (resolved.flow.name() == name) return resolved.clients;
  }
  return absl::NotFoundError(
      absl::StrCat("the flow ", name, " is no longer configured"));
}

}  // namespace

absl::StatusOr<MirrorMakerConfig> MirrorMakerConfig::Load(
    const std::string& path, const ConfigSources& sources,
    const MirrorMakerOptions& options, std::vector<std::string>* warnings) {
  const absl::StatusOr<std::string> text = sources.read_file(path);
  if (!text.ok()) return text.status();
  auto config = Parse(*text, path, sources, options, warnings);
  if (!config.ok()) return config;
  const auto parse = [=]() -> absl::StatusOr<internal::ParsedFile> {
    const absl::StatusOr<std::string> now = sources.read_file(path);
    if (!now.ok()) return now.status();
    return internal::ParseFile(*now, path, sources, options.target_clusters,
                               nullptr);
  };
  for (Flow& flow : config->flows_) {
    internal::SetCredentials(
        [=, name = flow.name()] { return ReadClients(parse, name); }, &flow);
  }
  return config;
}

absl::StatusOr<MirrorMakerConfig> MirrorMakerConfig::Parse(
    absl::string_view text, absl::string_view file_name,
    const ConfigSources& sources, const MirrorMakerOptions& options,
    std::vector<std::string>* warnings) {
  internal::ParsedFile parsed = internal::ParseFile(
      text, file_name, sources, options.target_clusters, &options.plugins);
  MirrorMakerConfig config;
  config.warnings_ = Distinct(parsed.findings.warnings);
  if (warnings != nullptr) *warnings = config.warnings_;
  if (!parsed.findings.errors.empty()) {
    return AllErrors(parsed.findings.errors);
  }
  config.notes_ = Distinct(parsed.findings.notes);
  config.printed_ = internal::PrintFlows(parsed.clusters, parsed.flows);
  config.clusters_ = std::move(parsed.clusters);
  const auto parse = [text = std::string(text), file = std::string(file_name),
                      sources,
                      options]() -> absl::StatusOr<internal::ParsedFile> {
    return internal::ParseFile(text, file, sources, options.target_clusters,
                               nullptr);
  };
  for (internal::ResolvedFlow& resolved : parsed.flows) {
    Flow& flow = config.flows_.emplace_back(std::move(resolved.flow));
    internal::SetCredentials(
        [=, name = flow.name()] { return ReadClients(parse, name); }, &flow);
  }
  return config;
}

}  // namespace mirror
