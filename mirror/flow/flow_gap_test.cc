// SPDX-License-Identifier: Apache-2.0
//
// Where records are lost on the source: that is noticed and reported, and what
// the operator chose is done.

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/flow/flow_gap_fixture.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = EngineEvent::Kind;

TEST_F(FlowGapTest, NoRecordOfARecreatedTopicIsMixedIn) {
  StartWithTen();
  a().DeleteTopic("orders");
  a().CreateTopic("orders", 1);
  AppendNew(50);  // the position is in this log, too
  EXPECT_TRUE(Stops(PROBLEM_SOURCE_RECREATED));
  EXPECT_EQ(b().LogEnd(kCopy0), 10);
  EXPECT_THAT(flow_.Status(kOrders0).reason(),
              HasSubstr("set on.source.gap to reseed"));
  Restart();
  EXPECT_TRUE(Stops(PROBLEM_SOURCE_RECREATED));
  EXPECT_EQ(b().LogEnd(kCopy0), 10);
}

TEST_F(FlowGapTest, ARecreatedTopicIsCopiedFromItsStartAndNoted) {
  Policies(LossPolicy::kSkip, LossPolicy::kStop);
  StartWithTen();
  b().FailProduce("A.orders", absl::PermissionDeniedError("no"));
  AppendOld(5);
  flow_.RunFor(absl::Seconds(10));
  a().DeleteTopic("orders");
  a().CreateTopic("orders", 1);
  AppendNew(50);
  flow_.RunFor(absl::Seconds(10));
  b().FailProduce("A.orders", absl::OkStatus());
  EXPECT_TRUE(Settles(49));
  EXPECT_EQ(Copies("new"), 50);
  ASSERT_EQ(History().size(), 1u);
  EXPECT_EQ(History()[0].reason, SkipReason::kSourceRecreated);
  EXPECT_EQ(History()[0].first, U(10));
  EXPECT_EQ(History()[0].end, U(15));
  EXPECT_EQ(flow_.CountEvents(Kind::kSourceRecreated), 1);
  EXPECT_EQ(flow_.CountEvents(Kind::kPartitionStopped), 0);
}

TEST_F(FlowGapTest, ALogThatWasTruncatedAndGrewAgainStopsThePartition) {
  StartWithTen();
  a().TruncateTo(kOrders0, 6);
  AppendNew(20);
  EXPECT_TRUE(Stops(PROBLEM_SOURCE_GAP));
  EXPECT_THAT(flow_.Status(kOrders0).reason(), HasSubstr("truncated at 6"));
  EXPECT_EQ(Copies("new"), 0);
}

TEST_F(FlowGapTest, WhatTookThePlaceOfTruncatedRecordsIsCopied) {
  Policies(LossPolicy::kSkip, LossPolicy::kStop);
  StartWithTen();
  a().TruncateTo(kOrders0, 6);
  AppendNew(20);
  EXPECT_TRUE(Settles(25));
  EXPECT_EQ(Copies("new"), 20);
  EXPECT_EQ(b().LogEnd(kCopy0), 30);
  EXPECT_EQ(flow_.CountEvents(Kind::kSourceTruncated), 1);
  ASSERT_EQ(History().size(), 1u);
  EXPECT_EQ(History()[0].reason, SkipReason::kSourceTruncated);
  EXPECT_EQ(History()[0].first, U(6));
}

TEST_F(FlowGapTest, ALogThatIsTruncatedAgainBeforeItsBoundsAreKnown) {
  Policies(LossPolicy::kSkip, LossPolicy::kStop);
  StartWithTen();
  a().TruncateTo(kOrders0, 6);
  // Notices it, and has no answer yet where the log begins and ends.
  for (int i = 0; i < 3; ++i) {
    for (const auto& loop : flow_.loops()) loop->RunOnce();
  }
  ASSERT_EQ(flow_.Status(kOrders0).state(), PARTITION_RESOLVING);
  a().TruncateTo(kOrders0, 3);
  AppendNew(20);
  EXPECT_TRUE(Settles(22));
  EXPECT_EQ(Copies("new"), 20);
}

TEST_F(FlowGapTest, ALogThatIsTruncatedAgainAfterARestart) {
  Policies(LossPolicy::kSkip, LossPolicy::kStop);
  StartWithTen();
  a().TruncateTo(kOrders0, 6);
  EXPECT_TRUE(Settles(5));
  ASSERT_THAT(flow_.Stop(), IsOk());
  a().TruncateTo(kOrders0, 3);
  AppendNew(20);
  flow_.Start();
  EXPECT_TRUE(Settles(22));
  EXPECT_EQ(Copies("new"), 20);
}

