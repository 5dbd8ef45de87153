// SPDX-License-Identifier: Apache-2.0
//
// What must not be taken for a loss, as a partition would stop for nothing; and
// losses that are easily missed.

#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/flow/flow_gap_fixture.h"
#include "mirror/sync/offset_sync.h"
#include "mirror/testing/matchers.h"
#include "mirror/transform/record_transform.h"

namespace mirror::internal {
namespace {

using Kind = EngineEvent::Kind;

class FlowAlarmTest : public FlowGapTest {
 protected:
  void RunsOn(absl::Duration time = absl::Minutes(1)) {
    flow_.RunFor(time);
    const PartitionStatus status = flow_.Status(kOrders0);
    EXPECT_EQ(status.state(), PARTITION_RUNNING) << status.reason();
  }
  void RunsOnAfterARestart() {
    RunsOn();
    Restart();
    RunsOn();
  }
  // The operator decides, and is not asked again.
  void IsDecidedForGood(PartitionProblem problem) {
    ASSERT_TRUE(Stops(problem));
    ASSERT_THAT(Resolve(LossPolicy::kSkip), IsOk());
    RunsOnAfterARestart();
  }
  void TheLossOutlivesARestart() {
    ASSERT_TRUE(Stops(PROBLEM_TARGET_TRUNCATED));
    flow_.RunFor(absl::Seconds(10));
    Restart();
    StopsForTruncation();
  }
  void StopsForTruncation() {
    flow_.RunFor(absl::Minutes(1));
    const PartitionStatus status = flow_.Status(kOrders0);
    EXPECT_EQ(status.problem(), PROBLEM_TARGET_TRUNCATED) << status.reason();
  }
};

class DropNew final : public RecordTransform {
 public:
  absl::StatusOr<RecordVerdict> Transform(const TopicPartition&,
                                          Record& record) const override {
    return record.value == "new" ? RecordVerdict::kDrop : RecordVerdict::kKeep;
  }
};

TEST_F(FlowAlarmTest, WhatWasDecidedAboutAnIdleTargetIsNotAskedAgain) {
  StartWithTen();
  Restart();
  flow_.RunFor(absl::Seconds(20));
  ReplaceTheTarget();
  IsDecidedForGood(PROBLEM_TARGET_RECREATED);
}

TEST_F(FlowAlarmTest, APolicyThatDecidedMayBeChangedBack) {
  StartWithTen();
  ReplaceTheTarget();
  ASSERT_TRUE(Stops(PROBLEM_TARGET_RECREATED));
  Policies(LossPolicy::kStop, LossPolicy::kSkip);
  Restart();
  RunsOn();
  Policies(LossPolicy::kStop, LossPolicy::kStop);
  Restart();
  RunsOn();
}

TEST_F(FlowAlarmTest, WhatWasDecidedAboutAnEmptySourceIsNotAskedAgain) {
  StartWithTen();
  Restart();
  flow_.RunFor(absl::Seconds(20));
  a().DeleteTopic("orders");
  a().CreateTopic("orders", 1);
  IsDecidedForGood(PROBLEM_SOURCE_RECREATED);
}

TEST_F(FlowAlarmTest, WhatWasDecidedAboutASourceIsNotAskedAgain) {
  StartWithTen();
  a().DeleteTopic("orders");
  a().CreateTopic("orders", 1);
  ASSERT_TRUE(Stops(PROBLEM_SOURCE_RECREATED));
  ASSERT_THAT(Resolve(LossPolicy::kSkip), IsOk());
  AppendNew(3);
  RunsOnAfterARestart();
}

TEST_F(FlowAlarmTest, OffsetSyncsOfALostTargetMeanNothing) {
  b().HideTopicIds(true);
  const std::string syncs = "mm2-offset-syncs.B.internal";
  a().CreateTopic(syncs, 1);
  flow_.control_options().memory.offset_syncs_topic = syncs;
  StartWithTen();
  Restart();
  AppendOld(1);
  ASSERT_TRUE(Settles(10));
  OffsetSync sync{kOrders0, U(10), DownstreamOffset(10)};
  Record record = WithValue(sync.EncodeValue());
  record.key = *sync.EncodeKey();
  a().Append({syncs, 0}, record);
  ReplaceTheTarget();
  IsDecidedForGood(PROBLEM_TARGET_TRUNCATED);
}

TEST_F(FlowAlarmTest, AnElectionBeforeRecordsThatWereDroppedIsNoGap) {
  flow_.loop_options().partition.transforms = {std::make_shared<DropNew>()};
  StartWithTen();
  flow_.RunFor(absl::Seconds(5));
  a().TruncateTo(kOrders0, 10);  // another leader, the same records
  AppendNew(5);                  // all dropped
  ASSERT_TRUE(Settles(14));
  RunsOn(absl::Seconds(10));
  Restart();
  RunsOn();
}

TEST_F(FlowAlarmTest, AnElectionBeforeARecordThatWasSkippedIsNoGap) {
  Policies(LossPolicy::kStop, LossPolicy::kStop, RejectedRecordPolicy::kSkip);
  StartWithTen();
  flow_.RunFor(absl::Seconds(5));
  a().TruncateTo(kOrders0, 10);
  b().SetMaxMessageBytes("A.orders", 100);
  a().Append(kOrders0, WithValue(std::string(1000, 'x')));
  ASSERT_TRUE(Settles(10));
  RunsOn(absl::Seconds(10));
  Restart();
  RunsOn();
}

TEST_F(FlowAlarmTest, ALossIsNoticedAlsoIfTheProducerIsLostWithIt) {
  StartWithTen();
  flow_.RunFor(absl::Seconds(15));
  b().TruncateTo(kCopy0, 7);
  b().FenceSinks();
  AppendNew(3);
  StopsForTruncation();
}

TEST_F(FlowAlarmTest, ALossIsNoticedOnceTheTargetAnswers) {
  StartWithTen();
  ASSERT_THAT(flow_.Stop(), IsOk());
  b().TruncateTo(kCopy0, 7);
  b().SetPartitionDown(kCopy0, true);
  flow_.Start();
  flow_.RunFor(absl::Seconds(20));
  b().SetPartitionDown(kCopy0, false);
  AppendNew(3);
  StopsForTruncation();
}

TEST_F(FlowAlarmTest, ALossAfterARestartIsNoticedByTheFirstCopy) {
  StartWithTen();
  Restart();
  flow_.RunFor(absl::Seconds(20));
  b().TruncateTo(kCopy0, 7);
  flow_.RunFor(absl::Minutes(2));
  AppendNew(3);
  StopsForTruncation();
}

TEST_F(FlowAlarmTest, ABrokerThatDoesNotKnowTheTopicYetIsNoLoss) {
  StartWithTen();
  flow_.RunFor(absl::Seconds(20));
  b().FailDescribe("A.orders", absl::NotFoundError("not here yet"));
  flow_.RunFor(absl::Seconds(5));
  b().FailDescribe("A.orders", absl::OkStatus());
  RunsOn();
}

TEST_F(FlowAlarmTest, AMarkerAtTheEndThatRetentionTakesIsNoGapAfterARestart) {
  StartWithTen();
  a().AppendGap(kOrders0, 1);  // the marker of the transaction of the ten
  flow_.RunFor(absl::Seconds(5));
  EXPECT_EQ(flow_.Status(kOrders0).lag(), 0);
  a().DeleteRecordsBefore(kOrders0, 11);  // a week later
  RunsOnAfterARestart();
}

TEST_F(FlowAlarmTest, AMarkerAtTheEndThatRetentionTakesIsNoGapForANewSource) {
  a().CreateTopic("other", 1);
  StartWithTen();
  a().AppendGap(kOrders0, 1);
  flow_.RunFor(absl::Seconds(15));
  a().DeleteRecordsBefore(kOrders0, 11);
  RunsOn();
  a().DeleteTopic("other");
  a().CreateTopic("other", 1);
  RunsOn();
}

TEST_F(FlowAlarmTest, AMarkerAtTheEndThatRetentionTakesIsNoGapAfterAPause) {
  StartWithTen();
  a().AppendGap(kOrders0, 1);
  flow_.RunFor(absl::Seconds(15));
  a().DeleteRecordsBefore(kOrders0, 11);
  flow_.RunFor(absl::Minutes(1));
  for (auto& loop : flow_.loops()) loop->SetPaused("orders", true);
  flow_.RunFor(absl::Seconds(5));
  for (auto& loop : flow_.loops()) loop->SetPaused("orders", false);
  RunsOn();
}

TEST_F(FlowAlarmTest, WhatATargetHeldBeforeIsGoneWithIt) {
  b().HideTopicIds(true);
  b().CreateTopic("A.orders", 1);
  b().Fill(kCopy0, 500);
  b().DeleteRecordsBefore(kCopy0, 400);
  StartWithTen();
  flow_.RunFor(absl::Seconds(15));
  ReplaceTheTarget();
  IsDecidedForGood(PROBLEM_TARGET_TRUNCATED);
}

TEST_F(FlowAlarmTest, WhereALogEndedAtTheFirstStartIsNotForgotten) {
  flow_.control_options().delivery.start_at = StartAt::kLatest;
  a().CreateTopic("orders", 1);
  AppendOld(10);
  flow_.Start();
  flow_.RunFor(absl::Minutes(1));
  ASSERT_THAT(flow_.Stop(), IsOk());
  AppendNew(5);
  flow_.Start();
  flow_.RunFor(absl::Minutes(1));
  EXPECT_EQ(Copies("new"), 5);
}

TEST_F(FlowAlarmTest, ALossShownByACopyIsNotForgotten) {
  StartWithTen();
  flow_.RunFor(absl::Seconds(5));
  b().TruncateTo(kCopy0, 7);
  AppendOld(1);
  TheLossOutlivesARestart();
}

TEST_F(FlowAlarmTest, ALossShownByTheLogsEndIsNotForgotten) {
  StartWithTen();
  flow_.RunFor(absl::Seconds(5));
  b().TruncateTo(kCopy0, 7);
  TheLossOutlivesARestart();
}

// As where the next process starts before the last one has ended.
TEST_F(FlowAlarmTest, TwoLivesThatOverlapForSecondsAreNoOthers) {
  StartWithTen();
  flow_.RunFor(absl::Seconds(15));
  {
    OffsetSyncStore store;
    CopyLoopOptions loop_options = flow_.loop_options();
    FlowControlOptions control_options = flow_.control_options();
    loop_options.store = control_options.store = &store;
    control_options.on_event =
        loop_options.on_event = [](const EngineEvent&) {};
    control_options.memory.index_partitions = 1;
    auto loop =
        CopyLoop::Create(loop_options, &a(), &b(), &flow_.clock()).value();
    auto control = FlowControl::Create(control_options, &a(), &b(),
                                       {loop.get()}, &flow_.clock())
                       .value();
    absl::Time due = absl::InfinitePast();
    for (int i = 0; i < 200; ++i) {
      if (i % 20 == 0) AppendOld(1);
      flow_.Step();
      if (flow_.clock().Now() >= due) {
        due = flow_.clock().Now() + control->RunOnce();
      }
      loop->RunOnce();
    }
    while (!loop->DrainOnce(flow_.clock().Now()).has_value()) {
    }
  }
  RunsOn(absl::Minutes(20));
  EXPECT_GE(flow_.CountEvents(Kind::kTargetWrittenByOthers), 1);
}

}  // namespace
}  // namespace mirror::internal
