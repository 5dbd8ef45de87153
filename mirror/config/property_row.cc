// SPDX-License-Identifier: Apache-2.0

#include "mirror/config/property_row.h"

#include <utility>

namespace mirror::internal {

using absl::string_view;

PropertySpec Text(string_view name, unsigned scopes, string_view fallback,
                  string_view meaning) {
  PropertySpec spec;
  spec.name = name;
  spec.scopes = scopes;
  spec.fallback = fallback;
  spec.meaning = meaning;
  return spec;
}

PropertySpec List(string_view name, unsigned scopes, string_view fallback,
                  string_view meaning) {
  PropertySpec spec = Text(name, scopes, fallback, meaning);
  spec.type = PropertyType::kList;
  return spec;
}

PropertySpec Patterns(string_view name, unsigned scopes, string_view fallback,
                      string_view meaning) {
  PropertySpec spec = Text(name, scopes, fallback, meaning);
  spec.type = PropertyType::kPatterns;
  return spec;
}

PropertySpec Bool(string_view name, unsigned scopes, string_view fallback,
                  string_view meaning) {
  PropertySpec spec = Text(name, scopes, fallback, meaning);
  spec.type = PropertyType::kBool;
  return spec;
}

PropertySpec Servers(string_view name, unsigned scopes, string_view meaning) {
  PropertySpec spec = Text(name, scopes, "", meaning);
  spec.type = PropertyType::kServers;
  return spec;
}

PropertySpec Int(string_view name, unsigned scopes, string_view fallback,
                 int64_t min, int64_t max, string_view meaning) {
  PropertySpec spec = Text(name, scopes, fallback, meaning);
  spec.type = PropertyType::kInt;
  spec.min = min;
  spec.max = max;
  return spec;
}

PropertySpec Seconds(string_view name, string_view fallback,
                     string_view meaning) {
  PropertySpec spec = Int(name, kTopAndFlow, fallback, 1, kMaxSeconds, meaning);
  spec.type = PropertyType::kSeconds;
  return spec;
}

PropertySpec Millis(string_view name, unsigned scopes, string_view fallback,
                    int64_t min, string_view meaning) {
  PropertySpec spec = Int(name, scopes, fallback, min, kMaxInt, meaning);
  spec.type = PropertyType::kMillis;
  return spec;
}

PropertySpec Choice(string_view name, unsigned scopes, string_view fallback,
                    std::vector<string_view> choices, string_view meaning) {
  PropertySpec spec = Text(name, scopes, fallback, meaning);
  spec.type = PropertyType::kChoice;
  spec.choices = std::move(choices);
  return spec;
}

PropertySpec Class(string_view name, unsigned scopes, string_view only,
                   string_view meaning) {
  PropertySpec spec = Choice(name, scopes, only, {only}, meaning);
  spec.type = PropertyType::kClass;
  return spec;
}

PropertySpec Plugin(string_view name, std::vector<string_view> mm2s,
                    string_view meaning) {
  PropertySpec spec = Choice(name, kTopAndFlow, mm2s.front(), mm2s, meaning);
  spec.type = PropertyType::kPlugin;
  return spec;
}

PropertySpec ReplicationFactor(string_view name, unsigned scopes,
                               string_view mm2_fallback, string_view meaning) {
  PropertySpec spec = Int(name, scopes, "-1", -1, 32767, meaning);
  spec.mm2_fallback = mm2_fallback;
  return spec;
}

PropertySpec Mm2Default(string_view fallback, PropertySpec spec) {
  spec.mm2_fallback = fallback;
  return spec;
}

PropertySpec Ignored(string_view name, unsigned scopes, string_view why) {
  PropertySpec spec = Text(name, scopes, "", why);
  spec.use = PropertyUse::kIgnored;
  return spec;
}

PropertySpec Refused(string_view name, unsigned scopes, string_view replacement,
                     string_view instead) {
  PropertySpec spec = Text(name, scopes, "", instead);
  spec.use = PropertyUse::kRefused;
  spec.replacement = replacement;
  return spec;
}

}  // namespace mirror::internal