// After the copies were lost there is none by which the index could say of
// which source the progress is.
class ForgottenCopiesTest : public FlowGapTest {
 protected:
  void StopWithoutCopies() {
    Policies(LossPolicy::kSkip, LossPolicy::kSkip);
    StartWithTen();
    b().DeleteTopic("A.orders");
    ASSERT_TRUE(flow_.RunUntil([&] { return !History().empty(); }));
    flow_.RunFor(absl::Seconds(5));
    ASSERT_THAT(flow_.Stop(), IsOk());
  }
};

TEST_F(ForgottenCopiesTest, ATruncationIsNoticedAfterARestart) {
  StopWithoutCopies();
  a().TruncateTo(kOrders0, 6);
  AppendNew(20);
  flow_.Start();
  EXPECT_TRUE(Settles(25));
  EXPECT_EQ(Copies("new"), 20);
}

TEST_F(ForgottenCopiesTest, ARecreatedTopicIsNoticedAfterARestart) {
  StopWithoutCopies();
  a().DeleteTopic("orders");
  a().CreateTopic("orders", 1);
  AppendNew(20);
  flow_.Start();
  EXPECT_TRUE(Settles(19));
  EXPECT_EQ(Copies("new"), 20);
}

TEST_F(ForgottenCopiesTest, ATruncationIsNoticedAfterTwoRestarts) {
  Policies(LossPolicy::kSkip, LossPolicy::kSkip);
  StartWithTen();
  ASSERT_THAT(flow_.Stop(), IsOk());
  b().TruncateTo(kCopy0, 4);
  flow_.Start();
  ASSERT_TRUE(flow_.RunUntil([&] { return !History().empty(); }));
  flow_.RunFor(absl::Seconds(5));
  ASSERT_THAT(flow_.Stop(), IsOk());
  a().TruncateTo(kOrders0, 6);
  AppendNew(20);
  flow_.Start();
  EXPECT_TRUE(Settles(25));
  EXPECT_EQ(Copies("new"), 20);
}

TEST_F(ForgottenCopiesTest, TheNextCopiesReplaceWhatWasKept) {
  StopWithoutCopies();
  flow_.Start();
  AppendNew(5);
  ASSERT_TRUE(Settles(14));
  Restart();
  AppendNew(5);
  EXPECT_TRUE(Settles(19));
  EXPECT_EQ(b().LogEnd(kCopy0), 10);
  EXPECT_EQ(flow_.store().Translate(kOrders0, U(17)).offset,
            DownstreamOffset(7));
}

TEST_F(FlowGapTest, ATruncationWhileNoEngineRanIsNoticedByTheEpoch) {
  StartWithTen();
  ASSERT_THAT(flow_.Stop(), IsOk());
  a().TruncateTo(kOrders0, 6);
  AppendNew(20);
  flow_.Start();
  EXPECT_TRUE(Stops(PROBLEM_SOURCE_GAP));
  EXPECT_EQ(Copies("new"), 0);
}

TEST_F(FlowGapTest, AnElectionThatLostNothingIsNoGap) {
  StartWithTen();
  a().TruncateTo(kOrders0, 10);  // another epoch, the same records
  AppendNew(5);
  ASSERT_TRUE(Settles(14));
  Restart();
  AppendNew(5);
  EXPECT_TRUE(Settles(19));
  EXPECT_EQ(b().LogEnd(kCopy0), 20);
  EXPECT_THAT(History(), IsEmpty());
}

TEST_F(FlowGapTest, RetentionThatOvertakesTheMirrorIsNotedInFull) {
  Policies(LossPolicy::kSkip, LossPolicy::kStop);
  StartWithTen();
  ASSERT_THAT(flow_.Stop(), IsOk());
  AppendOld(40);
  a().DeleteRecordsBefore(kOrders0, 30);
  flow_.Start();
  EXPECT_TRUE(Settles(49));
  EXPECT_EQ(b().LogEnd(kCopy0), 30);
  Restart();
  flow_.RunFor(absl::Seconds(2));
  const auto skipped = flow_.store().Skipped(kOrders0);
  ASSERT_EQ(skipped.size(), 1u);
  EXPECT_EQ(skipped[0].reason, SkipReason::kSourceLost);
  EXPECT_EQ(skipped[0].first, U(10));
  EXPECT_EQ(skipped[0].end, U(30));
  EXPECT_EQ(skipped[0].records, 20);
  // A position in the gap is one behind it, for certain.
  EXPECT_EQ(flow_.store().Translate(kOrders0, U(20)),
            (Translation{DownstreamOffset(10), Exactness::kExact}));
}

