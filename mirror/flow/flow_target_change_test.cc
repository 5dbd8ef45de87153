// SPDX-License-Identifier: Apache-2.0
//
// Where copies are lost on the target, or others write between them: that is
// noticed and reported, and what the operator chose is done.

#include <algorithm>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/flow/flow_gap_fixture.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = EngineEvent::Kind;

TEST_F(FlowGapTest, ADeletedTargetTopicWaitsForTheOperator) {
  StartWithTen();
  b().DeleteTopic("A.orders");
  EXPECT_TRUE(Stops(PROBLEM_TARGET_RECREATED));
  EXPECT_THAT(flow_.Status(kOrders0).reason(),
              HasSubstr("set on.target.change to skip"));
  flow_.RunFor(absl::Minutes(1));
  EXPECT_FALSE(b().HasTopic("A.orders"));
  Restart();
  EXPECT_TRUE(Stops(PROBLEM_TARGET_RECREATED));
}

TEST_F(FlowGapTest, ATargetTopicThatIsOnlyNotSeenIsNotDeleted) {
  StartWithTen();
  b().HideTopicIds(true);
  flow_.RunFor(absl::Seconds(10));
  b().HideTopicIds(false);
  flow_.RunFor(absl::Seconds(10));
  b().FailDescribe("A.orders", absl::PermissionDeniedError("no"));
  flow_.RunFor(absl::Seconds(10));
  b().FailDescribe("A.orders", absl::OkStatus());
  AppendNew(3);
  EXPECT_TRUE(Settles(12));
  EXPECT_EQ(flow_.CountEvents(Kind::kPartitionStopped), 0);
  // And what it is called is not forgotten over that.
  ReplaceTheTarget();
  b().Fill(kCopy0, 13);
  EXPECT_TRUE(Stops(PROBLEM_TARGET_RECREATED));
}

TEST_F(FlowGapTest, ADeletedTargetTopicIsMadeAgainOnceTheOperatorDecided) {
  StartWithTen();
  b().DeleteTopic("A.orders");
  ASSERT_TRUE(Stops(PROBLEM_TARGET_RECREATED));
  EXPECT_THAT(Resolve(LossPolicy::kSkip), IsOk());
  AppendNew(5);
  EXPECT_TRUE(Settles(14));
  EXPECT_EQ(b().LogEnd(kCopy0), 5);
  a().DeleteRecordsBefore(kOrders0, 5);
  b().DeleteTopic("A.orders");
  ASSERT_TRUE(Stops(PROBLEM_TARGET_RECREATED));
  EXPECT_THAT(Resolve(LossPolicy::kReseed), IsOk());
  EXPECT_TRUE(flow_.RunUntil(
      [&] { return b().HasTopic("A.orders") && b().LogEnd(kCopy0) == 10; }));
}

TEST_F(FlowGapTest, ADeletedTargetTopicThatHeldNothingIsSimplyMadeAgain) {
  a().CreateTopic("orders", 1);
  flow_.Start();
  ASSERT_TRUE(flow_.RunUntil([&] { return b().HasTopic("A.orders"); }));
  flow_.RunFor(absl::Seconds(10));
  b().DeleteTopic("A.orders");
  flow_.RunFor(absl::Seconds(10));
  AppendNew(3);
  EXPECT_TRUE(Settles(2));
}

TEST_F(FlowGapTest, ADeletedTargetTopicIsMadeAgainAndWhatItHeldNoted) {
  Policies(LossPolicy::kStop, LossPolicy::kSkip);
  StartWithTen();
  b().DeleteTopic("A.orders");
  AppendNew(5);
  EXPECT_TRUE(Settles(14));
  EXPECT_EQ(b().LogEnd(kCopy0), 5);
  ASSERT_EQ(History().size(), 1u);
  EXPECT_EQ(History()[0].reason, SkipReason::kTargetLost);
  EXPECT_EQ(History()[0].first, U(0));
  EXPECT_EQ(History()[0].end, U(10));
  EXPECT_EQ(flow_.CountEvents(Kind::kTargetChanged), 1);
  Restart();
  AppendNew(1);
  EXPECT_TRUE(Settles(15));
  EXPECT_EQ(flow_.CountEvents(Kind::kTargetChanged), 1);
}

