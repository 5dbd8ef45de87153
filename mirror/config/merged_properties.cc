// SPDX-License-Identifier: Apache-2.0

#include "mirror/config/merged_properties.h"

#include "absl/strings/str_cat.h"
#include "mirror/config/connector.h"

namespace mirror::internal {

void MergedProperties::Put(const std::string& name, const ConfigValue& value) {
  const auto [it, is_new] = properties_.emplace(name, value);
  if (is_new || it->second.unknown || it->second.text == value.text) return;
  findings_.errors.push_back(value.Message(absl::StrCat(
      PlaceOf(it->second), " says ", it->second.shown, ", and both are ", name,
      " here: write the same in both, or run them in two processes")));
}

void MergedProperties::Say(const std::string& name, absl::string_view text,
                           const ConfigValue& cause) {
  properties_.emplace(name,
                      WrittenValue(name, name, text, cause.file, cause.line));
}

void MergedProperties::SetReported(const std::string& name) {
  ConfigValue& value = properties_[name];
  value.property = name;
  value.unknown = true;
}

std::string PlaceOf(const ConfigValue& value) {
  return absl::StrCat(value.file, ":", value.line);
}

}  // namespace mirror::internal
