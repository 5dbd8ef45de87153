// SPDX-License-Identifier: Apache-2.0
//
// The ONE table of properties: every property of MirrorMaker 2's dedicated
// mode and every one of ours, with type, default, allowed values, scope and
// meaning. Nothing is validated elsewhere, and docs/configuration.md is
// printed from it.
//
//   const PropertySpec* spec = FindProperty("tasks.max");
//   auto tasks = ReadInt(*spec, value);  // names the place, and what may be

#ifndef MIRROR_CONFIG_PROPERTY_TABLE_H_
#define MIRROR_CONFIG_PROPERTY_TABLE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "mirror/java/config_value.h"

namespace mirror::internal {

enum class PropertyType {
  kText,
  kList,      // a comma list
  kPatterns,  // a comma list of regular expressions
  kBool,      // true or false, in any case
  kInt,       // min..max
  kSeconds,   // a duration; min..max count seconds; negative switches it off
  kMillis,    // a duration; min..max count milliseconds
  kServers,   // host:port,host:port
  kChoice,    // one of `choices`
  kClass,     // a Java class, full or simple name; one of `choices`
  kPlugin,    // the same, or a class that the PluginRegistry has
};

enum class PropertyUse {
  kUsed,
  kIgnored,  // accepted, has no effect here; `meaning` says why
  kRefused,  // an error; `meaning` says what to write instead
};

// Where a property may be written, as bits. The flow overrides the cluster, and
// the cluster the top level; but see TopLevelOverrides().
enum PropertyScope : unsigned {
  kTopLevel = 1,  // NAME
  kSource = 2,    // S.NAME, for flows out of S
  kTarget = 4,    // T.NAME, for flows into T
  kFlow = 8,      // S->T.NAME
  kAnywhere = kTopLevel | kSource | kTarget | kFlow,
};

// A row of the table. A name ending in ".*" stands for all that begin with it.
struct PropertySpec {
  absl::string_view name;
  PropertyType type = PropertyType::kText;
  PropertyUse use = PropertyUse::kUsed;
  unsigned scopes = kTopLevel;
  absl::string_view fallback;      // the default, as one would write it
  absl::string_view mm2_fallback;  // MirrorMaker 2's default, where it differs
  int64_t min = 0;
  int64_t max = 0;
  std::vector<absl::string_view> choices;
  absl::string_view meaning;
  absl::string_view replacement;  // the property to write if this is refused

  // Whether the row stands for all names that begin with its own.
  bool IsFamily() const {
    return name.size() > 2 && name.substr(name.size() - 2) == ".*";
  }
};

// All rows, in the order of the documentation.
const std::vector<PropertySpec>& AllProperties();

// Whether NAME overrides X.NAME, as in MM2 for the topics of its workers.
bool TopLevelOverrides(const PropertySpec& spec);

// The row for `name` (without alias or flow before it), or null.
const PropertySpec* FindProperty(absl::string_view name);

// "at least 1", "one of: source, target": what a value of `spec` may be.
std::string AllowedValues(const PropertySpec& spec);

// InvalidArgument, naming place, value and what is allowed, if `value` is none
// that `spec` allows, or if `spec` is refused.
absl::Status CheckValue(const PropertySpec& spec, const ConfigValue& value);

// The value as its type: CheckValue, then converted. The row must have the
// matching type. A negative number of seconds is InfiniteDuration: never.
absl::StatusOr<int64_t> ReadInt(const PropertySpec& spec,
                                const ConfigValue& value);
absl::StatusOr<bool> ReadBool(const PropertySpec& spec,
                              const ConfigValue& value);
absl::StatusOr<absl::Duration> ReadDuration(const PropertySpec& spec,
                                            const ConfigValue& value);
// Trimmed; a choice in lower case, a class of `choices` without its package.
absl::StatusOr<std::string> ReadText(const PropertySpec& spec,
                                     const ConfigValue& value);

}  // namespace mirror::internal

#endif  // MIRROR_CONFIG_PROPERTY_TABLE_H_
