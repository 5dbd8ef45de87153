// SPDX-License-Identifier: Apache-2.0
//
// The promises of mirror/cluster/record_source.h and record_batch.h.

#include <memory>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "mirror/cluster/record_source.h"
#include "mirror/testing/matchers.h"
#include "tests/contract/cluster_contract.h"

namespace mirror {
namespace {

using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Offsets first, first + 1, ..., last.
void ExpectOffsets(const std::vector<Record>& records, int64_t first,
                   int64_t last) {
  ASSERT_THAT(records, SizeIs(last - first + 1));
  for (const Record& record : records) {
    EXPECT_EQ(record.offset, UpstreamOffset(first++));
  }
}

void ExpectConsistent(const RecordBatch& batch) {
  ASSERT_GE(batch.count(), 1);
  int64_t value_bytes = 0;
  for (int64_t i = 0; i < batch.count(); ++i) {
    const Record record = batch.ToRecord(i);
    value_bytes += record.value.value_or("").size();
    EXPECT_EQ(batch.OffsetAt(i), record.offset) << i;
  }
  const Record last = batch.ToRecord(batch.count() - 1);
  EXPECT_EQ(batch.first_offset(), batch.ToRecord(0).offset);
  EXPECT_EQ(batch.last_offset(), last.offset);
  EXPECT_EQ(batch.last_timestamp_ms(), last.timestamp_ms);
  EXPECT_EQ(batch.value_bytes(), value_bytes);
  // Nothing that is delivered today is compressed.
  EXPECT_GE(batch.encoded_bytes(), value_bytes);
}

TEST_P(RecordSourceContract, DeliversEveryPartitionInOffsetOrder) {
  const std::string topic = NewTopic(3);
  auto source = cluster()->NewSource({}).value();
  std::vector<StartPosition> positions;
  for (int32_t p = 0; p < 3; ++p) {
    Append({topic, p}, Numbered(0, 1000));
    positions.push_back({{topic, p}, UpstreamOffset(0)});
  }
  ASSERT_THAT(source->Assign(positions), IsOk());

  Fetched fetched;
  for (int32_t p = 0; p < 3; ++p) {
    EXPECT_TRUE(PollUntilEnd(source.get(), {topic, p}, &fetched));
    ExpectOffsets(RecordsOf(fetched, {topic, p}), 0, 999);
  }
  // All batches are still there: they outlive later polls.
  for (const auto& batch : fetched.batches) ExpectConsistent(*batch);
}

TEST_P(RecordSourceContract, KeepsEveryPartOfARecord) {
  const TopicPartition tp{NewTopic(1, {{"retention.ms", "-1"}}), 0};
  const std::vector<Record> sent = AllShapes();
  Append(tp, sent);
  const std::vector<Record> received = ReadAll(tp);
  ASSERT_THAT(received, SizeIs(sent.size()));
  for (size_t i = 0; i < sent.size(); ++i) {
    EXPECT_EQ(received[i].key, sent[i].key) << i;
    EXPECT_EQ(received[i].value, sent[i].value) << i;
    EXPECT_EQ(received[i].headers, sent[i].headers) << i;
    EXPECT_EQ(received[i].timestamp_ms, sent[i].timestamp_ms) << i;
  }
}

TEST_P(RecordSourceContract, StartsAtTheAssignedOffset) {
  const TopicPartition tp{NewTopic(), 0};
  Append(tp, Numbered(0, 10));
  auto source = cluster()->NewSource({}).value();
  ASSERT_THAT(source->Assign({{tp, UpstreamOffset(7)}}), IsOk());
  Fetched fetched;
  EXPECT_TRUE(PollUntilEnd(source.get(), tp, &fetched));
  ExpectOffsets(RecordsOf(fetched, tp), 7, 9);
}

TEST_P(RecordSourceContract, SaysOnceEachTimeThatTheEndIsReached) {
  const std::string topic = NewTopic(2);
  const TopicPartition tp{topic, 0};
  const TopicPartition other{topic, 1};
  auto source = cluster()->NewSource({}).value();
  ASSERT_THAT(source->Assign({{tp, UpstreamOffset(0)}}), IsOk());

  Fetched fetched;
  EXPECT_TRUE(PollUntilEnd(source.get(), tp, &fetched));
  EXPECT_EQ(LastEvent(fetched, tp)->offset, UpstreamOffset(0));
  // Traffic elsewhere gives it time to repeat itself.
  Append(other, Numbered(0, 1));
  ASSERT_THAT(source->Assign({{other, UpstreamOffset(0)}}), IsOk());
  EXPECT_TRUE(PollUntilEnd(source.get(), other, &fetched));
  EXPECT_EQ(EndsOf(fetched, tp), 1);

  Append(tp, Numbered(0, 3));
  EXPECT_TRUE(PollUntil(source.get(), &fetched, [&] {
    return LastEvent(fetched, tp)->offset == UpstreamOffset(3);
  }));
  ExpectOffsets(RecordsOf(fetched, tp), 0, 2);
}

TEST_P(RecordSourceContract, TheEndIsExactPastAbortedRecordsAndMarkers) {
  const TopicPartition tp{NewTopic(), 0};
  Append(tp, Numbered(0, 3));
  environment()->AppendAborted(tp, 4);
  auto source = cluster()->NewSource({}).value();
  ASSERT_THAT(source->Assign({{tp, UpstreamOffset(0)}}), IsOk());
  Fetched fetched;
  EXPECT_TRUE(PollUntil(source.get(), &fetched, [&] {
    const auto event = LastEvent(fetched, tp);
    return event.has_value() && event->offset == UpstreamOffset(8);
  }));
  EXPECT_EQ(LastEvent(fetched, tp)->kind, PartitionEvent::Kind::kEnd);
  ExpectOffsets(RecordsOf(fetched, tp), 0, 2);
}

TEST_P(RecordSourceContract, ReadsAbortedRecordsOnlyIfAskedTo) {
  const TopicPartition tp{NewTopic(), 0};
  environment()->AppendAborted(tp, 4);
  SourceOptions options;
  options.read_committed = false;
  auto source = cluster()->NewSource(options).value();
  ASSERT_THAT(source->Assign({{tp, UpstreamOffset(0)}}), IsOk());
  Fetched fetched;
  EXPECT_TRUE(PollUntil(source.get(), &fetched,
                        [&] { return RecordsOf(fetched, tp).size() == 4; }));
  EXPECT_THAT(ReadAll(tp), IsEmpty());
}

TEST_P(RecordSourceContract, AGapBetweenRecordsShowsInTheirOffsets) {
  const TopicPartition tp{NewTopic(), 0};
  Append(tp, Numbered(0, 2));
  environment()->AppendAborted(tp, 1);
  Append(tp, Numbered(2, 2));
  const std::vector<Record> records = ReadAll(tp);
  ASSERT_THAT(records, SizeIs(4));
  EXPECT_EQ(records[1].offset, UpstreamOffset(1));
  EXPECT_EQ(records[2].offset, UpstreamOffset(4));
}

TEST_P(RecordSourceContract, NothingReadBeforeAReassignmentComesAfterIt) {
  const TopicPartition tp{NewTopic(), 0};
  Append(tp, Numbered(0, 2000));
  auto source = cluster()->NewSource({}).value();
  for (const int64_t start : {0, 1900, 100, 100, 1999}) {
    ASSERT_THAT(source->Assign({{tp, UpstreamOffset(start)}}), IsOk());
    Fetched fetched;
    EXPECT_TRUE(PollUntil(source.get(), &fetched,
                          [&] { return !fetched.batches.empty(); }));
    const std::vector<Record> records = RecordsOf(fetched, tp);
    ExpectOffsets(records, start, start + records.size() - 1);
  }
}

TEST_P(RecordSourceContract, AssigningMorePartitionsDoesNotRestartOthers) {
  const std::string topic = NewTopic(2);
  Append({topic, 0}, Numbered(0, 100));
  Append({topic, 1}, Numbered(0, 100));
  auto source = cluster()->NewSource({}).value();
  Fetched fetched;
  for (int32_t p = 0; p < 2; ++p) {
    ASSERT_THAT(source->Assign({{{topic, p}, UpstreamOffset(0)}}), IsOk());
    EXPECT_TRUE(PollUntilEnd(source.get(), {topic, p}, &fetched));
  }
  ExpectOffsets(RecordsOf(fetched, {topic, 0}), 0, 99);
  ExpectOffsets(RecordsOf(fetched, {topic, 1}), 0, 99);
}

TEST_P(RecordSourceContract, AnUnassignedPartitionIsSilent) {
  const std::string topic = NewTopic(2);
  const TopicPartition tp{topic, 0};
  const TopicPartition other{topic, 1};
  Append(tp, Numbered(0, 2000));
  Append(other, Numbered(0, 1));
  auto source = cluster()->NewSource({}).value();
  ASSERT_THAT(source->Assign({{tp, UpstreamOffset(0)}}), IsOk());
  Fetched before;
  EXPECT_TRUE(PollUntil(source.get(), &before,
                        [&] { return !before.batches.empty(); }));

  ASSERT_THAT(source->Unassign({tp, {"never-assigned", 0}}), IsOk());
  ASSERT_THAT(source->Assign({{other, UpstreamOffset(0)}}), IsOk());
  Fetched after;
  EXPECT_TRUE(PollUntilEnd(source.get(), other, &after));
  EXPECT_THAT(RecordsOf(after, tp), IsEmpty());
  EXPECT_FALSE(LastEvent(after, tp).has_value());

  ASSERT_THAT(source->Assign({{tp, UpstreamOffset(1999)}}), IsOk());
  EXPECT_TRUE(PollUntilEnd(source.get(), tp, &after));
  ExpectOffsets(RecordsOf(after, tp), 1999, 1999);
}

TEST_P(RecordSourceContract, AnOffsetOutsideTheLogStopsThatPartitionOnly) {
  const std::string topic = NewTopic(2);
  const TopicPartition tp{topic, 0};
  const TopicPartition other{topic, 1};
  Append(tp, Numbered(0, 10));
  Append(other, Numbered(0, 10));
  environment()->DeleteRecordsBefore(tp, 5);
  auto source = cluster()->NewSource({}).value();
  for (const int64_t outside : {4, 11}) {
    ASSERT_THAT(source->Assign({{tp, UpstreamOffset(outside)}}), IsOk());
    Fetched fetched;
    EXPECT_TRUE(PollUntil(source.get(), &fetched,
                          [&] { return LastEvent(fetched, tp).has_value(); }));
    EXPECT_THAT(LastEvent(fetched, tp)->status,
                StatusIs(absl::StatusCode::kOutOfRange, HasSubstr(topic)));
    EXPECT_EQ(LastEvent(fetched, tp)->offset, UpstreamOffset(outside));

    // Silent until assigned again, while others continue.
    ASSERT_THAT(source->Assign({{other, UpstreamOffset(0)}}), IsOk());
    EXPECT_TRUE(PollUntilEnd(source.get(), other, &fetched));
    EXPECT_THAT(fetched.events,
                Contains(Field(&PartitionEvent::topic_partition, tp)).Times(1));
    EXPECT_THAT(RecordsOf(fetched, tp), IsEmpty());
    ExpectOffsets(RecordsOf(fetched, other), 0, 9);
  }
  ASSERT_THAT(source->Assign({{tp, UpstreamOffset(5)}}), IsOk());
  Fetched fetched;
  EXPECT_TRUE(PollUntilEnd(source.get(), tp, &fetched));
  ExpectOffsets(RecordsOf(fetched, tp), 5, 9);
}

TEST_P(RecordSourceContract, ADamagedBatchStopsThatPartitionOnlyUntilRepaired) {
  const std::string topic = NewTopic(2);
  const TopicPartition tp{topic, 0};
  const TopicPartition other{topic, 1};
  for (const int64_t first : {0, 10, 20}) {
    Append(tp, Numbered(first, 10));
    Append(other, Numbered(first, 10));
  }
  environment()->SetDamaged(tp, 10, true);
  auto source = cluster()->NewSource({}).value();
  ASSERT_THAT(
      source->Assign({{tp, UpstreamOffset(0)}, {other, UpstreamOffset(0)}}),
      IsOk());
  Fetched fetched;
  EXPECT_TRUE(PollUntil(source.get(), &fetched,
                        [&] { return LastEvent(fetched, tp).has_value(); }));
  EXPECT_THAT(LastEvent(fetched, tp)->status,
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr(tp.ToString())));
  EXPECT_EQ(LastEvent(fetched, tp)->offset, UpstreamOffset(10));
  EXPECT_TRUE(PollUntilEnd(source.get(), other, &fetched));
  ExpectOffsets(RecordsOf(fetched, tp), 0, 9);
  ExpectOffsets(RecordsOf(fetched, other), 0, 29);