TEST_F(FlowGapTest, AGapThatIsPassedWhileTheEngineStopsIsNoted) {
  Policies(LossPolicy::kSkip, LossPolicy::kStop);
  StartWithTen();
  ASSERT_THAT(flow_.Stop(), IsOk());
  AppendOld(40);
  a().DeleteRecordsBefore(kOrders0, 30);
  flow_.Start(/*loops=*/1);
  CopyLoop& loop = *flow_.loops()[0];
  ASSERT_TRUE(flow_.RunUntil([&] { return !loop.NeedBounds().empty(); }));
  loop.Handle(kOrders0, event::BoundsKnown{{U(30), U(50)}});
  Restart();
  EXPECT_TRUE(Settles(49));
  ASSERT_EQ(flow_.store().Skipped(kOrders0).size(), 1u);
  EXPECT_EQ(flow_.store().Skipped(kOrders0)[0].first, U(10));
  EXPECT_EQ(flow_.store().Skipped(kOrders0)[0].end, U(30));
  ASSERT_EQ(flow_.CountEvents(Kind::kSourceGap), 1);
  const EngineEvent& event = flow_.Event(Kind::kSourceGap);
  EXPECT_EQ(event.partition, kOrders0);
  ASSERT_TRUE(event.skipped.has_value());
  EXPECT_EQ(event.skipped->first_offset(), 10);
  EXPECT_EQ(event.skipped->end_offset(), 30);
  EXPECT_EQ(event.skipped->records(), 20);
}

TEST_F(FlowGapTest, TheOperatorDecidesWithoutARestart) {
  StartWithTen();
  EXPECT_THAT(Resolve(LossPolicy::kSkip),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  a().TruncateTo(kOrders0, 6);
  AppendNew(20);
  ASSERT_TRUE(Stops(PROBLEM_SOURCE_GAP));
  EXPECT_THAT(Resolve(LossPolicy::kSkip), IsOk());
  EXPECT_TRUE(Settles(25));
  EXPECT_EQ(Copies("new"), 20);

  a().DeleteTopic("orders");
  a().CreateTopic("orders", 1);
  AppendNew(3);
  ASSERT_TRUE(Stops(PROBLEM_SOURCE_RECREATED));
  EXPECT_THAT(Resolve(LossPolicy::kSkip), IsOk());
  EXPECT_TRUE(Settles(2));
  EXPECT_EQ(Copies("new"), 23);
  Restart();
  AppendNew(1);
  EXPECT_TRUE(Settles(3));
}

TEST_F(FlowGapTest, WhatIsNotKnownOfASourceDoesNotReplaceWhatIs) {
  StartWithTen();
  ASSERT_THAT(flow_.Stop(), IsOk());
  a().HideTopicIds(true);
  flow_.Start();
  AppendOld(5);
  ASSERT_TRUE(Settles(14));
  ASSERT_THAT(flow_.Stop(), IsOk());
  a().HideTopicIds(false);
  a().DeleteTopic("orders");
  a().CreateTopic("orders", 1);
  AppendNew(50);
  flow_.Start();
  EXPECT_TRUE(Stops(PROBLEM_SOURCE_RECREATED));
  EXPECT_EQ(Copies("new"), 0);
}

TEST_F(FlowGapTest, ASourceRecreatedBeforeItsIdIsKnownIsNoticedOnceItIs) {
  StartWithTen();
  ASSERT_THAT(flow_.Stop(), IsOk());
  a().DeleteTopic("orders");
  a().CreateTopic("orders", 1);
  AppendNew(50);
  a().HideTopicIds(true);
  flow_.Start();
  flow_.RunFor(absl::Seconds(10));
  a().HideTopicIds(false);
  EXPECT_TRUE(Stops(PROBLEM_SOURCE_RECREATED));
  EXPECT_EQ(Copies("new"), 0);
}

TEST_F(FlowGapTest, AnOpenTransactionIsNoTruncationToWhoReadsUncommitted) {
  flow_.control_options().delivery.read_committed = false;
  flow_.loop_options().source.read_committed = false;
  StartWithTen();
  a().OpenTransactionAt(kOrders0, 6);
  LoseAndRegainTheSource();
  AppendNew(2);
  EXPECT_TRUE(Settles(11));
  EXPECT_THAT(History(), IsEmpty());
}

TEST_F(FlowGapTest, ACrashBeforeANewTopicIsReadFromItsStartSkipsNothing) {
  Policies(LossPolicy::kSkip, LossPolicy::kStop);
  StartWithTen();
  b().SetPartitionDown(kCopy0, true);
  AppendOld(5);
  flow_.RunFor(absl::Seconds(10));
  a().DeleteTopic("orders");
  a().CreateTopic("orders", 1);
  AppendNew(50);
  flow_.RunFor(absl::Seconds(10));
  flow_.Crash();
  b().SetPartitionDown(kCopy0, false);
  flow_.Start();
  EXPECT_TRUE(Settles(49));
  EXPECT_EQ(Copies("new"), 50);
}

}  // namespace
}  // namespace mirror::internal
