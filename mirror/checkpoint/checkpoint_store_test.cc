// SPDX-License-Identifier: Apache-2.0

#include "mirror/checkpoint/checkpoint_store.h"

#include <optional>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

Checkpoint At(int64_t upstream, int64_t downstream) {
  return {"group",
          {"source1.topic1", 2},
          UpstreamOffset(upstream),
          DownstreamOffset(downstream),
          ""};
}

absl::Status Apply(CheckpointStore* store, const Checkpoint& checkpoint) {
  return store->Apply(checkpoint.EncodeKey().value(),
                      checkpoint.EncodeValue().value());
}

struct Emission {
  std::optional<Checkpoint> last;
  Checkpoint next;
  bool emitted;
};

class EmissionRule : public testing::TestWithParam<Emission> {};

// The same answers as MM2's.
TEST_P(EmissionRule, DecidesAsMm2Does) {
  CheckpointStore store;
  if (GetParam().last.has_value()) store.Acked(*GetParam().last);
  EXPECT_EQ(store.ShouldEmit(GetParam().next, Exactness::kLowerBound),
            GetParam().emitted)
      << "next " << GetParam().next;
}

INSTANTIATE_TEST_SUITE_P(
    Mm2, EmissionRule,
    testing::Values(
        Emission{std::nullopt, At(10, 5), true},  // nothing known
        Emission{std::nullopt, At(0, 0), true},   // also at the very start
        Emission{At(13, 6), At(13, 5), false},    // sync expired: d falls
        Emission{At(13, 6), At(12, 5), true},     // upstream reset
        Emission{At(13, 6), At(12, 6), true},     // reset, d the same
        Emission{At(250, 201), At(250, 176), false},
        Emission{At(250, 201), At(370, 176), false},  // u forward, d back
        Emission{At(250, 201), At(400, 376), true},   // d advanced
        Emission{At(250, 201), At(250, 201), false},  // repetition
        Emission{At(250, 201), At(300, 201), false},  // d equal
        Emission{At(250, 201), At(250, 202), true}));

// The target topic was deleted; MM2 would stay at 600.
TEST(CheckpointStore, FollowsARecreatedTargetTopic) {
  CheckpointStore store;
  store.Acked(At(100, 600));
  EXPECT_TRUE(store.ShouldEmit(At(110, 10), Exactness::kExact));
  EXPECT_TRUE(store.ShouldEmit(At(100, 5), Exactness::kExact));
  EXPECT_FALSE(store.ShouldEmit(At(100, 5), Exactness::kLowerBound));
}

TEST(CheckpointStore, KeepsGroupsAndPartitionsApart) {
  CheckpointStore store;
  store.Acked(At(10, 5));
  Checkpoint other_group = At(10, 5);
  other_group.group = "other";
  Checkpoint other_partition = At(10, 5);
  other_partition.topic_partition.partition = 3;
  EXPECT_FALSE(store.ShouldEmit(At(10, 5), Exactness::kExact));
  EXPECT_TRUE(store.ShouldEmit(other_group, Exactness::kExact));
  EXPECT_TRUE(store.ShouldEmit(other_partition, Exactness::kExact));
}

// MM2 remembers a checkpoint before it is produced; a round that fails then
// loses it until the group moves again. Asking changes nothing here.
TEST(CheckpointStore, OffersACheckpointAgainUntilItIsAcknowledged) {
  CheckpointStore store;
  EXPECT_TRUE(store.ShouldEmit(At(10, 5), Exactness::kExact));
  EXPECT_TRUE(store.ShouldEmit(At(10, 5), Exactness::kExact));
  store.Acked(At(10, 5));
  EXPECT_FALSE(store.ShouldEmit(At(10, 5), Exactness::kExact));
}

TEST(CheckpointStore, LoadsTheLastRecordOfEachKey) {
  CheckpointStore store;
  ASSERT_TRUE(Apply(&store, At(10, 5)).ok());
  ASSERT_TRUE(Apply(&store, At(20, 15)).ok());
  ASSERT_TRUE(Apply(&store, At(12, 7)).ok());
  EXPECT_EQ(store.by_group().at("group").at({"source1.topic1", 2}), At(12, 7));
}

TEST(CheckpointStore, ForgetsWhatATombstoneDeletes) {
  CheckpointStore store;
  ASSERT_TRUE(Apply(&store, At(10, 5)).ok());
  Checkpoint other = At(10, 5);
  other.topic_partition.partition = 3;
  ASSERT_TRUE(Apply(&store, other).ok());
  ASSERT_TRUE(store.Apply(At(0, 0).EncodeKey().value(), std::nullopt).ok());
  EXPECT_THAT(store.by_group().at("group"), SizeIs(1));
  ASSERT_TRUE(store.Apply(other.EncodeKey().value(), std::nullopt).ok());
  EXPECT_THAT(store.by_group(), IsEmpty());
  EXPECT_TRUE(store.ShouldEmit(At(10, 5), Exactness::kExact));
}

TEST(CheckpointStore, ToleratesATombstoneOfWhatItNeverHad) {
  CheckpointStore store;
  EXPECT_TRUE(store.Apply(At(0, 0).EncodeKey().value(), std::nullopt).ok());
  EXPECT_THAT(store.by_group(), IsEmpty());
}

// In MM2 a null value ends the load and a poll error empties the store.
TEST(CheckpointStore, ReportsGarbageAndKeepsTheRest) {
  CheckpointStore store;
  ASSERT_TRUE(Apply(&store, At(10, 5)).ok());
  const std::string key = At(10, 5).EncodeKey().value();
  std::string newer = At(99, 99).EncodeValue().value();
  newer[1] = 7;
  EXPECT_FALSE(store.Apply("garbage", "garbage").ok());
  EXPECT_FALSE(store.Apply(std::nullopt, std::nullopt).ok());
  EXPECT_FALSE(store.Apply(key, "?").ok());
  EXPECT_EQ(store.Apply(key, newer).code(), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(store.by_group().at("group").at({"source1.topic1", 2}), At(10, 5));
}

}  // namespace
}  // namespace mirror::internal