TEST_F(FlowGapTest, ADeletedTargetTopicIsFilledAgainFromTheSource) {
  Policies(LossPolicy::kStop, LossPolicy::kReseed);
  StartWithTen();
  b().DeleteTopic("A.orders");
  EXPECT_TRUE(flow_.RunUntil(
      [&] { return b().HasTopic("A.orders") && b().LogEnd(kCopy0) == 10; }));
}

class FlowReseedTest : public FlowGapTest {
 protected:
  // The target loses the copies of the last three of the ten records.
  void LoseTheEnd() { b().TruncateTo(kCopy0, 7); }
  // Which is reported, and not repaired yet.
  void ReseedALostEnd(bool source_is_down) {
    Policies(LossPolicy::kStop, LossPolicy::kReseed);
    StartWithTen();
    LoseTheEnd();
    a().SetPartitionDown(kOrders0, source_is_down);
    ASSERT_TRUE(flow_.RunUntil(
        [&] { return flow_.CountEvents(Kind::kTargetChanged) == 1; }));
  }
  // Whether all ten are copied once more, from the first to the last.
  bool IsFilledAgain() {
    return Settles(9) && flow_.RunUntil([&] {
      const std::vector<Record> records = a().Records(kOrders0);
      const std::vector<Record> copies = b().Records(kCopy0);
      return copies.size() >= 17 &&
             std::equal(records.begin(), records.end(), copies.end() - 10,
                        [](const Record& record, const Record& copy) {
                          return record.value == copy.value;
                        });
    });
  }
};

TEST_F(FlowReseedTest, AStopDoesNotForgetThatALostTargetIsFilledAgain) {
  ReseedALostEnd(/*source_is_down=*/true);
  Restart();
  a().SetPartitionDown(kOrders0, false);
  EXPECT_TRUE(IsFilledAgain());
}

// The parameter: how many steps later it crashes.
class FlowCrashTest : public FlowReseedTest,
                      public testing::WithParamInterface<int> {
 protected:
  void CrashLater() {
    for (int step = 0; step < GetParam(); ++step) flow_.Step();
    flow_.Crash();
    flow_.Start();
  }
};

TEST_P(FlowCrashTest, ALostTargetIsFilledAgain) {
  ReseedALostEnd(/*source_is_down=*/false);
  CrashLater();
  EXPECT_TRUE(IsFilledAgain());
}

TEST_P(FlowCrashTest, ALostTargetIsFilledAgainOnceTheSourceIsBack) {
  ReseedALostEnd(/*source_is_down=*/true);
  CrashLater();
  a().SetPartitionDown(kOrders0, false);
  EXPECT_TRUE(IsFilledAgain());
}

TEST_P(FlowCrashTest, ALostTargetIsFilledAgainIfNewTopicsBeginAtTheirEnd) {
  ReseedALostEnd(/*source_is_down=*/true);
  flow_.control_options().delivery.start_at = StartAt::kLatest;
  CrashLater();
  a().SetPartitionDown(kOrders0, false);
  EXPECT_TRUE(IsFilledAgain());
}

TEST_P(FlowCrashTest, ALostTargetIsFilledAgainIfTheOperatorSaysSo) {
  StartWithTen();
  LoseTheEnd();
  ASSERT_TRUE(Stops(PROBLEM_TARGET_TRUNCATED));
  a().SetPartitionDown(kOrders0, true);
  EXPECT_THAT(Resolve(LossPolicy::kReseed), IsOk());
  CrashLater();
  a().SetPartitionDown(kOrders0, false);
  // Or the decision was not stored yet, and is asked for again.
  flow_.RunFor(absl::Minutes(1));
  if (flow_.Status(kOrders0).state() == PARTITION_STOPPED) {
    EXPECT_LT(GetParam(), 80);  // two commits
    EXPECT_THAT(Resolve(LossPolicy::kReseed), IsOk());
  }
  EXPECT_TRUE(IsFilledAgain());
}

