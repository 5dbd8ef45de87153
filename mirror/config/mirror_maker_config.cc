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

// Null: without policy, filters and transforms.
using FileParser = std::function<absl::StatusOr<internal::ParsedFile>(
    const PluginRegistry* plugins)>;

// The clients of the flow `name` as the file says now.
absl::StatusOr<internal::FlowClients> ReadClients(const FileParser& parse,
                                                  const std::string& name) {
  const absl::StatusOr<internal::ParsedFile> parsed = parse(nullptr);
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

absl::StatusOr<internal::ConfigText> Read(const std::string& path,
                                          const ConfigSources& sources) {
  absl::StatusOr<std::string> text = sources.read_file(path);
  if (!text.ok()) return text.status();
  return internal::ConfigText{path, *std::move(text)};
}

}  // namespace

absl::StatusOr<MirrorMakerConfig> MirrorMakerConfig::Load(
    const std::string& path, const ConfigSources& sources,
    const MirrorMakerOptions& options, std::vector<std::string>* warnings) {
  const auto parse = [path, sources, targets = options.target_clusters](
                         const PluginRegistry* plugins)
      -> absl::StatusOr<internal::ParsedFile> {
    const auto read = Read(path, sources);
    if (!read.ok()) return read.status();
    return internal::ParseFile(read->text, path, sources, targets, plugins);
  };
  return Make(parse, options, warnings);
}

absl::StatusOr<MirrorMakerConfig> MirrorMakerConfig::LoadConnectors(
    const ConnectorFiles& files, const ConfigSources& sources,
    const MirrorMakerOptions& options, std::vector<std::string>* warnings) {
  const auto parse = [files, sources, targets = options.target_clusters](
                         const PluginRegistry* plugins)
      -> absl::StatusOr<internal::ParsedFile> {
    std::vector<internal::ConfigText> connectors;
    for (const std::string& path : files.connectors) {
      auto read = Read(path, sources);
      if (!read.ok()) return read.status();
      connectors.push_back(*std::move(read));
    }
    internal::ConfigText worker;
    if (!files.worker.empty()) {
      auto read = Read(files.worker, sources);
      if (!read.ok()) return read.status();
      worker = *std::move(read);
    }
    return internal::ParseConnectors(connectors, worker, sources, targets,
                                     plugins);
  };
  return Make(parse, options, warnings);
}

absl::StatusOr<MirrorMakerConfig> MirrorMakerConfig::Parse(
    absl::string_view text, absl::string_view file_name,
    const ConfigSources& sources, const MirrorMakerOptions& options,
    std::vector<std::string>* warnings) {
  const auto parse =
      [text = std::string(text), file = std::string(file_name), sources,
       targets = options.target_clusters](const PluginRegistry* plugins)
      -> absl::StatusOr<internal::ParsedFile> {
    return internal::ParseFile(text, file, sources, targets, plugins);
  };
  return Make(parse, options, warnings);
}

absl::StatusOr<MirrorMakerConfig> MirrorMakerConfig::Make(
    const std::function<
        absl::StatusOr<internal::ParsedFile>(const PluginRegistry*)>& parse,
    const MirrorMakerOptions& options, std::vector<std::string>* warnings) {
  absl::StatusOr<internal::ParsedFile> read = parse(&options.plugins);
  if (!read.ok()) return read.status();
  internal::ParsedFile& parsed = *read;
  MirrorMakerConfig config;
  config.warnings_ = Distinct(parsed.findings.warnings);
  if (warnings != nullptr) *warnings = config.warnings_;
  if (!parsed.findings.errors.empty()) {
    return AllErrors(parsed.findings.errors);
  }
  config.notes_ = Distinct(parsed.findings.notes);
  config.printed_ = parsed.properties.empty()
                        ? internal::PrintFlows(parsed.clusters, parsed.flows)
                        : parsed.properties;
  config.clusters_ = std::move(parsed.clusters);
  for (internal::ResolvedFlow& resolved : parsed.flows) {
    Flow& flow = config.flows_.emplace_back(std::move(resolved.flow));
    internal::SetCredentials(
        [parse, name = flow.name()] { return ReadClients(parse, name); },
        &flow);
  }
  return config;
}

}  // namespace mirror
