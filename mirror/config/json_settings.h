// SPDX-License-Identifier: Apache-2.0
//
// The values of a JSON file with their places, for settings that people write
// as JSON: MM2's connectors on Kafka Connect.
//
//   auto settings = ReadJsonSettings(R"({"config": {"tasks.max": 2}})", "a");
//   // {config}: an object; {config, tasks.max}: "2", in line 1

#ifndef MIRROR_CONFIG_JSON_SETTINGS_H_
#define MIRROR_CONFIG_JSON_SETTINGS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace mirror::internal {

// A value type; thread-compatible.
struct JsonSetting {
  enum class Kind { kText, kNull, kObject, kArray };

  // Names of members and numbers of elements, from the outermost on.
  std::vector<std::string> path;
  Kind kind = Kind::kText;
  // Strings without quotes, numbers as they are written, true, false. As
  // Connect takes them, which knows text only.
  std::string text;
  int line = 0;  // of its name, counted from 1
};

// All values, in their order; objects and arrays before what is in them. The
// outermost value has an empty path.
// InvalidArgument if `json` is not valid JSON, or more than 50 levels deep; the
// message names file and line, and shows nothing of the text, which may be
// secret.
absl::StatusOr<std::vector<JsonSetting>> ReadJsonSettings(
    absl::string_view json, absl::string_view file);

}  // namespace mirror::internal

#endif  // MIRROR_CONFIG_JSON_SETTINGS_H_