INSTANTIATE_TEST_SUITE_P(Steps, FlowCrashTest, testing::Range(0, 100, 3));

TEST_F(FlowGapTest, ATargetThatWasReplacedWhileNoEngineRanIsNoticed) {
  StartWithTen();
  ASSERT_THAT(flow_.Stop(), IsOk());
  ReplaceTheTarget();
  b().Fill(kCopy0, 100);  // longer than what was copied
  flow_.Start();
  EXPECT_TRUE(Stops(PROBLEM_TARGET_RECREATED));
}

TEST_F(FlowGapTest, WhatTheOperatorDecidedIsNotAskedAgainAfterARestart) {
  StartWithTen();
  ReplaceTheTarget();
  ASSERT_TRUE(Stops(PROBLEM_TARGET_RECREATED));
  EXPECT_THAT(Resolve(LossPolicy::kSkip), IsOk());
  AppendNew(1);
  ASSERT_TRUE(Settles(10));
  Restart();
  AppendNew(1);
  EXPECT_TRUE(Settles(11));
  EXPECT_EQ(flow_.CountEvents(Kind::kPartitionStopped), 1);
}

TEST_F(FlowGapTest, ATargetThatLostItsEndIsNoticedWhileNothingIsCopied) {
  StartWithTen();
  b().TruncateTo(kCopy0, 7);
  EXPECT_TRUE(Stops(PROBLEM_TARGET_TRUNCATED));
  EXPECT_THAT(Resolve(LossPolicy::kSkip), IsOk());
  AppendNew(2);
  EXPECT_TRUE(Settles(11));
  ASSERT_EQ(History().size(), 1u);
  EXPECT_EQ(History()[0].reason, SkipReason::kTargetLost);
  EXPECT_EQ(History()[0].first, U(7));
  EXPECT_EQ(History()[0].end, U(10));
}

TEST_F(FlowGapTest, WhoElseWritesToTheTargetIsNoticedWhileNothingIsCopied) {
  StartWithTen();
  b().Append(kCopy0, WithValue("foreign"));
  EXPECT_TRUE(flow_.RunUntil(
      [&] { return flow_.CountEvents(Kind::kTargetWrittenByOthers) == 1; }));
  // The end is certain again after a copy.
  AppendNew(1);
  flow_.RunFor(absl::Minutes(1));
  EXPECT_EQ(flow_.Status(kOrders0).state(), PARTITION_RUNNING);
  b().Append(kCopy0, WithValue("foreign"));
  EXPECT_TRUE(Stops(PROBLEM_TARGET_WRITTEN_BY_OTHERS));
  EXPECT_THAT(flow_.Status(kOrders0).reason(),
              HasSubstr("1 records from offset 12 of A.orders-0 on cluster B"));
  EXPECT_THAT(Resolve(LossPolicy::kSkip), IsOk());
  AppendNew(1);
  EXPECT_TRUE(Settles(11));
  flow_.RunFor(absl::Minutes(1));
  EXPECT_EQ(flow_.Status(kOrders0).state(), PARTITION_RUNNING);
}

TEST_F(FlowGapTest, WhoElseWritesToTheTargetIsNoticedByTheNextCopy) {
  Policies(LossPolicy::kStop, LossPolicy::kSkip);
  StartWithTen();
  for (int i = 0; i < 3; ++i) {
    b().Append(kCopy0, WithValue("foreign"));
    AppendNew(1);
    ASSERT_TRUE(Settles(10 + i));
  }
  EXPECT_GE(flow_.CountEvents(Kind::kTargetWrittenByOthers), 1);
  EXPECT_THAT(History(), IsEmpty());
}

