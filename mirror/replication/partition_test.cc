// SPDX-License-Identifier: Apache-2.0
//
// The table in partition.h, row by row: what a partition wants done about what
// happens to it. No flow, no cluster, no index.

#include "mirror/replication/partition.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/replication/partition_fixture.h"

namespace mirror::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using PartitionTest = PartitionFixture;

TEST_F(PartitionTest, AddedWithAStart) {
  plan_.start = U(10);
  EXPECT_THAT(Add(), ElementsAre("BeginRun 10", "Assign 10"));
}

TEST_F(PartitionTest, AddedWithoutAStart) {
  EXPECT_THAT(Add(), ElementsAre("AskBounds"));
  EXPECT_THAT(Bounds(3, 7), ElementsAre("BeginRun 3", "Assign 3", "AskNoMore"));
  EXPECT_THAT(On(event::CommitDue{}), ElementsAre("CommitThrough 2"));
}

TEST_F(PartitionTest, AddedWhilePaused) {
  plan_.start = U(10);
  Make();
  EXPECT_THAT(On(event::Added{/*paused=*/true}),
              ElementsAre("Report", "BeginRun 10"));
  EXPECT_THAT(On(event::Paused{false}), ElementsAre("Report", "Assign 10"));
}

TEST_F(PartitionTest, ReadSentAndAcknowledged) {
  AddAtTen();
  EXPECT_THAT(Read(10, 5), IsEmpty());
  EXPECT_THAT(Send(), IsEmpty());
  EXPECT_THAT(Acked(10, 5, 100), ElementsAre("Copied 10+5 at 100"));
  EXPECT_EQ(partition_->target_end(), D(105));
  EXPECT_THAT(On(event::CommitDue{}), ElementsAre("CommitThrough 14"));
  EXPECT_TRUE(partition_->HasUncommitted());
  EXPECT_THAT(On(event::Committed{U(14)}), IsEmpty());
  EXPECT_FALSE(partition_->HasUncommitted());
}

TEST_F(PartitionTest, TheLogsEndIsPassedWithTheNextCommit) {
  AddAtTen();
  Copy(10, 5, 100);
  // Markers, or records that compaction took away.
  EXPECT_THAT(FromSource(PartitionEvent::Kind::kEnd, 20), IsEmpty());
  EXPECT_THAT(On(event::CommitDue{}), ElementsAre("CommitThrough 19"));
}

TEST_F(PartitionTest, RecordsThatAreNotNextAreDropped) {
  AddAtTen();
  Read(8, 2);
  EXPECT_FALSE(partition_->HasHeld());
}

TEST_F(PartitionTest, ARejectionThatIsNoRecordsFaultBacksOff) {
  AddAtTen();
  Copy(10, 5, 100);
  Read(15, 5);
  Send();
  EXPECT_THAT(Failed(15, 5, absl::PermissionDeniedError("no")),
              ElementsAre("Report", "Unassign"));
  EXPECT_EQ(Status().state(), PARTITION_DRAINING);
  EXPECT_THAT(Tick(), ElementsAre("BeginRun 15"));
  EXPECT_EQ(Status().state(), PARTITION_BACKING_OFF);
  EXPECT_THAT(Tick(absl::Milliseconds(500)), IsEmpty());
  EXPECT_THAT(Tick(absl::Milliseconds(500)), ElementsAre("Assign 15"));
  Read(15, 5);
  Send();
  EXPECT_THAT(Acked(15, 5, 105), ElementsAre("Report", "Copied 15+5 at 105"));
  EXPECT_EQ(Status().problem(), PROBLEM_NONE);
}

TEST_F(PartitionTest, WhatIsAcknowledgedBehindAFailureDoesNotCount) {
  AddAtTen();
  Copy(10, 5, 100);
  Read(15, 5);
  Send();
  Read(20, 5);
  Send();
  Failed(15, 5, absl::UnavailableError("no"));
  EXPECT_THAT(Tick(), IsEmpty()) << "still in flight";
  EXPECT_THAT(Acked(20, 5, 105), IsEmpty());
  EXPECT_THAT(Tick(), ElementsAre("BeginRun 15"));
}

