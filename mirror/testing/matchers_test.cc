// SPDX-License-Identifier: Apache-2.0

#include "mirror/testing/matchers.h"

#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Matchers, IsOkTellsSuccessFromFailureOfBothTypes) {
  EXPECT_THAT(absl::OkStatus(), IsOk());
  EXPECT_THAT(absl::StatusOr<int>(1), IsOk());
  EXPECT_THAT(absl::NotFoundError("x"), Not(IsOk()));
  EXPECT_THAT(absl::StatusOr<int>(absl::NotFoundError("x")), Not(IsOk()));
}

TEST(Matchers, IsOkAndHoldsTakesValuesAndMatchers) {
  EXPECT_THAT(absl::StatusOr<int>(1), IsOkAndHolds(1));
  EXPECT_THAT(absl::StatusOr<int>(1), IsOkAndHolds(Gt(0)));
  EXPECT_THAT(absl::StatusOr<int>(1), Not(IsOkAndHolds(2)));
  EXPECT_THAT(absl::StatusOr<int>(absl::NotFoundError("x")),
              Not(IsOkAndHolds(1)));
}

TEST(Matchers, StatusIsComparesCodeAndMessage) {
  const absl::Status status = absl::NotFoundError("no topic orders");
  constexpr auto kNotFound = absl::StatusCode::kNotFound;
  EXPECT_THAT(status, StatusIs(kNotFound));
  EXPECT_THAT(status, StatusIs(kNotFound, HasSubstr("orders")));
  EXPECT_THAT(status, Not(StatusIs(kNotFound, HasSubstr("payments"))));
  EXPECT_THAT(status, Not(StatusIs(absl::StatusCode::kInternal)));
  EXPECT_THAT(absl::StatusOr<int>(status), StatusIs(kNotFound));
}

TEST(Matchers, AMismatchShowsTheStatus) {
  ::testing::StringMatchResultListener listener;
  ::testing::ExplainMatchResult(
      IsOk(), absl::Status(absl::NotFoundError("no topic orders")), &listener);
  EXPECT_THAT(listener.str(), HasSubstr("no topic orders"));
}

}  // namespace
}  // namespace mirror::internal
