// SPDX-License-Identifier: Apache-2.0
//
// The verbs and faults of FakeCluster. That it keeps the promises of the ports
// is tested in tests/contract.

#include "mirror/testing/fake_cluster.h"

#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

const TopicPartition kOrders0{"orders", 0};
const TopicPartition kOrders1{"orders", 1};

Record WithValue(std::string value, int64_t offset = 0) {
  Record record;
  record.offset = UpstreamOffset(offset);
  record.value = std::move(value);
  return record;
}

std::unique_ptr<OwnedRecordBatch> Batch(int64_t first, int64_t count) {
  std::vector<Record> records;
  for (int64_t i = first; i < first + count; ++i) {
    records.push_back(WithValue(absl::StrCat("v", i), i));
  }
  return std::make_unique<OwnedRecordBatch>(kOrders0, std::move(records));
}

class FakeClusterTest : public ::testing::Test {
 protected:
  FakeClusterTest() { cluster_.CreateTopic("orders", 2); }

  std::unique_ptr<RecordSource> Reading(const TopicPartition& tp,
                                        int64_t offset) {
    auto source = cluster_.NewSource({}).value();
    EXPECT_THAT(source->Assign({{tp, UpstreamOffset(offset)}}), IsOk());
    return source;
  }

  static Fetched Poll(RecordSource* source) {
    Fetched fetched;
    EXPECT_THAT(source->Poll(absl::ZeroDuration(), &fetched), IsOk());
    return fetched;
  }

  std::unique_ptr<RecordSink> NewSink() { return cluster_.NewSink({}).value(); }

  static int64_t Send(RecordSink* sink, const TopicPartition& target,
                      std::unique_ptr<OwnedRecordBatch> batch) {
    int64_t next = 0;
    EXPECT_THAT(sink->Send(target, batch.get(), &next), IsOk());
    return next;
  }

  static std::vector<Ack> Poll(RecordSink* sink) {
    std::vector<Ack> acks;
    EXPECT_THAT(sink->Poll(absl::ZeroDuration(), &acks), IsOk());
    return acks;
  }

  static FakeClusterOptions NeverWaiting() {
    FakeClusterOptions options;
    options.waits = false;
    return options;
  }

  FakeCluster cluster_{"primary", NeverWaiting()};
};

TEST_F(FakeClusterTest, AppendReturnsTheFirstOffsetItUsed) {
  EXPECT_EQ(cluster_.Append(kOrders0, WithValue("a")), 0);
  EXPECT_EQ(cluster_.AppendGap(kOrders0, 3), 1);
  EXPECT_EQ(cluster_.AppendAborted(kOrders0, {WithValue("b")}), 4);
  EXPECT_EQ(cluster_.Append(kOrders0, {WithValue("c"), WithValue("d")}), 6);
  EXPECT_EQ(cluster_.Fill(kOrders0, 2), 8);

  EXPECT_EQ(cluster_.LogEnd(kOrders0), 10);
  std::vector<int64_t> offsets;
  for (const Record& record : cluster_.Records(kOrders0)) {
    offsets.push_back(record.offset.value());
  }
  EXPECT_THAT(offsets, ElementsAre(0, 6, 7, 8, 9));
  EXPECT_THAT(cluster_.Records(kOrders1), IsEmpty());
}

TEST_F(FakeClusterTest, RetentionAndTruncationCutTheLogAtBothEnds) {
  cluster_.Fill(kOrders0, 10);
  cluster_.DeleteRecordsBefore(kOrders0, 4);
  cluster_.TruncateTo(kOrders0, 7);

  EXPECT_EQ(cluster_.LogStart(kOrders0), 4);
  EXPECT_EQ(cluster_.LogEnd(kOrders0), 7);
  EXPECT_THAT(cluster_.Records(kOrders0), SizeIs(3));
  EXPECT_EQ(cluster_.Fill(kOrders0, 1), 7);
}

TEST_F(FakeClusterTest, ABatchHoldsAtMostTheRecordsSet) {
  cluster_.Fill(kOrders0, 5);
  cluster_.SetMaxBatchRecords(2);
  auto source = Reading(kOrders0, 0);

  EXPECT_EQ(Poll(source.get()).batches[0]->count(), 2);
  EXPECT_EQ(Poll(source.get()).batches[0]->count(), 2);
  const Fetched last = Poll(source.get());
  EXPECT_EQ(last.batches[0]->count(), 1);
  EXPECT_THAT(last.events, SizeIs(1));
}

