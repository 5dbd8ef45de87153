// SPDX-License-Identifier: Apache-2.0
//
// A configured value that knows where it was written, and what of it may be
// shown. Every message about a value is made from Where() and `shown`, never
// from `text`, so that a secret cannot slip into a log.

#ifndef MIRROR_JAVA_CONFIG_VALUE_H_
#define MIRROR_JAVA_CONFIG_VALUE_H_

#include <map>
#include <string>

#include "absl/strings/string_view.h"

namespace mirror::internal {

// What is printed in place of a secret.
inline constexpr absl::string_view kHiddenSecret = "[hidden]";

// A value type; thread-compatible.
struct ConfigValue {
  std::string text;   // with ${...} resolved: what to use, never to print
  std::string shown;  // [hidden] for secrets; else as written, ${...} and all
  std::string property;  // the full name as written: "A->B.tasks.max"
  std::string file;
  int line = 0;  // 0: not written anywhere, a default
  // The text could not be found out, which is reported: judge nothing by it.
  bool unknown = false;

  // A value of our own making.
  static ConfigValue Default(absl::string_view property,
                             absl::string_view value);

  // The same place and secrecy, another text: for values that are computed
  // from a written one, as "64" kbytes from 65536 bytes.
  ConfigValue WithText(absl::string_view new_text) const;

  // "mm2.properties:12: A->B.tasks.max".
  std::string Where() const;

  // "mm2.properties:12: A->B.tasks.max = 0: must be at least 1".
  std::string Message(absl::string_view reason) const;
};

// Settings of one Java client (or one librdkafka client) by name.
using SettingMap = std::map<std::string, ConfigValue>;

// True if a property of this name holds something that must not be shown:
// passwords, keys, JAAS texts, tokens. The name may carry any prefix.
bool IsSecret(absl::string_view property);

// `property` if it looks like a name, else words in its place: a password
// that lost its line break becomes a key, and must not be shown for that.
std::string PrintableName(absl::string_view property);

}  // namespace mirror::internal

#endif  // MIRROR_JAVA_CONFIG_VALUE_H_
