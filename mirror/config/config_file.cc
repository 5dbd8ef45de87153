// SPDX-License-Identifier: Apache-2.0

#include "mirror/config/config_file.h"

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "mirror/java/java_properties.h"

namespace mirror::internal {

ConfigFile ConfigFile::Parse(absl::string_view text, absl::string_view file,
                             const ConfigSources& sources) {
  ConfigFile result;
  result.name_ = std::string(file);
  const JavaProperties properties =
      JavaProperties::ParseAll(text, file, &result.errors_);
  for (const JavaProperties::Duplicate& twice : properties.duplicates()) {
    result.duplicates_.push_back(
        absl::StrCat(file, ":", twice.ignored_line, ": duplicate property ",
                     PrintableName(twice.key), " is ignored; line ",
                     twice.used_line, " takes effect"));
  }
  ConfigProviders providers(properties, sources);
  for (const Property& entry : properties.entries()) {
    ConfigValue value;
    value.property = entry.key;
    value.file = result.name_;
    value.line = entry.line;
    value.shown =
        IsSecret(entry.key) ? std::string(kHiddenSecret) : entry.value;
    value.unknown = entry.malformed;
    if (!value.unknown) {
      const auto resolved = providers.Resolve(entry.value);
      value.unknown = !resolved.ok();
      value.text = resolved.value_or("");
      if (value.unknown) {
        result.errors_.push_back(
            absl::StrCat(value.Where(), ": ", resolved.status().message()));
      }
    }
    result.values_.emplace(entry.key, value);
  }
  return result;
}

const ConfigValue* ConfigFile::Find(const std::string& property) const {
  const auto it = values_.find(property);
  return it == values_.end() ? nullptr : &it->second;
}

SettingMap ConfigFile::Stripped(absl::string_view prefix) const {
  return StripPrefix(values_, prefix);
}

SettingMap StripPrefix(const SettingMap& map, absl::string_view prefix) {
  SettingMap result;
  for (auto it = map.lower_bound(std::string(prefix));
       it != map.end() && absl::StartsWith(it->first, prefix); ++it) {
    if (it->first.size() == prefix.size()) continue;
    result.emplace(it->first.substr(prefix.size()), it->second);
  }
  return result;
}

}  // namespace mirror::internal
