// SPDX-License-Identifier: Apache-2.0
//
// Where partitions begin: at the first look as auto.offset.reset says, later at
// their log's start, and after a restart where they stood, also at nothing.

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/flow/flow_gap_fixture.h"
#include "mirror/progress/connect_offset.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = EngineEvent::Kind;

class FlowStartTest : public FlowGapTest {
 protected:
  FlowStartTest() {
    flow_.control_options().delivery.start_at = StartAt::kLatest;
  }

  // The topic "clicks" has 1,000 old records and 100 new ones.
  void StartOnClicks() {
    a().CreateTopic("clicks", 2);
    for (int32_t i = 0; i < 2; ++i) a().Fill({"clicks", i}, 500);
    flow_.Start();
    flow_.RunFor(absl::Seconds(10));
    for (int32_t i = 0; i < 2; ++i) a().Fill({"clicks", i}, 50);
    flow_.RunFor(absl::Seconds(10));
  }
  int64_t CopiesOf(const std::string& topic, int32_t partitions) {
    int64_t count = 0;
    for (int32_t i = 0; i < partitions; ++i) {
      count += b().Records({"A." + topic, i}).size();
    }
    return count;
  }
  void StopAndStart() {
    ASSERT_THAT(flow_.Stop(), IsOk());
    flow_.Start();
  }
  // As MirrorMaker 2 leaves the flow: progress, and no first look.
  void LeaveAsMirrorMaker(const TopicPartition& source, int64_t offset) {
    b().CreateTopic("mm2-offsets.A.internal", 1);
    Record record;
    record.key = SourceOffsetKey{"A", source}.Encode();
    record.value = EncodeConnectOffsetValue(U(offset));
    b().Append({"mm2-offsets.A.internal", 0}, std::move(record));
  }
};

TEST_F(FlowStartTest, OldRecordsAreSkippedAtTheFirstLookAndNewOnesCopied) {
  StartOnClicks();
  EXPECT_EQ(CopiesOf("clicks", 2), 100);
  EXPECT_EQ(flow_.CountEvents(Kind::kSourceGap), 0);
}

TEST_F(FlowStartTest, APartitionThatIsAddedIsCopiedFromItsStart) {
  StartOnClicks();
  const auto admin = a().NewAdmin("test").value();
  ASSERT_THAT(admin->CreatePartitions("clicks", 4), IsOk());
  for (int32_t i = 2; i < 4; ++i) a().Fill({"clicks", i}, 100);
  flow_.RunFor(absl::Seconds(15));
  EXPECT_EQ(CopiesOf("clicks", 4), 300);
}

TEST_F(FlowStartTest, ATopicThatIsCreatedIsCopiedFromItsStart) {
  StartOnClicks();
  a().CreateTopic("taps", 1);
  a().Fill({"taps", 0}, 300);
  flow_.RunFor(absl::Seconds(15));
  EXPECT_EQ(CopiesOf("taps", 1), 300);
}

TEST_F(FlowStartTest, ATopicThatIsCreatedWhileNoEngineRunsIsCopiedInFull) {
  StartOnClicks();
  ASSERT_THAT(flow_.Stop(), IsOk());
  a().CreateTopic("later", 1);
  a().Fill({"later", 0}, 50);
  flow_.Start();
  flow_.RunFor(absl::Seconds(15));
  EXPECT_EQ(CopiesOf("later", 1), 50);
  EXPECT_EQ(CopiesOf("clicks", 2), 100);
}

TEST_F(FlowStartTest, APartitionThatHadNothingToCopyContinuesAtItsStart) {
  a().CreateTopic("orders", 1);
  flow_.Start();
  flow_.RunFor(absl::Seconds(10));
  ASSERT_THAT(flow_.Stop(), IsOk());
  AppendNew(70);
  flow_.Start();
  flow_.RunFor(absl::Seconds(10));
  EXPECT_EQ(Copies("new"), 70);
  // Positions are exact, as if there had been one run.
  EXPECT_EQ(flow_.store().Translate(kOrders0, U(7)),
            (Translation{DownstreamOffset(7), Exactness::kExact}));
}

TEST_F(FlowStartTest, AKillAtAnyMomentAfterTheLookLosesNothing) {
  for (int steps = 10; steps < 60; ++steps) {
    SimulatedFlow flow;
    flow.control_options().delivery.start_at = StartAt::kLatest;
    flow.source().CreateTopic("orders", 1);
    flow.source().Fill(kOrders0, 10);
    flow.Start();
    for (int i = 0; i < steps; ++i) flow.Step();
    flow.source().Fill(kOrders0, 5);
    flow.Start();
    flow.RunFor(absl::Seconds(10));
    EXPECT_EQ(flow.target().Records(kCopy0).size(), 5u) << steps;
  }
}

