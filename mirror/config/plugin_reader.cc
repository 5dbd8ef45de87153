// SPDX-License-Identifier: Apache-2.0

#include "mirror/config/plugin_reader.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "mirror/config/client_layers.h"
#include "mirror/java/config_value.h"

namespace mirror::internal {
namespace {

// MirrorMakerConfig.connectorBaseConfig() keeps these of the top level.
bool ReachesPlugins(absl::string_view name) {
  const PropertySpec* spec = FindProperty(name);
  const bool of_flow = spec != nullptr && (spec->scopes & kTopLevel) != 0 &&
                       (spec->scopes & kFlow) != 0;
  return of_flow || absl::StartsWith(name, "replication.policy.") ||
         absl::StartsWith(name, "config.providers");
}

void AddTexts(const SettingMap& settings, PluginProperties* properties) {
  for (const auto& [name, value] : settings) {
    if (!value.unknown) (*properties)[name] = value.text;
  }
}

PluginProperties PropertiesForPlugins(const ConfigFile& file,
                                      const Flow& flow) {
  PluginProperties properties = {{"enabled", "false"}};
  for (const auto& [name, value] : file.values()) {
    if (ReachesPlugins(name) && !value.unknown) properties[name] = value.text;
  }
  AddTexts(ConnectorSettings(file, flow.source.cluster_name(),
                             flow.target.cluster_name()),
           &properties);
  properties["source.cluster.alias"] = flow.source.alias;
  properties["target.cluster.alias"] = flow.target.alias;
  return properties;
}

}  // namespace

PluginReader::PluginReader(const ConfigFile& file, const FlowReader& read,
                           const Flow& flow, const PluginRegistry& plugins,
                           std::vector<std::string>* errors)
    : file_(file),
      read_(read),
      flow_prefix_(absl::StrCat(flow.name(), ".")),
      plugins_(plugins),
      properties_(PropertiesForPlugins(file, flow)),
      errors_(*errors) {}

void PluginReader::Report(absl::string_view property, const ConfigValue& value,
                          const absl::Status& status) {
  // The properties of MM2's classes were checked one by one.
  const std::vector<absl::string_view>& mm2s = FindProperty(property)->choices;
  const bool is_mm2s =
      std::find(mm2s.begin(), mm2s.end(), read_.Text(property)) != mm2s.end();
  if (!is_mm2s || errors_.empty()) {
    errors_.push_back(value.Message(status.message()));
  }
}

const ConfigValue* PluginReader::Find(const std::string& name) const {
  const ConfigValue* value = file_.Find(flow_prefix_ + name);
  return value != nullptr ? value : file_.Find(name);
}

std::vector<std::shared_ptr<const RecordTransform>> PluginReader::Transforms() {
  std::vector<std::shared_ptr<const RecordTransform>> transforms;
  const ConfigValue* list = Find("transforms");
  if (list == nullptr || list->unknown) return transforms;
  std::set<absl::string_view> seen;
  for (absl::string_view alias : absl::StrSplit(list->text, ',')) {
    alias = absl::StripAsciiWhitespace(alias);
    if (alias.empty()) continue;
    if (!seen.insert(alias).second) {
      errors_.push_back(list->Message("names a transform twice"));
      continue;
    }
    transforms.push_back(Transform(*list, alias));
  }
  return transforms;
}

std::shared_ptr<const RecordTransform> PluginReader::Transform(
    const ConfigValue& list, absl::string_view alias) {
  const std::string prefix = absl::StrCat("transforms.", alias, ".");
  const ConfigValue* type = Find(prefix + "type");
  if (type == nullptr) {
    errors_.push_back(
        list.Message("names a transform without transforms.ALIAS.type"));
    return nullptr;
  }
  if (type->unknown) return nullptr;
  if (const ConfigValue* predicate = Find(prefix + "predicate")) {
    errors_.push_back(predicate->Message(
        "predicates are not supported: let the transform keep a record as it "
        "is"));
  }
  PluginProperties properties;
  AddTexts(file_.Stripped(prefix), &properties);
  AddTexts(file_.Stripped(flow_prefix_ + prefix), &properties);
  auto transform = plugins_.Make<RecordTransform>(
      absl::StripAsciiWhitespace(type->text), properties);
  if (transform.ok()) return *std::move(transform);
  errors_.push_back(type->Message(transform.status().message()));
  return nullptr;
}

}  // namespace mirror::internal