TEST_F(PartitionTest, ASourceErrorBacksOff) {
  AddAtTen();
  EXPECT_THAT(FromSource(PartitionEvent::Kind::kError, 10,
                         absl::DataLossError("corrupt")),
              ElementsAre("Report", "Unassign"));
  EXPECT_EQ(Status().problem(), PROBLEM_CORRUPT_BATCH);
  EXPECT_THAT(Tick(), ElementsAre("BeginRun 10"));
}

TEST_F(PartitionTest, AGapStopsUntilTheOperatorDecides) {
  AddAtTen();
  EXPECT_THAT(FromSource(PartitionEvent::Kind::kError, 10,
                         absl::OutOfRangeError("gone")),
              ElementsAre("Unassign"));
  EXPECT_THAT(Tick(), ElementsAre("BeginRun 10", "AskBounds"));
  EXPECT_THAT(Bounds(15, 20), ElementsAre("Report", "AskNoMore"));
  EXPECT_EQ(Status().state(), PARTITION_STOPPED);
  EXPECT_EQ(Status().problem(), PROBLEM_SOURCE_GAP);
  EXPECT_THAT(On(event::Decided{LossPolicy::kSkip}), IsEmpty());
  EXPECT_THAT(Tick(), ElementsAre("BeginRun 10", "AskBounds"));
  EXPECT_THAT(Bounds(15, 20),
              ElementsAre("Report", "Skipped 10-15", "BeginRun 15", "Assign 15",
                          "AskNoMore"));
  EXPECT_THAT(On(event::CommitDue{}), ElementsAre("CommitThrough 14"));
}

TEST_F(PartitionTest, AGapThatThePolicySkips) {
  options_.delivery.on_source_gap = LossPolicy::kSkip;
  AddAtTen();
  FromSource(PartitionEvent::Kind::kError, 10, absl::OutOfRangeError("gone"));
  Tick();
  EXPECT_THAT(Bounds(15, 20),
              ElementsAre("Report", "Skipped 10-15", "BeginRun 15", "Assign 15",
                          "AskNoMore"));
}

TEST_F(PartitionTest, ALogOfOtherEpochsIsReadWithoutOne) {
  options_.delivery.on_source_gap = LossPolicy::kSkip;
  plan_.leader_epoch = 4;
  AddAtTen();
  // All below the position was deleted, with the epochs of it: the position is
  // where the log begins, and the same epoch would be the same error again.
  PartitionEvent other{plan_.source, PartitionEvent::Kind::kError, U(10),
                       absl::OutOfRangeError("no epoch")};
  other.diverged_at = U(0);
  On(event::FromSource{&other});
  Tick();
  Bounds(10, 20);
  const auto assign =
      std::find_if(effects_.begin(), effects_.end(), [](const Effect& effect) {
        return std::holds_alternative<effect::Assign>(effect);
      });
  ASSERT_NE(assign, effects_.end()) << testing::PrintToString(Shown());
  const StartPosition& position = std::get<effect::Assign>(*assign).position;
  EXPECT_EQ(position.offset, U(10));
  EXPECT_EQ(position.leader_epoch, -1);
}

TEST_F(PartitionTest, BoundsThatTheSourceDoesNotTellAreAskedForAgain) {
  Add();
  EXPECT_THAT(On(event::BoundsUnknown{absl::UnavailableError("no leader")}),
              IsEmpty());
  EXPECT_EQ(Status().problem(), PROBLEM_SOURCE_UNAVAILABLE);
  Bounds(0, 0);
  EXPECT_EQ(Status().problem(), PROBLEM_NONE);
}

