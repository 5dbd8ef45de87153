// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/target_guard.h"

#include <optional>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

using ::testing::HasSubstr;
using Decision = TargetGuard::Decision;

DownstreamOffset D(int64_t offset) { return DownstreamOffset(offset); }
UpstreamOffset U(int64_t offset) { return UpstreamOffset(offset); }

// An index that knows copies of source records 0, 1, ... at 0, 1, ... up to
// `end`.
class FakeIndex final : public CopyIndex {
 public:
  DownstreamOffset IndexedEnd(const TopicPartition&) override { return end_; }
  std::optional<DownstreamOffset> CopiesFrom(const TopicPartition&,
                                             UpstreamOffset) override {
    return std::nullopt;
  }
  BackTranslation TranslateBack(const TopicPartition&,
                                DownstreamOffset target) override {
    return {U(target.value()),
            target < end_ ? Exactness::kExact : Exactness::kUnknown};
  }

  DownstreamOffset end_;
};

class TargetGuardTest : public testing::Test {
 protected:
  TargetGuardTest() {
    plan_.source = {"orders", 0};
    plan_.target = {"A.orders", 0};
    options_.target_alias = "B";
    options_.foreign_grace = absl::Minutes(1);
    options_.foreign_memory = absl::Minutes(10);
  }
  TargetGuard Guard() { return TargetGuard(&plan_, &options_, &index_); }
  static TargetChange Change(PartitionProblem problem, int64_t kept_below = 0) {
    TargetChange change;
    change.problem = problem;
    change.what = "what happened";
    change.kept_below = D(kept_below);
    return change;
  }
  static TargetChange Foreign() {
    return Change(PROBLEM_TARGET_WRITTEN_BY_OTHERS);
  }

  PartitionPlan plan_;
  PartitionOptions options_;
  FakeIndex index_;
  absl::Time now_ = absl::UnixEpoch() + absl::Hours(1000);
};

TEST_F(TargetGuardTest, CopiesThatFollowEachOtherAreNoChange) {
  TargetGuard guard = Guard();
  EXPECT_FALSE(guard.OnCopied(D(0), 10, /*first_of_run=*/true).has_value());
  EXPECT_FALSE(guard.OnCopied(D(10), 5, /*first_of_run=*/false).has_value());
  EXPECT_EQ(guard.end(), D(15));
}

TEST_F(TargetGuardTest, ACopyBehindRecordsOfOthersIsNoticed) {
  TargetGuard guard = Guard();
  guard.OnCopied(D(0), 10, true);
  const auto change = guard.OnCopied(D(12), 1, false);
  ASSERT_TRUE(change.has_value());
  EXPECT_EQ(change->problem, PROBLEM_TARGET_WRITTEN_BY_OTHERS);
  EXPECT_THAT(change->what,
              HasSubstr("2 records from offset 10 of A.orders-0"));
  EXPECT_EQ(guard.end(), D(13));
}

TEST_F(TargetGuardTest, OthersMayWriteToASharedTarget) {
  options_.delivery.target_is_shared = true;
  TargetGuard guard = Guard();
  guard.OnCopied(D(0), 10, true);
  EXPECT_FALSE(guard.OnCopied(D(12), 1, false).has_value());
  EXPECT_TRUE(guard.OnCopied(D(3), 1, false).has_value()) << "truncated";
}

TEST_F(TargetGuardTest, ACopyBelowTheEndMeansThatTheLogWasTruncated) {
  TargetGuard guard = Guard();
  guard.OnCopied(D(0), 10, true);
  const auto change = guard.OnCopied(D(4), 1, false);
  ASSERT_TRUE(change.has_value());
  EXPECT_EQ(change->problem, PROBLEM_TARGET_TRUNCATED);
  EXPECT_EQ(change->kept_below, D(4));
}

TEST_F(TargetGuardTest, WhereTheLogEndsIsForgottenWhenCopiesMayLandUncounted) {
  TargetGuard guard = Guard();
  guard.OnCopied(D(0), 10, true);
  guard.ForgetEnd();
  EXPECT_EQ(guard.end(), std::nullopt);
  EXPECT_FALSE(guard.OnCopied(D(12), 1, false).has_value());
}

TEST_F(TargetGuardTest, TheFirstCopyOfARunIsComparedWithTheIndex) {
  index_.end_ = D(100);
  TargetGuard guard = Guard();
  const auto change = guard.OnCopied(D(40), 1, /*first_of_run=*/true);
  ASSERT_TRUE(change.has_value());
  EXPECT_EQ(change->problem, PROBLEM_TARGET_TRUNCATED);
  // Requests that were not answered may have landed: more is no surprise.
  TargetGuard other = Guard();
  EXPECT_FALSE(other.OnCopied(D(140), 1, true).has_value());
}