TEST_F(FakeClusterTest, EveryPartitionHasATurnUnderASmallBuffer) {
  cluster_.Append(kOrders0, {WithValue("large"), WithValue("large")});
  cluster_.Append(kOrders1, WithValue("large"));
  cluster_.SetMaxBatchRecords(1);
  SourceOptions options;
  options.max_buffered_bytes = 1;
  auto source = cluster_.NewSource(options).value();
  ASSERT_THAT(source->Assign({{kOrders0, UpstreamOffset(0)},
                              {kOrders1, UpstreamOffset(0)}}),
              IsOk());

  EXPECT_EQ(Poll(source.get()).batches[0]->topic_partition(), kOrders0);
  EXPECT_EQ(Poll(source.get()).batches[0]->topic_partition(), kOrders1);
  EXPECT_EQ(Poll(source.get()).batches[0]->topic_partition(), kOrders0);
}

TEST_F(FakeClusterTest, ARunningSourceNoticesATruncationEvenIfTheLogGrewSince) {
  cluster_.Fill(kOrders0, 10);
  auto source = Reading(kOrders0, 0);
  Poll(source.get());
  cluster_.TruncateTo(kOrders0, 6);
  cluster_.Fill(kOrders0, 100);

  const Fetched fetched = Poll(source.get());
  EXPECT_THAT(fetched.batches, IsEmpty());
  ASSERT_THAT(fetched.events, SizeIs(1));
  EXPECT_THAT(fetched.events[0].status, StatusIs(StatusCode::kOutOfRange));
  EXPECT_EQ(fetched.events[0].offset, UpstreamOffset(10));
}

TEST_F(FakeClusterTest, ATruncationAboveThePositionChangesNothing) {
  cluster_.Fill(kOrders0, 10);
  cluster_.SetMaxBatchRecords(6);
  auto source = Reading(kOrders0, 0);
  Poll(source.get());
  cluster_.TruncateTo(kOrders0, 6);
  cluster_.Fill(kOrders0, 1);

  const Fetched fetched = Poll(source.get());
  ASSERT_THAT(fetched.batches, SizeIs(1));
  EXPECT_EQ(fetched.batches[0]->first_offset(), UpstreamOffset(6));
}

TEST_F(FakeClusterTest, ASourceGivenTheEpochNoticesATruncationBeforeItsTime) {
  cluster_.Fill(kOrders0, 10);
  cluster_.TruncateTo(kOrders0, 6);
  cluster_.Fill(kOrders0, 100);
  auto source = cluster_.NewSource({}).value();
  ASSERT_THAT(source->Assign({{kOrders0, UpstreamOffset(10), 0}}), IsOk());
  Fetched fetched = Poll(source.get());
  EXPECT_THAT(fetched.batches, IsEmpty());
  ASSERT_THAT(fetched.events, SizeIs(1));
  EXPECT_EQ(fetched.events[0].diverged_at, UpstreamOffset(6));

  ASSERT_THAT(source->Assign({{kOrders0, UpstreamOffset(10), 1}}), IsOk());
  fetched = Poll(source.get());
  ASSERT_THAT(fetched.batches, SizeIs(1));
  EXPECT_EQ(fetched.batches[0]->leader_epoch(), 1);
}

TEST_F(FakeClusterTest, ABatchIsOfOneEpoch) {
  cluster_.Fill(kOrders0, 10);
  cluster_.TruncateTo(kOrders0, 6);
  cluster_.Fill(kOrders0, 4);
  auto source = Reading(kOrders0, 0);
  const Fetched first = Poll(source.get());
  ASSERT_THAT(first.batches, SizeIs(1));
  EXPECT_EQ(first.batches[0]->last_offset(), UpstreamOffset(5));
  EXPECT_EQ(first.batches[0]->leader_epoch(), 0);
  const Fetched second = Poll(source.get());
  ASSERT_THAT(second.batches, SizeIs(1));
  EXPECT_EQ(second.batches[0]->leader_epoch(), 1);
}

