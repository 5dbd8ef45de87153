// SPDX-License-Identifier: Apache-2.0
//
// A partition that is asked to leave: it stops reading, drains, commits and
// goes.

#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/replication/partition.h"
#include "mirror/replication/partition_fixture.h"

namespace mirror::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using PartitionReleaseTest = PartitionFixture;

TEST_F(PartitionReleaseTest, ReleasedWhileIdle) {
  AddAtTen();
  Copy(10, 5, 100);
  On(event::CommitDue{});
  On(event::Committed{U(14)});
  EXPECT_THAT(On(event::Released{}), ElementsAre("Unassign", "Left"));
  EXPECT_THAT(Tick(), IsEmpty()) << "it leaves once";
}

TEST_F(PartitionReleaseTest, ReleasedInFlightDrainsAndCommitsFirst) {
  AddAtTen();
  Copy(10, 5, 100);
  Read(15, 5);
  Send();
  Read(20, 5);
  EXPECT_THAT(On(event::Released{}), ElementsAre("Unassign"));
  EXPECT_FALSE(partition_->HasHeld()) << "what is not sent is not waited for";
  EXPECT_THAT(Acked(15, 5, 105), ElementsAre("Copied 15+5 at 105"));
  EXPECT_THAT(Tick(), ElementsAre("BeginRun 20"));
  EXPECT_THAT(On(event::CommitDue{}), ElementsAre("CommitThrough 19"));
  EXPECT_THAT(On(event::Committed{U(19)}), ElementsAre("Left"));
}

TEST_F(PartitionReleaseTest, ReleasedWhileStopped) {
  AddAtTen();
  On(event::Suspended{PROBLEM_SOURCE_TOPIC_MISSING, "it is gone"});
  EXPECT_THAT(On(event::Released{}), ElementsAre("Left"));
}

TEST_F(PartitionReleaseTest, OneThatIsReleasedReadsNoMore) {
  AddAtTen();
  On(event::Released{});
  Read(10, 5);
  EXPECT_FALSE(partition_->HasHeld());
  EXPECT_THAT(On(event::SourceClientLost{}), IsEmpty());
}

}  // namespace
}  // namespace mirror::internal
