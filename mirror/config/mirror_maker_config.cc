// SPDX-License-Identifier: Apache-2.0

#include "mirror/config/mirror_maker_config.h"

#include <algorithm>
#include <functional>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "mirror/config/client_layers.h"
#include "mirror/config/config_check.h"
#include "mirror/config/config_file.h"
#include "mirror/config/flow_clients.h"
#include "mirror/config/flow_resolver.h"
#include "mirror/config/print_flows.h"
#include "mirror/config/property_table.h"
#include "mirror/config/resolved_flow.h"
#include "mirror/java/nearest_name.h"

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

bool Contains(const std::vector<std::string>& list, const std::string& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

std::vector<std::string> ParseAliases(const ConfigFile& file,
                                      std::vector<std::string>* errors) {
  const ConfigValue* clusters = file.Find("clusters");
  std::vector<std::string> aliases;
  if (clusters != nullptr) {
    for (absl::string_view alias : absl::StrSplit(clusters->text, ',')) {
      alias = absl::StripAsciiWhitespace(alias);
      if (!alias.empty()) aliases.emplace_back(alias);
    }
  }
  if (aliases.empty() && (clusters == nullptr || !clusters->unknown)) {
    errors->push_back(absl::StrCat(
        file.name(), ": clusters: names no cluster: write clusters = A, B"));
  }
  return aliases;
}

// "tasks" would make `tasks.max` ambiguous. Source and target are too common
// as aliases, and their one property too useless, to refuse them.
bool IsReserved(const std::string& alias) {
  if (alias == "source" || alias == "target") return false;
  if (alias == "consumer" || alias == "producer" || alias == "ssl" ||
      alias == "sasl") {
    return true;
  }
  const std::vector<PropertySpec>& all = AllProperties();
  return std::any_of(all.begin(), all.end(), [&](const PropertySpec& spec) {
    return absl::StartsWith(spec.name, absl::StrCat(alias, "."));
  });
}

// Returns those that may be an alias, each once.
std::vector<std::string> CheckAliases(const ConfigFile& file,
                                      const std::vector<std::string>& aliases,
                                      std::vector<std::string>* errors) {
  const ConfigValue* clusters = file.Find("clusters");
  std::vector<std::string> good;
  for (const std::string& alias : aliases) {
    const bool legal = std::all_of(alias.begin(), alias.end(), [](char c) {
      return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
             absl::StrContains("._-", c);
    });
    if (!legal) {
      errors->push_back(clusters->Message(
          "an alias becomes part of topic names: letters, digits, '.', '_' "
          "and '-' only"));
      continue;
    }
    if (Contains(good, alias)) {
      errors->push_back(
          clusters->Message(absl::StrCat("names '", alias, "' twice")));
      continue;
    }
    good.push_back(alias);
    if (IsReserved(alias)) {
      errors->push_back(
          clusters->Message(absl::StrCat("the alias '", alias,
                                         "' cannot be told apart from the "
                                         "properties that begin with '",
                                         alias, ".': choose another")));
    }
  }
  return good;
}

// The line that was probably meant to be `property`, or null.
const ConfigValue* Misspelled(const ConfigFile& file,
                              const std::vector<std::string>& aliases,
                              const std::string& property) {
  std::set<std::string> of_others;
  for (const std::string& alias : aliases) {
    of_others.insert(absl::StrCat(alias, ".bootstrap.servers"));
  }
  std::vector<absl::string_view> names;
  for (const auto& [name, value] : file.values()) {
    if (absl::EndsWith(name, absl::StrCat(".", property))) return &value;
    if (of_others.count(name) == 0) names.push_back(name);
  }
  return file.Find(std::string(NearestName(property, names)));
}

void CheckServers(const ConfigFile& file,
                  const std::vector<std::string>& aliases,
                  const std::vector<ResolvedFlow>& flows,
                  std::vector<std::string>* errors) {
  std::set<std::string> used;
  for (const ResolvedFlow& resolved : flows) {
    used.insert({resolved.flow.source.name, resolved.flow.target.name});
  }
  for (const std::string& alias : used) {
    if (ClusterProperties(file, alias).count("bootstrap.servers") != 0) {
      continue;
    }
    const std::string property = absl::StrCat(alias, ".bootstrap.servers");
    const ConfigValue* meant = Misspelled(file, aliases, property);
    errors->push_back(absl::StrCat(
        file.name(), ": ", property, ": is missing: write ", property,
        " = host:port",
        meant == nullptr ? ""
                         : absl::StrCat(" in place of line ", meant->line, ", ",
                                        PrintableName(meant->property))));
  }
}

void CheckOptions(const ConfigFile& file,
                  const std::vector<std::string>& aliases,
                  const MirrorMakerOptions& options,
                  std::vector<std::string>* errors) {
  for (const std::string& alias : options.target_clusters) {
    if (Contains(aliases, alias)) continue;
    errors->push_back(
        absl::StrCat(file.name(), ": clusters: --clusters names '", alias,
                     "', which is not one of: ", absl::StrJoin(aliases, ", ")));
  }
}

std::vector<ResolvedFlow> ResolveFlows(const ConfigFile& file,
                                       const ConfigSources& sources,
                                       const std::vector<std::string>& aliases,
                                       const MirrorMakerOptions& options,
                                       const PluginRegistry* plugins,
                                       ConfigFindings* findings) {
  const std::vector<std::string>& targets =
      options.target_clusters.empty() ? aliases : options.target_clusters;
  std::vector<ResolvedFlow> flows;
  for (const std::string& source : aliases) {
    for (const std::string& target : aliases) {
      if (source == target || !Contains(targets, target) ||
          !IsPairActive(file, source, target)) {
        continue;
      }
      flows.push_back(
          ResolveFlow(file, sources, source, target, plugins, findings));
    }
  }
  if (flows.empty()) {
    findings->errors.push_back(absl::StrCat(
        file.name(), ": no flow is configured",
        options.target_clusters.empty() ? "" : " into these --clusters",
        ": write S->T.enabled = true for two of: ",
        absl::StrJoin(aliases, ", ")));
  }
  return flows;
}

// What a file says.
struct ParsedFile {
  std::vector<std::string> clusters;
  std::vector<ResolvedFlow> flows;
  ConfigFindings findings;
};

// Without `plugins` the flows have no policy, filters and transforms.
ParsedFile ParseFile(absl::string_view text, absl::string_view file_name,
                     const ConfigSources& sources,
                     const MirrorMakerOptions& options,
                     const PluginRegistry* plugins) {
  const ConfigFile file = ConfigFile::Parse(text, file_name, sources);
  ParsedFile parsed;
  ConfigFindings& findings = parsed.findings;
  findings.errors = file.errors();
  const std::vector<std::string> aliases = ParseAliases(file, &findings.errors);
  parsed.clusters = CheckAliases(file, aliases, &findings.errors);
  // Without all aliases little can be said about the other properties.
  if (!aliases.empty() && parsed.clusters.size() == aliases.size()) {
    CheckProperties(file, aliases, plugins, &findings);
    CheckOptions(file, aliases, options, &findings.errors);
    parsed.flows =
        ResolveFlows(file, sources, aliases, options, plugins, &findings);
    CheckServers(file, aliases, parsed.flows, &findings.errors);
  }
  return parsed;
}

using FileParser = std::function<absl::StatusOr<ParsedFile>()>;

// The clients of the flow `name` as the file says now.
absl::StatusOr<FlowClients> ReadClients(const FileParser& parse,
                                        const std::string& name) {
  const absl::StatusOr<ParsedFile> parsed = parse();
  if (!parsed.ok()) return parsed.status();
  if (!parsed->findings.errors.empty()) {
    return AllErrors(parsed->findings.errors);
  }
  for (const ResolvedFlow& resolved : parsed->flows) {
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
  const auto parse = [=]() -> absl::StatusOr<ParsedFile> {
    const absl::StatusOr<std::string> now = sources.read_file(path);
    if (!now.ok()) return now.status();
    return ParseFile(*now, path, sources, options, nullptr);
  };
  for (Flow& flow : config->flows_) {
    SetCredentials([=, name = flow.name()] { return ReadClients(parse, name); },
                   &flow);
  }
  return config;
}

absl::StatusOr<MirrorMakerConfig> MirrorMakerConfig::Parse(
    absl::string_view text, absl::string_view file_name,
    const ConfigSources& sources, const MirrorMakerOptions& options,
    std::vector<std::string>* warnings) {
  ParsedFile parsed =
      ParseFile(text, file_name, sources, options, &options.plugins);
  MirrorMakerConfig config;
  config.warnings_ = Distinct(parsed.findings.warnings);
  if (warnings != nullptr) *warnings = config.warnings_;
  if (!parsed.findings.errors.empty()) {
    return AllErrors(parsed.findings.errors);
  }
  config.notes_ = Distinct(parsed.findings.notes);
  config.printed_ = PrintFlows(parsed.clusters, parsed.flows);
  config.clusters_ = std::move(parsed.clusters);
  const auto parse = [text = std::string(text), file = std::string(file_name),
                      sources, options]() -> absl::StatusOr<ParsedFile> {
    return ParseFile(text, file, sources, options, nullptr);
  };
  for (ResolvedFlow& resolved : parsed.flows) {
    Flow& flow = config.flows_.emplace_back(std::move(resolved.flow));
    SetCredentials([=, name = flow.name()] { return ReadClients(parse, name); },
                   &flow);
  }
  return config;
}

}  // namespace mirror
