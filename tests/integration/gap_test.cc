// SPDX-License-Identifier: Apache-2.0
//
// Records lost on a real source, copies lost on a real target, records refused:
// never silent, and what the operator chose is done.

#include <filesystem>
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
using ::testing::AllOf;
using ::testing::HasSubstr;

class GapTest : public MirrorTest {
 protected:
  static TopicPartition Source() { return {Topic("orders"), 0}; }
  static TopicPartition Target() { return {Copy("orders"), 0}; }
  // A topic with the numbers 0 to count-1.
  static void CreateOrders(int64_t count) {
    source()->CreateTopic(Topic("orders"), 1);
    source()->AppendNumbers(Source(), 0, count);
  }
  static Flow NewFlow(LossPolicy on_source_gap,
                      LossPolicy on_target_change = LossPolicy::kStop) {
    Flow flow = MirrorTest::NewFlow();
    flow.on_source_gap = on_source_gap;
    flow.on_target_change = on_target_change;
    return flow;
  }
  static bool AwaitStopped(RunningMirror* mirror, PartitionProblem problem) {
    return Eventually([&] {
      const PartitionStatus status = mirror->Partition(Topic("orders"), 0);
      return status.state() == PARTITION_STOPPED && status.problem() == problem;
    });
  }
  static void RecreateOrders() {
    source()->DeleteTopic(Topic("orders"));
    source()->CreateTopic(Topic("orders"), 1);
  }
  static std::vector<std::string> Copied() {
    return target()->Values(Copy("orders"))[0];
  }
  static std::vector<std::string> Numbers(int64_t first, int64_t count) {
    std::vector<std::string> numbers;
    for (int64_t i = 0; i < count; ++i)
      numbers.push_back(absl::StrCat(first + i));
    return numbers;
  }
  // A record of 30,000 bytes.
  static Record Large(int64_t offset) {
    Record record;
    record.offset = UpstreamOffset(offset);
    record.timestamp_ms = absl::ToUnixMillis(absl::Now());
    record.value = std::string(30000, 'x');
    return record;
  }
  // 100 records are copied, then 10,000 more are lost to retention while the
  // mirror is stopped; 500 are left.
  static void RetentionPasses() {
    CreateOrders(100);
    {
      RunningMirror mirror(NewFlow(LossPolicy::kStop));
      ASSERT_TRUE(mirror.AwaitCopied(source(), Topic("orders")));
      ASSERT_THAT(mirror.engine()->Stop(), IsOk());
    }
    source()->AppendNumbers(Source(), 100, 10500);
    DeleteRecordsBefore(source()->servers(), Source(), 10100);
  }
};

TEST_F(GapTest, RetentionThatPassesTheMirrorStopsIt) {
  RetentionPasses();
  RunningMirror mirror(NewFlow(LossPolicy::kStop));
  EXPECT_TRUE(AwaitStopped(&mirror, PROBLEM_SOURCE_GAP));
  EXPECT_THAT(mirror.Partition(Topic("orders"), 0).reason(),
              AllOf(HasSubstr("100 to 10099"), HasSubstr("on.source.gap")));
  EXPECT_EQ(Copied(), Numbers(0, 100));
  // Not even a restart is needed.
  EXPECT_THAT(
      mirror.engine()->ResolvePartition("A->B", Source(), LossPolicy::kSkip),
      IsOk());
  EXPECT_TRUE(mirror.AwaitCopied(source(), Topic("orders")));
  EXPECT_EQ(Copied().size(), 600u);
}

TEST_F(GapTest, RetentionThatPassesTheMirrorIsSkippedAndNoted) {
  RetentionPasses();
  {
    RunningMirror mirror(NewFlow(LossPolicy::kSkip));
    EXPECT_TRUE(mirror.AwaitEvent(Kind::kSourceGap, {"100 to 10099"}));
    EXPECT_TRUE(mirror.AwaitCopied(source(), Topic("orders")));
    EXPECT_EQ(Copied().size(), 600u);
    EXPECT_EQ(Copied()[100], "10100");
    ASSERT_THAT(mirror.engine()->Stop(), IsOk());
  }
  RunningMirror mirror(NewFlow(LossPolicy::kSkip));
  source()->AppendNumbers(Source(), 10600, 1);
  EXPECT_TRUE(mirror.AwaitCopied(source(), Topic("orders")));
  const PartitionStatus status = mirror.Partition(Topic("orders"), 0);
  EXPECT_EQ(status.skipped_records(), 10000);
  ASSERT_EQ(status.skipped_size(), 1);
  EXPECT_EQ(status.skipped(0).first_offset(), 100);
  EXPECT_EQ(status.skipped(0).end_offset(), 10100);
  EXPECT_EQ(status.skipped(0).reason(), "source-lost");
}

