// SPDX-License-Identifier: Apache-2.0
//
// What a running flow tells its offset index, and what is left of it in the
// next life.

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/flow/flow_fixture.h"
#include "mirror/model/position.h"

namespace mirror::internal {
namespace {

const TopicPartition kOrders0{"orders", 0};
const TopicPartition kCopy0{"A.orders", 0};

Translation Exactly(int64_t d) {
  return {DownstreamOffset(d), Exactness::kExact};
}
Translation AtLeast(int64_t d) {
  return {DownstreamOffset(d), Exactness::kLowerBound};
}

class FlowIndexTest : public testing::Test {
 protected:
  FakeCluster& a() { return flow_.source(); }
  FakeCluster& b() { return flow_.target(); }
  Translation Translate(int64_t u) {
    return flow_.store().Translate(kOrders0, UpstreamOffset(u));
  }
  bool CommittedThrough(int64_t u) {
    return flow_.RunUntil(
        [&] { return flow_.Status(kOrders0).committed_offset() >= u; });
  }

  SimulatedFlow flow_;
};

TEST_F(FlowIndexTest, EveryPositionIsExactHoleyOrNot) {
  a().CreateTopic("orders", 1);
  a().AppendGap(kOrders0, 5);
  a().Fill(kOrders0, 10);  // 5 to 14
  a().AppendGap(kOrders0, 5);
  a().Fill(kOrders0, 10);  // 20 to 29
  flow_.Start();
  ASSERT_TRUE(CommittedThrough(29));
  EXPECT_EQ(Translate(0), Exactly(0));
  EXPECT_EQ(Translate(5), Exactly(0));
  EXPECT_EQ(Translate(14), Exactly(9));
  EXPECT_EQ(Translate(17), Exactly(10));
  EXPECT_EQ(Translate(30), Exactly(20));
}

// A reader of syncs alone would believe that of the second copy.
TEST_F(FlowIndexTest, AKillBeforeTheFirstIndexRecordMakesNoSyncMislead) {
  flow_.EmitOffsetSyncs(/*on_source=*/false, /*lag_max=*/10);
  a().CreateTopic("orders", 1);
  a().Fill(kOrders0, 42);
  a().SetMaxBatchRecords(5);
  for (int run = 0; run < 3; ++run) {
    flow_.Start();
    ASSERT_TRUE(flow_.RunUntil(
        [&] { return flow_.Status(kOrders0).acked_offset() >= 20; }));
    flow_.RunFor(absl::Milliseconds(200));
    flow_.Crash();
    ASSERT_EQ(b().LogEnd({"mm2-offset-index.A.internal", 0}), 0);
    EXPECT_FALSE(b().HasTopic("mm2-offset-syncs.A.internal"));
  }
  flow_.Start();
  ASSERT_TRUE(CommittedThrough(41));
  ASSERT_TRUE(flow_.RunUntil(
      [&] { return b().HasTopic("mm2-offset-syncs.A.internal"); }));
}

TEST_F(FlowIndexTest, AnEmptyPartitionHasItsPositionToo) {
  a().CreateTopic("orders", 1);
  flow_.Start();
  ASSERT_TRUE(flow_.RunUntil([&] { return Translate(0) == Exactly(0); }));
}

TEST_F(FlowIndexTest, TheEndOfALogThatEndsWithMarkersIsExactAfterARestartToo) {
  a().CreateTopic("orders", 1);
  a().Fill(kOrders0, 10);
  flow_.Start();
  ASSERT_TRUE(CommittedThrough(9));
  flow_.Crash();
  a().AppendAborted(kOrders0, std::vector<Record>(3));
  flow_.Start();
  ASSERT_TRUE(flow_.RunUntil([&] { return Translate(14) == Exactly(10); }));
  a().Fill(kOrders0, 1);
  ASSERT_TRUE(CommittedThrough(14));
  EXPECT_EQ(Translate(12), Exactly(10));
  EXPECT_EQ(Translate(15), Exactly(11));
}

TEST_F(FlowIndexTest, WhatWasSkippedIsInTheStatusAfterAKillToo) {
  a().CreateTopic("orders", 1);
  a().Fill(kOrders0, 10);
  flow_.Start();
  ASSERT_TRUE(CommittedThrough(9));
  const SkippedRange range{UpstreamOffset(10),
                           UpstreamOffset(15),
                           5,
                           SkipReason::kSourceLost,
                           absl::FromUnixSeconds(1700000000),
                           "of a test"};
  flow_.store().Skip(kOrders0, range);
  EXPECT_EQ(flow_.Status(kOrders0).skipped_records(), 5);
  ASSERT_TRUE(flow_.RunUntil([&] {
    return flow_.store().PrepareFlush({kOrders0})->records().empty();
  })) << "flushed though nothing was copied";

  flow_.Start();
  ASSERT_TRUE(flow_.RunUntil(
      [&] { return flow_.Status(kOrders0).skipped_records() == 5; }));
  EXPECT_EQ(flow_.Status(kOrders0).skipped(0).reason(), "source-lost");
  EXPECT_THAT(flow_.store().Skipped(kOrders0), testing::ElementsAre(range));
}

TEST_F(FlowIndexTest, ARestartForgetsNothing) {
  a().CreateTopic("orders", 1);
  a().Fill(kOrders0, 10);
  flow_.Start();
  ASSERT_TRUE(CommittedThrough(9));
  flow_.Start();
  EXPECT_FALSE(Translate(3).known());
  ASSERT_TRUE(flow_.RunUntil([&] { return Translate(3).known(); }));
  EXPECT_EQ(Translate(3), Exactly(3));
  a().Fill(kOrders0, 10);
  ASSERT_TRUE(CommittedThrough(19));
  EXPECT_EQ(Translate(12), Exactly(12));
}

TEST_F(FlowIndexTest, WhatStoodOnTheTargetBeforeMakesAnswersLowerBounds) {
  a().CreateTopic("orders", 1);
  a().Fill(kOrders0, 30);
  b().CreateTopic("A.orders", 1);
  b().Append(kCopy0, std::vector<Record>(20));
  flow_.Start();
  ASSERT_TRUE(CommittedThrough(29));
  // As many are copied as were there, so all that were are copied again.
  EXPECT_EQ(Translate(3), Exactly(23));
  EXPECT_FALSE(
      flow_.store().Translate({"other", 0}, UpstreamOffset(3)).known());
}

TEST_F(FlowIndexTest, WhatStoodOnTheTargetBeforeIsFoundIfItIsTheSame) {
  a().CreateTopic("orders", 1);
  a().Fill(kOrders0, 30);
  b().CreateTopic("A.orders", 1);
  b().Fill(kCopy0, 20);
  flow_.Start();
  ASSERT_TRUE(CommittedThrough(29));
  EXPECT_EQ(b().LogEnd(kCopy0), 30);
  EXPECT_EQ(Translate(3), Exactly(3));
  EXPECT_EQ(Translate(23), Exactly(23));
}

TEST_F(FlowIndexTest, ARefusedIndexDoesNotStopTheRecords) {
  a().CreateTopic("orders", 1);
  flow_.Start();
  ASSERT_TRUE(flow_.RunUntil(
      [&] { return b().HasTopic("mm2-offset-index.A.internal"); }));
  b().FailProduce("mm2-offset-index.A.internal",
                  absl::PermissionDeniedError("WRITE"));
  a().Fill(kOrders0, 10);
  ASSERT_TRUE(CommittedThrough(9));
  EXPECT_EQ(Translate(3), Exactly(3));
  EXPECT_EQ(flow_.CountEvents(EngineEvent::Kind::kClusterTrouble), 1);
}

TEST_F(FlowIndexTest, SegmentsThatTheSourceHasOutlivedAreDeleted) {
  a().CreateTopic("orders", 1);
  for (int i = 0; i < 2000; ++i) {
    a().Fill(kOrders0, 1);
    a().AppendGap(kOrders0);
  }
  flow_.Start(1);
  ASSERT_TRUE(CommittedThrough(3998));
  a().DeleteRecordsBefore(kOrders0, 3000);
  a().Fill(kOrders0, 1);
  ASSERT_TRUE(CommittedThrough(4000));
  int tombstones = 0;
  for (const Record& record : b().Records({"mm2-offset-index.A.internal", 0})) {
    tombstones += record.value.has_value() ? 0 : 1;
  }
  EXPECT_GE(tombstones, 2);
  EXPECT_EQ(Translate(3500), Exactly(1750));
}

TEST_F(FlowIndexTest, ATopicRecreatedWhileNoEngineRanStopsByDefault) {
  a().CreateTopic("orders", 1);
  a().Fill(kOrders0, 10);
  flow_.Start();
  ASSERT_TRUE(CommittedThrough(9));
  flow_.Crash();
  a().DeleteTopic("orders");
  a().CreateTopic("orders", 1);
  a().Fill(kOrders0, 30);
  flow_.Start();
  ASSERT_TRUE(flow_.RunUntil([&] {
    return flow_.Status(kOrders0).problem() == PROBLEM_SOURCE_RECREATED;
  }));
  flow_.RunFor(absl::Seconds(10));
  EXPECT_EQ(b().LogEnd(kCopy0), 10);
}

TEST_F(FlowIndexTest, ARecreatedTopicIsIndexedAgain) {
  flow_.control_options().delivery.on_source_gap = LossPolicy::kReseed;
  flow_.loop_options().partition.delivery.on_source_gap = LossPolicy::kReseed;
  a().CreateTopic("orders", 1);
  a().Fill(kOrders0, 10);
  flow_.Start();
  ASSERT_TRUE(CommittedThrough(9));
  flow_.Crash();
  a().DeleteTopic("orders");
  a().CreateTopic("orders", 1);
  a().Fill(kOrders0, 30);
  flow_.Start();
  ASSERT_TRUE(flow_.RunUntil([&] { return b().LogEnd(kCopy0) == 40; }));
  ASSERT_TRUE(CommittedThrough(29));
  EXPECT_EQ(Translate(3), Exactly(13));
  flow_.Start();
  ASSERT_TRUE(flow_.RunUntil([&] { return Translate(3).known(); }));
  EXPECT_EQ(Translate(3), Exactly(13));
  EXPECT_EQ(Translate(40), AtLeast(40));
}

}  // namespace
}  // namespace mirror::internal
