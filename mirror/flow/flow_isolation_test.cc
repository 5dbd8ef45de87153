// SPDX-License-Identifier: Apache-2.0
//
// Whatever the target rejects, and however the source's offsets look: only the
// rejected record is isolated, and nothing behind it is written while it is
// rejected. Under all three policies.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/flow/flow_gap_fixture.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = EngineEvent::Kind;

constexpr size_t kLarge = 2000;
constexpr int64_t kSmallLimit = 1000;

// How the source's log is written around the records.
enum class Shape { kDense, kGaps, kOneRecordTransactions, kAbortedRuns };

class FlowIsolationTest : public FlowGapTest {
 protected:
  // "orders" on both sides; the copy takes records of up to `limit` bytes.
  void CreateBoth(RejectedRecordPolicy on_refused, int64_t limit) {
    Policies(LossPolicy::kStop, LossPolicy::kStop, on_refused);
    a().CreateTopic("orders", 1);
    b().CreateTopic("A.orders", 1);
    b().SetMaxMessageBytes("A.orders", limit);
  }
  // Each with its number as its value, and `shape` between them.
  void AppendNumbers(int count, Shape shape = Shape::kDense) {
    for (int i = 0; i < count; ++i) {
      a().Append(kOrders0, WithValue(absl::StrCat(appended_++)));
      Separate(shape);
    }
  }
  void AppendLarge(Shape shape = Shape::kDense) {
    Record record = WithValue(std::string(kLarge, 'x'));
    large_.push_back(a().LogEnd(kOrders0));
    a().Append(kOrders0, record);
    Separate(shape);
  }
  void Separate(Shape shape) {
    if (shape == Shape::kGaps) a().AppendGap(kOrders0, 1);
    if (shape == Shape::kOneRecordTransactions) a().AppendGap(kOrders0, 1);
    if (shape == Shape::kAbortedRuns) {
      a().AppendAborted(kOrders0, {WithValue("aborted")});
    }
  }
  // The values of the small records on the target, each expected once.
  void ExpectNumbersOnceInOrder() {
    std::vector<std::string> expected;
    for (int i = 0; i < appended_; ++i) expected.push_back(absl::StrCat(i));
    EXPECT_EQ(SmallCopies(), expected);
  }
  std::vector<std::string> SmallCopies() {
    std::vector<std::string> values;
    for (const Record& record : b().Records(kCopy0)) {
      if (record.value->size() < kLarge) values.push_back(*record.value);
    }
    return values;
  }
  void ExpectOnlyTheLargeAreSkipped(SkipReason reason) {
    const std::vector<SkippedRange> history = History();
    ASSERT_EQ(history.size(), large_.size());
    for (size_t i = 0; i < large_.size(); ++i) {
      EXPECT_EQ(history[i].reason, reason);
      EXPECT_EQ(history[i].first, U(large_[i]));
      EXPECT_EQ(history[i].end, U(large_[i] + 1));
    }
  }
  int64_t LastOffset() { return a().LogEnd(kOrders0) - 1; }

  int appended_ = 0;
  std::vector<int64_t> large_;
};

class FlowIsolationShapes : public FlowIsolationTest,
                            public testing::WithParamInterface<Shape> {
 protected:
  void FillWithTwoLarge() {
    AppendNumbers(4, GetParam());
    AppendLarge(GetParam());
    AppendNumbers(9, GetParam());
    AppendLarge(GetParam());
    AppendNumbers(3, GetParam());
  }
};

TEST_P(FlowIsolationShapes, SkipsTheRejectedRecordOnly) {
  CreateBoth(RejectedRecordPolicy::kSkip, kSmallLimit);
  FillWithTwoLarge();
  flow_.Start();
  EXPECT_TRUE(Settles(LastOffset()));
  ExpectNumbersOnceInOrder();
  ExpectOnlyTheLargeAreSkipped(SkipReason::kRefused);
  EXPECT_EQ(flow_.CountEvents(Kind::kPartitionProblem), 0);
}

