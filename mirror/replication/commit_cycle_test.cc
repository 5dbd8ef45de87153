// SPDX-License-Identifier: Apache-2.0
//
// What a flow commits, and when: each index partition by itself, by time and by
// amount, and all that is acknowledged at a stop.

#include "mirror/replication/commit_cycle.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/flow/flow_fixture.h"
#include "mirror/model/murmur2.h"
#include "mirror/progress/connect_offset.h"
#include "mirror/progress/shard_of.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kIndexTopic[] = "mm2-offset-index.A.internal";
constexpr int32_t kIndexPartitions = 4;

class CommitCycleTest : public testing::Test {
 protected:
  FakeCluster& a() { return flow_.source(); }
  FakeCluster& b() { return flow_.target(); }

  // A topic of four partitions, one for each index partition, all in one loop.
  void StartWithOrders() {
    a().CreateTopic("orders", kIndexPartitions);
    flow_.StartOneLoop(kIndexPartitions);
    ASSERT_TRUE(flow_.RunUntil([&] { return b().HasTopic("A.orders"); }));
    flow_.RunFor(absl::Seconds(5));
  }
  static int32_t IndexPartitionOf(int32_t partition) {
    return ShardOf({"orders", partition}, kIndexPartitions);
  }
  void FillAll(int64_t count) {
    for (int32_t i = 0; i < kIndexPartitions; ++i)
      a().Fill({"orders", i}, count);
  }
  int64_t Committed(int32_t partition) {
    const PartitionStatus status = flow_.Status({"orders", partition});
    return status.has_committed_offset() ? status.committed_offset() : -1;
  }
  bool AllCommitted(int64_t through, int32_t except = -1) {
    for (int32_t i = 0; i < kIndexPartitions; ++i) {
      if (i != except && Committed(i) < through) return false;
    }
    return true;
  }

  SimulatedFlow flow_;
};

TEST_F(CommitCycleTest, AnIndexPartitionWithoutLeaderDelaysOnlyItsOwnProgress) {
  StartWithOrders();
  b().SetPartitionDown({kIndexTopic, IndexPartitionOf(2)}, true);
  FillAll(10);
  ASSERT_TRUE(flow_.RunUntil([&] { return AllCommitted(9, /*except=*/2); },
                             absl::Seconds(5)));
  flow_.RunFor(absl::Seconds(30));
  EXPECT_EQ(Committed(2), -1);
  FillAll(10);
  EXPECT_TRUE(flow_.RunUntil([&] { return AllCommitted(19, /*except=*/2); },
                             absl::Seconds(5)));
  EXPECT_EQ(b().LogEnd({"A.orders", 2}), 20) << "copying waits for the index";
  EXPECT_EQ(flow_.CountEvents(EngineEvent::Kind::kClusterTrouble), 1);
  b().SetPartitionDown({kIndexTopic, IndexPartitionOf(2)}, false);
  EXPECT_TRUE(flow_.RunUntil([&] { return AllCommitted(19); }));
}

