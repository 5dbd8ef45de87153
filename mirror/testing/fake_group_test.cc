// SPDX-License-Identifier: Apache-2.0

#include "mirror/testing/fake_group.h"

#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(FakeGroup, DividesWhatHasNoOwnerEvenly) {
  FakeGroup group;
  group.members[1];
  group.members[2];
  group.Rebalance(5);
  EXPECT_THAT(group.members[1].owned, ElementsAre(0, 2, 4));
  EXPECT_THAT(group.members[2].owned, ElementsAre(1, 3));
}

TEST(FakeGroup, RevokesOnlyWhatAnotherMemberGets) {
  FakeGroup group;
  group.members[1];
  group.Rebalance(5);
  group.members[2];
  group.Rebalance(5);
  EXPECT_THAT(group.members[1].revoked, ElementsAre(3, 4));
  EXPECT_THAT(group.members[2].owned, IsEmpty());
  // The same again: what is revoked counts for the other.
  group.Rebalance(5);
  EXPECT_THAT(group.members[1].revoked, ElementsAre(3, 4));
  group.members[1].owned = {0, 1, 2, 3};
  group.members[1].revoked = {3};
  group.Rebalance(5);
  EXPECT_THAT(group.members[2].owned, ElementsAre(4));
  EXPECT_THAT(group.members[1].revoked, ElementsAre(3));
}

TEST(FakeGroup, AMemberThatLeavesIsGoneWhenAllIsReleased) {
  FakeGroup group;
  group.members[1];
  group.members[2];
  group.Rebalance(4);
  group.members[1].leaving = true;
  group.Rebalance(4);
  EXPECT_EQ(group.members[1].revoked, group.members[1].owned);
  EXPECT_THAT(group.members[2].owned, SizeIs(2));
  group.members[1].owned.clear();
  group.members[1].revoked.clear();
  group.Rebalance(4);
  EXPECT_THAT(group.members, SizeIs(1));
  EXPECT_THAT(group.members[2].owned, SizeIs(4));
}

TEST(FakeGroup, AMemberThatDiedKeepsWhatItOwnsAndGetsNoMore) {
  FakeGroup group;
  group.members[1];
  group.members[2];
  group.Rebalance(4);
  group.members[1].gone = true;
  group.Rebalance(6);
  EXPECT_THAT(group.members[1].owned, ElementsAre(0, 2));
  EXPECT_THAT(group.members[1].revoked, IsEmpty());
  EXPECT_THAT(group.members[2].owned, ElementsAre(1, 3, 4, 5));
}

TEST(FakeGroup, PartitionsThatAreDeletedAreRevoked) {
  FakeGroup group;
  group.members[1];
  group.Rebalance(4);
  group.Rebalance(0);
  EXPECT_THAT(group.members[1].revoked, SizeIs(4));
}

TEST(FakeGroup, MoreMembersThanPartitionsLeaveSomeIdle) {
  FakeGroup group;
  for (int i = 1; i <= 3; ++i) group.members[i];
  group.Rebalance(2);
  EXPECT_THAT(group.members[3].owned, IsEmpty());
  EXPECT_THAT(group.members[3].revoked, IsEmpty());
}

}  // namespace
}  // namespace mirror::internal
