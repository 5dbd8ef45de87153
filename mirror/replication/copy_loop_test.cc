// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/copy_loop.h"

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/cluster/internal_topic_config.h"
#include "mirror/flow/flow_fixture.h"
#include "mirror/progress/flow_note.h"
#include "mirror/testing/matchers.h"
#include "mirror/transform/record_transforms.h"

namespace mirror::internal {
namespace {

using ::testing::HasSubstr;

const TopicPartition kOrders0{"orders", 0};
const TopicPartition kCopy0{"A.orders", 0};

Record WithValue(std::string value) {
  Record record;
  record.timestamp_ms = 1700000000000;
  record.value = std::move(value);
  return record;
}

// Keys and values in log order.
std::vector<std::pair<std::optional<std::string>, std::optional<std::string>>>
Contents(const std::vector<Record>& records) {
  std::vector<std::pair<std::optional<std::string>, std::optional<std::string>>>
      contents;
  for (const Record& record : records) {
    contents.emplace_back(record.key, record.value);
  }
  return contents;
}

class CopyLoopTest : public testing::Test {
 protected:
  // Starts with the topic "orders" of `partitions` partitions.
  void StartWithOrders(int32_t partitions) {
    flow_.source().CreateTopic("orders", partitions);
    flow_.Start();
  }
  FakeCluster& a() { return flow_.source(); }
  FakeCluster& b() { return flow_.target(); }

