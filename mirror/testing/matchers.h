// SPDX-License-Identifier: Apache-2.0
//
// GoogleTest matchers for absl::Status and absl::StatusOr, which the abseil of
// the distribution does not have.
//
//   EXPECT_THAT(engine.Start(), IsOk());
//   EXPECT_THAT(admin->ClusterId(), IsOkAndHolds("abc"));
//   EXPECT_THAT(status, StatusIs(absl::StatusCode::kNotFound,
//                                HasSubstr("orders")));

#ifndef MIRROR_TESTING_MATCHERS_H_
#define MIRROR_TESTING_MATCHERS_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"

namespace mirror {

namespace internal {

inline const absl::Status& StatusOf(const absl::Status& status) {
  return status;
}
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& status_or) {
  return status_or.status();
}

}  // namespace internal

// Matches a Status or StatusOr that is OK.
MATCHER(IsOk, "") {
  *result_listener << "whose status is " << internal::StatusOf(arg);
  return arg.ok();
}

// Matches a StatusOr whose value matches `inner` (a value or a matcher).
MATCHER_P(IsOkAndHolds, inner, "") {
  if (!arg.ok()) {
    *result_listener << "whose status is " << arg.status();
    return false;
  }
  return ::testing::ExplainMatchResult(inner, *arg, result_listener);
}

// Matches a Status or StatusOr with the code `code`.
MATCHER_P(StatusIs, code, "") {
  *result_listener << "whose status is " << internal::StatusOf(arg);
  return internal::StatusOf(arg).code() == code;
}

// Matches a Status or StatusOr with the code `code` and a message that matches
// `message`.
MATCHER_P2(StatusIs, code, message, "") {
  const absl::Status& status = internal::StatusOf(arg);
  *result_listener << "whose status is " << status;
  return status.code() == code &&
         ::testing::Matches(message)(std::string(status.message()));
}

}  // namespace mirror

#endif  // MIRROR_TESTING_MATCHERS_H_
