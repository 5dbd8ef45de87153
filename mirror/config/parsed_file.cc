// SPDX-License-Identifier: Apache-2.0

#include "mirror/config/parsed_file.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "mirror/config/client_layers.h"
#include "mirror/config/config_file.h"
#include "mirror/config/connector.h"
#include "mirror/config/connector_file.h"
#include "mirror/config/connector_flows.h"
#include "mirror/config/flow_resolver.h"
#include "mirror/config/property_table.h"
#include "mirror/java/config_value.h"
#include "mirror/java/java_properties.h"
#include "mirror/java/nearest_name.h"

namespace mirror::internal {
namespace {

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

void CheckTargets(const ConfigFile& file,
                  const std::vector<std::string>& aliases,
                  const std::vector<std::string>& target_clusters,
                  std::vector<std::string>* errors) {
  for (const std::string& alias : target_clusters) {
    if (Contains(aliases, alias)) continue;
    errors->push_back(
        absl::StrCat(file.name(), ": clusters: --clusters names '", alias,
                     "', which is not one of: ", absl::StrJoin(aliases, ", ")));
  }
}

std::vector<ResolvedFlow> ResolveFlows(
    const ConfigFile& file, const ConfigSources& sources,
    const std::vector<std::string>& aliases,
    const std::vector<std::string>& target_clusters,
    const PluginRegistry* plugins, ConfigFindings* findings) {
  const std::vector<std::string>& targets =
      target_clusters.empty() ? aliases : target_clusters;
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
    findings->errors.push_back(
        absl::StrCat(file.name(), ": no flow is configured",
                     target_clusters.empty() ? "" : " into these --clusters",
                     ": write S->T.enabled = true for two of: ",
                     absl::StrJoin(aliases, ", ")));
  }
  return flows;
}

ParsedFile CheckAndResolve(const ConfigFile& file, const ConfigSources& sources,
                           const std::vector<std::string>& target_clusters,
                           const PluginRegistry* plugins) {
  ParsedFile parsed;
  ConfigFindings& findings = parsed.findings;
  findings.errors = file.errors();
  const std::vector<std::string> aliases = ParseAliases(file, &findings.errors);
  parsed.clusters = CheckAliases(file, aliases, &findings.errors);
  // Without all aliases little can be said about the other properties.
  if (!aliases.empty() && parsed.clusters.size() == aliases.size()) {
    CheckProperties(file, aliases, plugins, &findings);
    CheckTargets(file, aliases, target_clusters, &findings.errors);
    parsed.flows = ResolveFlows(file, sources, aliases, target_clusters,
                                plugins, &findings);
    CheckServers(file, aliases, parsed.flows, &findings.errors);
  }
  return parsed;
}

void Prepend(const std::vector<std::string>& first,
             std::vector<std::string>* list) {
  list->insert(list->begin(), first.begin(), first.end());
}

SettingMap WrittenValues(const JavaProperties& properties) {
  SettingMap values;
  for (const Property& p : properties.entries()) {
    if (p.malformed) continue;
    values.emplace(
        p.key, WrittenValue(p.key, p.key, p.value, properties.file(), p.line));
  }
  return values;
}

}  // namespace

ParsedFile ParseFile(absl::string_view text, absl::string_view file_name,
                     const ConfigSources& sources,
                     const std::vector<std::string>& target_clusters,
                     const PluginRegistry* plugins) {
  return CheckAndResolve(ConfigFile::Parse(text, file_name, sources), sources,
                         target_clusters, plugins);
}

ParsedFile ParseConnectors(const std::vector<ConfigText>& connectors,
                           const ConfigText& worker,
                           const ConfigSources& sources,
                           const std::vector<std::string>& target_clusters,
                           const PluginRegistry* plugins) {
  ParsedFile failed;
  ConfigFindings& found = failed.findings;
  const JavaProperties worker_properties =
      JavaProperties::ParseAll(worker.text, worker.file, &found.errors);
  const SettingMap worker_values = WrittenValues(worker_properties);
  std::vector<Connector> read;
  std::vector<std::string> names;
  for (const ConfigText& connector : connectors) {
    names.push_back(connector.file);
    ReadConnectorFile(connector.text, connector.file, &read, &found);
  }
  // What one connector misses, another could say that cannot be read.
  if (!found.errors.empty()) return failed;
  for (Connector& connector : read) {
    if (connector.worker.empty()) connector.worker = worker_values;
  }
  SettingMap properties = MergeConnectors(read, &found);
  if (properties.count("clusters") == 0) return failed;
  for (const auto& [name, value] : worker_values) {
    if (absl::StartsWith(name, "config.providers")) {
      properties.emplace(name, value);
    }
  }
  ParsedFile parsed = CheckAndResolve(
      ConfigFile::Resolve(absl::StrJoin(names, ", "), properties,
                          worker_properties, sources),
      sources, target_clusters, plugins);
  Prepend(found.errors, &parsed.findings.errors);
  Prepend(found.warnings, &parsed.findings.warnings);
  parsed.properties = PrintProperties(properties);
  return parsed;
}

}  // namespace mirror::internal