  environment()->SetDamaged(tp, 10, false);
  ASSERT_THAT(source->Assign({{tp, UpstreamOffset(10)}}), IsOk());
  Fetched after;
  EXPECT_TRUE(PollUntilEnd(source.get(), tp, &after));
  ExpectOffsets(RecordsOf(after, tp), 10, 29);
}

TEST_P(RecordSourceContract, ARecreatedTopicIsNeverTakenForTheOldOne) {
  const std::string topic = NewTopic();
  const TopicPartition tp{topic, 0};
  Append(tp, Numbered(0, 10));
  auto source = cluster()->NewSource({}).value();
  ASSERT_THAT(source->Assign({{tp, UpstreamOffset(0)}}), IsOk());
  Fetched fetched;
  EXPECT_TRUE(PollUntilEnd(source.get(), tp, &fetched));

  RecreateTopic(topic);
  // The position is inside the new log, too.
  Append(tp, Numbered(100, 50));
  EXPECT_TRUE(PollUntil(source.get(), &fetched, [&] {
    return LastEvent(fetched, tp)->kind == PartitionEvent::Kind::kError;
  }));
  EXPECT_THAT(LastEvent(fetched, tp)->status,
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("deleted and created again")));
  EXPECT_EQ(LastEvent(fetched, tp)->offset, UpstreamOffset(10));
  ExpectOffsets(RecordsOf(fetched, tp), 0, 9);
}

