// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/bounds_watch.h"

#include <map>
#include <set>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/model/offset.h"

namespace mirror::internal {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class BoundsWatchTest : public testing::Test {
 protected:
  void AddEntries(int32_t count) {
    for (int32_t i = 0; i < count; ++i) {
      entries_[{"orders", i}].assigned = true;
    }
  }

  // A turn of the shard, a second after the last; whose turn it was.
  std::set<TopicPartition> Turn() {
    std::set<TopicPartition> asked;
    watch_.Look([&](const TopicPartition& source) {
      asked.insert(source);
      return PartitionBounds{UpstreamOffset(3), UpstreamOffset(7)};
    });
    for (const auto& [source, bounds] : watch_.TakeFound()) {
      noted_[source] = bounds;
    }
    now_ += absl::Seconds(1);
    watch_.PlanNext(entries_, now_);
    return asked;
  }

  absl::Time now_ = absl::UnixEpoch();
  std::map<TopicPartition, LoopEntry> entries_;
  std::map<TopicPartition, PartitionBounds> noted_;
  BoundsWatch watch_{absl::Seconds(1)};
};

TEST_F(BoundsWatchTest, FewPartitionsAllHaveTheirTurnEverySecond) {
  AddEntries(3);
  Turn();
  EXPECT_THAT(Turn(), SizeIs(3));
  EXPECT_THAT(Turn(), SizeIs(3));
  EXPECT_EQ(noted_.at({"orders", 2}).end, UpstreamOffset(7));
}

TEST_F(BoundsWatchTest, OfManyASliceHasItsTurnUntilAllHaveHadIt) {
  AddEntries(250);
  Turn();
  std::set<TopicPartition> asked;
  for (int turn = 0; turn < 3; ++turn) {
    const auto now = Turn();
    EXPECT_THAT(now, SizeIs(100));
    asked.insert(now.begin(), now.end());
  }
  EXPECT_THAT(asked, SizeIs(250));
}

TEST_F(BoundsWatchTest, WhatIsNotReadIsNotAskedAbout) {
  AddEntries(1);
  entries_.begin()->second.assigned = false;
  Turn();
  EXPECT_THAT(Turn(), IsEmpty());
}

TEST_F(BoundsWatchTest, NoPartitionIsAskedTwiceWithinTheInterval) {
  AddEntries(1);
  Turn();
  EXPECT_THAT(Turn(), SizeIs(1));
  watch_.Look([](const TopicPartition&) { return std::nullopt; });
  watch_.PlanNext(entries_, now_);
  watch_.Look([](const TopicPartition&) -> std::optional<PartitionBounds> {
    ADD_FAILURE();
    return std::nullopt;
  });
}

}  // namespace
}  // namespace mirror::internal