TEST_F(FlowGapTest, WhatIsLostAfterOthersWroteIsNoticed) {
  Policies(LossPolicy::kStop, LossPolicy::kReseed);
  StartWithTen();
  b().Fill(kCopy0, 1);
  AppendNew(1);
  ASSERT_TRUE(Settles(10));
  b().TruncateTo(kCopy0, 4);
  EXPECT_TRUE(flow_.RunUntil([&] { return b().LogEnd(kCopy0) == 4 + 11; }));
  // Both while nothing is copied.
  b().Fill(kCopy0, 1);
  flow_.RunFor(absl::Seconds(11));
  b().TruncateTo(kCopy0, 4);
  EXPECT_TRUE(flow_.RunUntil([&] { return b().LogEnd(kCopy0) == 4 + 11; }));
}

TEST_F(FlowGapTest, OthersMayWriteToASharedTarget) {
  flow_.loop_options().partition.delivery.target_is_shared = true;
  StartWithTen();
  b().Append(kCopy0, WithValue("foreign"));
  AppendNew(1);
  EXPECT_TRUE(Settles(10));
  b().Append(kCopy0, WithValue("foreign"));
  flow_.RunFor(absl::Minutes(1));
  EXPECT_EQ(flow_.Status(kOrders0).state(), PARTITION_RUNNING);
  EXPECT_EQ(flow_.CountEvents(Kind::kTargetWrittenByOthers), 0);
}

TEST_F(FlowGapTest, OurOwnWritesAreNotThoseOfOthers) {
  StartWithTen();
  for (int round = 0; round < 5; ++round) {
    b().HoldAcks();
    AppendNew(20);
    flow_.RunFor(absl::Milliseconds(200));
    flow_.Crash();  // some are on the target, unknown to all
    b().ReleaseAcks();
    flow_.Start();
    ASSERT_TRUE(Settles(9 + 20 * (round + 1)));
    flow_.RunFor(absl::Seconds(30));
    b().FenceSinks();
    AppendNew(0);
    flow_.RunFor(absl::Seconds(5));
    ASSERT_EQ(flow_.Status(kOrders0).state(), PARTITION_RUNNING);
  }
}

TEST_F(FlowGapTest, WhatIsLostWhileTheSourceIsAwaitedIsReportedAfterwards) {
  Policies(LossPolicy::kStop, LossPolicy::kSkip);
  StartWithTen();
  a().TruncateTo(kOrders0, 6);
  AppendNew(20);
  ASSERT_TRUE(Stops(PROBLEM_SOURCE_GAP));
  b().DeleteTopic("A.orders");
  flow_.RunFor(absl::Seconds(30));
  EXPECT_THAT(Resolve(LossPolicy::kSkip), IsOk());
  EXPECT_TRUE(Settles(25));
  EXPECT_EQ(Copies("new"), 20);
  EXPECT_EQ(flow_.CountEvents(Kind::kTargetChanged), 1);
  ASSERT_EQ(History().size(), 2u);
}

TEST_F(FlowGapTest, ATargetDeletedWhileTheSourceIsOutOfSightIsNoticedAfter) {
  StartWithTen();
  a().FailDescribe("orders", absl::PermissionDeniedError("no"));
  ASSERT_TRUE(Stops(PROBLEM_SOURCE_TOPIC_MISSING));
  b().DeleteTopic("A.orders");
  flow_.RunFor(absl::Seconds(10));
  EXPECT_TRUE(Stops(PROBLEM_SOURCE_TOPIC_MISSING));
  a().FailDescribe("orders", absl::OkStatus());
  EXPECT_TRUE(Stops(PROBLEM_TARGET_RECREATED));
  flow_.RunFor(absl::Seconds(10));
  EXPECT_FALSE(b().HasTopic("A.orders"));
  EXPECT_THAT(Resolve(LossPolicy::kSkip), IsOk());
  AppendNew(1);
  EXPECT_TRUE(Settles(10));
}

