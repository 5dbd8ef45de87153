// SPDX-License-Identifier: Apache-2.0
//
// The machine's clock jumps back or forward while a flow runs: nothing waits
// longer or shorter than its interval.

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/flow/flow_gap_fixture.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

class FlowClockTest : public FlowGapTest,
                      public testing::WithParamInterface<absl::Duration> {
 protected:
  void SetWallClock() { flow_.clock().SetWallClock(GetParam()); }
  // The target rejects one of ten records.
  void StartWithALargeRecord(RejectedRecordPolicy policy) {
    Policies(LossPolicy::kStop, LossPolicy::kStop, policy);
    a().CreateTopic("orders", 1);
    b().CreateTopic("A.orders", 1);
    b().SetMaxMessageBytes("A.orders", 1000);
    a().Fill(kOrders0, 4);
    a().Append(kOrders0, WithValue(std::string(2000, 'x')));
    a().Fill(kOrders0, 5);
    flow_.Start();
    ASSERT_TRUE(Settles(9));
  }
  // Of something that just happened.
  void ExpectIsWallTime(absl::Time time) {
    EXPECT_LE(time, flow_.clock().WallTime());
    EXPECT_GE(time, flow_.clock().WallTime() - absl::Minutes(1));
  }
};

TEST_P(FlowClockTest, ProgressIsCommittedEverySecond) {
  StartWithTen();
  SetWallClock();
  AppendNew(5);
  EXPECT_TRUE(flow_.RunUntil(
      [&] { return flow_.Status(kOrders0).committed_offset() == 14; },
      absl::Seconds(3)));
}

TEST_P(FlowClockTest, TopicsAreRefreshed) {
  StartWithTen();
  SetWallClock();
  a().CreateTopic("later", 1);
  a().Fill({"later", 0}, 10);
  EXPECT_TRUE(flow_.RunUntil([&] { return flow_.Copied("later", 1); },
                             absl::Seconds(20)));
}

TEST_P(FlowClockTest, TargetsAreChecked) {
  StartWithTen();
  flow_.RunFor(absl::Seconds(20));
  SetWallClock();
  ReplaceTheTarget();
  EXPECT_TRUE(flow_.RunUntil(
      [&] {
        return flow_.Status(kOrders0).problem() == PROBLEM_TARGET_RECREATED;
      },
      absl::Minutes(1)));
}

TEST_P(FlowClockTest, ABackOffLastsAsLongAsItSays) {
  StartWithTen();
  b().FailProduce(kCopy0, absl::PermissionDeniedError("not allowed"));
  AppendNew(1);
  const auto restarts = [&] { return flow_.Status(kOrders0).restarts(); };
  ASSERT_TRUE(flow_.RunUntil([&] { return restarts() == 2; }));
  SetWallClock();
  flow_.RunFor(absl::Milliseconds(500));
  EXPECT_EQ(restarts(), 2);
  b().FailProduce(kCopy0, absl::OkStatus());
  EXPECT_TRUE(flow_.RunUntil([&] { return b().LogEnd(kCopy0) == 11; },
                             absl::Seconds(10)));
}

TEST_P(FlowClockTest, AStallIsReportedAfterItsTimeWithTheWallClocksTime) {
  StartWithTen();
  b().SetPartitionDown(kCopy0, true);
  AppendNew(1);
  flow_.RunFor(absl::Seconds(1));
  SetWallClock();
  flow_.RunFor(absl::Seconds(1));
  EXPECT_EQ(flow_.Status(kOrders0).problem(), PROBLEM_NONE);
  ASSERT_TRUE(flow_.RunUntil(
      [&] {
        return flow_.Status(kOrders0).problem() == PROBLEM_TARGET_STALLED;
      },
      absl::Seconds(10)));
  EXPECT_THAT(
      flow_.Status(kOrders0).reason(),
      HasSubstr(absl::FormatTime("since %Y-%m-%dT%H:%M",
                                 flow_.clock().WallTime() - absl::Seconds(6),
                                 absl::UTCTimeZone())));
}

TEST_P(FlowClockTest, AMissingTargetPartitionIsLookedUpAsLongAsItSays) {
  StartWithTen();
  b().DeleteTopic("A.orders");
  AppendNew(1);
  flow_.RunFor(absl::Milliseconds(200));
  SetWallClock();
  flow_.RunFor(absl::Milliseconds(200));
  EXPECT_EQ(flow_.Status(kOrders0).problem(), PROBLEM_NONE);
  EXPECT_TRUE(flow_.RunUntil(
      [&] { return flow_.Status(kOrders0).problem() != PROBLEM_NONE; },
      absl::Seconds(20)));
}

TEST_P(FlowClockTest, TheLedgerHasTheWallClocksTime) {
  SetWallClock();
  StartWithALargeRecord(RejectedRecordPolicy::kSkip);
  ASSERT_THAT(History(), SizeIs(1));
  ExpectIsWallTime(History()[0].time);
}

TEST_P(FlowClockTest, ADeadLetterHasTheWallClocksTime) {
  SetWallClock();
  StartWithALargeRecord(RejectedRecordPolicy::kDeadLetter);
  const std::vector<Record> letters = b().Records({kDeadLetters, 0});
  ASSERT_THAT(letters, SizeIs(1));
  ExpectIsWallTime(absl::FromUnixMillis(letters[0].timestamp_ms));
}

TEST_P(FlowClockTest, TheAgeOfRecordsIsByTheWallClock) {
  StartWithTen();
  SetWallClock();
  Record record = WithValue("fresh");
  record.timestamp_ms = absl::ToUnixMillis(flow_.clock().WallTime());
  a().Append(kOrders0, record);
  ASSERT_TRUE(Settles(10));
  const PartitionStatus status = flow_.Status(kOrders0);
  EXPECT_GE(status.record_age().last(), 0);
  EXPECT_LT(status.record_age().last(), 1000);
  EXPECT_GE(status.replication_latency().last(), 0);
  EXPECT_LT(status.replication_latency().last(), 1000);
}

TEST_P(FlowClockTest, TheLastAcknowledgementIsByTheWallClock) {
  StartWithTen();
  SetWallClock();
  ExpectIsWallTime(absl::FromUnixMillis(flow_.Status(kOrders0).last_ack_ms()));
}

INSTANTIATE_TEST_SUITE_P(BackAndForward, FlowClockTest,
                         testing::Values(-absl::Hours(1), absl::Hours(1)),
                         [](const auto& jump) {
                           return jump.param < absl::ZeroDuration() ? "Back"
                                                                    : "Forward";
                         });

}  // namespace
}  // namespace mirror::internal