TEST_F(PartitionTest, ARejectedRecordIsSkipped) {
  options_.delivery.on_rejected_record = RejectedRecordPolicy::kSkip;
  AddAtTen();
  Read(10, 1);
  Send();
  EXPECT_THAT(Failed(10, 1, absl::InvalidArgumentError("too large"),
                     Rejection::kTooLarge),
              ElementsAre("Report", "Skipped 10-11", "DoubtLimits"));
  EXPECT_EQ(Status().state(), PARTITION_RUNNING);
  EXPECT_THAT(On(event::CommitDue{}), ElementsAre("CommitThrough 10"));
}

TEST_F(PartitionTest, ARejectedRecordBecomesADeadLetter) {
  options_.delivery.on_rejected_record = RejectedRecordPolicy::kDeadLetter;
  AddAtTen();
  Read(10, 1);
  Send();
  EXPECT_THAT(Failed(10, 1, absl::InvalidArgumentError("too large"),
                     Rejection::kTooLarge),
              ElementsAre("DeadLetter 10", "DoubtLimits"));
  Read(11, 1);
  EXPECT_THAT(Send(), IsEmpty());
  EXPECT_EQ(partition_->target_end(), std::nullopt) << "it counts as in flight";
  EXPECT_THAT(On(event::DeadLettered{absl::OkStatus()}),
              ElementsAre("Report", "Skipped 10-11"));
  Send();
  EXPECT_THAT(Acked(11, 1, 100), ElementsAre("Copied 11+1 at 100"));
}

TEST_F(PartitionTest, ADeadLetterThatIsRejectedWaitsAndIsRetried) {
  options_.delivery.on_rejected_record = RejectedRecordPolicy::kDeadLetter;
  AddAtTen();
  Read(10, 1);
  Send();
  Failed(10, 1, absl::InvalidArgumentError("bad"), Rejection::kRecord);
  EXPECT_THAT(On(event::DeadLettered{absl::PermissionDeniedError("no")}),
              ElementsAre("Report", "Unassign"));
  EXPECT_THAT(Status().reason(), HasSubstr("WRITE on topic letters"));
  EXPECT_THAT(Tick(), ElementsAre("BeginRun 10"));
}

TEST_F(PartitionTest, ARejectedRecordWaitsIfThePolicySaysSo) {
  AddAtTen();
  Read(10, 1);
  Send();
  EXPECT_THAT(
      Failed(10, 1, absl::InvalidArgumentError("bad"), Rejection::kRecord),
      ElementsAre("Report", "DoubtLimits", "Unassign"));
  EXPECT_EQ(Status().problem(), PROBLEM_RECORD_REFUSED);
}

TEST_F(PartitionTest, LostCopiesStopUntilTheOperatorDecides) {
  AddAtTen();
  Copy(10, 5, 100);
  EXPECT_THAT(TargetChanged(PROBLEM_TARGET_RECREATED),
              ElementsAre("Report", "Unassign"));
  EXPECT_TRUE(partition_->TargetIsUndecided());
  EXPECT_TRUE(partition_->WaitsForOperator());
  EXPECT_THAT(On(event::Decided{LossPolicy::kSkip}),
              ElementsAre("ForgetCopies", "Report", "Skipped 0-15"));
  EXPECT_THAT(Tick(), ElementsAre("BeginRun 15", "AskBounds"));
  EXPECT_THAT(Bounds(0, 15),
              ElementsAre("BeginRun 15", "Assign 15", "AskNoMore"));
}

TEST_F(PartitionTest, LostCopiesAreCopiedAgainBehindStoredProgress) {
  options_.delivery.on_target_change = LossPolicy::kReseed;
  AddAtTen();
  Copy(10, 5, 100);
  On(event::Committed{U(14)});
  EXPECT_THAT(
      TargetChanged(PROBLEM_TARGET_RECREATED),
      ElementsAre("ForgetCopies", "Report", "Skipped 0-15", "Unassign"));
  // The stored progress is ahead until the reset is committed, too.
  EXPECT_THAT(Tick(), IsEmpty());
  EXPECT_THAT(On(event::CommitDue{}),
              ElementsAre("CommitThrough -1, no index"));
  EXPECT_THAT(On(event::Committed{U(-1)}), ElementsAre("AskBounds"));
  EXPECT_THAT(Bounds(2, 15), ElementsAre("BeginRun 2 from the start",
                                         "Assign 2", "AskNoMore"));
}