TEST_F(FakeClusterTest, ACorruptBatchIsReportedAfterTheRecordsBeforeIt) {
  cluster_.Fill(kOrders0, 10);
  cluster_.CorruptAt(kOrders0, 4);
  auto source = Reading(kOrders0, 0);

  const Fetched before = Poll(source.get());
  EXPECT_EQ(before.batches[0]->last_offset(), UpstreamOffset(3));
  EXPECT_THAT(before.events, IsEmpty());
  const Fetched at = Poll(source.get());
  ASSERT_THAT(at.events, SizeIs(1));
  EXPECT_THAT(at.events[0].status,
              StatusIs(StatusCode::kDataLoss, HasSubstr("orders-0")));
  EXPECT_EQ(at.events[0].offset, UpstreamOffset(4));

  ASSERT_THAT(source->Assign({{kOrders0, UpstreamOffset(5)}}), IsOk());
  EXPECT_EQ(Poll(source.get()).batches[0]->count(), 5);
}

TEST_F(FakeClusterTest, AFetchFailureStopsOnePartitionUntilItIsAssignedAgain) {
  cluster_.Fill(kOrders0, 1);
  cluster_.FailFetch(kOrders0, absl::PermissionDeniedError("no Read"));
  auto source = Reading(kOrders0, 0);
  EXPECT_THAT(Poll(source.get()).events[0].status,
              StatusIs(StatusCode::kPermissionDenied));
  cluster_.FailFetch(kOrders0, absl::OkStatus());
  EXPECT_THAT(Poll(source.get()).batches, IsEmpty());

  ASSERT_THAT(source->Assign({{kOrders0, UpstreamOffset(0)}}), IsOk());
  EXPECT_THAT(Poll(source.get()).batches, SizeIs(1));
}

TEST_F(FakeClusterTest, WhileDownNothingAnswersAndAfterwardsAllContinues) {
  auto admin = cluster_.NewAdmin("test").value();
  auto source = Reading(kOrders0, 0);
  auto sink = NewSink();
  Send(sink.get(), kOrders0, Batch(0, 1));
  Poll(sink.get());
  Poll(source.get());

  cluster_.SetDown(true);
  Send(sink.get(), kOrders0, Batch(1, 2));
  EXPECT_THAT(Poll(sink.get()), IsEmpty());
  EXPECT_THAT(sink->TakeClusterStatus(), StatusIs(StatusCode::kUnavailable));
  EXPECT_EQ(sink->in_flight(), 2);
  EXPECT_THAT(Poll(source.get()).cluster_status,
              StatusIs(StatusCode::kUnavailable));
  EXPECT_THAT(admin->ClusterId(),
              StatusIs(StatusCode::kUnavailable, HasSubstr("primary")));

  cluster_.SetDown(false);
  EXPECT_THAT(Poll(sink.get()), SizeIs(1));
  EXPECT_THAT(sink->TakeClusterStatus(), IsOk());
  EXPECT_THAT(Poll(source.get()).batches, SizeIs(1));
}

TEST_F(FakeClusterTest, ASinkMadeWhileDownKnowsNoTopicYet) {
  cluster_.SetDown(true);
  auto sink = NewSink();
  int64_t next = 0;
  auto batch = Batch(0, 1);
  EXPECT_THAT(sink->Send(kOrders0, batch.get(), &next),
              StatusIs(StatusCode::kNotFound));
  cluster_.SetDown(false);
  EXPECT_THAT(sink->Send(kOrders0, batch.get(), &next), IsOk());
}

TEST_F(FakeClusterTest, APartitionWithoutLeaderHoldsUpNoOther) {
  auto sink = NewSink();
  cluster_.SetPartitionDown(kOrders0, true);
  Send(sink.get(), kOrders0, Batch(0, 1));
  Send(sink.get(), kOrders1, Batch(1, 1));

  EXPECT_THAT(Poll(sink.get()), ElementsAre(Field(&Ack::target, kOrders1)));
  cluster_.SetPartitionDown(kOrders0, false);
  EXPECT_THAT(Poll(sink.get()), ElementsAre(Field(&Ack::target, kOrders0)));
}

TEST_F(FakeClusterTest, ProducesFailPerTopicOrPerPartitionUntilCleared) {
  auto sink = NewSink();
  const auto code_of = [&](const TopicPartition& tp) {
    Send(sink.get(), tp, Batch(0, 1));
    return Poll(sink.get())[0].status.code();
  };
  cluster_.FailProduce("orders", absl::PermissionDeniedError("no Write"));
  EXPECT_EQ(code_of(kOrders0), StatusCode::kPermissionDenied);
  EXPECT_EQ(code_of(kOrders1), StatusCode::kPermissionDenied);
  cluster_.FailProduce("orders", absl::OkStatus());
  cluster_.FailProduce(kOrders1, absl::PermissionDeniedError("no Write"));
  EXPECT_EQ(code_of(kOrders0), StatusCode::kOk);
  EXPECT_EQ(code_of(kOrders1), StatusCode::kPermissionDenied);
  EXPECT_THAT(cluster_.Records(kOrders1), IsEmpty());
}