TEST_F(FlowStartTest, WhatRetentionTakesBeforeTheFirstCopyIsAGap) {
  flow_.control_options().delivery.start_at = StartAt::kEarliest;
  Policies(LossPolicy::kSkip, LossPolicy::kStop);
  a().CreateTopic("orders", 1);
  flow_.Start();
  flow_.RunFor(absl::Seconds(10));
  ASSERT_THAT(flow_.Stop(), IsOk());
  AppendNew(70);
  a().DeleteRecordsBefore(kOrders0, 20);
  flow_.Start();
  flow_.RunFor(absl::Seconds(10));
  EXPECT_EQ(Copies("new"), 50);
  ASSERT_EQ(History().size(), 1u);
  EXPECT_EQ(History()[0].reason, SkipReason::kSourceLost);
  EXPECT_EQ(History()[0].end, U(20));
}

TEST_F(FlowStartTest, ATopicWhoseCopyCannotBeCreatedYetBeginsAtTheFirstLook) {
  a().CreateTopic("orders", 1);
  AppendOld(10);
  b().RefuseCreateTopics(absl::PermissionDeniedError("no"));
  b().CreateTopic("mm2-offsets.A.internal", 1);
  b().CreateTopic("mm2-offset-index.A.internal", 2);
  flow_.Start();
  flow_.RunFor(absl::Minutes(1));
  AppendNew(5);
  StopAndStart();
  flow_.RunFor(absl::Minutes(1));
  b().RefuseCreateTopics(absl::OkStatus());
  flow_.RunFor(absl::Minutes(1));
  EXPECT_EQ(Copies("new"), 5);
  EXPECT_EQ(Copies("old"), 0);
  // Its copies were not there to be lost.
  EXPECT_EQ(flow_.Status(kOrders0).state(), PARTITION_RUNNING);
}

TEST_F(FlowStartTest, ACopyThatWasDeletedBeforeAnyRecordWasCopiedLostNothing) {
  a().CreateTopic("orders", 1);
  AppendOld(10);
  flow_.Start();
  flow_.RunFor(absl::Seconds(10));
  ReplaceTheTarget();
  flow_.RunFor(absl::Seconds(20));
  StopAndStart();
  AppendNew(5);
  flow_.RunFor(absl::Seconds(20));
  EXPECT_EQ(Copies("new"), 5);
  EXPECT_THAT(History(), IsEmpty());
}

TEST_F(FlowStartTest, APartitionThatDoesNotAnswerAtTheFirstLookHoldsUpNoOther) {
  a().CreateTopic("orders", 1);
  a().CreateTopic("clicks", 2);
  AppendOld(10);
  a().SetPartitionDown(kOrders0, true);
  flow_.Start();
  flow_.RunFor(absl::Seconds(10));
  for (int32_t i = 0; i < 2; ++i) a().Fill({"clicks", i}, 50);
  flow_.RunFor(absl::Seconds(10));
  EXPECT_EQ(CopiesOf("clicks", 2), 100);
  a().SetPartitionDown(kOrders0, false);
  flow_.RunFor(absl::Seconds(10));
  AppendNew(5);
  flow_.RunFor(absl::Seconds(10));
  EXPECT_EQ(Copies("old"), 0);
  EXPECT_EQ(Copies("new"), 5);
}

TEST_F(FlowStartTest, WhatIsSkippedAfterMirrorMakerRanIsReportedOnce) {
  a().CreateTopic("orders", 1);
  a().CreateTopic("clicks", 1);
  AppendOld(70);
  a().Fill({"clicks", 0}, 10);
  LeaveAsMirrorMaker({"clicks", 0}, 4);
  flow_.Start();
  flow_.RunFor(absl::Seconds(10));
  StopAndStart();
  AppendNew(5);
  flow_.RunFor(absl::Seconds(10));
  EXPECT_EQ(CopiesOf("clicks", 1), 5);
  EXPECT_EQ(Copies("new"), 5);
  EXPECT_EQ(Copies("old"), 0);
  ASSERT_EQ(flow_.CountEvents(Kind::kSourceGap), 1);
  ASSERT_EQ(flow_.store().Skipped(kOrders0).size(), 1u);
  const SkippedRange range = flow_.store().Skipped(kOrders0)[0];
  EXPECT_EQ(range.reason, SkipReason::kBeforeStart);
  EXPECT_EQ(range.first, U(0));
  EXPECT_EQ(range.end, U(70));
  EXPECT_THAT(range.detail, HasSubstr("auto.offset.reset is latest"));
}

TEST_F(FlowStartTest, LaterLooksDoNotDependOnTheSettingOfTheFirst) {
  flow_.control_options().delivery.start_at = StartAt::kEarliest;
  a().CreateTopic("orders", 1);
  AppendNew(10);
  flow_.Start();
  flow_.RunFor(absl::Seconds(10));
  ASSERT_THAT(flow_.Stop(), IsOk());
  flow_.control_options().delivery.start_at = StartAt::kLatest;
  a().CreateTopic("later", 1);
  a().Fill({"later", 0}, 50);
  flow_.Start();
  flow_.RunFor(absl::Seconds(10));
  EXPECT_EQ(Copies("new"), 10);
  EXPECT_EQ(CopiesOf("later", 1), 50);
}

}  // namespace
}  // namespace mirror::internal