TEST_F(PartitionTest, CopiesThatAnAcknowledgementMisses) {
  options_.delivery.on_target_change = LossPolicy::kSkip;
  AddAtTen();
  Copy(10, 5, 100);
  Read(15, 1);
  Send();
  EXPECT_THAT(Acked(15, 1, 3), ElementsAre("ForgetCopies", "Report",
                                           "Skipped 0-16", "Copied 15+1 at 3"));
}

TEST_F(PartitionTest, CopiesWithoutADecisionAreNotIndexed) {
  AddAtTen();
  Copy(10, 5, 100);
  Read(15, 1);
  Send();
  EXPECT_THAT(Acked(15, 1, 3), ElementsAre("Report", "Unassign"));
}

TEST_F(PartitionTest, TheTargetsEndIsOnlyComparedWhileNothingIsInFlight) {
  AddAtTen();
  Copy(10, 5, 100);
  EXPECT_THAT(On(event::TargetEndSeen{D(105), D(105)}), IsEmpty());
  Read(15, 1);
  Send();
  EXPECT_THAT(On(event::TargetEndSeen{D(105), D(3)}), IsEmpty());
  Acked(15, 1, 105);
  EXPECT_THAT(On(event::TargetEndSeen{D(106), D(3)}),
              ElementsAre("Report", "Unassign"));
}

TEST_F(PartitionTest, TheTargetsEndIsKnownAfterOthersWrote) {
  AddAtTen();
  Copy(10, 5, 100);
  Read(15, 1);
  Send();
  // Another client wrote 105.
  EXPECT_THAT(Acked(15, 1, 106), ElementsAre("Report", "Copied 15+1 at 106"));
  EXPECT_EQ(partition_->target_end(), D(107));
  clock_.Advance(absl::Seconds(1));
  EXPECT_THAT(On(event::TargetEndSeen{D(107), D(108)}), IsEmpty());
  EXPECT_EQ(partition_->target_end(), D(108));
  EXPECT_THAT(On(event::TargetEndSeen{D(108), D(3)}),
              ElementsAre("Report", "Unassign"));
}

TEST_F(PartitionTest, OtherWritersAreAWarningFirst) {
  AddAtTen();
  Copy(10, 5, 100);
  EXPECT_THAT(TargetChanged(PROBLEM_TARGET_WRITTEN_BY_OTHERS),
              ElementsAre("Report"));
  EXPECT_EQ(Status().state(), PARTITION_RUNNING);
}

TEST_F(PartitionTest, ARecreatedSourceStopsOrStartsOver) {
  AddAtTen();
  EXPECT_THAT(On(event::SourceRecreated{"new"}),
              ElementsAre("Report", "Unassign"));
  EXPECT_EQ(Status().problem(), PROBLEM_SOURCE_RECREATED);
  EXPECT_THAT(On(event::Decided{LossPolicy::kSkip}),
              ElementsAre("Report", "Skipped 10-10"));
  EXPECT_THAT(Tick(), ElementsAre("AskBounds"));
  EXPECT_THAT(Bounds(0, 5), ElementsAre("BeginRun 0 from the start", "Assign 0",
                                        "AskNoMore"));

  options_.delivery.on_source_gap = LossPolicy::kReseed;
  AddAtTen();
  EXPECT_THAT(On(event::SourceRecreated{"new"}),
              ElementsAre("Report", "Skipped 10-10", "Unassign"));
}