TEST_F(FakeClusterTest, TheNextBatchesFailAsOftenAsAsked) {
  auto sink = NewSink();
  cluster_.FailNextProduces(2, absl::UnavailableError("leader moved"));
  for (int i = 0; i < 3; ++i) Send(sink.get(), kOrders0, Batch(i, 1));

  const std::vector<Ack> acks = Poll(sink.get());
  EXPECT_THAT(acks[0].status, StatusIs(StatusCode::kUnavailable));
  EXPECT_THAT(acks[1].status, StatusIs(StatusCode::kUnavailable));
  EXPECT_THAT(acks[2].status, IsOk());
  EXPECT_THAT(cluster_.Records(kOrders0), SizeIs(1));
}

TEST_F(FakeClusterTest, OneTooLargeRecordFailsAllThatWereSentWithIt) {
  auto sink = NewSink();
  cluster_.SetMaxMessageBytes("orders", 4);
  Send(sink.get(), kOrders0, Batch(999, 2));  // v999 and v1000
  Send(sink.get(), kOrders0, Batch(1, 1));

  const std::vector<Ack> acks = Poll(sink.get());
  ASSERT_THAT(acks, SizeIs(2));
  EXPECT_EQ(acks[0].count, 2);
  EXPECT_THAT(acks[0].status, StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(acks[1].status, IsOk());
}

TEST_F(FakeClusterTest, SendRefusesWhatTheClientMayNotSend) {
  auto sink = NewSink();
  cluster_.SetClientMaxMessageBytes(4);
  auto batch = Batch(999, 2);
  int64_t next = 0;
  EXPECT_THAT(sink->Send(kOrders0, batch.get(), &next),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("1000")));
  EXPECT_EQ(next, 1);
  EXPECT_EQ(sink->in_flight(), 1);
}

TEST_F(FakeClusterTest, HeldAcksAreOfRecordsInTheLog) {
  auto sink = NewSink();
  cluster_.HoldAcks();
  Send(sink.get(), kOrders0, Batch(0, 2));
  EXPECT_THAT(Poll(sink.get()), IsEmpty());
  EXPECT_THAT(cluster_.Records(kOrders0), SizeIs(2));
  cluster_.ReleaseAcks();
  EXPECT_THAT(Poll(sink.get()), SizeIs(1));
}

TEST_F(FakeClusterTest, ACrashLeavesAPrefixOfWhatWasUnanswered) {
  std::set<size_t> lengths;
  for (int i = 0; i < 50; ++i) {
    const int64_t before = cluster_.LogEnd(kOrders0);
    Send(NewSink().get(), kOrders0, Batch(0, 3));
    const std::vector<Record> records = cluster_.Records(kOrders0);
    const size_t written = records.size() - before;
    for (size_t k = 0; k < written; ++k) {
      EXPECT_EQ(records[before + k].value, absl::StrCat("v", k));
    }
    lengths.insert(written);
  }
  EXPECT_THAT(lengths, ElementsAre(0, 1, 2, 3));
}

TEST_F(FakeClusterTest, ACrashWithoutAClusterLeavesNothing) {
  for (int i = 0; i < 20; ++i) {
    auto sink = NewSink();
    Send(sink.get(), kOrders0, Batch(0, 3));
    cluster_.SetDown(true);
    sink.reset();
    cluster_.SetDown(false);
  }
  EXPECT_THAT(cluster_.Records(kOrders0), IsEmpty());
}

TEST_F(FakeClusterTest, AFencedSinkFailsFatallyAndWritesNothingMore) {
  auto old_sink = NewSink();
  Send(old_sink.get(), kOrders0, Batch(0, 3));
  cluster_.FenceSinks();
  auto new_sink = NewSink();
  std::vector<Ack> acks;
  EXPECT_THAT(old_sink->Poll(absl::ZeroDuration(), &acks),
              StatusIs(StatusCode::kFailedPrecondition));
  int64_t next = 0;
  auto batch = Batch(0, 1);
  EXPECT_THAT(old_sink->Send(kOrders0, batch.get(), &next), IsOk());
  EXPECT_EQ(next, 0);
  old_sink.reset();

  Send(new_sink.get(), kOrders0, Batch(0, 1));
  EXPECT_THAT(Poll(new_sink.get()), SizeIs(1));
  EXPECT_THAT(cluster_.Records(kOrders0), SizeIs(1));
}

