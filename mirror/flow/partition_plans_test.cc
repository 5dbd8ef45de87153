// SPDX-License-Identifier: Apache-2.0

#include "mirror/flow/partition_plans.h"

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

PartitionPlan Plan(bool has_copies) {
  PartitionPlan plan;
  plan.source = {"orders", 0};
  plan.target = {"A.orders", 0};
  plan.has_copies = has_copies;
  return plan;
}

TEST(PartitionPlans, BehindTheIndexCopiesMayBeThatNothingTells) {
  PartitionPlan plan = Plan(/*has_copies=*/true);
  NoteTargetLog(5, 20, DownstreamOffset(15), "B", &plan);
  EXPECT_TRUE(plan.may_have_unknown_copies);
  EXPECT_EQ(plan.target_end, DownstreamOffset(20));
  EXPECT_FALSE(plan.target_change.has_value());
  EXPECT_FALSE(plan.target_log.has_value());
}

TEST(PartitionPlans, BelowTheIndexCopiesAreGone) {
  PartitionPlan plan = Plan(/*has_copies=*/true);
  NoteTargetLog(5, 10, DownstreamOffset(15), "B", &plan);
  ASSERT_TRUE(plan.target_change.has_value());
  EXPECT_EQ(plan.target_change->problem, PROBLEM_TARGET_TRUNCATED);
}

TEST(PartitionPlans, OfOneWithoutCopiesTheWholeLogIsNoted) {
  PartitionPlan plan = Plan(/*has_copies=*/false);
  NoteTargetLog(5, 10, DownstreamOffset(0), "B", &plan);
  EXPECT_EQ(plan.target_log->start, DownstreamOffset(5));
  EXPECT_EQ(plan.target_log->end, DownstreamOffset(10));
}

TEST(PartitionPlans, ATargetThatDoesNotSayMayHoldAnything) {
  for (const bool has_copies : {true, false}) {
    PartitionPlan plan = Plan(has_copies);
    NoteTargetLog(5, absl::UnavailableError("no leader"), DownstreamOffset(0),
                  "B", &plan);
    EXPECT_TRUE(plan.may_have_unknown_copies);
    EXPECT_FALSE(plan.target_end.has_value());
    EXPECT_EQ(plan.target_log.has_value(), !has_copies);
  }
}

}  // namespace
}  // namespace mirror::internal
