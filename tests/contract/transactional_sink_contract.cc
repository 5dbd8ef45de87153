// SPDX-License-Identifier: Apache-2.0
//
// The promises of mirror/cluster/transactional_sink.h.

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "mirror/cluster/cluster.h"
#include "mirror/cluster/transactional_sink.h"
#include "mirror/testing/matchers.h"
#include "tests/contract/cluster_contract.h"

namespace mirror {

using State = TransactionalSink::State;

std::unique_ptr<TransactionalSink> TransactionalSinkContract::NewSink(
    const std::string& id) {
  TransactionalSinkOptions options;
  options.transactional_id = id;
  return cluster()->NewTransactionalSink(options).value();
}

std::unique_ptr<TransactionalSink> TransactionalSinkContract::NewOwner(
    const std::string& id) {
  auto sink = NewSink(id);
  Await(sink.get(), State::kReady);
  return sink;
}

std::vector<Ack> TransactionalSinkContract::Await(TransactionalSink* sink,
                                                  State state) {
  std::vector<Ack> acks;
  EXPECT_TRUE(PollUntil(sink, &acks, [&] { return sink->state() == state; }));
  return acks;
}

absl::Status TransactionalSinkContract::AwaitFailure(TransactionalSink* sink) {
  absl::Status status;
  EXPECT_TRUE(Eventually([&] {
    std::vector<Ack> acks;
    status = sink->Poll(absl::Milliseconds(50), &acks);
    return !status.ok();
  }));
  return status;
}

int64_t TransactionalSinkContract::SettledEnd(const TopicPartition& tp) {
  absl::StatusOr<int64_t> end;
  EXPECT_TRUE(Eventually([&] {
    end = admin()->ListOffsets({tp}, OffsetSpec::kLogEnd)[0];
    return end.ok() &&
           admin()->ListOffsets({tp}, OffsetSpec::kLatest)[0] == end;
  })) << tp;
  return end.value_or(-1);
}

std::vector<Record> TransactionalSinkContract::ReadSettled(
    const TopicPartition& tp) {
  SettledEnd(tp);
  return ReadAll(tp);
}

namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Several acknowledgements may say what one could.
int64_t Records(const std::vector<Ack>& acks) {
  int64_t records = 0;
  for (const Ack& ack : acks) records += ack.count;
  return records;
}

TEST_P(TransactionalSinkContract, CommittedRecordsAreReadAndAbortedOnesNot) {
  const TopicPartition tp{NewTopic(), 0};
  auto sink = NewOwner(UniqueName("id"));
  sink->Begin();
  SendAndDrain(sink.get(), tp, Numbered(0, 2));
  EXPECT_THAT(ReadAll(tp), IsEmpty());
  sink->Abort();
  Await(sink.get(), State::kReady);
  sink->Begin();
  SendAndDrain(sink.get(), tp, Numbered(2, 3));
  sink->Commit();
  Await(sink.get(), State::kReady);
  EXPECT_THAT(ReadSettled(tp), ElementsAre(Field(&Record::key, "key-2"),
                                           Field(&Record::key, "key-3"),
                                           Field(&Record::key, "key-4")));
}

TEST_P(TransactionalSinkContract, AcksSayWhereRecordsStandBetweenMarkers) {
  const TopicPartition tp{NewTopic(), 0};
  auto sink = NewOwner(UniqueName("id"));
  for (const int64_t base : {0, 3, 6}) {
    sink->Begin();
    const auto acks = SendAndDrain(sink.get(), tp, Numbered(base, 2));
    EXPECT_EQ(Records(acks), 2);
    for (const Ack& ack : acks) {
      EXPECT_THAT(ack.status, IsOk());
      EXPECT_EQ(ack.base.value(), ack.first.value());
    }
    // Aborted records and markers take offsets, too.
    base == 3 ? sink->Abort() : sink->Commit();
    Await(sink.get(), State::kReady);
  }
  EXPECT_EQ(SettledEnd(tp), 9);
}

TEST_P(TransactionalSinkContract, ATransactionSpansTopics) {
  const TopicPartition one{NewTopic(), 0};
  const TopicPartition other{NewTopic(2), 1};
  auto sink = NewOwner(UniqueName("id"));
  sink->Begin();
  SendAndDrain(sink.get(), one, Numbered(0, 1));
  SendAndDrain(sink.get(), other, Numbered(0, 1));
  EXPECT_THAT(ReadAll(one), IsEmpty());
  sink->Commit();
  Await(sink.get(), State::kReady);
  EXPECT_THAT(ReadSettled(one), SizeIs(1));
  EXPECT_THAT(ReadSettled(other), SizeIs(1));
}

TEST_P(TransactionalSinkContract, ACommitWaitsForRecordsInFlight) {
  const TopicPartition tp{NewTopic(), 0};
  auto sink = NewOwner(UniqueName("id"));
  sink->Begin();
  std::vector<Ack> acks;
  OwnedRecordBatch batch({"upstream", 0}, Numbered(0, 100));
  SendAll(sink.get(), tp, &batch, &acks);
  sink->Commit();
  EXPECT_EQ(sink->state(), State::kCommitting);
  for (Ack& ack : Await(sink.get(), State::kReady)) acks.push_back(ack);
  EXPECT_EQ(Records(acks), 100);
  EXPECT_THAT(ReadSettled(tp), SizeIs(100));
}

TEST_P(TransactionalSinkContract, RecordsAreTakenInATransactionOnly) {
  const TopicPartition tp{NewTopic(), 0};
  auto sink = NewSink(UniqueName("id"));
  OwnedRecordBatch batch({"upstream", 0}, Numbered(0, 1));
  const auto expect_full = [&] {
    int64_t next = 0;
    EXPECT_THAT(sink->Send(tp, &batch, &next), IsOk());
    EXPECT_EQ(next, 0);
  };
  EXPECT_EQ(sink->state(), State::kInitialising);
  sink->Begin();  // means nothing yet
  expect_full();
  Await(sink.get(), State::kReady);
  sink->Commit();
  sink->Abort();
  EXPECT_EQ(sink->state(), State::kReady);
  expect_full();
  sink->Begin();
  SendAndDrain(sink.get(), tp, Numbered(0, 1));
  sink->Commit();
  expect_full();
  Await(sink.get(), State::kReady);
  EXPECT_THAT(ReadSettled(tp), SizeIs(1));
}

TEST_P(TransactionalSinkContract, ATransactionWithoutRecordsEndsToo) {
  auto sink = NewOwner(UniqueName("id"));
  for (int i = 0; i < 2; ++i) {
    sink->Begin();
    sink->Commit();
    EXPECT_THAT(Await(sink.get(), State::kReady), IsEmpty());
    sink->Begin();
    sink->Abort();
    EXPECT_THAT(Await(sink.get(), State::kReady), IsEmpty());
  }
}

TEST_P(TransactionalSinkContract, ANewOwnerFencesTheOldOne) {
  const TopicPartition tp{NewTopic(), 0};
  const std::string id = UniqueName("id");
  auto old_owner = NewOwner(id);
  old_owner->Begin();
  SendAndDrain(old_owner.get(), tp, Numbered(0, 2));

  auto owner = NewOwner(id);
  // Its open transaction was aborted.
  EXPECT_THAT(admin()->ListOffsets({tp}, OffsetSpec::kLatest)[0],
              IsOkAndHolds(3));
  old_owner->Commit();
  EXPECT_THAT(AwaitFailure(old_owner.get()),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr(id)));
  owner->Begin();
  SendAndDrain(owner.get(), tp, Numbered(2, 1));
  owner->Commit();
  Await(owner.get(), State::kReady);
  EXPECT_THAT(ReadSettled(tp), ElementsAre(Field(&Record::key, "key-2")));
}

