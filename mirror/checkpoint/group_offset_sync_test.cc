// SPDX-License-Identifier: Apache-2.0

#include "mirror/checkpoint/group_offset_sync.h"

#include <optional>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

const TopicPartition kOrders{"A.orders", 0};
const TopicPartition kLedger{"A.ledger", 0};

GroupCheckpoints Checkpoints(const TopicPartition& topic_partition,
                             int64_t downstream) {
  return {{topic_partition,
           {"billing", topic_partition, UpstreamOffset(1000),
            DownstreamOffset(downstream), "meta"}}};
}

struct Vector {
  std::optional<int64_t> committed;
  int64_t checkpoint;
  std::optional<int64_t> written;
};

class IdleGroup : public testing::TestWithParam<Vector> {};

TEST_P(IdleGroup, IsTakenForwardOnly) {
  GroupOffsets committed;
  if (GetParam().committed.has_value()) {
    committed[kOrders] = {*GetParam().committed, ""};
  }
  const GroupOffsets result =
      PlanGroupSync(Checkpoints(kOrders, GetParam().checkpoint), {}, {},
                    committed)
          .write;
  if (!GetParam().written.has_value()) {
    EXPECT_THAT(result, IsEmpty());
  } else {
    EXPECT_THAT(
        result,
        ElementsAre(Pair(kOrders, GroupOffset{*GetParam().written, "meta"})));
  }
}

INSTANTIATE_TEST_SUITE_P(Mm2, IdleGroup,
                         testing::Values(Vector{100, 101, 101},
                                         Vector{50, 51, 51},
                                         Vector{std::nullopt, 101, 101},
                                         Vector{-1, 101, 101},
                                         Vector{101, 101, std::nullopt},
                                         Vector{102, 101, std::nullopt},
                                         Vector{std::nullopt, 0, 0}));

TEST(GroupOffsetSync, JudgesEachPartitionByItself) {
  GroupCheckpoints checkpoints = Checkpoints(kOrders, 50);
  checkpoints.merge(Checkpoints(kLedger, 70));
  const GroupSyncPlan plan = PlanGroupSync(
      checkpoints, {}, {}, {{kOrders, {60, ""}}, {kLedger, {60, ""}}});
  EXPECT_THAT(plan.write, ElementsAre(Pair(kLedger, GroupOffset{70, "meta"})));
  EXPECT_THAT(plan.ahead, ElementsAre(Pair(kOrders, 60)));
  EXPECT_THAT(plan.rewinds, IsEmpty());
}

TEST(GroupOffsetSync, MovesBackIfItIsToFollowFromWhereTheSourceHadBeen) {
  const RewoundFrom follow = {{kOrders, DownstreamOffset(60)}};
  for (const int64_t committed : {51, 60}) {
    const GroupSyncPlan plan = PlanGroupSync(Checkpoints(kOrders, 50), follow,
                                             {}, {{kOrders, {committed, ""}}});
    EXPECT_THAT(plan.write,
                ElementsAre(Pair(kOrders, GroupOffset{50, "meta"})));
    EXPECT_THAT(plan.rewinds, ElementsAre(kOrders));
  }
}

// Its members have read on the target itself.
TEST(GroupOffsetSync, DoesNotGoBackFromFurther) {
  const RewoundFrom follow = {{kOrders, DownstreamOffset(60)}};
  const GroupSyncPlan plan = PlanGroupSync(Checkpoints(kOrders, 50), follow, {},
                                           {{kOrders, {61, ""}}});
  EXPECT_THAT(plan.write, IsEmpty());
  EXPECT_THAT(plan.ahead, ElementsAre(Pair(kOrders, 61)));
}

TEST(GroupOffsetSync, ARewindThatIsInPlaceIsNoWork) {
  const RewoundFrom follow = {{kOrders, DownstreamOffset(60)}};
  const GroupSyncPlan plan = PlanGroupSync(Checkpoints(kOrders, 50), follow, {},
                                           {{kOrders, {50, ""}}});
  EXPECT_THAT(plan.write, IsEmpty());
  EXPECT_THAT(plan.ahead, IsEmpty());
}

// The checkpoint took the place of one of a log that is gone, which said 60.
TEST(GroupOffsetSync, GoesBackFromAnOffsetOfALogThatIsGone) {
  GroupCheckpoints checkpoints = Checkpoints(kOrders, 50);
  checkpoints.at(kOrders).stale_through = DownstreamOffset(60);
  for (const int64_t committed : {51, 60}) {
    const GroupSyncPlan plan =
        PlanGroupSync(checkpoints, {}, {}, {{kOrders, {committed, ""}}});
    EXPECT_THAT(plan.write,
                ElementsAre(Pair(kOrders, GroupOffset{50, "meta"})));
    EXPECT_THAT(plan.rewinds, ElementsAre(kOrders));
  }
  const GroupSyncPlan further =
      PlanGroupSync(checkpoints, {}, {}, {{kOrders, {61, ""}}});
  EXPECT_THAT(further.ahead, ElementsAre(Pair(kOrders, 61)));
}

TEST(GroupOffsetSync, GoesBackFromPastTheEndOfTheLog) {
  const LogEnds ends = {{kOrders, DownstreamOffset(70)}};
  EXPECT_THAT(
      PlanGroupSync(Checkpoints(kOrders, 50), {}, ends, {{kOrders, {70, ""}}})
          .ahead,
      ElementsAre(Pair(kOrders, 70)));
  EXPECT_THAT(
      PlanGroupSync(Checkpoints(kOrders, 50), {}, ends, {{kOrders, {71, ""}}})
          .write,
      ElementsAre(Pair(kOrders, GroupOffset{50, "meta"})));
}

}  // namespace
}  // namespace mirror::internal
