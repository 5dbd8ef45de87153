// SPDX-License-Identifier: Apache-2.0
//
// Checks and reads values as the table of properties says.
//
//   auto tasks = ReadInt(*spec, value);  // names the place, and what may be

#ifndef MIRROR_CONFIG_PROPERTY_READER_H_
#define MIRROR_CONFIG_PROPERTY_READER_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mirror/config/property_spec.h"
#include "mirror/java/config_value.h"

namespace mirror::internal {

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

#endif  // MIRROR_CONFIG_PROPERTY_READER_H_
