// SPDX-License-Identifier: Apache-2.0
//
// What the table of properties says of one of them.
//
//   const PropertySpec* spec = FindProperty("tasks.max");
//   if ((spec->scopes & kFlow) != 0) ...  // S->T.tasks.max is allowed

#ifndef MIRROR_CONFIG_PROPERTY_SPEC_H_
#define MIRROR_CONFIG_PROPERTY_SPEC_H_

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"

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

}  // namespace mirror::internal

#endif  // MIRROR_CONFIG_PROPERTY_SPEC_H_
