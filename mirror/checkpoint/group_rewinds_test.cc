// SPDX-License-Identifier: Apache-2.0

#include "mirror/checkpoint/group_rewinds.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

const TopicPartition kOrders{"A.orders", 0};

Checkpoint At(int64_t upstream, int64_t downstream) {
  return {"billing", kOrders, UpstreamOffset(upstream),
          DownstreamOffset(downstream), ""};
}

auto From(int64_t downstream) {
  return ElementsAre(Pair(kOrders, DownstreamOffset(downstream)));
}

TEST(GroupRewinds, BeginWhenTheSourceWentBackAndTheNewPlaceIsExact) {
  GroupRewinds rewinds;
  rewinds.OnCheckpoint(At(100, 600), At(200, 700), true);
  EXPECT_THAT(rewinds.Of("billing"), IsEmpty());
  rewinds.OnCheckpoint(At(200, 700), At(50, 550), true);
  EXPECT_THAT(rewinds.Of("billing"), From(700));
  EXPECT_THAT(rewinds.Of("other"), IsEmpty());
}

TEST(GroupRewinds, DoNotBeginAtALowerBound) {
  GroupRewinds rewinds;
  rewinds.OnCheckpoint(At(200, 700), At(50, 510), false);
  EXPECT_THAT(rewinds.Of("billing"), IsEmpty());
}

// The topic was recreated: u starts again, d continues.
TEST(GroupRewinds, DoNotBeginIfTheTargetGetsFurther) {
  GroupRewinds rewinds;
  rewinds.OnCheckpoint(At(200, 700), At(5, 1005), true);
  EXPECT_THAT(rewinds.Of("billing"), IsEmpty());
}

TEST(GroupRewinds, AddUpUntilTheyAreFollowed) {
  GroupRewinds rewinds;
  rewinds.OnCheckpoint(At(200, 700), At(100, 600), true);
  rewinds.OnCheckpoint(At(100, 600), At(50, 550), true);
  rewinds.OnCheckpoint(At(50, 550), At(60, 560), false);  // continues there
  EXPECT_THAT(rewinds.Of("billing"), From(700));
  rewinds.Followed("billing", kOrders);
  EXPECT_THAT(rewinds.Of("billing"), IsEmpty());
}

TEST(GroupRewinds, AreDroppedWithTheirPartitions) {
  GroupRewinds rewinds;
  rewinds.OnCheckpoint(At(200, 700), At(50, 550), true);
  rewinds.ForgetAllBut([](const TopicPartition& tp) { return tp == kOrders; });
  EXPECT_THAT(rewinds.Of("billing"), From(700));
  rewinds.ForgetAllBut([](const TopicPartition&) { return false; });
  EXPECT_THAT(rewinds.Of("billing"), IsEmpty());
}

TEST(GroupRewinds, EndWhereTheyBeganOrAtALowerBound) {
  GroupRewinds rewinds;
  rewinds.OnCheckpoint(At(200, 700), At(100, 600), true);
  rewinds.OnCheckpoint(At(100, 600), At(200, 700), true);
  EXPECT_THAT(rewinds.Of("billing"), IsEmpty());
  rewinds.OnCheckpoint(At(200, 700), At(100, 600), true);
  rewinds.OnCheckpoint(At(100, 600), At(50, 510), false);
  EXPECT_THAT(rewinds.Of("billing"), IsEmpty());
}

}  // namespace
}  // namespace mirror::internal
