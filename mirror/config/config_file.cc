// SPDX-License-Identifier: Apache-2.0

#include "mirror/config/config_file.h"

#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

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
    value.text = entry.value;
    value.unknown = entry.malformed;
    result.Add(entry.key, std::move(value), &providers);
  }
  return result;
}

ConfigFile ConfigFile::Resolve(absl::string_view name,
                               const SettingMap& written,
                               const JavaProperties& declarations,
                               const ConfigSources& sources) {
  ConfigFile result;
  result.name_ = std::string(name);
  ConfigProviders providers(declarations, sources);
  for (const auto& [property, value] : written) {
    result.Add(property, value, &providers);
  }
  return result;
}

void ConfigFile::Add(const std::string& name, ConfigValue written,
                     ConfigProviders* providers) {
  if (!written.unknown) {
    const auto resolved = providers->Resolve(written.text);
    written.unknown = !resolved.ok();
    if (written.unknown) {
      errors_.push_back(
          absl::StrCat(written.Where(), ": ", resolved.status().message()));
    }
    written.text = resolved.value_or("");
  }
  values_.emplace(name, std::move(written));
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
