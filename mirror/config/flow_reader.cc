// SPDX-License-Identifier: Apache-2.0

#include "mirror/config/flow_reader.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "mirror/config/property_reader.h"
#include "mirror/config/property_table.h"

namespace mirror::internal {

ConfigValue FlowReader::Value(absl::string_view name) const {
  return Value(*FindProperty(name));
}

ConfigValue FlowReader::Value(const PropertySpec& spec) const {
  if (TopLevelOverrides(spec)) {
    const ConfigValue* value = file_.Find(std::string(spec.name));
    if (value != nullptr) return *value;
  }
  const std::pair<unsigned, std::string> places[] = {
      {kFlow, absl::StrCat(source_, "->", target_, ".")},
      {kTarget, absl::StrCat(target_, ".")},
      {kSource, absl::StrCat(source_, ".")},
      {kTopLevel, ""}};
  for (const auto& [scope, prefix] : places) {
    if ((spec.scopes & scope) == 0) continue;
    const ConfigValue* value = file_.Find(absl::StrCat(prefix, spec.name));
    if (value != nullptr) return *value;
  }
  return ConfigValue::Default(spec.name, Fallback(spec));
}

ConfigValue FlowReader::Alias(ClusterSide side) const {
  const bool is_source = side == ClusterSide::kSource;
  const absl::string_view property =
      is_source ? "source.cluster.alias" : "target.cluster.alias";
  const std::string& cluster = is_source ? source_ : target_;
  for (const std::string& name :
       {absl::StrCat(source_, "->", target_, ".", property),
        absl::StrCat(cluster, ".alias")}) {
    if (const ConfigValue* value = file_.Find(name)) return *value;
  }
  return Value(property);
}

int64_t FlowReader::Int(absl::string_view name) const {
  const PropertySpec& spec = *FindProperty(name);
  return ReadInt(spec, Value(spec)).value_or(0);
}

int32_t FlowReader::Int32(absl::string_view name) const {
  return static_cast<int32_t>(Int(name));
}

bool FlowReader::Bool(absl::string_view name) const {
  const PropertySpec& spec = *FindProperty(name);
  return ReadBool(spec, Value(spec)).value_or(false);
}

std::string FlowReader::Text(absl::string_view name) const {
  const PropertySpec& spec = *FindProperty(name);
  return ReadText(spec, Value(spec)).value_or("");
}

absl::Duration FlowReader::Duration(absl::string_view name) const {
  const PropertySpec& spec = *FindProperty(name);
  return ReadDuration(spec, Value(spec)).value_or(absl::InfiniteDuration());
}

ClusterSide FlowReader::Side(absl::string_view name) const {
  return Text(name) == "source" ? ClusterSide::kSource : ClusterSide::kTarget;
}

absl::Duration FlowReader::Interval(absl::string_view name) const {
  return Bool(absl::StrCat(name, ".enabled"))
             ? Duration(absl::StrCat(name, ".interval.seconds"))
             : absl::InfiniteDuration();
}

std::string FlowReader::Fallback(const PropertySpec& spec) const {
  if (spec.fallback == "T") return target_;
  const bool names_source = spec.fallback == "S" || spec.fallback == "S-mm2" ||
                            absl::StartsWith(spec.fallback, "mm2-");
  return names_source ? absl::StrReplaceAll(spec.fallback, {{"S", source_}})
                      : std::string(spec.fallback);
}

}  // namespace mirror::internal
