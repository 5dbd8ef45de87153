// SPDX-License-Identifier: Apache-2.0
//
// MM2's comma list of regular expressions, shared by the filters. MM2 reads it
// with Java's regex and a plain split at commas; this reads the same text with
// RE2 and knows which commas belong to an expression:
//
//   orders, a{1,3}, [x,y], payments\.(eu|us)     // four expressions

#ifndef MIRROR_POLICY_PATTERN_LIST_H_
#define MIRROR_POLICY_PATTERN_LIST_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace re2 {
class RE2;
}  // namespace re2

namespace mirror::internal {

// A list that matches a whole name if one of its expressions does. An empty
// list matches nothing.
//
// Like MM2, the expressions are joined by "|" and so share flags: "(?i)a, B"
// ignores case in both. Names and expressions are UTF-8, as Kafka's protocol
// strings are; a name that is not matches nothing.
//
// Thread safety: immutable. Copies share the compiled expression.
class PatternList {
 public:
  // `field` is the property that errors name ("topics.exclude").
  // InvalidArgument: an expression is malformed, means something else in Java
  // than in RE2, needs what RE2 does not have, or is too large. The message
  // quotes the expression and says what to write instead. Safe for any bytes;
  // time is linear in a text of at most 1 MiB.
  static absl::StatusOr<PatternList> Create(absl::string_view field,
                                            absl::string_view text);

  bool Matches(absl::string_view name) const;

 private:
  explicit PatternList(std::shared_ptr<const re2::RE2> joined);

  std::shared_ptr<const re2::RE2> joined_;  // Null: the list is empty.
};

// Cuts a list at the commas outside of classes, escapes and repetitions, trims
// whitespace and skips empty pieces. Exposed for tests.
std::vector<absl::string_view> SplitPatterns(absl::string_view text);

}  // namespace mirror::internal

#endif  // MIRROR_POLICY_PATTERN_LIST_H_
