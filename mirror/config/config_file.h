// SPDX-License-Identifier: Apache-2.0
//
// An mm2.properties file with its variables resolved: every property by its
// full name, each knowing where it was written and what of it may be shown.

#ifndef MIRROR_CONFIG_CONFIG_FILE_H_
#define MIRROR_CONFIG_CONFIG_FILE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "mirror/java/config_provider.h"
#include "mirror/java/config_value.h"
#include "mirror/java/java_properties.h"

namespace mirror::internal {

// Thread safety: immutable.
class ConfigFile {
 public:
  // Every mistake is in errors(), and its value is `unknown`.
  static ConfigFile Parse(absl::string_view text, absl::string_view file,
                          const ConfigSources& sources);

  // Properties that were written elsewhere, with their ${...} not resolved yet;
  // those with `unknown` stay so. `declarations` has the `config.providers`.
  static ConfigFile Resolve(absl::string_view name, const SettingMap& written,
                            const JavaProperties& declarations,
                            const ConfigSources& sources);

  const std::string& name() const { return name_; }
  const SettingMap& values() const { return values_; }
  // See JavaProperties and ConfigProviders; each names file and line.
  const std::vector<std::string>& errors() const { return errors_; }
  // One message for each line that a later one overrides.
  const std::vector<std::string>& duplicates() const { return duplicates_; }

  // The property of this full name, or null.
  const ConfigValue* Find(const std::string& property) const;

  // All properties that begin with `prefix`, named by what follows it.
  SettingMap Stripped(absl::string_view prefix) const;

 private:
  // Resolves `written`, which stays what is shown.
  void Add(const std::string& name, ConfigValue written,
           ConfigProviders* providers);

  std::string name_;
  SettingMap values_;
  std::vector<std::string> errors_;
  std::vector<std::string> duplicates_;
};

// The settings of `map` that begin with `prefix`, named by what follows it.
SettingMap StripPrefix(const SettingMap& map, absl::string_view prefix);

}  // namespace mirror::internal

#endif  // MIRROR_CONFIG_CONFIG_FILE_H_