TEST_P(FlowIsolationShapes, OnlyTheRejectedRecordBecomesADeadLetter) {
  CreateBoth(RejectedRecordPolicy::kDeadLetter, kSmallLimit);
  FillWithTwoLarge();
  flow_.Start();
  EXPECT_TRUE(Settles(LastOffset()));
  ExpectNumbersOnceInOrder();
  ExpectOnlyTheLargeAreSkipped(SkipReason::kDeadLettered);
  const std::vector<Record> letters = b().Records({kDeadLetters, 0});
  ASSERT_EQ(letters.size(), 2u);
  for (const Record& letter : letters) {
    EXPECT_EQ(letter.value->size(), kLarge);
  }
}

TEST_P(FlowIsolationShapes, StopNamesTheRejectedRecordAndStopsBeforeIt) {
  CreateBoth(RejectedRecordPolicy::kStop, kSmallLimit);
  FillWithTwoLarge();
  flow_.Start();
  ASSERT_TRUE(
      flow_.RunUntil([&] { return flow_.Status(kOrders0).restarts() >= 2; }));
  EXPECT_EQ(b().LogEnd(kCopy0), 4);
  EXPECT_THAT(flow_.Status(kOrders0).reason(),
              HasSubstr(absl::StrCat("the record at offset ", large_[0], " ")));
  b().SetMaxMessageBytes("A.orders", 10000);
  EXPECT_TRUE(Settles(LastOffset()));
  ExpectNumbersOnceInOrder();
  EXPECT_EQ(b().LogEnd(kCopy0), 18);
  EXPECT_THAT(History(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Shapes, FlowIsolationShapes,
                         testing::Values(Shape::kDense, Shape::kGaps,
                                         Shape::kOneRecordTransactions,
                                         Shape::kAbortedRuns));

// One source batch per ten records, so much is in flight at once.
class FlowBehindTest : public FlowIsolationTest {
 protected:
  void StartWithMuchBehindALargeOne(RejectedRecordPolicy on_refused) {
    CreateBoth(on_refused, kSmallLimit);
    a().SetMaxBatchRecords(10);
    AppendNumbers(10);
    flow_.Start();
    ASSERT_TRUE(Settles(9));
    b().HoldAcks();
    AppendLarge();
    AppendNumbers(3000);
    flow_.RunFor(absl::Seconds(5));
    b().ReleaseAcks();
  }
};

TEST_F(FlowBehindTest, NothingBehindARejectedRecordIsWrittenWhileItIsRejected) {
  StartWithMuchBehindALargeOne(RejectedRecordPolicy::kStop);
  ASSERT_TRUE(
      flow_.RunUntil([&] { return flow_.Status(kOrders0).restarts() >= 1; }));
  flow_.RunFor(absl::Minutes(5));
  EXPECT_EQ(b().LogEnd(kCopy0), 10);
  b().SetMaxMessageBytes("A.orders", 10000);
  EXPECT_TRUE(Settles(3010));
  ExpectNumbersOnceInOrder();
  EXPECT_EQ(b().LogEnd(kCopy0), 3011);
}

TEST_F(FlowBehindTest, NothingIsWrittenTwiceUnderSkip) {
  StartWithMuchBehindALargeOne(RejectedRecordPolicy::kSkip);
  EXPECT_TRUE(Settles(3010));
  ExpectNumbersOnceInOrder();
}

TEST_F(FlowBehindTest, NothingIsWrittenTwiceUnderDeadLetter) {
  StartWithMuchBehindALargeOne(RejectedRecordPolicy::kDeadLetter);
  EXPECT_TRUE(Settles(3010));
  ExpectNumbersOnceInOrder();
}

// The limit was lowered a moment ago, and the flow does not know yet.
class FlowUnforeseenTest : public FlowIsolationTest {
 protected:
  void StartAndLowerTheLimit(RejectedRecordPolicy on_refused) {
    CreateBoth(on_refused, 1000000);
    a().SetMaxBatchRecords(10);
    AppendNumbers(10);
    flow_.Start();
    ASSERT_TRUE(Settles(9));
    b().SetMaxMessageBytes("A.orders", kSmallLimit);
    AppendNumbers(5);
    AppendLarge();
    b().HoldAcks();
    AppendNumbers(500);
    flow_.RunFor(absl::Seconds(5));
    b().ReleaseAcks();
  }
  // The last copies stand in source order.
  void ExpectLastCopiesInOrder() {
    std::map<std::string, size_t> last;
    const std::vector<std::string> copies = SmallCopies();
    for (size_t i = 0; i < copies.size(); ++i) last[copies[i]] = i;
    size_t before = 0;
    for (int i = 0; i < appended_; ++i) {
      const auto it = last.find(absl::StrCat(i));
      ASSERT_NE(it, last.end()) << i;
      if (i > 0) {
        EXPECT_GT(it->second, before) << i;
      }
      before = it->second;
    }
  }
};

TEST_F(FlowUnforeseenTest, WhatLandedBehindComesOnceMoreAndNotAtEachRetry) {
  StartAndLowerTheLimit(RejectedRecordPolicy::kStop);
  ASSERT_TRUE(
      flow_.RunUntil([&] { return flow_.Status(kOrders0).restarts() >= 1; }));
  const int64_t end = b().LogEnd(kCopy0);
  flow_.RunFor(absl::Minutes(10));
  EXPECT_EQ(b().LogEnd(kCopy0), end);
  EXPECT_THAT(flow_.Status(kOrders0).reason(),
              HasSubstr("the record at offset 15 "));
  b().SetMaxMessageBytes("A.orders", 10000);
  EXPECT_TRUE(Settles(515));
  ExpectLastCopiesInOrder();
  EXPECT_LE(b().LogEnd(kCopy0), end + 501);
}

TEST_F(FlowUnforeseenTest, SkipsTheRejectedRecordOnly) {
  StartAndLowerTheLimit(RejectedRecordPolicy::kSkip);
  EXPECT_TRUE(Settles(515));
  ExpectLastCopiesInOrder();
  ExpectOnlyTheLargeAreSkipped(SkipReason::kRefused);
}

TEST_F(FlowUnforeseenTest, ACompactedTopicNamesTheRecordWithoutAKey) {
  CreateBoth(RejectedRecordPolicy::kSkip, 1000000);
  flow_.Start();
  flow_.RunFor(absl::Seconds(2));
  b().SetTopicConfig("A.orders", "cleanup.policy", "compact");
  for (int i = 0; i < 20; ++i) {
    Record record = WithValue(absl::StrCat(i));
    if (i != 4 && i != 13) record.key = "key";
    a().Append(kOrders0, record);
  }
  EXPECT_TRUE(Settles(19));
  EXPECT_EQ(b().Records(kCopy0).size(), 18u);
  ASSERT_EQ(History().size(), 2u);
  EXPECT_EQ(History()[0].first, U(4));
  EXPECT_EQ(History()[1].first, U(13));
}

TEST_F(FlowIsolationTest, ATopicWithASmallLimitTakesSmallBatches) {
  CreateBoth(RejectedRecordPolicy::kSkip, 1000);
  AppendNumbers(5000);
  flow_.Start();
  EXPECT_TRUE(Settles(4999));
  ExpectNumbersOnceInOrder();
  EXPECT_THAT(History(), IsEmpty());
}

TEST_F(FlowIsolationTest, ALoweredLimitIsFoundOutByHalves) {
  CreateBoth(RejectedRecordPolicy::kStop, 1000000);
  b().FailDescribeConfigs("", absl::PermissionDeniedError("not allowed"));
  flow_.Start();
  flow_.RunFor(absl::Seconds(2));
  b().SetMaxMessageBytes("A.orders", 1000);
  AppendNumbers(3000);
  EXPECT_TRUE(Settles(2999));
  EXPECT_THAT(History(), IsEmpty());
  EXPECT_EQ(flow_.Status(kOrders0).restarts(), 0);
  EXPECT_EQ(SmallCopies().size(), 3000u);
}

}  // namespace
}  // namespace mirror::internal