TEST_F(GapTest, RetentionThatPassesTheMirrorIsReseeded) {
  RetentionPasses();
  RunningMirror mirror(NewFlow(LossPolicy::kReseed));
  EXPECT_TRUE(mirror.AwaitEvent(Kind::kSourceGap, {"100 to 10099"}));
  EXPECT_TRUE(mirror.AwaitCopied(source(), Topic("orders")));
  EXPECT_EQ(Copied().size(), 600u);
}

// A marker is no record: where only markers are left, nothing is lost.
TEST_F(GapTest, RetentionUpToTheLastMarkerIsNoGap) {
  source()->CreateTopic(Topic("orders"), 1);
  AppendCommitted(source()->servers(), Source(), 10);
  {
    RunningMirror mirror(NewFlow(LossPolicy::kStop));
    ASSERT_TRUE(mirror.AwaitCopied(source(), Topic("orders")));
    ASSERT_THAT(mirror.engine()->Stop(), IsOk());
  }
  DeleteRecordsBefore(source()->servers(), Source(), source()->End(Source()));
  RunningMirror mirror(NewFlow(LossPolicy::kStop));
  AppendCommitted(source()->servers(), Source(), 5);
  EXPECT_TRUE(mirror.AwaitCopied(source(), Topic("orders")));
  EXPECT_EQ(Copied().size(), 15u);
  EXPECT_EQ(mirror.EventCount(Kind::kSourceGap), 0);
}

// Without a guard the client library takes one topic for the other.
TEST_F(GapTest, ABareConsumerContinuesInARecreatedTopicSilently) {
  CreateOrders(100);
  RawReader reader(source()->servers(), Source(), 0);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(reader.Next(), absl::StrCat(i));
  // It would be refused if it looked between the two.
  reader.SetPaused(true);
  RecreateOrders();
  source()->AppendNumbers(Source(), 1000, 500);
  reader.SetPaused(false);
  EXPECT_EQ(reader.Next(), "1100") << "1000 to 1099 were skipped in silence";
}

TEST_F(GapTest, NothingOfARecreatedTopicIsSkippedOrMixedIn) {
  CreateOrders(100);
  Flow flow = NewFlow(LossPolicy::kStop);
  // Too long to be of any help.
  flow.refresh_topics_interval = absl::Hours(1);
  RunningMirror mirror(std::move(flow));
  ASSERT_TRUE(mirror.AwaitCopied(source(), Topic("orders")));
  RecreateOrders();
  source()->AppendNumbers(Source(), 1000, 500);
  EXPECT_TRUE(AwaitStopped(&mirror, PROBLEM_SOURCE_RECREATED));
  EXPECT_EQ(Copied(), Numbers(0, 100));
  EXPECT_THAT(
      mirror.engine()->ResolvePartition("A->B", Source(), LossPolicy::kReseed),
      IsOk());
  EXPECT_TRUE(mirror.AwaitCopied(source(), Topic("orders")));
  std::vector<std::string> all = Numbers(0, 100);
  for (std::string& number : Numbers(1000, 500)) all.push_back(number);
  EXPECT_EQ(Copied(), all);
}

// What an unclean leader election leaves: a log that lost its end, in a new
// epoch, and that has grown past the mirror's position before anybody looks.
TEST_F(GapTest, ALogThatLostItsEndIsNoticedByItsEpoch) {
  CreateOrders(50);
  RunningMirror mirror(NewFlow(LossPolicy::kStop));
  ASSERT_TRUE(mirror.AwaitCopied(source(), Topic("orders")));
  const std::filesystem::path segment =
      source()->broker()->LogFolder(Topic("orders"), 0) +
      "/00000000000000000000.log";
  const auto size_of_fifty = std::filesystem::file_size(segment);
  source()->AppendNumbers(Source(), 50, 50);
  ASSERT_TRUE(mirror.AwaitCopied(source(), Topic("orders")));

  ASSERT_THAT(source()->broker()->Kill(), IsOk());
  std::filesystem::resize_file(segment, size_of_fifty);
  source()->Restart();
  ASSERT_EQ(source()->End(Source()), 50);
  source()->AppendNumbers(Source(), 1000, 200);

  EXPECT_TRUE(AwaitStopped(&mirror, PROBLEM_SOURCE_GAP));
  EXPECT_THAT(mirror.Partition(Topic("orders"), 0).reason(),
              HasSubstr("truncated at 50"));
  EXPECT_EQ(Copied(), Numbers(0, 100));
  EXPECT_THAT(
      mirror.engine()->ResolvePartition("A->B", Source(), LossPolicy::kSkip),
      IsOk());
  EXPECT_TRUE(mirror.AwaitEvent(Kind::kSourceTruncated, {"truncated at 50"}));
  EXPECT_TRUE(mirror.AwaitCopied(source(), Topic("orders")));
  std::vector<std::string> all = Numbers(0, 100);
  for (std::string& number : Numbers(1000, 200)) all.push_back(number);
  EXPECT_EQ(Copied(), all) << "what took the place of lost records is copied";
}

