// SPDX-License-Identifier: Apache-2.0
//
// Rows of the table of properties, by type.
//
//   Bool("enabled", kTopAndFlow, "false", "Replicate topics of this flow.")

#ifndef MIRROR_CONFIG_PROPERTY_ROW_H_
#define MIRROR_CONFIG_PROPERTY_ROW_H_

#include <cstdint>
#include <limits>
#include <vector>

#include "absl/strings/string_view.h"
#include "mirror/config/property_spec.h"

namespace mirror::internal {

constexpr int64_t kMaxInt = std::numeric_limits<int32_t>::max();
constexpr int64_t kMaxLong = std::numeric_limits<int64_t>::max();
// A century: beyond it, seconds of a Java long no longer fit a clock.
constexpr int64_t kMaxSeconds = int64_t{100} * 365 * 86400;
constexpr unsigned kTopAndFlow = kTopLevel | kFlow;

PropertySpec Text(absl::string_view name, unsigned scopes,
                  absl::string_view fallback, absl::string_view meaning);
PropertySpec List(absl::string_view name, unsigned scopes,
                  absl::string_view fallback, absl::string_view meaning);
PropertySpec Patterns(absl::string_view name, unsigned scopes,
                      absl::string_view fallback, absl::string_view meaning);
PropertySpec Bool(absl::string_view name, unsigned scopes,
                  absl::string_view fallback, absl::string_view meaning);
PropertySpec Servers(absl::string_view name, unsigned scopes,
                     absl::string_view meaning);
PropertySpec Int(absl::string_view name, unsigned scopes,
                 absl::string_view fallback, int64_t min, int64_t max,
                 absl::string_view meaning);
PropertySpec Seconds(absl::string_view name, absl::string_view fallback,
                     absl::string_view meaning);
PropertySpec Millis(absl::string_view name, unsigned scopes,
                    absl::string_view fallback, int64_t min,
                    absl::string_view meaning);
PropertySpec Choice(absl::string_view name, unsigned scopes,
                    absl::string_view fallback,
                    std::vector<absl::string_view> choices,
                    absl::string_view meaning);
// Only the default is possible.
PropertySpec Class(absl::string_view name, unsigned scopes,
                   absl::string_view only, absl::string_view meaning);
// The first of MM2's classes is the default.
PropertySpec Plugin(absl::string_view name, std::vector<absl::string_view> mm2s,
                    absl::string_view meaning);
PropertySpec ReplicationFactor(absl::string_view name, unsigned scopes,
                               absl::string_view mm2_fallback,
                               absl::string_view meaning);
// `spec`, where MM2 has another default.
PropertySpec Mm2Default(absl::string_view fallback, PropertySpec spec);
PropertySpec Ignored(absl::string_view name, unsigned scopes,
                     absl::string_view why);
PropertySpec Refused(absl::string_view name, unsigned scopes,
                     absl::string_view replacement, absl::string_view instead);

}  // namespace mirror::internal

#endif  // MIRROR_CONFIG_PROPERTY_ROW_H_
