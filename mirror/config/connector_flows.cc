// SPDX-License-Identifier: Apache-2.0

#include "mirror/config/connector_flows.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "mirror/config/connector_flow.h"
#include "mirror/config/merged_properties.h"
#include "mirror/config/property_table.h"
#include "mirror/java/java_properties.h"

namespace mirror::internal {
namespace {

using absl::string_view;

bool IsAlias(string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
           absl::StrContains("._-", c);
  });
}

// Empty after an error.
std::string AliasOf(const Connector& connector, const std::string& property,
                    string_view fallback, ConfigFindings* findings) {
  const ConfigValue* value = connector.Find(property);
  if (value == nullptr) {
    if (fallback.empty()) {
      findings->errors.push_back(
          absl::StrCat(connector.file, ": ", property, " is missing"));
    }
    return std::string(fallback);
  }
  const string_view alias = absl::StripAsciiWhitespace(value->text);
  if (IsAlias(alias)) return std::string(alias);
  findings->errors.push_back(
      value->Message("an alias becomes part of topic names: letters, digits, "
                     "'.', '_' and '-' only"));
  return "";
}

}  // namespace

SettingMap MergeConnectors(const std::vector<Connector>& connectors,
                           ConfigFindings* findings) {
  MergedProperties properties(findings);
  std::vector<std::string> clusters;
  std::map<std::pair<std::string, std::string>, ConnectorFlow> flows;
  for (const Connector& connector : connectors) {
    const std::string source =
        AliasOf(connector, "source.cluster.alias", "", findings);
    const std::string target =
        AliasOf(connector, "target.cluster.alias", "target", findings);
    if (source.empty() || target.empty()) continue;
    if (source == target) {
      findings->errors.push_back(
          connector.Find("source.cluster.alias")
              ->Message("source and target must have two aliases"));
      continue;
    }
    for (const std::string& alias : {source, target}) {
      if (std::find(clusters.begin(), clusters.end(), alias) ==
          clusters.end()) {
        clusters.push_back(alias);
      }
    }
    flows.try_emplace({source, target}, source, target, &properties, findings)
        .first->second.Add(connector);
  }
  for (auto& [pair, flow] : flows) flow.Merge();
  for (auto& [pair, flow] : flows) flow.CheckServers();
  SettingMap result = properties.Take();
  if (!clusters.empty()) {
    result.emplace("clusters", ConfigValue::Default(
                                   "clusters", absl::StrJoin(clusters, ", ")));
  }
  return result;
}

std::string PrintProperties(const SettingMap& properties) {
  std::string top;
  std::string others;
  for (const auto& [name, value] : properties) {
    const string_view text = absl::StripAsciiWhitespace(value.text);
    const bool is_variable = absl::StartsWith(text, "${") &&
                             text.find('}') == text.size() - 1 &&
                             absl::StrContains(text, ':');
    // A line for each property of the top level first.
    const bool at_top = FindProperty(name) != nullptr;
    absl::StrAppend(at_top ? &top : &others,
                    FormatProperty(name, is_variable ? text : value.shown),
                    "\n");
  }
  return absl::StrCat(top, others);
}

}  // namespace mirror::internal