TEST_P(RecordSourceContract, APositionInATopicThatIsGoneIsNotTakenForOne) {
  const std::string topic = NewTopic();
  const TopicPartition tp{topic, 0};
  const std::string old_id = admin()->DescribeTopics({topic})[0]->id;
  RecreateTopic(topic);
  Append(tp, Numbered(0, 50));
  auto source = cluster()->NewSource({}).value();
  ASSERT_THAT(source->Assign({{tp, UpstreamOffset(10), -1, old_id}}), IsOk());
  Fetched fetched;
  EXPECT_TRUE(PollUntil(source.get(), &fetched,
                        [&] { return LastEvent(fetched, tp).has_value(); }));
  EXPECT_THAT(LastEvent(fetched, tp)->status,
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(RecordsOf(fetched, tp), IsEmpty());
}

TEST_P(RecordSourceContract, AMissingTopicHoldsUpNoOther) {
  const TopicPartition tp{NewTopic(), 0};
  const TopicPartition missing{UniqueName("missing"), 0};
  Append(tp, Numbered(0, 10));
  auto source = cluster()->NewSource({}).value();
  ASSERT_THAT(
      source->Assign({{missing, UpstreamOffset(0)}, {tp, UpstreamOffset(0)}}),
      IsOk());
  Fetched fetched;
  EXPECT_TRUE(PollUntilEnd(source.get(), tp, &fetched));
  ExpectOffsets(RecordsOf(fetched, tp), 0, 9);
  // Silence is allowed, for a real client may not notice.
  if (const auto event = LastEvent(fetched, missing); event.has_value()) {
    EXPECT_THAT(event->status, StatusIs(absl::StatusCode::kNotFound));
  }
}

TEST_P(RecordSourceContract, BoundsAreWhatTheBrokerLastSaid) {
  const TopicPartition tp{NewTopic(), 0};
  Append(tp, Numbered(0, 10));
  environment()->DeleteRecordsBefore(tp, 4);
  auto source = cluster()->NewSource({}).value();
  EXPECT_FALSE(source->Bounds(tp).has_value());
  ASSERT_THAT(source->Assign({{tp, UpstreamOffset(6)}}), IsOk());
  Fetched fetched;
  EXPECT_TRUE(PollUntilEnd(source.get(), tp, &fetched));
  EXPECT_TRUE(PollUntil(source.get(), &fetched, [&] {
    const auto bounds = source->Bounds(tp);
    return bounds.has_value() && bounds->log_start == UpstreamOffset(4) &&
           bounds->end == UpstreamOffset(10);
  }));
}

TEST_P(RecordSourceContract, PollReturnsAtItsTimeoutWhenThereIsNothing) {
  auto source = cluster()->NewSource({}).value();
  Fetched fetched;
  EXPECT_THAT(source->Poll(absl::ZeroDuration(), &fetched), IsOk());
  EXPECT_THAT(source->Poll(absl::Milliseconds(1), &fetched), IsOk());
  EXPECT_THAT(fetched.batches, IsEmpty());
  EXPECT_THAT(fetched.events, IsEmpty());
}

TEST_P(RecordSourceContract, ResumesWhereItWasAfterAnOutage) {
  const TopicPartition tp{NewTopic(), 0};
  Append(tp, Numbered(0, 10));
  auto source = cluster()->NewSource({}).value();
  ASSERT_THAT(source->Assign({{tp, UpstreamOffset(0)}}), IsOk());
  Fetched fetched;
  EXPECT_TRUE(PollUntilEnd(source.get(), tp, &fetched));
  {
    Outage outage(environment());
    EXPECT_THAT(source->Poll(absl::Milliseconds(10), &fetched), IsOk());
  }
  Append(tp, Numbered(10, 10));
  EXPECT_TRUE(PollUntil(source.get(), &fetched,
                        [&] { return RecordsOf(fetched, tp).size() >= 20; }));
  ExpectOffsets(RecordsOf(fetched, tp), 0, 19);
}

TEST_P(RecordSourceContract, IsDestroyedWithinSecondsDuringAnOutage) {
  const TopicPartition tp{NewTopic(), 0};
  Append(tp, Numbered(0, 10));
  auto source = cluster()->NewSource({}).value();
  ASSERT_THAT(source->Assign({{tp, UpstreamOffset(0)}}), IsOk());
  Fetched fetched;
  EXPECT_TRUE(PollUntilEnd(source.get(), tp, &fetched));
  fetched.batches.clear();
  Outage outage(environment());
  const absl::Time start = absl::Now();
  source.reset();
  EXPECT_LT(absl::Now() - start, absl::Seconds(10));
}

}  // namespace
}  // namespace mirror
