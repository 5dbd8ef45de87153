// SPDX-License-Identifier: Apache-2.0
//
// The promises of mirror/cluster/record_sink.h.

#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "mirror/cluster/record_sink.h"
#include "mirror/testing/matchers.h"
#include "tests/contract/cluster_contract.h"

namespace mirror {
namespace {

using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

// Upstream to downstream offsets; every record must be acknowledged once.
std::map<int64_t, int64_t> Positions(const std::vector<Ack>& acks,
                                     const TopicPartition& target) {
  std::map<int64_t, int64_t> positions;
  for (const Ack& ack : acks) {
    if (ack.target != target) continue;
    EXPECT_THAT(ack.status, IsOk());
    for (int64_t i = 0; i < ack.count; ++i) {
      const bool is_new =
          positions.emplace((ack.first + i).value(), (ack.base + i).value())
              .second;
      EXPECT_TRUE(is_new) << "acknowledged twice: " << ack.first + i;
    }
  }
  return positions;
}

// Values "value-first", "value-first+1", ..., each once and in order.
void ExpectNumbered(const std::vector<Record>& records, int64_t first,
                    int64_t count) {
  ASSERT_THAT(records, SizeIs(count));
  for (const Record& record : records) {
    EXPECT_EQ(record.key, absl::StrCat("key-", first++));
  }
}

TEST_P(RecordSinkContract, AcksSayWhereEachRecordStands) {
  const TopicPartition tp{NewTopic(), 0};
  auto sink = cluster()->NewSink({}).value();
  const auto positions =
      Positions(SendAndDrain(sink.get(), tp, Numbered(1000, 500)), tp);

  ASSERT_THAT(positions, SizeIs(500));
  for (const Record& record : ReadAll(tp)) {
    const int64_t upstream = 1000 + record.offset.value();
    EXPECT_EQ(record.key, absl::StrCat("key-", upstream));
    EXPECT_EQ(positions.at(upstream), record.offset.value());
  }
}

TEST_P(RecordSinkContract, AcksLeaveOutUpstreamOffsetsThatWereNotSent) {
  const TopicPartition tp{NewTopic(), 0};
  auto sink = cluster()->NewSink({}).value();
  std::vector<Record> records = Numbered(0, 4);
  const int64_t upstream[] = {10, 11, 15, 20};
  for (size_t i = 0; i < 4; ++i)
    records[i].offset = UpstreamOffset(upstream[i]);
  const auto acks = SendAndDrain(sink.get(), tp, std::move(records));
  EXPECT_THAT(Positions(acks, tp),
              ElementsAre(Pair(10, 0), Pair(11, 1), Pair(15, 2), Pair(20, 3)));
}

TEST_P(RecordSinkContract, AcksStayTrueWhereTheLogHasMarkers) {
  const TopicPartition tp{NewTopic(), 0};
  auto sink = cluster()->NewSink({}).value();
  const auto before = SendAndDrain(sink.get(), tp, Numbered(0, 2));
  environment()->AppendAborted(tp, 3);
  const auto after = SendAndDrain(sink.get(), tp, Numbered(2, 2));
  EXPECT_THAT(Positions(before, tp), ElementsAre(Pair(0, 0), Pair(1, 1)));
  EXPECT_THAT(Positions(after, tp), ElementsAre(Pair(2, 6), Pair(3, 7)));
}

TEST_P(RecordSinkContract, SendStartsAtNext) {
  const TopicPartition tp{NewTopic(), 0};
  auto sink = cluster()->NewSink({}).value();
  SendAndDrain(sink.get(), tp, Numbered(0, 1));
  OwnedRecordBatch batch({"upstream", 0}, Numbered(0, 5));
  int64_t next = 3;
  ASSERT_THAT(sink->Send(tp, &batch, &next), IsOk());
  EXPECT_EQ(next, 5);
  std::vector<Ack> acks;
  EXPECT_TRUE(
      PollUntil(sink.get(), &acks, [&] { return sink->in_flight() == 0; }));
  EXPECT_THAT(Positions(acks, tp), ElementsAre(Pair(3, 1), Pair(4, 2)));
}

TEST_P(RecordSinkContract, EveryPartitionKeepsTheOrderSent) {
  const std::string topic = NewTopic(2);
  auto sink = cluster()->NewSink({}).value();
  std::vector<Ack> acks;
  for (int64_t i = 0; i < 50; ++i) {
    OwnedRecordBatch batch({"upstream", 0}, Numbered(i * 10, 10));
    SendAll(sink.get(), {topic, 0}, &batch, &acks);
    SendAll(sink.get(), {topic, 1}, &batch, &acks);
  }
  EXPECT_TRUE(
      PollUntil(sink.get(), &acks, [&] { return sink->in_flight() == 0; }));
  for (int32_t p = 0; p < 2; ++p) {
    ExpectNumbered(ReadAll({topic, p}), 0, 500);
    UpstreamOffset expected(0);
    for (const Ack& ack : acks) {
      if (ack.target.partition != p) continue;
      EXPECT_EQ(ack.first, expected);
      expected += ack.count;
    }
  }
}

TEST_P(RecordSinkContract, ATimestampOfZeroIsWrittenAsOneAndReported) {
  const TopicPartition tp{NewTopic(), 0};
  auto sink = cluster()->NewSink({}).value();
  std::vector<Record> records = Numbered(0, 4);
  const int64_t timestamps[] = {0, 1, 0, -1};
  for (size_t i = 0; i < 4; ++i) records[i].timestamp_ms = timestamps[i];
  int64_t retimed = 0;
  for (const Ack& ack : SendAndDrain(sink.get(), tp, std::move(records))) {
    EXPECT_THAT(ack.status, IsOk());
    retimed += ack.retimed;
  }
  EXPECT_EQ(retimed, 2);
  std::vector<int64_t> written;
  for (const Record& record : ReadAll(tp)) {
    written.push_back(record.timestamp_ms);
  }
  EXPECT_THAT(written, ElementsAre(1, 1, 1, -1));
}

TEST_P(RecordSinkContract, TakesABatchOverWithItsLastRecord) {
  const TopicPartition tp{NewTopic(), 0};
  auto sink = cluster()->NewSink({}).value();
  std::unique_ptr<RecordBatch> batch = std::make_unique<OwnedRecordBatch>(
      TopicPartition{"upstream", 0}, Numbered(0, 100));
  std::vector<Ack> acks;
  int64_t next = 0;
  SendOptions options;
  options.end = 40;
  // A topic that was just created may have to be looked up first.
  EXPECT_TRUE(PollUntil(sink.get(), &acks, [&] {
    return sink->Send(tp, &batch, &next, options).ok() && next == 40;
  }));
  ASSERT_NE(batch, nullptr) << "records are left";
  options.end = SendOptions::kNoLimit;
  ASSERT_THAT(sink->Send(tp, &batch, &next, options), IsOk());
  EXPECT_EQ(next, 100);
  EXPECT_EQ(batch, nullptr);
  EXPECT_TRUE(
      PollUntil(sink.get(), &acks, [&] { return sink->in_flight() == 0; }));
  ExpectNumbered(ReadAll(tp), 0, 100);
}

TEST_P(RecordSinkContract, ABatchMayBeDestroyedOnceAllOfItIsTaken) {
  const TopicPartition tp{NewTopic(), 0};
  auto sink = cluster()->NewSink({}).value();
  std::vector<Ack> acks;
  {
    OwnedRecordBatch batch({"upstream", 0}, Numbered(0, 100, 2000));
    SendAll(sink.get(), tp, &batch, &acks);
  }
  EXPECT_TRUE(
      PollUntil(sink.get(), &acks, [&] { return sink->in_flight() == 0; }));
  ExpectNumbered(ReadAll(tp), 0, 100);
}

TEST_P(RecordSinkContract, AFullBufferTakesPartAndTheRestLater) {
  const TopicPartition tp{NewTopic(), 0};
  SinkOptions options;
  options.max_buffered_bytes = 20000;
  auto sink = cluster()->NewSink(options).value();
  auto acks = SendAndDrain(sink.get(), tp, Numbered(0, 1));
  OwnedRecordBatch batch({"upstream", 0}, Numbered(1, 100, 1000));
  int64_t next = 0;
  {
    Outage outage(environment());
    ASSERT_THAT(sink->Send(tp, &batch, &next), IsOk());
    EXPECT_GT(next, 0);
    EXPECT_LE(next, 20);
    EXPECT_EQ(sink->in_flight(), next);
  }
  EXPECT_TRUE(PollUntil(sink.get(), &acks, [&] {
    EXPECT_THAT(sink->Send(tp, &batch, &next), IsOk());
    return next == batch.count() && sink->in_flight() == 0;
  }));
  EXPECT_THAT(Positions(acks, tp), SizeIs(101));
  ExpectNumbered(ReadAll(tp), 0, 101);
}

TEST_P(RecordSinkContract, AcknowledgedRecordsMakeRoomInTheBuffer) {
  const TopicPartition tp{NewTopic(), 0};
  SinkOptions options;
  options.max_buffered_bytes = 20000;
  auto sink = cluster()->NewSink(options).value();
  SendAndDrain(sink.get(), tp, Numbered(0, 100, 1000));
  OwnedRecordBatch batch({"upstream", 0}, Numbered(100, 10, 1000));
  int64_t next = 0;
  ASSERT_THAT(sink->Send(tp, &batch, &next), IsOk());
  EXPECT_EQ(next, 10);
}

TEST_P(RecordSinkContract, ARecordLargerThanTheBufferStillGoes) {
  const TopicPartition tp{NewTopic(), 0};
  SinkOptions options;
  options.max_buffered_bytes = 20000;
  auto sink = cluster()->NewSink(options).value();
  const auto acks = SendAndDrain(sink.get(), tp, Numbered(0, 2, 50000));
  EXPECT_THAT(Positions(acks, tp), ElementsAre(Pair(0, 0), Pair(1, 1)));
}

TEST_P(RecordSinkContract, AMissingTopicOrPartitionIsNotFound) {
  const TopicPartition tp{NewTopic(), 0};
  auto sink = cluster()->NewSink({}).value();
  SendAndDrain(sink.get(), tp, Numbered(0, 1));
  OwnedRecordBatch batch({"upstream", 0}, Numbered(0, 1));
  for (const TopicPartition& missing :
       {TopicPartition{UniqueName("missing"), 0},
        TopicPartition{tp.topic, 1}}) {
    int64_t next = 0;
    EXPECT_THAT(
        sink->Send(missing, &batch, &next),
        StatusIs(absl::StatusCode::kNotFound, HasSubstr(missing.topic)));
    EXPECT_EQ(next, 0);
  }
  EXPECT_EQ(sink->in_flight(), 0);
}

TEST_P(RecordSinkContract, ATopicOrPartitionThatAppearsIsFoundInTime) {
  const TopicPartition later{UniqueName("later"), 0};
  auto sink = cluster()->NewSink({}).value();
  OwnedRecordBatch batch({"upstream", 0}, Numbered(0, 1));
  int64_t next = 0;
  EXPECT_THAT(sink->Send(later, &batch, &next),
              StatusIs(absl::StatusCode::kNotFound));
  mirror::NewTopic topic;
  topic.name = later.topic;
  ASSERT_THAT(admin()->CreateTopics({topic})[0], IsOk());
  EXPECT_THAT(SendAndDrain(sink.get(), later, Numbered(0, 1)), SizeIs(1));
  ASSERT_THAT(admin()->CreatePartitions(later.topic, 2), IsOk());
  EXPECT_THAT(SendAndDrain(sink.get(), {later.topic, 1}, Numbered(0, 1)),
              SizeIs(1));
}

TEST_P(RecordSinkContract, ARefusedRecordFailsAloneWhenSentAlone) {
  const TopicPartition tp{NewTopic(1, {{"max.message.bytes", "2000"}}), 0};
  const TopicPartition other{NewTopic(), 0};
  auto sink = cluster()->NewSink({}).value();
  SendAndDrain(sink.get(), tp, Numbered(0, 1));
  std::vector<Ack> acks;
  OwnedRecordBatch large({"upstream", 0}, Numbered(1, 1, 5000));
  SendAll(sink.get(), other, &large, &acks);
  SendAll(sink.get(), tp, &large, &acks);
  EXPECT_TRUE(
      PollUntil(sink.get(), &acks, [&] { return sink->in_flight() == 0; }));

  ASSERT_THAT(acks, SizeIs(2));
  for (const Ack& ack : acks) {
    EXPECT_EQ(ack.first, UpstreamOffset(1));
    EXPECT_EQ(ack.count, 1);
    if (ack.target == other) {
      EXPECT_THAT(ack.status, IsOk());
    } else {
      EXPECT_THAT(ack.status, StatusIs(absl::StatusCode::kInvalidArgument,
                                       HasSubstr(tp.topic)));
    }
  }
  EXPECT_THAT(Positions(SendAndDrain(sink.get(), tp, Numbered(2, 1)), tp),
              ElementsAre(Pair(2, 1)));
}

TEST_P(RecordSinkContract, SendStopsAtTheGivenEnd) {
  const TopicPartition tp{NewTopic(), 0};
  auto sink = cluster()->NewSink({}).value();
  SendAndDrain(sink.get(), tp, Numbered(0, 1));
  OwnedRecordBatch batch({"upstream", 0}, Numbered(1, 5));
  int64_t next = 1;
  SendOptions options;
  options.end = 3;
  ASSERT_THAT(sink->Send(tp, &batch, &next, options), IsOk());
  EXPECT_EQ(next, 3);
  std::vector<Ack> acks;
  EXPECT_TRUE(
      PollUntil(sink.get(), &acks, [&] { return sink->in_flight() == 0; }));
  EXPECT_THAT(Positions(acks, tp), ElementsAre(Pair(2, 1), Pair(3, 2)));
}

TEST_P(RecordSinkContract, BatchesAreNoLargerThanTheyMayBe) {
  const TopicPartition tp{NewTopic(1, {{"max.message.bytes", "20000"}}), 0};
  auto sink = cluster()->NewSink({}).value();
  OwnedRecordBatch batch({"upstream", 0}, Numbered(0, 500, 500));
  SendOptions options;
  options.max_batch_bytes = 20000;
  std::vector<Ack> acks;
  int64_t next = 0;
  EXPECT_TRUE(PollUntil(sink.get(), &acks, [&] {
    const absl::Status sent = sink->Send(tp, &batch, &next, options);
    EXPECT_TRUE(sent.ok() || absl::IsNotFound(sent)) << sent;
    return next == 500 && sink->in_flight() == 0;
  }));
  EXPECT_THAT(Positions(acks, tp), SizeIs(500));
  ExpectNumbered(ReadAll(tp), 0, 500);
}

TEST_P(RecordSinkContract, ABatchThatIsTooLargeIsRejectedForItsSize) {
  const TopicPartition tp{NewTopic(1, {{"max.message.bytes", "20000"}}), 0};
  auto sink = cluster()->NewSink({}).value();
  SendAndDrain(sink.get(), tp, Numbered(0, 1));
  const auto acks = SendAndDrain(sink.get(), tp, Numbered(1, 100, 500));
  EXPECT_THAT(acks, Contains(Field(&Ack::rejection, Rejection::kTooLarge)));
}

TEST_P(RecordSinkContract, ARejectedProbeLeavesOthersInOrder) {
  const TopicPartition tp{NewTopic(1, {{"max.message.bytes", "2000"}}), 0};
  const TopicPartition other{NewTopic(), 0};
  auto sink = cluster()->NewSink({}).value();
  SendAndDrain(sink.get(), tp, Numbered(0, 1));
  SendAndDrain(sink.get(), other, Numbered(0, 1));
  SendOptions probe;
  probe.probe = true;
  std::vector<Ack> acks;
  OwnedRecordBatch large({"upstream", 0}, Numbered(1, 1, 5000));
  int64_t sent = 0;
  int64_t next = 1;
  EXPECT_TRUE(PollUntil(sink.get(), &acks, [&] {
    sink->Send(tp, &large, &sent, probe).IgnoreError();
    OwnedRecordBatch more({"upstream", 0}, Numbered(next, 10));
    int64_t taken = 0;
    EXPECT_THAT(sink->Send(other, &more, &taken), IsOk());
    next += taken;
    return sent == 1 && next >= 100;
  }));
  EXPECT_TRUE(
      PollUntil(sink.get(), &acks, [&] { return sink->in_flight() == 0; }));
  ExpectNumbered(ReadAll(other), 0, next);
  EXPECT_THAT(ReadAll(tp), SizeIs(1));
}

TEST_P(RecordSinkContract, NoGoodRecordIsNamedForOneWithoutAKey) {
  const TopicPartition tp{NewTopic(1, {{"cleanup.policy", "compact"}}), 0};
  auto sink = cluster()->NewSink({}).value();
  SendAndDrain(sink.get(), tp, Numbered(0, 1));
  std::vector<Record> records = Numbered(1, 5);
  records[2].key.reset();
  OwnedRecordBatch batch({"upstream", 0}, std::move(records));
  SendOptions probe;  // in one batch
  probe.probe = true;
  std::vector<Ack> acks;
  int64_t next = 0;
  EXPECT_TRUE(PollUntil(sink.get(), &acks, [&] {
    sink->Send(tp, &batch, &next, probe).IgnoreError();
    return next == 5 && sink->in_flight() == 0;
  }));
  std::map<int64_t, Rejection> rejections;
  for (const Ack& ack : acks) {
    for (int64_t i = 0; i < ack.count; ++i) {
      rejections[(ack.first + i).value()] = ack.rejection;
    }
  }
  // librdkafka 2.8 reports all of them alike; then no record is named.
  EXPECT_THAT(rejections, SizeIs(5));
  for (const auto& [offset, rejection] : rejections) {
    if (offset == 3) {
      EXPECT_THAT(rejection, AnyOf(Rejection::kBatch, Rejection::kRecord));
    } else {
      // Accepted, if it went in another batch: they wait 5 ms for each other.
      EXPECT_THAT(rejection, AnyOf(Rejection::kNone, Rejection::kBatch,
                                   Rejection::kNeighbour))
          << offset;
    }
  }
}

TEST_P(RecordSinkContract, AnOutageDelaysRecordsAndDuplicatesNone) {
  const TopicPartition tp{NewTopic(), 0};
  auto sink = cluster()->NewSink({}).value();
  auto acks = SendAndDrain(sink.get(), tp, Numbered(0, 1));
  OwnedRecordBatch batch({"upstream", 0}, Numbered(1, 9));
  int64_t next = 0;
  {
    Outage outage(environment());
    ASSERT_THAT(sink->Send(tp, &batch, &next), IsOk());
    EXPECT_EQ(next, 9);
    std::vector<Ack> none;
    EXPECT_THAT(sink->Poll(absl::Milliseconds(10), &none), IsOk());
    EXPECT_THAT(none, IsEmpty());
    EXPECT_EQ(sink->in_flight(), 9);
  }
  EXPECT_TRUE(
      PollUntil(sink.get(), &acks, [&] { return sink->in_flight() == 0; }));
  EXPECT_THAT(Positions(acks, tp), SizeIs(10));
  ExpectNumbered(ReadAll(tp), 0, 10);
}

TEST_P(RecordSinkContract, TwoSinksMayWriteToOnePartition) {
  const TopicPartition tp{NewTopic(), 0};
  auto one = cluster()->NewSink({}).value();
  auto two = cluster()->NewSink({}).value();
  SendAndDrain(one.get(), tp, Numbered(0, 1));
  SendAndDrain(two.get(), tp, Numbered(1, 1));
  SendAndDrain(one.get(), tp, Numbered(2, 1));
  ExpectNumbered(ReadAll(tp), 0, 3);
}

TEST_P(RecordSinkContract, WithoutErrorsThereIsNothingToReport) {
  const TopicPartition tp{NewTopic(), 0};
  auto sink = cluster()->NewSink({}).value();
  EXPECT_EQ(sink->in_flight(), 0);
  SendAndDrain(sink.get(), tp, Numbered(0, 1));
  EXPECT_EQ(sink->in_flight(), 0);
  EXPECT_THAT(sink->TakeClusterStatus(), IsOk());
  std::vector<Ack> acks;
  EXPECT_THAT(sink->Poll(absl::Milliseconds(1), &acks), IsOk());
  EXPECT_THAT(acks, IsEmpty());
}

TEST_P(RecordSinkContract, IsDestroyedWithinSecondsDuringAnOutage) {
  const TopicPartition tp{NewTopic(), 0};
  auto sink = cluster()->NewSink({}).value();
  SendAndDrain(sink.get(), tp, Numbered(0, 1));
  OwnedRecordBatch batch({"upstream", 0}, Numbered(1, 9));
  int64_t next = 0;
  Outage outage(environment());
  ASSERT_THAT(sink->Send(tp, &batch, &next), IsOk());
  const absl::Time start = absl::Now();
  sink.reset();
  EXPECT_LT(absl::Now() - start, absl::Seconds(10));
}

}  // namespace
}  // namespace mirror
