// SPDX-License-Identifier: Apache-2.0

#include "mirror/progress/progress_store.h"

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/cluster/record_batch.h"
#include "mirror/progress/connect_offset.h"
#include "mirror/progress/flow_note.h"

namespace mirror::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

const TopicPartition kOrders{"orders", 0};
const RunGrowth kGrowth{1, UpstreamOffset(0), DownstreamOffset(0), 10};

MATCHER_P2(IsIn, source, partition, "") {
  return arg.source == source && arg.progress_partition == partition;
}

// Without an offset: a tombstone.
Record Progress(std::optional<int64_t> offset, int64_t timestamp_ms,
                const std::string& alias = "A") {
  Record record;
  record.key = SourceOffsetKey{alias, kOrders}.Encode();
  if (offset.has_value()) {
    record.value = EncodeConnectOffsetValue(UpstreamOffset(*offset));
  }
  record.timestamp_ms = timestamp_ms;
  return record;
}

class ProgressStoreTest : public testing::Test {
 protected:
  auto Is(int64_t offset) {
    return ElementsAre(Pair(kOrders, UpstreamOffset(offset)));
  }

  void Apply(int32_t progress_partition, const Record& record) {
    const OwnedRecordBatch batch({"mm2-offsets.A.internal", progress_partition},
                                 {record});
    store_.Apply(batch.View(0));
  }

  ProgressStore store_{"A"};
};

TEST(ProgressOfAConnectorTest, ThatOfOthersIsNotReadAndNotDeleted) {
  const SourceOffsetKey key{"A", kOrders, "orders-mirror"};
  Record own = Progress(7, 1000);
  own.key = key.Encode();
  const OwnedRecordBatch batch({"connect-offsets", 0},
                               {own, Progress(99, 2000)});
  ProgressStore store("A", "orders-mirror");
  store.Apply(batch.View(0));
  store.Apply(batch.View(1));
  EXPECT_THAT(store.offsets(), ElementsAre(Pair(kOrders, UpstreamOffset(7))));
  EXPECT_THAT(store.KeysOf(kOrders), ElementsAre(key.Encode()));
}

TEST_F(ProgressStoreTest, TheLastRecordOfAPartitionWinsWhateverItsTime) {
  Apply(4, Progress(9, 2000));
  Apply(4, Progress(7, 1000));
  EXPECT_THAT(store_.offsets(), Is(7));
  EXPECT_THAT(store_.superseded(), IsEmpty());
}

TEST_F(ProgressStoreTest, OfTwoPartitionsTheLaterRecordWinsInAnyOrder) {
  Apply(29, Progress(900, 2000));
  Apply(4, Progress(100, 1000));
  EXPECT_THAT(store_.offsets(), Is(900));
  EXPECT_THAT(store_.superseded(), ElementsAre(IsIn(kOrders, 4)));
  // It started over, so its offset is the lower one.
  Apply(29, Progress(-1, 3000));
  EXPECT_THAT(store_.offsets(), Is(-1));
}

TEST_F(ProgressStoreTest, ATombstoneTakesOnlyWhatItsPartitionHas) {
  Apply(4, Progress(100, 1000));
  Apply(29, Progress(900, 2000));
  Apply(4, Progress(std::nullopt, 3000));
  EXPECT_THAT(store_.offsets(), Is(900));
  EXPECT_THAT(store_.superseded(), IsEmpty());
  Apply(29, Progress(std::nullopt, 4000));
  EXPECT_THAT(store_.offsets(), IsEmpty());
}

TEST_F(ProgressStoreTest, WithoutTimestampsTheFurtherOneWins) {
  Apply(29, Progress(900, -1));
  Apply(4, Progress(100, -1));
  EXPECT_THAT(store_.offsets(), Is(900));
}

TEST_F(ProgressStoreTest, TellsTheGrowthBesideTheOffsetThatCounts) {
  Record record = Progress(9, 1000);
  record.headers.push_back({"other", std::nullopt});
  record.headers.push_back({kOwnHeader, kGrowth.Encode()});
  Apply(4, record);
  EXPECT_THAT(store_.growths(), ElementsAre(Pair(kOrders, kGrowth)));
  Apply(4, Progress(10, 2000));
  EXPECT_THAT(store_.growths(), IsEmpty()) << "of MirrorMaker 2";
  record.headers.back().value = "garbage";
  Apply(4, record);
  EXPECT_THAT(store_.growths(), IsEmpty());
  EXPECT_EQ(store_.unreadable(), 0);
}