TEST_F(PartitionTest, ARecreatedSourceWaitsForTheDecisionAboutTheTarget) {
  options_.delivery.on_source_gap = LossPolicy::kSkip;
  AddAtTen();
  Copy(10, 5, 100);
  TargetChanged(PROBLEM_TARGET_RECREATED);
  EXPECT_THAT(On(event::SourceRecreated{"new"}), ElementsAre("Report"));
  EXPECT_EQ(Status().problem(), PROBLEM_TARGET_RECREATED);
  EXPECT_THAT(On(event::Decided{LossPolicy::kSkip}),
              ElementsAre("ForgetCopies", "Report", "Skipped 0-15", "Report",
                          "Skipped 15-15"));
}

TEST_F(PartitionTest, AMissingTopicContinuesWhereItWas) {
  AddAtTen();
  Read(10, 5);
  EXPECT_THAT(On(event::Suspended{PROBLEM_SOURCE_TOPIC_MISSING, "it is gone"}),
              ElementsAre("Report", "Unassign"));
  EXPECT_FALSE(partition_->WaitsForOperator());
  On(event::SourceBack{});
  EXPECT_THAT(Tick(), ElementsAre("BeginRun 10", "AskBounds"));
  EXPECT_THAT(Bounds(0, 20),
              ElementsAre("BeginRun 10", "Assign 10", "AskNoMore"));
}

TEST_F(PartitionTest, ALostTargetIsDecidedOnceTheMissingTopicIsBack) {
  AddAtTen();
  Copy(10, 5, 100);
  On(event::Suspended{PROBLEM_SOURCE_TOPIC_MISSING, "it is gone"});
  EXPECT_THAT(TargetChanged(PROBLEM_TARGET_RECREATED), IsEmpty());
  EXPECT_TRUE(partition_->TargetIsUndecided());
  EXPECT_THAT(On(event::SourceBack{}), ElementsAre("Report"));
  EXPECT_EQ(Status().problem(), PROBLEM_TARGET_RECREATED);
}

TEST_F(PartitionTest, ALostSinkSendsWhatWasNotAcknowledgedAgain) {
  AddAtTen();
  Copy(10, 5, 100);
  Read(15, 5);
  Send();
  EXPECT_THAT(On(event::SinkLost{}), ElementsAre("Unassign"));
  EXPECT_THAT(Tick(), ElementsAre("BeginRun 15"));
  EXPECT_THAT(Tick(absl::Seconds(1)), ElementsAre("Assign 15"));
}

TEST_F(PartitionTest, ALostSourceClientIsAssignedAgain) {
  AddAtTen();
  EXPECT_THAT(On(event::SourceClientLost{}),
              ElementsAre("Unassign", "Assign 10"));
  // Batches of the old client are dropped, and read again.
  Read(10, 5);
  EXPECT_THAT(On(event::SourceClientLost{}), ElementsAre("Unassign"));
  EXPECT_FALSE(partition_->HasHeld());
  EXPECT_THAT(Tick(), ElementsAre("BeginRun 10", "Assign 10"));
}

TEST_F(PartitionTest, ASilentTargetIsReportedAndNotReadFor) {
  AddAtTen();
  Copy(10, 5, 100);
  Read(15, 5);
  Send();
  sink_.error_ = absl::NotFoundError("looking it up");
  Read(20, 5);
  EXPECT_THAT(Tick(absl::Seconds(1)), ElementsAre("Unassign"));
  EXPECT_THAT(Tick(absl::Seconds(5)), ElementsAre("Report"));
  EXPECT_EQ(Status().problem(), PROBLEM_TARGET_STALLED);
  EXPECT_THAT(Acked(15, 5, 105),
              ElementsAre("Report", "Copied 15+5 at 105", "Assign 25"));
}

TEST_F(PartitionTest, OneThatHoldsTooMuchIsNotReadUntilItHasSentHalf) {
  AddAtTen();
  Copy(10, 5, 100);
  Read(15, 5);
  EXPECT_THAT(On(event::HoldsTooMuch{}), ElementsAre("Unassign"));
  EXPECT_THAT(Send(), ElementsAre("Assign 20"));
}

}  // namespace
}  // namespace mirror::internal
