// SPDX-License-Identifier: Apache-2.0
//
// Where the target rejects a record, or transforms cannot be shown one: it is
// found and reported, and what the operator chose is done. So are times that
// cannot be kept.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/flow/flow_gap_fixture.h"
#include "mirror/testing/matchers.h"
#include "mirror/transform/record_transform.h"

namespace mirror::internal {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = EngineEvent::Kind;

class FlowRefusalTest : public FlowGapTest {
 protected:
  void AppendLarge() {
    a().Append(kOrders0, WithValue(std::string(2000, 'x')));
  }
  // Of ten records the one at offset 4 is larger than the target takes.
  void StartWithALargeOne() {
    a().CreateTopic("orders", 1);
    b().CreateTopic("A.orders", 1);
    b().SetMaxMessageBytes("A.orders", 1000);
    a().Fill(kOrders0, 4);
    AppendLarge();
    a().Fill(kOrders0, 5);
    flow_.Start();
  }
  // As a dead letter it is not answered.
  void StartWithALetterInFlight() {
    Policies(LossPolicy::kStop, LossPolicy::kStop,
             RejectedRecordPolicy::kDeadLetter);
    b().CreateTopic(kDeadLetters, 1);
    b().SetPartitionDown({kDeadLetters, 0}, true);
    StartWithALargeOne();
    ASSERT_TRUE(Settles(3));
  }
};

TEST_F(FlowRefusalTest, ARejectedRecordIsSkippedAndNoted) {
  Policies(LossPolicy::kStop, LossPolicy::kStop, RejectedRecordPolicy::kSkip);
  StartWithALargeOne();
  EXPECT_TRUE(Settles(9));
  EXPECT_EQ(b().LogEnd(kCopy0), 9);
  EXPECT_EQ(flow_.CountEvents(Kind::kRecordSkipped), 1);
  EXPECT_EQ(flow_.CountEvents(Kind::kPartitionProblem), 0);
  Restart();
  flow_.RunFor(absl::Seconds(2));
  const auto skipped = flow_.store().Skipped(kOrders0);
  ASSERT_EQ(skipped.size(), 1u);
  EXPECT_EQ(skipped[0].reason, SkipReason::kRefused);
  EXPECT_EQ(skipped[0].first, U(4));
  EXPECT_EQ(skipped[0].end, U(5));
}

TEST_F(FlowRefusalTest, TheLastRecordOfALogIsSkippedAsWell) {
  Policies(LossPolicy::kStop, LossPolicy::kStop, RejectedRecordPolicy::kSkip);
  StartWithALargeOne();
  ASSERT_TRUE(Settles(9));
  AppendLarge();
  EXPECT_TRUE(Settles(10));
}

TEST_F(FlowRefusalTest, ARefusedRecordIsKeptInTheDeadLetterTopic) {
  Policies(LossPolicy::kStop, LossPolicy::kStop,
           RejectedRecordPolicy::kDeadLetter);
  StartWithALargeOne();
  EXPECT_TRUE(Settles(9));
  EXPECT_EQ(b().LogEnd(kCopy0), 9);
  const std::vector<Record> letters = b().Records({kDeadLetters, 0});
  ASSERT_EQ(letters.size(), 1u);
  EXPECT_EQ(letters[0].value, std::string(2000, 'x'));
  ASSERT_EQ(letters[0].headers.size(), 5u);
  EXPECT_EQ(letters[0].headers[0].key, "__connect.errors.topic");
  EXPECT_EQ(letters[0].headers[0].value, "orders");
  EXPECT_EQ(letters[0].headers[2].key, "__connect.errors.offset");
  EXPECT_EQ(letters[0].headers[2].value, "4");
  ASSERT_EQ(History().size(), 1u);
  EXPECT_EQ(History()[0].reason, SkipReason::kDeadLettered);
}

TEST_F(FlowRefusalTest, TheLastRecordOfALogIsKeptAsWell) {
  Policies(LossPolicy::kStop, LossPolicy::kStop,
           RejectedRecordPolicy::kDeadLetter);
  StartWithALargeOne();
  ASSERT_TRUE(Settles(9));
  AppendLarge();
  EXPECT_TRUE(Settles(10));
  EXPECT_EQ(b().LogEnd({kDeadLetters, 0}), 2);
}

TEST_F(FlowRefusalTest, ARecreatedTopicIsNotSentOneByOne) {
  Policies(LossPolicy::kSkip, LossPolicy::kStop, RejectedRecordPolicy::kSkip);
  a().CreateTopic("orders", 1);
  b().CreateTopic("A.orders", 1);
  b().SetMaxMessageBytes("A.orders", 1000);
  AppendOld(1000);
  AppendLarge();
  flow_.Start();
  ASSERT_TRUE(Settles(1000));
  a().DeleteTopic("orders");
  a().CreateTopic("orders", 1);
  AppendNew(1000);
  EXPECT_TRUE(
      flow_.RunUntil([&] { return Copies("new") == 1000; }, absl::Seconds(15)));
}

TEST_F(FlowRefusalTest, ADeadLetterInFlightLeavesAStoppedPartitionStopped) {
  StartWithALetterInFlight();
  flow_.RunFor(absl::Seconds(2));
  a().DeleteTopic("orders");
  a().CreateTopic("orders", 1);
  AppendNew(3);
  ASSERT_TRUE(Stops(PROBLEM_SOURCE_RECREATED));
  b().SetPartitionDown({kDeadLetters, 0}, false);
  flow_.RunFor(absl::Seconds(10));
  EXPECT_TRUE(Stops(PROBLEM_SOURCE_RECREATED));
  EXPECT_THAT(Resolve(LossPolicy::kReseed), IsOk());
  EXPECT_TRUE(Settles(2));
  EXPECT_EQ(Copies("new"), 3);
}

// The client rejects the record at offset 10 while the ten before it are in
// flight, and then the target rejects those as a batch.
class FlowTwoRefusalsTest : public FlowRefusalTest {
 protected:
  void StartWithTwoRefusals(RejectedRecordPolicy on_refused) {
    Policies(LossPolicy::kStop, LossPolicy::kStop, on_refused);
    a().CreateTopic("orders", 1);
    a().SetMaxBatchRecords(10);
    b().CreateTopic("A.orders", 1);
    b().CreateTopic(kDeadLetters, 1);
    b().SetClientMaxMessageBytes(1000);
    flow_.Start();
    flow_.RunFor(absl::Seconds(2));
    b().HoldAcks();
    b().FailProduce(kCopy0, absl::InvalidArgumentError("the batch is too big"));
    AppendOld(10);
    flow_.RunFor(absl::Milliseconds(100));
    b().FailProduce(kCopy0, absl::OkStatus());
    AppendLarge();
    AppendNew(9);
    flow_.RunFor(absl::Milliseconds(100));
    b().SetClientMaxMessageBytes(1 << 20);
    b().ReleaseAcks();
  }
};

TEST_F(FlowTwoRefusalsTest, ARecordThatIsTakenAfterAllIsNoDeadLetter) {
  StartWithTwoRefusals(RejectedRecordPolicy::kDeadLetter);
  EXPECT_TRUE(Settles(19));
  AppendOld(1);
  EXPECT_TRUE(Settles(20));
  EXPECT_EQ(Copies("old"), 11);
  EXPECT_EQ(Copies("new"), 9);
  EXPECT_EQ(b().LogEnd(kCopy0), 21);
  EXPECT_EQ(b().LogEnd({kDeadLetters, 0}), 0);
}

TEST_F(FlowTwoRefusalsTest, ARecordThatIsTakenAfterAllIsForgotten) {
  StartWithTwoRefusals(RejectedRecordPolicy::kSkip);
  EXPECT_TRUE(Settles(19));
  EXPECT_EQ(b().LogEnd(kCopy0), 20);
  EXPECT_THAT(History(), IsEmpty());
  // So that the next one is settled.
  b().SetClientMaxMessageBytes(1000);
  AppendLarge();
  AppendNew(1);
  EXPECT_TRUE(Settles(21));
  ASSERT_EQ(History().size(), 1u);
  EXPECT_EQ(History()[0].first, U(20));
}

class LargeOnly final : public RecordTransform {
 public:
  absl::StatusOr<RecordVerdict> Transform(const TopicPartition&,
                                          Record& record) const override {
    return record.value->size() < 1000 ? RecordVerdict::kDrop
                                       : RecordVerdict::kKeep;
  }
};

class FlowLateLetterTest : public FlowRefusalTest {
 protected:
  // The engine is killed while the dead letter is in flight.
  void StartAndCrash() {
    a().SetMaxBatchRecords(1);
    StartWithALetterInFlight();
    flow_.RunFor(absl::Seconds(10));
    flow_.Crash();
    b().SetPartitionDown({kDeadLetters, 0}, false);
    flow_.Start();
    EXPECT_TRUE(Settles(9));
    EXPECT_EQ(b().LogEnd({kDeadLetters, 0}), 1);
  }
};

TEST_F(FlowLateLetterTest, IsPassedByNoRecord) {
  StartAndCrash();
  EXPECT_EQ(b().LogEnd(kCopy0), 9);
}

TEST_F(FlowLateLetterTest, StallsNothingForever) {
  StartWithALetterInFlight();
  flow_.RunFor(absl::Minutes(2));
  // It gets another source client.
  for (const auto& loop : flow_.loops()) loop->OnTopicRecreated("orders");
  flow_.RunFor(absl::Seconds(10));
  b().SetPartitionDown({kDeadLetters, 0}, false);
  EXPECT_TRUE(Settles(9));
}

TEST_F(FlowLateLetterTest, IsNotPassedByRecordsThatATransformDrops) {
  flow_.loop_options().partition.transforms = {std::make_shared<LargeOnly>()};
  StartAndCrash();
  EXPECT_EQ(b().LogEnd(kCopy0), 0);
}

TEST_F(FlowRefusalTest, ARecordRejectedEverywhereHoldsUpItsPartitionOnly) {
  Policies(LossPolicy::kStop, LossPolicy::kStop,
           RejectedRecordPolicy::kDeadLetter);
  b().CreateTopic(kDeadLetters, 1);
  b().SetMaxMessageBytes(kDeadLetters, 1000);
  a().CreateTopic("other", 1);
  a().Fill({"other", 0}, 10);
  StartWithALargeOne();
  ASSERT_TRUE(flow_.RunUntil([&] {
    return absl::StrContains(flow_.Status(kOrders0).reason(), kDeadLetters);
  }));
  EXPECT_EQ(flow_.Status(kOrders0).problem(), PROBLEM_RECORD_REFUSED);
  EXPECT_TRUE(flow_.RunUntil([&] { return flow_.Copied("other", 1); }));
  EXPECT_EQ(b().LogEnd(kCopy0), 4);
  // Fixed without a restart, and then it is no dead letter.
  b().SetMaxMessageBytes("A.orders", 1000000);
  EXPECT_TRUE(Settles(9));
  EXPECT_EQ(b().LogEnd(kCopy0), 10);
  EXPECT_THAT(b().Records({kDeadLetters, 0}), IsEmpty());
}

// Sees every record, and changes none.
class Looker final : public RecordTransform {
 public:
  absl::StatusOr<RecordVerdict> Transform(const TopicPartition&,
                                          Record&) const override {
    return RecordVerdict::kKeep;
  }
};

class FlowHiddenTest : public FlowRefusalTest {
 protected:
  // The record at offset 4 of ten has a header that cannot be seen whole.
  void StartWithAHiddenOne() {
    a().CreateTopic("orders", 1);
    a().Fill(kOrders0, 4);
    Record hidden = WithValue("hidden");
    hidden.headers = {{std::string("a\0b", 3), std::nullopt}};
    a().Append(kOrders0, hidden);
    a().Fill(kOrders0, 5);
    flow_.Start();
  }
  void AddTransform() {
    flow_.loop_options().partition.transforms = {std::make_shared<Looker>()};
  }
};

TEST_F(FlowHiddenTest, WithoutTransformsARecordIsCopiedUnseen) {
  StartWithAHiddenOne();
  EXPECT_TRUE(Settles(9));
  EXPECT_EQ(b().Records(kCopy0)[4].headers, a().Records(kOrders0)[4].headers);
}

TEST_F(FlowHiddenTest, NoTransformIsShownHalfARecord) {
  AddTransform();
  StartWithAHiddenOne();
  EXPECT_TRUE(Settles(3));
  flow_.RunFor(absl::Minutes(1));
  EXPECT_EQ(b().LogEnd(kCopy0), 4);
  EXPECT_EQ(flow_.Status(kOrders0).problem(), PROBLEM_RECORD_REFUSED);
  EXPECT_THAT(flow_.Status(kOrders0).reason(),
              HasSubstr("the record at offset 4 of orders-0 on cluster A"));
}

TEST_F(FlowHiddenTest, ARecordThatTransformsCannotSeeIsSkippedAndNoted) {
  Policies(LossPolicy::kStop, LossPolicy::kStop, RejectedRecordPolicy::kSkip);
  AddTransform();
  StartWithAHiddenOne();
  EXPECT_TRUE(Settles(9));
  EXPECT_EQ(b().LogEnd(kCopy0), 9);
  EXPECT_EQ(flow_.CountEvents(Kind::kRecordSkipped), 1);
  ASSERT_EQ(History().size(), 1u);
  EXPECT_EQ(History()[0].reason, SkipReason::kRefused);
  EXPECT_EQ(History()[0].first, U(4));
}

TEST_F(FlowRefusalTest,
       TimestampsThatCannotBeWrittenAreReportedOnceAndCounted) {
  a().CreateTopic("orders", 1);
  Record epoch = WithValue("epoch");
  epoch.timestamp_ms = 0;
  for (int i = 0; i < 3; ++i) a().Append(kOrders0, epoch);
  flow_.Start();
  ASSERT_TRUE(Settles(2));
  a().Append(kOrders0, epoch);
  ASSERT_TRUE(Settles(3));
  EXPECT_EQ(flow_.Status(kOrders0).records_retimed(), 4);
  EXPECT_EQ(flow_.CountEvents(Kind::kTimestampChanged), 1);
}

TEST_F(FlowRefusalTest, WaitsBeforeARefusedRecordByDefault) {
  StartWithALargeOne();
  EXPECT_TRUE(Settles(3));
  flow_.RunFor(absl::Minutes(2));
  EXPECT_EQ(b().LogEnd(kCopy0), 4);
  EXPECT_THAT(flow_.Status(kOrders0).reason(),
              HasSubstr("set on.rejected.record to skip or dead-letter"));
}

}  // namespace
}  // namespace mirror::internal