TEST_F(TargetGuardTest, TheIndexIsNotAskedWhenAllIsCopiedAgainAnyway) {
  index_.end_ = D(100);
  plan_.from_log_start = true;
  TargetGuard guard = Guard();
  EXPECT_FALSE(guard.OnCopied(D(40), 1, /*first_of_run=*/true).has_value());
  guard.ForgetEnd();
  EXPECT_TRUE(guard.OnCopied(D(40), 1, /*first_of_run=*/true).has_value());
}

TEST_F(TargetGuardTest, ALogThatEndsWhereTheCopiesDoIsNoChange) {
  const TargetGuard guard = Guard();
  EXPECT_FALSE(guard.CheckEnd(D(10), D(10)).has_value());
  EXPECT_EQ(guard.CheckEnd(D(10), D(12))->problem,
            PROBLEM_TARGET_WRITTEN_BY_OTHERS);
  EXPECT_EQ(guard.CheckEnd(D(10), D(9))->problem, PROBLEM_TARGET_TRUNCATED);
}

TEST_F(TargetGuardTest, LostCopiesBeginWhereTheIndexSaysAndEndAtTheLastOne) {
  index_.end_ = D(100);
  const TargetGuard guard = Guard();
  const auto lost =
      guard.LostCopies(Change(PROBLEM_TARGET_TRUNCATED, 40), U(119));
  ASSERT_TRUE(lost.has_value());
  EXPECT_EQ(lost->first, U(40));
  EXPECT_EQ(lost->end, U(120));
  EXPECT_EQ(lost->records, 80);
  EXPECT_EQ(lost->reason, SkipReason::kTargetLost);
}

TEST_F(TargetGuardTest, OfWhatTheIndexDoesNotKnowEverythingMayBeLost) {
  const TargetGuard guard = Guard();
  EXPECT_EQ(
      guard.LostCopies(Change(PROBLEM_TARGET_TRUNCATED, 40), U(119))->first,
      U(0));
}

TEST_F(TargetGuardTest, NothingIsLostByOthersNorBeforeTheFirstCopy) {
  const TargetGuard guard = Guard();
  EXPECT_FALSE(guard.LostCopies(Foreign(), U(9)).has_value());
  EXPECT_FALSE(guard.LostCopies(Change(PROBLEM_TARGET_RECREATED), std::nullopt)
                   .has_value());
}

TEST_F(TargetGuardTest, OthersAreAWarningFirstAndThenForTheOperator) {
  TargetGuard guard = Guard();
  EXPECT_EQ(guard.Decide(Foreign(), now_), Decision::kWarn);
  EXPECT_EQ(guard.Decide(Foreign(), now_ + absl::Seconds(30)),
            Decision::kNothing);
  EXPECT_EQ(guard.Decide(Foreign(), now_ + absl::Seconds(61)), Decision::kStop);
}

TEST_F(TargetGuardTest, OthersWhoWroteLongAgoAreForgotten) {
  TargetGuard guard = Guard();
  guard.Decide(Foreign(), now_);
  EXPECT_EQ(guard.Decide(Foreign(), now_ + absl::Minutes(11)), Decision::kWarn);
}

TEST_F(TargetGuardTest, LostCopiesAreDecidedByThePolicy) {
  const TargetChange lost = Change(PROBLEM_TARGET_RECREATED);
  TargetGuard guard = Guard();
  EXPECT_EQ(guard.Decide(lost, now_), Decision::kStop);
  options_.delivery.on_target_change = LossPolicy::kSkip;
  EXPECT_EQ(guard.Decide(lost, now_), Decision::kContinue);
  options_.delivery.on_target_change = LossPolicy::kReseed;
  EXPECT_EQ(guard.Decide(lost, now_), Decision::kReseed);
}

TEST_F(TargetGuardTest, NothingIsCopiedAgainBecauseOthersWrite) {
  options_.delivery.on_target_change = LossPolicy::kReseed;
  options_.foreign_grace = absl::ZeroDuration();
  TargetGuard guard = Guard();
  EXPECT_EQ(guard.Decide(Foreign(), now_), Decision::kContinue);
}

TEST_F(TargetGuardTest, WhatTheTargetHeldIsForgottenWithTheCopies) {
  plan_.target_log = TargetLog{D(0), D(7)};
  TargetGuard guard = Guard();
  EXPECT_EQ(guard.log()->end, D(7));
  guard.OnCopiesForgotten();
  EXPECT_FALSE(guard.log().has_value());
}

}  // namespace
}  // namespace mirror::internal
