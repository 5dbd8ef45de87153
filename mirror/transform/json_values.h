// SPDX-License-Identifier: Apache-2.0
//
// Where values stand in a JSON text, so that one can be replaced and every
// other byte stays what it is. A parser that writes the text again would round
// numbers, order members and change escapes.

#ifndef MIRROR_TRANSFORM_JSON_VALUES_H_
#define MIRROR_TRANSFORM_JSON_VALUES_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace mirror::internal {

// Names of members, from the outermost value on. Not empty.
using JsonPath = std::vector<std::string>;

// A value, as text.
struct JsonValue {
  size_t begin;
  size_t size;
};

// The values in `json` that one of the paths leads to, in their order. Elements
// of an array stand for the array, at any level; a member that is there twice
// is found twice; names are compared after escapes are resolved. Nothing is
// looked for inside a value that was found.
//
// InvalidArgument: `json` is not one JSON value (RFC 8259), or is nested more
// than 500 levels deep; the message has the position and nothing of the text.
absl::StatusOr<std::vector<JsonValue>> FindJsonValues(
    absl::string_view json, const std::vector<JsonPath>& paths);

// What a string of `json` says: quotes removed and escapes resolved. Other
// values as they are written. `value` comes from FindJsonValues.
std::string JsonText(absl::string_view json, const JsonValue& value);

}  // namespace mirror::internal

#endif  // MIRROR_TRANSFORM_JSON_VALUES_H_