TEST_F(CommitCycleTest, AStopCommitsTheOthersOfAnIndexPartitionWithoutLeader) {
  StartWithOrders();
  b().SetPartitionDown({kIndexTopic, IndexPartitionOf(2)}, true);
  FillAll(10);
  ASSERT_TRUE(flow_.RunUntil([&] { return flow_.Copied("orders", 4); }));
  EXPECT_THAT(flow_.Stop(absl::Seconds(5)),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  b().SetPartitionDown({kIndexTopic, IndexPartitionOf(2)}, false);
  flow_.StartOneLoop(kIndexPartitions);
  flow_.events().clear();
  flow_.RunFor(absl::Seconds(10));
  // What was not committed is found on the target.
  std::vector<TopicPartition> found;
  for (const EngineEvent& event : flow_.events()) {
    if (absl::StrContains(event.message, "already holds")) {
      found.push_back(*event.partition);
    }
  }
  EXPECT_THAT(found, ElementsAre(TopicPartition{"orders", 2}));
  for (int32_t i = 0; i < kIndexPartitions; ++i) {
    EXPECT_EQ(b().LogEnd({"A.orders", i}), 10) << i;
  }
}

TEST_F(CommitCycleTest, AStopCommitsWhatIsAcknowledgedBesideAStuckPartition) {
  StartWithOrders();
  b().SetPartitionDown({"A.orders", 0}, true);
  b().SetPartitionDown({"A.orders", 1}, true);
  FillAll(10);
  flow_.RunFor(absl::Milliseconds(100));
  // Partition 1 answers within the time that the stop has, 0 does not.
  int turns = 0;
  const absl::Status stopped = flow_.Stop(absl::Seconds(5), [&] {
    if (++turns == 40) b().SetPartitionDown({"A.orders", 1}, false);
  });
  EXPECT_THAT(stopped, StatusIs(absl::StatusCode::kDeadlineExceeded));
  b().SetPartitionDown({"A.orders", 0}, false);
  flow_.StartOneLoop(kIndexPartitions);
  ASSERT_TRUE(flow_.RunUntil([&] { return AllCommitted(9); }));
  flow_.RunFor(absl::Seconds(5));
  for (int32_t i = 1; i < kIndexPartitions; ++i) {
    EXPECT_EQ(b().LogEnd({"A.orders", i}), 10) << i << " was copied again";
  }
}

TEST_F(CommitCycleTest, AFastFlowCommitsByAmountSoAKillRepeatsNoMore) {
  // Of 64 bytes beside the value and some 20 with it: about 50 records each.
  flow_.loop_options().partition.delivery.offset_flush_bytes =
      kIndexPartitions * 50 * 80;
  flow_.loop_options().partition.delivery.offset_flush_interval =
      absl::Hours(1);
  a().SetMaxBatchRecords(10);
  StartWithOrders();
  a().Fill({"orders", 0}, 10000);
  int64_t most = 0;
  ASSERT_TRUE(flow_.RunUntil([&] {
    most = std::max(most, b().LogEnd({"A.orders", 0}) - 1 - Committed(0));
    return b().LogEnd({"A.orders", 0}) == 10000;
  }));
  // And what is copied while the commit is in flight.
  EXPECT_LE(most, 100);
  EXPECT_GE(Committed(0), 9900);
}

TEST_F(CommitCycleTest, RecordsWithoutValuesCountAsWell) {
  flow_.loop_options().partition.delivery.offset_flush_bytes =
      kIndexPartitions * 64 * 50;
  flow_.loop_options().partition.delivery.offset_flush_interval =
      absl::Hours(1);
  StartWithOrders();
  for (int i = 0; i < 100; ++i) {
    Record tombstone;
    tombstone.key = "k";
    a().Append({"orders", 0}, tombstone);
  }
  EXPECT_TRUE(
      flow_.RunUntil([&] { return Committed(0) >= 49; }, absl::Minutes(1)));
}

TEST_F(CommitCycleTest, ALeaderlessProgressPartitionIsReportedAndDelaysItsOwn) {
  StartWithOrders();
  for (int32_t i = 0; i < 25; ++i) {
    b().SetPartitionDown({"mm2-offsets.A.internal", i}, true);
  }
  FillAll(10);
  flow_.RunFor(absl::Minutes(1));
  ASSERT_GE(flow_.CountEvents(EngineEvent::Kind::kClusterTrouble), 1);
  EXPECT_THAT(flow_.events().back().message,
              HasSubstr("mm2-offsets.A.internal"));
  for (int32_t i = 0; i < 25; ++i) {
    b().SetPartitionDown({"mm2-offsets.A.internal", i}, false);
  }
  EXPECT_TRUE(flow_.RunUntil([&] { return AllCommitted(9); }));
}

TEST_F(CommitCycleTest, ProgressFromBeforeMorePartitionsIsDeleted) {
  constexpr char kProgressTopic[] = "mm2-offsets.A.internal";
  a().CreateTopic("orders", 1);
  a().Fill({"orders", 0}, 100);
  b().CreateTopic("A.orders", 1);
  b().Fill({"A.orders", 0}, 90);
  b().CreateTopic(kProgressTopic, 50);
  Record progress;
  progress.key = SourceOffsetKey{"A", {"orders", 0}}.Encode();
  const int32_t now_in = PartitionForKey(*progress.key, 50);
  const int32_t once_in = (now_in + 1) % 50;
  progress.value = "{\"offset\":9}";
  progress.timestamp_ms = 1000;
  b().Append({kProgressTopic, once_in}, progress);
  progress.value = "{\"offset\":89}";
  progress.timestamp_ms = 2000;
  b().Append({kProgressTopic, now_in}, progress);
  flow_.Start();
  ASSERT_TRUE(flow_.RunUntil([&] { return Committed(0) == 99; }));
  EXPECT_EQ(b().LogEnd({"A.orders", 0}), 100);
  const std::vector<Record> old = b().Records({kProgressTopic, once_in});
  ASSERT_EQ(old.size(), 2u);
  EXPECT_EQ(old[1].key, progress.key);
  EXPECT_EQ(old[1].value, std::nullopt);
  EXPECT_GE(b().Records({kProgressTopic, now_in}).back().timestamp_ms,
            absl::ToUnixMillis(flow_.clock().WallTime()) - 10000);
}

// A partition of which the only run grows by ten records each second.
class GrowingRunTest : public CommitCycleTest {
 protected:
  void GrowFor(absl::Duration time) {
    const absl::Time end = flow_.clock().Now() + time;
    while (flow_.clock().Now() < end) {
      a().Fill({"orders", 0}, 10);
      flow_.RunFor(absl::Seconds(1));
    }
  }
  int64_t IndexRecords() {
    return b().LogEnd({kIndexTopic, IndexPartitionOf(0)});
  }
  // Of what a client reads that has only the index topic.
  Translation ClientsTranslate(int64_t u) {
    OffsetSyncStore client;
    for (const Record& record :
         b().Records({kIndexTopic, IndexPartitionOf(0)})) {
      std::optional<absl::string_view> value;
      if (record.value.has_value()) value = *record.value;
      EXPECT_THAT(client.ApplyIndexRecord(*record.key, value), IsOk());
    }
    return client.Translate({"orders", 0}, UpstreamOffset(u));
  }
  Translation Translate(int64_t u) {
    return flow_.store().Translate({"orders", 0}, UpstreamOffset(u));
  }
  static Translation Exactly(int64_t d) {
    return {DownstreamOffset(d), Exactness::kExact};
  }
};

TEST_F(GrowingRunTest, IsWrittenEveryTenSecondsNotEverySecond) {
  StartWithOrders();
  const int64_t before = IndexRecords();
  GrowFor(absl::Minutes(10));
  // An hour has 360; 3600 if it were written with each commit.
  EXPECT_LE(IndexRecords() - before, 61);
  EXPECT_GE(IndexRecords() - before, 50);
}

TEST_F(GrowingRunTest, IsWrittenAtOnceWhenItStopsGrowing) {
  StartWithOrders();
  GrowFor(absl::Seconds(35));
  flow_.RunFor(absl::Seconds(3));
  EXPECT_EQ(ClientsTranslate(350), Exactly(350));
  const int64_t records = IndexRecords();
  flow_.RunFor(absl::Minutes(1));
  EXPECT_EQ(IndexRecords(), records) << "an idle partition is not written";
}

TEST_F(GrowingRunTest, IsWrittenByAStop) {
  StartWithOrders();
  GrowFor(absl::Seconds(15));
  ASSERT_FALSE(ClientsTranslate(150).exact());
  ASSERT_THAT(flow_.Stop(absl::Seconds(5)), IsOk());
  EXPECT_EQ(ClientsTranslate(150), Exactly(150));
}

TEST_F(GrowingRunTest, IsExactAfterAKillThoughTheIndexTopicIsBehind) {
  StartWithOrders();
  GrowFor(absl::Seconds(16));
  const int64_t committed = Committed(0);
  ASSERT_FALSE(ClientsTranslate(committed).exact());
  flow_.Crash();
  flow_.StartOneLoop(kIndexPartitions);
  ASSERT_TRUE(flow_.RunUntil([&] { return Translate(0).known(); }));
  EXPECT_EQ(Translate(committed), Exactly(committed));
  flow_.RunFor(absl::Seconds(5));
  EXPECT_EQ(ClientsTranslate(committed), Exactly(committed));
}

TEST_F(GrowingRunTest, ItsBreakIsWrittenBeforeTheProgressBehindIt) {
  StartWithOrders();
  GrowFor(absl::Seconds(15));
  ASSERT_TRUE(flow_.RunUntil([&] { return Committed(0) == 149; }));
  const int64_t before = IndexRecords();
  a().AppendGap({"orders", 0});
  b().SetPartitionDown({kIndexTopic, IndexPartitionOf(0)}, true);
  a().Fill({"orders", 0}, 10);
  flow_.RunFor(absl::Seconds(5));
  EXPECT_EQ(Committed(0), 149);
  b().SetPartitionDown({kIndexTopic, IndexPartitionOf(0)}, false);
  EXPECT_TRUE(flow_.RunUntil([&] { return Committed(0) == 160; }));
  EXPECT_GT(IndexRecords(), before);
  EXPECT_EQ(ClientsTranslate(155), Exactly(154));
}

}  // namespace
}  // namespace mirror::internal
