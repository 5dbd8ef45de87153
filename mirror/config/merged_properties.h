// SPDX-License-Identifier: Apache-2.0
//
// The properties of an mm2.properties file that is made of several files.

#ifndef MIRROR_CONFIG_MERGED_PROPERTIES_H_
#define MIRROR_CONFIG_MERGED_PROPERTIES_H_

#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "mirror/config/config_check.h"
#include "mirror/java/config_value.h"

namespace mirror::internal {

// Thread safety: none. Lifetime: `findings` must outlive it.
class MergedProperties {
 public:
  explicit MergedProperties(ConfigFindings* findings) : findings_(*findings) {}

  // A property that is there already must have the same value: it is shared by
  // flows.
  void Put(const std::string& name, const ConfigValue& value);
  // A value of our own, because of `cause`; what is there stays.
  void Say(const std::string& name, absl::string_view text,
           const ConfigValue& cause);
  // The value is invalid, which is reported; not once more.
  void SetReported(const std::string& name);

  bool Has(const std::string& name) const {
    return properties_.count(name) != 0;
  }
  SettingMap Take() { return std::move(properties_); }

 private:
  SettingMap properties_;
  ConfigFindings& findings_;
};

// "mm2.properties:12".
std::string PlaceOf(const ConfigValue& value);

}  // namespace mirror::internal

#endif  // MIRROR_CONFIG_MERGED_PROPERTIES_H_