  SimulatedFlow flow_;
};

TEST_F(CopyLoopTest, CopiesAcrossMarkersAndHoles) {
  StartWithOrders(1);
  a().Fill(kOrders0, 10);
  a().AppendGap(kOrders0, 5);
  a().AppendAborted(kOrders0, {WithValue("aborted")});
  a().Fill(kOrders0, 10);
  ASSERT_TRUE(flow_.RunUntil([&] { return flow_.Copied("orders", 1); }));
  EXPECT_EQ(Contents(b().Records(kCopy0)), Contents(a().Records(kOrders0)));
}

TEST_F(CopyLoopTest, TheLagOfManyPartitionsIsRight) {
  // More than the source is asked about in one second.
  constexpr int32_t kMany = 500;
  const TopicPartition last{"orders", kMany - 1};
  StartWithOrders(kMany);
  for (int32_t i = 0; i < kMany; ++i) a().Fill({"orders", i}, 3);
  ASSERT_TRUE(flow_.RunUntil([&] { return flow_.Copied("orders", kMany); }));
  flow_.RunFor(absl::Seconds(1));
  EXPECT_EQ(flow_.Status(kOrders0).lag(), 0);
  EXPECT_EQ(flow_.Status(last).lag(), 0);
  // What was read and is not acknowledged counts at once.
  b().HoldAcks();
  a().Fill(last, 5);
  flow_.RunFor(absl::Seconds(1));
  EXPECT_EQ(flow_.Status(last).lag(), 5);
  b().ReleaseAcks();
  flow_.RunFor(absl::Seconds(1));
  EXPECT_EQ(flow_.Status(last).lag(), 0);
}

TEST_F(CopyLoopTest, StoresTheAckedPrefixEverySecondInMm2sTopic) {
  StartWithOrders(1);
  a().Fill(kOrders0, 1001);
  ASSERT_TRUE(flow_.RunUntil(
      [&] { return flow_.Status(kOrders0).committed_offset() == 1000; }));
  int found = 0;
  for (int32_t i = 0; i < 25; ++i) {
    for (const Record& record : b().Records({"mm2-offsets.A.internal", i})) {
      if (FlowNote::Decode(*record.key, *record.value).ok()) continue;
      if (record.value == "{\"offset\":1000}") ++found;
      EXPECT_EQ(record.key,
                "[\"MirrorSourceConnector\",{\"cluster\":\"A\",\"partition\":0,"
                "\"topic\":\"orders\"}]");
    }
  }
  EXPECT_EQ(found, 1);
}

TEST_F(CopyLoopTest, APartitionThatIsReleasedDrainsCommitsAndGoes) {
  const TopicPartition kOrders1{"orders", 1};
  StartWithOrders(2);
  a().Fill(kOrders0, 100);
  a().Fill(kOrders1, 100);
  ASSERT_TRUE(flow_.RunUntil([&] { return flow_.Copied("orders", 2); }));
  b().HoldAcks();
  a().Fill(kOrders0, 50);
  ASSERT_TRUE(flow_.RunUntil([&] { return flow_.Copied("orders", 2); }));
  for (const auto& loop : flow_.loops()) loop->Release(kOrders0);
  flow_.RunFor(absl::Seconds(3));
  EXPECT_EQ(flow_.Status(kOrders0).topic(), "orders");
  b().ReleaseAcks();
  flow_.RunFor(absl::Seconds(3));
  EXPECT_EQ(flow_.Status(kOrders0).topic(), "");

  a().Fill(kOrders0, 10);
  a().Fill(kOrders1, 10);
  flow_.RunFor(absl::Seconds(3));
  EXPECT_EQ(b().LogEnd(kCopy0), 150);
  EXPECT_EQ(b().LogEnd({"A.orders", 1}), 110);
  // Its progress is stored up to what it copied.
  flow_.Start();
  flow_.RunFor(absl::Seconds(10));
  EXPECT_EQ(b().LogEnd(kCopy0), 160);
}

TEST_F(CopyLoopTest, APartitionThatIsReleasedWaitsForItsIndexToBeWritten) {
  StartWithOrders(1);
  a().Fill(kOrders0, 100);
  ASSERT_TRUE(flow_.RunUntil([&] { return flow_.Copied("orders", 1); }));
  flow_.RunFor(absl::Seconds(5));
  a().Fill(kOrders0, 100);
  ASSERT_TRUE(flow_.RunUntil(
      [&] { return flow_.Status(kOrders0).committed_offset() == 199; }));
  // All is committed; what follows is the index, as the run has stopped.
  b().HoldAcks();
  flow_.RunFor(absl::Seconds(4));
  for (const auto& loop : flow_.loops()) loop->Release(kOrders0);
  flow_.RunFor(absl::Seconds(3));
  EXPECT_EQ(flow_.Status(kOrders0).topic(), "orders");
  b().ReleaseAcks();
  flow_.RunFor(absl::Seconds(3));
  EXPECT_EQ(flow_.Status(kOrders0).topic(), "");
}

TEST_F(CopyLoopTest, APartitionThatIsReleasedWhileItHoldsRecordsGoesToo) {
  StartWithOrders(1);
  a().Fill(kOrders0, 100);
  ASSERT_TRUE(flow_.RunUntil([&] { return flow_.Copied("orders", 1); }));
  b().SetBufferLimit(10);
  a().Fill(kOrders0, 1000);
  flow_.Step();
  flow_.Step();
  for (const auto& loop : flow_.loops()) loop->Release(kOrders0);
  flow_.RunFor(absl::Seconds(5));
  const int64_t copied = b().LogEnd(kCopy0);
  EXPECT_LT(copied, 1100);
  EXPECT_EQ(flow_.Status(kOrders0).topic(), "");
  b().SetBufferLimit(100000);
  flow_.Start();
  ASSERT_TRUE(flow_.RunUntil([&] { return flow_.Copied("orders", 1); }));
  EXPECT_EQ(b().LogEnd(kCopy0), 1100);  // none twice
}

TEST_F(CopyLoopTest, ResumesWhereMm2Stopped) {
  a().CreateTopic("orders", 1);
  a().Fill(kOrders0, 100);
  b().CreateTopic("mm2-offsets.A.internal", 25,
                  InternalTopicConfigs(InternalTopicKind::kProgress));
  Record stored;
  stored.timestamp_ms = 1700000000000;
  // The members in another order than Java's, as tools write them.
  stored.key =
      "[\"MirrorSourceConnector\",{\"topic\":\"orders\",\"partition\":0,"
      "\"cluster\":\"A\"}]";
  stored.value = "{\"offset\":89}";
  b().Append({"mm2-offsets.A.internal", 7}, stored);
  Record garbage = WithValue("not json");
  b().Append({"mm2-offsets.A.internal", 3}, garbage);
  b().CreateTopic("A.orders", 1);
  b().Fill(kCopy0, 90);
  flow_.Start();
  ASSERT_TRUE(flow_.RunUntil([&] { return b().LogEnd(kCopy0) == 100; }));
  EXPECT_EQ(b().Records(kCopy0)[90].value, a().Records(kOrders0)[90].value);
  EXPECT_EQ(flow_.CountEvents(EngineEvent::Kind::kTopicProblem), 1);
}

TEST_F(CopyLoopTest, AFailedPartitionIsResetAndNoOtherNoticesIt) {
  StartWithOrders(2);
  ASSERT_TRUE(flow_.RunUntil([&] { return b().HasTopic("A.orders"); }));
  b().FailProduce(kCopy0, absl::PermissionDeniedError("not allowed"));
  a().Fill(kOrders0, 100);
  a().Fill({"orders", 1}, 100);
  ASSERT_TRUE(flow_.RunUntil([&] {
    return b().LogEnd({"A.orders", 1}) == 100 &&
           flow_.Status(kOrders0).restarts() >= 3;
  }));
  const PartitionStatus status = flow_.Status(kOrders0);
  EXPECT_EQ(status.problem(), PROBLEM_NOT_AUTHORIZED);
  EXPECT_THAT(status.reason(),
              HasSubstr("allow WRITE on topic A.orders of cluster B"));
  EXPECT_EQ(flow_.Status({"orders", 1}).restarts(), 0);
  b().FailProduce(kCopy0, absl::OkStatus());
  ASSERT_TRUE(flow_.RunUntil([&] { return b().LogEnd(kCopy0) >= 100; }));
  EXPECT_EQ(Contents(b().Records(kCopy0)), Contents(a().Records(kOrders0)));
  EXPECT_EQ(flow_.Status(kOrders0).problem(), PROBLEM_NONE);
}

TEST_F(CopyLoopTest, FindsTheOneRecordThatIsTooLarge) {
  StartWithOrders(1);
  ASSERT_TRUE(flow_.RunUntil([&] { return b().HasTopic("A.orders"); }));
  b().SetMaxMessageBytes("A.orders", 1000);
  a().Fill(kOrders0, 50);
  a().Append(kOrders0, WithValue(std::string(2000, 'x')));
  a().Fill(kOrders0, 50);
  ASSERT_TRUE(
      flow_.RunUntil([&] { return flow_.Status(kOrders0).restarts() >= 2; }));
  EXPECT_EQ(b().LogEnd(kCopy0), 50);
  const PartitionStatus status = flow_.Status(kOrders0);
  EXPECT_EQ(status.problem(), PROBLEM_RECORD_REFUSED);
  EXPECT_THAT(status.reason(), HasSubstr("the record at offset 50 "));
  EXPECT_THAT(status.reason(), HasSubstr("raise max.message.bytes"));
  b().SetMaxMessageBytes("A.orders", 10000);
  ASSERT_TRUE(flow_.RunUntil([&] { return b().LogEnd(kCopy0) == 101; }));
  EXPECT_EQ(Contents(b().Records(kCopy0)), Contents(a().Records(kOrders0)));
}

TEST_F(CopyLoopTest, AStuckPartitionDoesNotHoldUpTheOthers) {
  flow_.loop_options().partition.max_in_flight_bytes = 100;
  StartWithOrders(4);
  ASSERT_TRUE(flow_.RunUntil([&] { return b().HasTopic("A.orders"); }));
  b().SetBufferLimit(1000);
  b().SetPartitionDown(kCopy0, true);
  for (int32_t i = 0; i < 4; ++i) a().Fill({"orders", i}, 5000);
  ASSERT_TRUE(flow_.RunUntil([&] {
    return b().LogEnd({"A.orders", 1}) == 5000 &&
           b().LogEnd({"A.orders", 2}) == 5000 &&
           b().LogEnd({"A.orders", 3}) == 5000;
  }));
  EXPECT_TRUE(flow_.RunUntil([&] {
    return flow_.Status(kOrders0).problem() == PROBLEM_TARGET_STALLED;
  }));
  b().SetPartitionDown(kCopy0, false);
  ASSERT_TRUE(flow_.RunUntil([&] { return b().LogEnd(kCopy0) == 5000; }));
  EXPECT_EQ(flow_.Status(kOrders0).problem(), PROBLEM_NONE);
}

TEST_F(CopyLoopTest, AStuckPartitionDoesNotHoldUpANewSource) {
  flow_.loop_options().partition.max_in_flight_bytes = 100;
  for (const char* topic : {"x", "y", "z"}) {
    a().CreateTopic(topic, 1);
    a().Fill({topic, 0}, 10);
  }
  flow_.Start(/*loops=*/1);
  ASSERT_TRUE(flow_.RunUntil([&] {
    return flow_.Copied("x", 1) && flow_.Copied("y", 1) && flow_.Copied("z", 1);
  }));
  b().SetPartitionDown({"A.x", 0}, true);
  a().Fill({"x", 0}, 5000);
  const int64_t sources = a().SourcesMade();
  a().DeleteTopic("y");
  a().CreateTopic("y", 1);
  ASSERT_TRUE(flow_.RunUntil(
      [&] { return flow_.Status({"y", 0}).state() == PARTITION_STOPPED; }));
  a().Fill({"z", 0}, 5000);
  EXPECT_TRUE(flow_.RunUntil([&] { return flow_.Copied("z", 1); }));
  EXPECT_EQ(a().SourcesMade(), sources) << "y is not read any more";
  b().SetPartitionDown({"A.x", 0}, false);
  EXPECT_TRUE(flow_.RunUntil(
      [&] { return flow_.Status({"x", 0}).committed_offset() == 5009; }));
  EXPECT_EQ(b().LogEnd({"A.x", 0}), 5010);
}

TEST_F(CopyLoopTest, ASilentTargetIsReportedWhereItHoldsUpNothing) {
  StartWithOrders(1);
  ASSERT_TRUE(flow_.RunUntil([&] { return b().HasTopic("A.orders"); }));
  b().SetPartitionDown(kCopy0, true);
  a().Fill(kOrders0, 1);
  ASSERT_TRUE(flow_.RunUntil([&] {
    return flow_.Status(kOrders0).problem() == PROBLEM_TARGET_STALLED;
  }));
  EXPECT_THAT(flow_.Status(kOrders0).reason(),
              HasSubstr("min.insync.replicas"));
  b().SetPartitionDown(kCopy0, false);
  ASSERT_TRUE(flow_.RunUntil([&] { return b().LogEnd(kCopy0) == 1; }));
  EXPECT_EQ(flow_.Status(kOrders0).problem(), PROBLEM_NONE);
}

TEST_F(CopyLoopTest, AGapStopsThePartitionUntilTheOperatorDecides) {
  StartWithOrders(2);
  a().Fill(kOrders0, 100);
  ASSERT_TRUE(flow_.RunUntil(
      [&] { return flow_.Status(kOrders0).committed_offset() == 99; }));
  flow_.Crash();
  a().Fill(kOrders0, 100);
  a().DeleteRecordsBefore(kOrders0, 150);
  flow_.Start();
  ASSERT_TRUE(flow_.RunUntil(
      [&] { return flow_.Status(kOrders0).state() == PARTITION_STOPPED; }));
  EXPECT_THAT(flow_.Status(kOrders0).reason(), HasSubstr("100 to 149"));
  flow_.loop_options().partition.delivery.on_source_gap = LossPolicy::kSkip;
  flow_.Start();
  ASSERT_TRUE(flow_.RunUntil([&] { return b().LogEnd(kCopy0) == 150; }));
  EXPECT_EQ(flow_.CountEvents(EngineEvent::Kind::kSourceGap), 1);
}

TEST_F(CopyLoopTest, ASkippedGapIsNotFoundAgainAfterARestart) {
  flow_.loop_options().partition.delivery.on_source_gap = LossPolicy::kSkip;
  StartWithOrders(1);
  a().Fill(kOrders0, 100);
  ASSERT_TRUE(flow_.RunUntil(
      [&] { return flow_.Status(kOrders0).committed_offset() == 99; }));
  flow_.Crash();
  a().Fill(kOrders0, 50);
  a().DeleteRecordsBefore(kOrders0, 150);  // all of it
  flow_.Start();
  ASSERT_TRUE(flow_.RunUntil(
      [&] { return flow_.Status(kOrders0).committed_offset() == 149; }));
  flow_.Start();
  flow_.RunFor(absl::Seconds(5));
  EXPECT_EQ(flow_.CountEvents(EngineEvent::Kind::kSourceGap), 1);
}

TEST_F(CopyLoopTest, TransformsSeeAlterAndDropRecords) {
  flow_.loop_options().partition.transforms.push_back(
      std::make_shared<DropByHeader>("secret"));
  StartWithOrders(1);
  for (int i = 0; i < 6; ++i) {
    Record record = WithValue(std::to_string(i));
    if (i % 2 == 1) record.headers.push_back({"secret", std::nullopt});
    a().Append(kOrders0, record);
  }
  // The last record is dropped too, and still counts as done.
  ASSERT_TRUE(flow_.RunUntil(
      [&] { return flow_.Status(kOrders0).committed_offset() == 5; }));
  ASSERT_EQ(b().LogEnd(kCopy0), 3);
  EXPECT_EQ(b().Records(kCopy0)[2].value, "4");
  EXPECT_EQ(flow_.Status(kOrders0).records_dropped(), 3);
}

class FailsOnTwo final : public RecordTransform {
  absl::StatusOr<RecordVerdict> Transform(const TopicPartition&,
                                          Record& record) const override {
    if (record.value == "2") return absl::InternalError("cannot judge 2");
    return RecordVerdict::kKeep;
  }
};

TEST_F(CopyLoopTest, AFailedTransformStopsBeforeTheRecord) {
  flow_.loop_options().partition.transforms.push_back(
      std::make_shared<FailsOnTwo>());
  StartWithOrders(1);
  for (int i = 0; i < 5; ++i)
    a().Append(kOrders0, WithValue(std::to_string(i)));
  ASSERT_TRUE(
      flow_.RunUntil([&] { return flow_.Status(kOrders0).restarts() >= 2; }));
  EXPECT_EQ(b().LogEnd(kCopy0), 2);
  EXPECT_THAT(flow_.Status(kOrders0).reason(), HasSubstr("at offset 2"));
}

TEST_F(CopyLoopTest, AFencedSinkIsReplacedAndNothingIsLost) {
  StartWithOrders(1);
  ASSERT_TRUE(flow_.RunUntil([&] { return b().HasTopic("A.orders"); }));
  b().HoldAcks();
  a().Fill(kOrders0, 100);
  flow_.RunFor(absl::Seconds(1));
  b().FenceSinks();
  b().ReleaseAcks();
  a().Fill(kOrders0, 100);
  ASSERT_TRUE(flow_.RunUntil(
      [&] { return flow_.Status(kOrders0).committed_offset() == 199; }));
  // Only records in flight may be copied twice.
  EXPECT_GE(b().LogEnd(kCopy0), 200);
  EXPECT_LE(b().LogEnd(kCopy0), 300);
}

TEST_F(CopyLoopTest, DrainWaitsForAcksAndCommits) {
  StartWithOrders(1);
  a().Fill(kOrders0, 100);
  ASSERT_TRUE(flow_.RunUntil([&] { return flow_.Copied("orders", 1); }));
  ASSERT_THAT(flow_.Stop(), IsOk());
  flow_.Start();
  flow_.RunFor(absl::Seconds(10));
  EXPECT_EQ(b().LogEnd(kCopy0), 100);
}

TEST_F(CopyLoopTest, DrainSaysSoIfProgressCannotBeStored) {
  StartWithOrders(1);
  b().FailProduce("mm2-offsets.A.internal", absl::UnavailableError("no"));
  a().Fill(kOrders0, 1);
  ASSERT_TRUE(flow_.RunUntil([&] { return flow_.Copied("orders", 1); }));
  EXPECT_EQ(flow_.Stop().code(), absl::StatusCode::kDeadlineExceeded);
}

TEST_F(CopyLoopTest, DrainGivesUpAtItsDeadline) {
  StartWithOrders(1);
  a().Fill(kOrders0, 1);
  ASSERT_TRUE(flow_.RunUntil([&] { return flow_.Copied("orders", 1); }));
  b().SetDown(true);
  a().Fill(kOrders0, 100);
  flow_.RunFor(absl::Seconds(1));
  const absl::Status status = flow_.Stop();
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(std::string(status.message()), HasSubstr("cluster B"));
}

}  // namespace
}  // namespace mirror::internal
