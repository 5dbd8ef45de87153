// SPDX-License-Identifier: Apache-2.0
//
// A record that is larger than the target topic takes, with others before and
// behind it, on real brokers: nothing behind it is written while it is
// rejected, and nothing twice.

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/testing/matchers.h"
#include "tests/integration/mirror_test.h"
#include "tests/integration/test_cluster.h"
#include "tests/support/raw_client.h"

namespace mirror::internal::testing {
namespace {

using Kind = EngineEvent::Kind;

constexpr size_t kLarge = 5 << 20;
const std::map<std::string, std::string> kTakesLarge = {
    {"max.message.bytes", "20000000"}};

class RejectedRecordTest : public MirrorTest {
 protected:
  // Ten numbers, a record of `bytes`, and `behind` numbers.
  static void Fill(size_t bytes, int64_t behind) {
    Append(0, 10);
    AppendLarge(10, bytes);
    Append(10, behind);
  }
  static void Append(int64_t first, int64_t count) {
    source()->AppendNumbers({Topic("t"), 0}, first, count);
  }
  static void AppendLarge(int64_t offset, size_t bytes) {
    Record record;
    record.offset = UpstreamOffset(offset);
    record.timestamp_ms = absl::ToUnixMillis(absl::Now());
    record.value = std::string(bytes, '\0');
    source()->Append({Topic("t"), 0}, {record});
  }
  static Flow FlowWith(RejectedRecordPolicy on_refused) {
    Flow flow = NewFlow();
    flow.on_rejected_record = on_refused;
    flow.dead_letter_topic = absl::StrCat("letters.", Topic("t"));
    return flow;
  }
  static int64_t CopyEnd() { return target()->End({Copy("t"), 0}); }
  // The numbers on the target.
  static std::vector<std::string> SmallCopies() {
    std::vector<std::string> small;
    std::vector<std::vector<std::string>> values = target()->Values(Copy("t"));
    for (std::string& value : values[0]) {
      if (value.size() < 100) small.push_back(std::move(value));
    }
    return small;
  }
  static std::vector<std::string> Numbers(int64_t count) {
    std::vector<std::string> numbers;
    for (int64_t i = 0; i < count; ++i) numbers.push_back(absl::StrCat(i));
    return numbers;
  }
  static bool AwaitRetries(RunningMirror* mirror, int64_t count) {
    return Eventually(
        [&] { return mirror->Partition(Topic("t"), 0).restarts() >= count; });
  }
  static void ExpectNothingBehind(size_t bytes, int64_t behind) {
    source()->CreateTopic(Topic("t"), 1, kTakesLarge);
    target()->CreateTopic(Copy("t"), 1);
    Fill(bytes, behind);
    RunningMirror mirror(FlowWith(RejectedRecordPolicy::kStop));
    EXPECT_TRUE(mirror.AwaitEvent(
        Kind::kPartitionProblem,
        {"the record at offset 10", absl::StrCat(bytes, " bytes"),
         "max.message.bytes is 1048588", "compression.type"}));
    EXPECT_TRUE(AwaitRetries(&mirror, 2));
    EXPECT_EQ(CopyEnd(), 10);
    SetTopicConfig(target()->servers(), Copy("t"), "max.message.bytes",
                   "20000000");
    EXPECT_TRUE(mirror.AwaitCopied(source(), Topic("t")));
    ExpectSame("t");
    EXPECT_EQ(CopyEnd(), 11 + behind);
  }
};

TEST_F(RejectedRecordTest, StopWritesNothingBehindIt) {
  ExpectNothingBehind(kLarge, 10);
}

TEST_F(RejectedRecordTest, StopWritesNothingBehindItHoweverMuchThereIs) {
  ExpectNothingBehind(kLarge, 100000);
}

TEST_F(RejectedRecordTest, OneSmallRecordBehindOneThatFillsABatch) {
  ExpectNothingBehind(1100000, 1);
}

TEST_F(RejectedRecordTest, SkipWritesNothingTwice) {
  source()->CreateTopic(Topic("t"), 1, kTakesLarge);
  target()->CreateTopic(Copy("t"), 1);
  Fill(kLarge, 100000);
  RunningMirror mirror(FlowWith(RejectedRecordPolicy::kSkip));
  EXPECT_TRUE(mirror.AwaitCopied(source(), Topic("t")));
  EXPECT_EQ(SmallCopies(), Numbers(100010));
}

TEST_F(RejectedRecordTest, ADeadLetterWritesNothingTwice) {
  source()->CreateTopic(Topic("t"), 1, kTakesLarge);
  target()->CreateTopic(Copy("t"), 1);
  Fill(kLarge, 10000);
  Flow flow = FlowWith(RejectedRecordPolicy::kDeadLetter);
  RunningMirror mirror(flow);
  EXPECT_TRUE(mirror.AwaitCopied(source(), Topic("t")));
  EXPECT_EQ(SmallCopies(), Numbers(10010));
  EXPECT_EQ(target()->End({flow.dead_letter_topic, 0}), 1);
}

TEST_F(RejectedRecordTest, TheClientsOwnLimitIsNamedAsWhatItIs) {
  source()->CreateTopic(Topic("t"), 1, kTakesLarge);
  target()->CreateTopic(Copy("t"), 1, kTakesLarge);
  Fill(kLarge, 1000);
  Flow flow = FlowWith(RejectedRecordPolicy::kStop);
  flow.target.properties["message.max.bytes"] = "1000000";
  RunningMirror mirror(flow);
  EXPECT_TRUE(
      mirror.AwaitEvent(Kind::kPartitionProblem,
                        {"the record at offset 10",
                         "this client may send 1000000", "max.request.size"}));
  EXPECT_TRUE(AwaitRetries(&mirror, 2));
  EXPECT_EQ(CopyEnd(), 10);
}

// The engine could not know: what was in flight behind it is written, once.
TEST_F(RejectedRecordTest, ALimitLoweredAMomentAgoCostsOneWindow) {
  source()->CreateTopic(Topic("t"), 1, kTakesLarge);
  target()->CreateTopic(Copy("t"), 1, kTakesLarge);
  Append(0, 10);
  RunningMirror mirror(FlowWith(RejectedRecordPolicy::kStop));
  EXPECT_TRUE(mirror.AwaitCopied(source(), Topic("t")));
  SetTopicConfig(target()->servers(), Copy("t"), "max.message.bytes", "");
  AppendLarge(10, kLarge);
  Append(10, 100000);
  EXPECT_TRUE(AwaitRetries(&mirror, 1));
  const int64_t end = CopyEnd();
  EXPECT_TRUE(AwaitRetries(&mirror, 3));
  EXPECT_EQ(CopyEnd(), end);
  EXPECT_LE(end, 10 + 10000);
  SetTopicConfig(target()->servers(), Copy("t"), "max.message.bytes",
                 "20000000");
  EXPECT_TRUE(mirror.AwaitCopied(source(), Topic("t")));
  const std::vector<std::string> copies = SmallCopies();
  ASSERT_GE(copies.size(), 100010u);
  const std::vector<std::string> tail(copies.end() - 100000, copies.end());
  std::vector<std::string> expected = Numbers(100010);
  expected.erase(expected.begin(), expected.begin() + 10);
  EXPECT_EQ(tail, expected) << "the last copies stand in order";
}

// A topic with a small limit is copied whole, in batches that fit.
TEST_F(RejectedRecordTest, ASmallLimitRejectsNoBatch) {
  source()->CreateTopic(Topic("t"), 1);
  target()->CreateTopic(Copy("t"), 1, {{"max.message.bytes", "20000"}});
  Append(0, 100000);
  RunningMirror mirror(FlowWith(RejectedRecordPolicy::kSkip));
  EXPECT_TRUE(mirror.AwaitCopied(source(), Topic("t")));
  EXPECT_EQ(SmallCopies(), Numbers(100000));
  EXPECT_EQ(mirror.EventCount(Kind::kRecordSkipped), 0);
}

}  // namespace
}  // namespace mirror::internal::testing