TEST_F(FlowGapTest, APartitionThatIsStoppedKeepsNoTargetTopicFromTheOthers) {
  Policies(LossPolicy::kStop, LossPolicy::kSkip);
  const TopicPartition other{"orders", 1};
  a().CreateTopic("orders", 2);
  a().Fill(kOrders0, 10);
  a().Fill(other, 10);
  flow_.Start();
  ASSERT_TRUE(Settles(9));
  a().TruncateTo(kOrders0, 6);
  AppendNew(20);
  ASSERT_TRUE(Stops(PROBLEM_SOURCE_GAP));
  b().DeleteTopic("A.orders");
  a().Fill(other, 5);
  EXPECT_TRUE(flow_.RunUntil(
      [&] { return flow_.Status(other).committed_offset() == 14; }));
}

TEST_F(FlowGapTest, ASourceThatComesBackDecidesNothingAboutTheTarget) {
  StartWithTen();
  b().DeleteTopic("A.orders");
  ASSERT_TRUE(Stops(PROBLEM_TARGET_RECREATED));
  LoseAndRegainTheSource();
  flow_.RunFor(absl::Seconds(10));
  EXPECT_TRUE(Stops(PROBLEM_TARGET_RECREATED));
}

// What on.source.gap says is no decision about the target.
class FlowBothRecreatedTest : public FlowGapTest,
                              public testing::WithParamInterface<LossPolicy> {
 protected:
  // The target topic was recreated, and ten copies are gone with the old one;
  // and then the source topic.
  void SetUp() override {
    Policies(GetParam(), LossPolicy::kStop);
    StartWithTen();
    b().DeleteTopic("A.orders");
    ASSERT_TRUE(Stops(PROBLEM_TARGET_RECREATED));
    b().CreateTopic("A.orders", 1);
    a().DeleteTopic("orders");
    a().CreateTopic("orders", 1);
    AppendNew(3);
    flow_.RunFor(absl::Minutes(1));
  }
  void ExpectStopped() {
    flow_.RunFor(absl::Minutes(1));
    EXPECT_EQ(flow_.Status(kOrders0).state(), PARTITION_STOPPED);
    EXPECT_THAT(flow_.Status(kOrders0).reason(),
                HasSubstr("topic orders was deleted and created again"));
    EXPECT_EQ(b().LogEnd(kCopy0), 0);
  }
  int Ranges(SkipReason reason) {
    int count = 0;
    for (const SkippedRange& range : History()) count += range.reason == reason;
    return count;
  }
  void ExpectTheNewTopicToBeCopied() {
    EXPECT_TRUE(Settles(2));
    EXPECT_EQ(b().LogEnd(kCopy0), 3);
    flow_.RunFor(absl::Seconds(10));  // a refresh notes the target topic's id
    Restart();
    AppendNew(1);
    EXPECT_TRUE(Settles(3));
    EXPECT_EQ(flow_.Status(kOrders0).state(), PARTITION_RUNNING);
    EXPECT_EQ(Copies("new"), 4);
    EXPECT_EQ(Ranges(SkipReason::kTargetLost), 1);
    EXPECT_EQ(Ranges(SkipReason::kSourceRecreated), 1);
  }
};

INSTANTIATE_TEST_SUITE_P(AllPolicies, FlowBothRecreatedTest,
                         testing::Values(LossPolicy::kStop, LossPolicy::kSkip,
                                         LossPolicy::kReseed));

TEST_P(FlowBothRecreatedTest, WaitsForTheOperatorAndIsCopiedFromItsStart) {
  ExpectStopped();
  EXPECT_THAT(Resolve(LossPolicy::kSkip), IsOk());
  ExpectTheNewTopicToBeCopied();
}

TEST_P(FlowBothRecreatedTest, WaitsForTheOperatorAfterARestart) {
  Restart();
  ExpectStopped();
  EXPECT_THAT(Resolve(LossPolicy::kReseed), IsOk());
  ExpectTheNewTopicToBeCopied();
}

}  // namespace
}  // namespace mirror::internal