TEST_F(FakeClusterTest, ADeletedTopicFailsWhatIsInFlight) {
  auto sink = NewSink();
  Send(sink.get(), kOrders0, Batch(0, 1));
  cluster_.DeleteTopic("orders");
  EXPECT_FALSE(cluster_.HasTopic("orders"));
  EXPECT_THAT(Poll(sink.get())[0].status, StatusIs(StatusCode::kNotFound));
}

TEST_F(FakeClusterTest, RefusedTopicCreationSaysWhyUntilAllowedAgain) {
  auto admin = cluster_.NewAdmin("test").value();
  NewTopic topic;
  topic.name = "payments";
  topic.configs = {{"cleanup.policy", "compact"}};
  cluster_.RefuseCreateTopics(absl::PermissionDeniedError("no Create"));
  EXPECT_THAT(admin->CreateTopics({topic}),
              ElementsAre(StatusIs(StatusCode::kPermissionDenied)));
  cluster_.RefuseCreateTopics(absl::OkStatus());
  EXPECT_THAT(admin->CreateTopics({topic}), ElementsAre(IsOk()));
  EXPECT_THAT(cluster_.TopicConfigs("payments"),
              ElementsAre(Pair("cleanup.policy", "compact")));
}

TEST_F(FakeClusterTest, DeletingATopicDeletesWhatGroupsCommittedForIt) {
  auto groups = cluster_.NewGroupAdmin("test").value();
  cluster_.CreateTopic("payments", 1);
  cluster_.CommitGroupOffset("billing", kOrders0, 5);
  cluster_.CommitGroupOffset("billing", {"payments", 0}, 7, "note");
  cluster_.DeleteTopic("orders");
  EXPECT_THAT(groups->ListGroupOffsets({"billing"}),
              ElementsAre(IsOkAndHolds(ElementsAre(Pair(
                  TopicPartition{"payments", 0}, GroupOffset{7, "note"})))));
  cluster_.DeleteGroup("billing");
  EXPECT_THAT(groups->ListGroups(), IsOkAndHolds(IsEmpty()));
}

TEST_F(FakeClusterTest, TwoAliasesCanBeOneCluster) {
  FakeClusterOptions options;
  options.cluster_id = "same";
  FakeCluster a("a", options);
  FakeCluster b("b", options);
  EXPECT_THAT(a.NewAdmin("test").value()->ClusterId(), IsOkAndHolds("same"));
  EXPECT_THAT(b.NewAdmin("test").value()->ClusterId(), IsOkAndHolds("same"));
}

TEST(FakeClusterWaiting, AWaitingPollIsWokenByARecord) {
  FakeCluster cluster("primary");
  cluster.CreateTopic("orders", 1);
  auto source = cluster.NewSource({}).value();
  ASSERT_THAT(source->Assign({{kOrders0, UpstreamOffset(0)}}), IsOk());
  Fetched fetched;
  ASSERT_THAT(source->Poll(absl::InfiniteDuration(), &fetched), IsOk());
  EXPECT_THAT(fetched.events, SizeIs(1));

  std::thread producer([&cluster] { cluster.Fill(kOrders0, 1); });
  EXPECT_THAT(source->Poll(absl::InfiniteDuration(), &fetched), IsOk());
  producer.join();
  EXPECT_THAT(fetched.batches, SizeIs(1));
  fetched.batches.clear();
}

TEST(FakeClusterDeathTest, BatchesThatOutliveTheirSourceEndTheProgram) {
  FakeCluster cluster("primary");
  cluster.CreateTopic("orders", 1);
  cluster.Fill(kOrders0, 1);
  auto source = cluster.NewSource({}).value();
  ASSERT_THAT(source->Assign({{kOrders0, UpstreamOffset(0)}}), IsOk());
  Fetched fetched;
  ASSERT_THAT(source->Poll(absl::ZeroDuration(), &fetched), IsOk());
  EXPECT_DEATH(source.reset(), "destroyed before 1 of its batches");
  fetched.batches.clear();
}

TEST(FakeClusterDeathTest, AVerbForAMissingPartitionEndsTheProgram) {
  FakeCluster cluster("primary");
  EXPECT_DEATH(cluster.Fill(kOrders0, 1), "orders-0: no such topic");
}

}  // namespace
}  // namespace mirror::internal