TEST_F(GapTest, ADeletedTargetTopicStopsThePartition) {
  CreateOrders(100);
  RunningMirror mirror(NewFlow(LossPolicy::kStop));
  ASSERT_TRUE(mirror.AwaitCopied(source(), Topic("orders")));
  target()->DeleteTopic(Copy("orders"));
  source()->AppendNumbers(Source(), 100, 10);
  EXPECT_TRUE(AwaitStopped(&mirror, PROBLEM_TARGET_RECREATED));
  EXPECT_THAT(mirror.Partition(Topic("orders"), 0).reason(),
              AllOf(HasSubstr("was deleted from cluster B"),
                    HasSubstr("on.target.change")));
  EXPECT_THAT(
      mirror.engine()->ResolvePartition("A->B", Source(), LossPolicy::kReseed),
      IsOk());
  EXPECT_TRUE(Eventually([&] {
    return target()->Partitions(Copy("orders")) == 1 &&
           target()->End(Target()) >= 110;
  }));
  EXPECT_EQ(Copied(), Numbers(0, 110));
}

TEST_F(GapTest, WritesOfOthersAreNoticed) {
  CreateOrders(100);
  RunningMirror mirror(NewFlow(LossPolicy::kStop));
  ASSERT_TRUE(mirror.AwaitCopied(source(), Topic("orders")));
  target()->AppendNumbers(Target(), 7000, 3);
  source()->AppendNumbers(Source(), 100, 10);
  EXPECT_TRUE(
      mirror.AwaitEvent(Kind::kTargetWrittenByOthers,
                        {absl::StrCat("3 records from offset 100 of ",
                                      Target().ToString(), " on cluster B"),
                         "another client"}));
  EXPECT_TRUE(mirror.AwaitCopied(source(), Topic("orders")));
}

TEST_F(GapTest, ARecordTheTargetRefusesIsSkippedAndNoted) {
  source()->CreateTopic(Topic("orders"), 1);
  target()->CreateTopic(Copy("orders"), 1, {{"max.message.bytes", "20000"}});
  source()->AppendNumbers(Source(), 0, 50);
  source()->Append(Source(), {Large(50)});
  source()->AppendNumbers(Source(), 51, 50);
  Flow flow = NewFlow(LossPolicy::kStop);
  flow.on_rejected_record = RejectedRecordPolicy::kSkip;
  RunningMirror mirror(std::move(flow));
  EXPECT_TRUE(
      mirror.AwaitEvent(Kind::kRecordSkipped,
                        {"skipped: ", "the record at offset 50", "cluster B"}));
  EXPECT_TRUE(mirror.AwaitCopied(source(), Topic("orders")));
  EXPECT_EQ(mirror.Partition(Topic("orders"), 0).skipped_records(), 1);
  EXPECT_EQ(target()->End(Target()), 100);
}

TEST_F(GapTest, ARecordTheTargetRefusesIsKeptInTheDeadLetterTopic) {
  const std::string letters = Topic("letters");
  source()->CreateTopic(Topic("orders"), 1);
  target()->CreateTopic(Copy("orders"), 1, {{"max.message.bytes", "20000"}});
  source()->AppendNumbers(Source(), 0, 50);
  source()->Append(Source(), {Large(50)});
  source()->AppendNumbers(Source(), 51, 50);
  Flow flow = NewFlow(LossPolicy::kStop);
  flow.on_rejected_record = RejectedRecordPolicy::kDeadLetter;
  flow.dead_letter_topic = letters;
  RunningMirror mirror(std::move(flow));
  EXPECT_TRUE(
      mirror.AwaitEvent(Kind::kRecordSkipped, {"put into topic", letters}));
  EXPECT_TRUE(mirror.AwaitCopied(source(), Topic("orders")));
  EXPECT_EQ(target()->End(Target()), 100);
  const auto kept = target()->Read(letters);
  ASSERT_EQ(kept[0].size(), 1u);
  EXPECT_EQ(kept[0][0].value, Large(50).value);
  ASSERT_EQ(kept[0][0].headers.size(), 5u);
  EXPECT_EQ(kept[0][0].headers[2].key, "__connect.errors.offset");
  EXPECT_EQ(kept[0][0].headers[2].value, "50");
}

}  // namespace
}  // namespace mirror::internal::testing