TEST_F(ProgressStoreTest, SkipsOtherFlowsAndCountsGarbage) {
  Apply(4, Progress(9, 1000, "C"));
  Record garbage;
  garbage.key = "not json";
  Apply(4, garbage);
  EXPECT_THAT(store_.offsets(), IsEmpty());
  EXPECT_EQ(store_.unreadable(), 1);
}

TEST_F(ProgressStoreTest, NamesTheKeysOfAllRecordsAndForgetsThem) {
  Apply(4, Progress(9, 1000));
  Record other = Progress(9, 1000);
  other.key = SourceOffsetKey{"A", kOrders, "my-mirror"}.Encode();
  Apply(7, other);
  EXPECT_THAT(store_.KeysOf(kOrders),
              ElementsAre(*Progress(9, 1000).key, *other.key));
  store_.Forget(kOrders);
  EXPECT_THAT(store_.offsets(), IsEmpty());
  EXPECT_THAT(store_.superseded(), IsEmpty());
  EXPECT_THAT(store_.KeysOf(kOrders), ElementsAre(*Progress(9, 1000).key));
}

TEST_F(ProgressStoreTest, AdoptsAndDropsWhatIsSelected) {
  const TopicPartition other{"payments", 0};
  Apply(29, Progress(900, 2000));
  Apply(4, Progress(100, 1000));
  store_.SetStart(other, UpstreamOffset(5));
  const ProgressStore from = store_;
  const auto is_orders = [](const TopicPartition& tp) { return tp == kOrders; };

  store_ = ProgressStore("A");
  store_.SetCopied(kOrders, UpstreamOffset(1000));
  store_.SetCopied(other, UpstreamOffset(7));
  store_.Adopt(from, is_orders);
  EXPECT_THAT(store_.offsets(), ElementsAre(Pair(kOrders, UpstreamOffset(900)),
                                            Pair(other, UpstreamOffset(7))));
  EXPECT_THAT(store_.superseded(), ElementsAre(IsIn(kOrders, 4)));

  store_.Drop(is_orders);
  EXPECT_THAT(store_.offsets(), ElementsAre(Pair(other, UpstreamOffset(7))));
  EXPECT_THAT(store_.superseded(), IsEmpty());
}

TEST_F(ProgressStoreTest, AdoptsNotesUnlessItHasItsOwn) {
  ProgressStore from("A");
  from.SetLooked();
  from.SetGone("orders", absl::FromUnixSeconds(1));
  from.SetGone("payments", absl::FromUnixSeconds(2));
  store_.SetGone("orders", absl::FromUnixSeconds(3));
  store_.Adopt(from, [](const TopicPartition&) { return false; });
  EXPECT_TRUE(store_.has_looked());
  EXPECT_THAT(store_.gone(),
              ElementsAre(Pair("orders", absl::FromUnixSeconds(3)),
                          Pair("payments", absl::FromUnixSeconds(2))));
}

TEST_F(ProgressStoreTest, KnowsSinceWhenTopicsAreGone) {
  const absl::Time since = absl::FromUnixSeconds(1700000000);
  const FlowNote note{"A", "orders", since};
  Record record;
  record.key = note.EncodeKey();
  record.value = note.EncodeValue();
  Apply(4, record);
  EXPECT_THAT(store_.gone(), ElementsAre(Pair("orders", since)));
  EXPECT_FALSE(store_.has_looked());
  record.value.reset();
  Apply(4, record);
  EXPECT_THAT(store_.gone(), IsEmpty());
}

TEST_F(ProgressStoreTest, WhatAShardReportsCountsAsCopiedIfItHasMoved) {
  store_.SetStart(kOrders, UpstreamOffset(5));
  store_.SetCopied(kOrders, UpstreamOffset(4));
  EXPECT_FALSE(store_.HasCopies(kOrders));
  store_.SetCopied(kOrders, UpstreamOffset(7));
  EXPECT_TRUE(store_.HasCopies(kOrders));
  EXPECT_THAT(store_.offsets(), Is(7));
}

}  // namespace
}  // namespace mirror::internal