TEST_P(TransactionalSinkContract, WhatAFencedOwnerSendsGetsIntoNoLog) {
  const TopicPartition tp{NewTopic(), 0};
  const std::string id = UniqueName("id");
  auto sleeper = NewOwner(id);
  sleeper->Begin();
  SendAndDrain(sleeper.get(), tp, Numbered(0, 1));
  auto owner = NewOwner(id);
  OwnedRecordBatch late({"upstream", 0}, Numbered(1, 5));
  int64_t next = 0;
  EXPECT_THAT(sleeper->Send(tp, &late, &next), IsOk());
  EXPECT_THAT(AwaitFailure(sleeper.get()),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  sleeper.reset();
  owner->Begin();
  SendAndDrain(owner.get(), tp, Numbered(6, 1));
  owner->Commit();
  Await(owner.get(), State::kReady);
  EXPECT_THAT(ReadSettled(tp), ElementsAre(Field(&Record::key, "key-6")));
  // A record, a marker, a record, a marker.
  EXPECT_EQ(SettledEnd(tp), 4);
}

TEST_P(TransactionalSinkContract, ARejectedRecordAbortsItsTransaction) {
  const TopicPartition tp{NewTopic(1, {{"max.message.bytes", "2000"}}), 0};
  const TopicPartition other{NewTopic(), 0};
  auto sink = NewOwner(UniqueName("id"));
  sink->Begin();
  SendAndDrain(sink.get(), other, Numbered(0, 1));
  std::vector<Ack> acks;
  OwnedRecordBatch large({"upstream", 0}, Numbered(1, 1, 5000));
  SendAll(sink.get(), tp, &large, &acks);
  sink->Commit();
  for (Ack& ack : Await(sink.get(), State::kMustAbort)) acks.push_back(ack);
  sink->Abort();
  for (Ack& ack : Await(sink.get(), State::kReady)) acks.push_back(ack);
  ASSERT_THAT(acks, SizeIs(1));
  EXPECT_THAT(acks[0].status, StatusIs(absl::StatusCode::kInvalidArgument,
                                       HasSubstr(tp.topic)));
  EXPECT_EQ(acks[0].rejection, Rejection::kTooLarge);
  EXPECT_THAT(ReadSettled(other), IsEmpty());

  // The next one may fail once more.
  bool committed = false;
  for (int i = 0; i < 3 && !committed; ++i) {
    sink->Begin();
    acks = SendAndDrain(sink.get(), tp, Numbered(2, 1));
    ASSERT_THAT(acks, SizeIs(1));
    committed = acks[0].status.ok();
    if (!committed) {
      EXPECT_THAT(acks[0].status, StatusIs(absl::StatusCode::kAborted));
      EXPECT_EQ(acks[0].rejection, Rejection::kNone);
    }
    committed ? sink->Commit() : sink->Abort();
    Await(sink.get(), State::kReady);
  }
  EXPECT_THAT(ReadSettled(tp), SizeIs(1));
}

TEST_P(TransactionalSinkContract, AnAbortAnswersEveryRecord) {
  const TopicPartition tp{NewTopic(), 0};
  auto sink = NewOwner(UniqueName("id"));
  sink->Begin();
  SendAndDrain(sink.get(), tp, Numbered(0, 1));
  OwnedRecordBatch batch({"upstream", 0}, Numbered(1, 100));
  int64_t next = 0;
  EXPECT_THAT(sink->Send(tp, &batch, &next), IsOk());
  EXPECT_EQ(next, 100);
  sink->Abort();
  const auto acks = Await(sink.get(), State::kReady);
  EXPECT_EQ(Records(acks), 100);
  EXPECT_EQ(sink->in_flight(), 0);
  for (const Ack& ack : acks) {
    EXPECT_TRUE(ack.status.ok() || absl::IsAborted(ack.status)) << ack.status;
  }
  EXPECT_THAT(ReadSettled(tp), IsEmpty());
}

TEST_P(TransactionalSinkContract, BatchesAreNoLargerThanTheyMayBe) {
  const TopicPartition tp{NewTopic(1, {{"max.message.bytes", "20000"}}), 0};
  auto sink = NewOwner(UniqueName("id"));
  sink->Begin();
  OwnedRecordBatch batch({"upstream", 0}, Numbered(0, 200, 500));
  SendOptions options;
  options.max_batch_bytes = 20000;
  std::vector<Ack> acks;
  int64_t next = 0;
  EXPECT_TRUE(PollUntil(sink.get(), &acks, [&] {
    const absl::Status sent = sink->Send(tp, &batch, &next, options);
    EXPECT_TRUE(sent.ok() || absl::IsNotFound(sent)) << sent;
    return next == 200 && sink->in_flight() == 0;
  }));
  EXPECT_THAT(acks, Each(Field(&Ack::status, IsOk())));
  sink->Commit();
  Await(sink.get(), State::kReady);
  EXPECT_THAT(ReadSettled(tp), SizeIs(200));
}

TEST_P(TransactionalSinkContract, TakesTheIdOverWhenTheClusterAnswersAgain) {
  Outage outage(environment());
  auto sink = NewSink(UniqueName("id"));
  std::vector<Ack> acks;
  const absl::Time start = absl::Now();
  EXPECT_THAT(sink->Poll(absl::Milliseconds(10), &acks), IsOk());
  EXPECT_LT(absl::Now() - start, absl::Seconds(5));
  EXPECT_EQ(sink->state(), State::kInitialising);
  outage.End();
  Await(sink.get(), State::kReady);
}

TEST_P(TransactionalSinkContract, IsDestroyedWithinSecondsDuringAnOutage) {
  const TopicPartition tp{NewTopic(), 0};
  auto open = NewOwner(UniqueName("id"));
  auto committing = NewOwner(UniqueName("id"));
  for (TransactionalSink* sink : {open.get(), committing.get()}) {
    sink->Begin();
    SendAndDrain(sink, tp, Numbered(0, 1));
  }
  Outage outage(environment());
  auto initialising = NewSink(UniqueName("id"));
  OwnedRecordBatch batch({"upstream", 0}, Numbered(1, 9));
  int64_t next = 0;
  ASSERT_THAT(open->Send(tp, &batch, &next), IsOk());
  committing->Commit();
  for (auto* sink : {&initialising, &open, &committing}) {
    const absl::Time start = absl::Now();
    sink->reset();
    EXPECT_LT(absl::Now() - start, absl::Seconds(10));
  }
}

TEST_P(TransactionalSinkContract, AnOpenTransactionIsEndedByTheNextOwner) {
  const TopicPartition tp{NewTopic(), 0};
  const std::string id = UniqueName("id");
  auto sink = NewOwner(id);
  sink->Begin();
  SendAndDrain(sink.get(), tp, Numbered(0, 1));
  sink.reset();
  EXPECT_THAT(admin()->ListOffsets({tp}, OffsetSpec::kLatest)[0],
              IsOkAndHolds(0));
  NewOwner(id);
  EXPECT_THAT(admin()->ListOffsets({tp}, OffsetSpec::kLatest)[0],
              IsOkAndHolds(2));
  EXPECT_THAT(ReadSettled(tp), IsEmpty());
}

}  // namespace
}  // namespace mirror
