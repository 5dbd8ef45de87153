// SPDX-License-Identifier: Apache-2.0

#include "mirror/cluster/fenced_sink.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/cluster/cluster.h"
#include "mirror/cluster/record_batch.h"
#include "mirror/cluster/record_sink.h"
#include "mirror/model/record.h"
#include "mirror/model/topic_partition.h"
#include "mirror/testing/fake_cluster.h"
#include "mirror/testing/matchers.h"
#include "mirror/testing/simulated_clock.h"

namespace mirror::internal {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const TopicPartition kIndex{"index", 0};
const TopicPartition kProgress{"progress", 0};

MATCHER_P3(Stands, target, base, count, "") {
  return arg.status.ok() && arg.target == target && arg.base.value() == base &&
         arg.count == count;
}
MATCHER_P2(Failed, target, status, "") {
  return arg.target == target &&
         ::testing::ExplainMatchResult(status, arg.status, result_listener);
}

class FencedSinkTest : public ::testing::Test {
 protected:
  FencedSinkTest() {
    cluster_.CreateTopic("index", 1);
    cluster_.CreateTopic("progress", 1);
  }

  std::unique_ptr<FencedSink> NewSink() {
    TransactionalSinkOptions options;
    options.transactional_id = "shard-0";
    return std::make_unique<FencedSink>(
        cluster_.NewTransactionalSink(options).value(), &clock_);
  }
  // One that owns the transactional id.
  std::unique_ptr<FencedSink> NewOwner() {
    auto sink = NewSink();
    EXPECT_THAT(Poll(sink.get()), IsEmpty());
    return sink;
  }

  // Returns how many of `count` records were taken.
  static int64_t Send(FencedSink* sink, const TopicPartition& target,
                      int64_t count, size_t bytes = 5) {
    std::vector<Record> records(count);
    for (Record& record : records) record.value = std::string(bytes, 'v');
    OwnedRecordBatch batch({"upstream", 0}, std::move(records));
    int64_t next = 0;
    EXPECT_THAT(sink->Send(target, &batch, &next), IsOk());
    return next;
  }
  static std::vector<Ack> Poll(FencedSink* sink) {
    std::vector<Ack> acks;
    EXPECT_THAT(sink->Poll(absl::ZeroDuration(), &acks), IsOk());
    return acks;
  }
  static absl::Status FailingPoll(FencedSink* sink) {
    std::vector<Ack> acks;
    absl::Status status;
    for (int i = 0; i < 3 && status.ok(); ++i) {
      status = sink->Poll(absl::ZeroDuration(), &acks);
    }
    EXPECT_THAT(acks, IsEmpty());
    return status;
  }

  SimulatedClock clock_;
  FakeCluster cluster_{"B", {"", 1, /*waits=*/false}};
};

TEST_F(FencedSinkTest, AcknowledgesRecordsWhenTheyAreCommitted) {
  auto sink = NewOwner();
  EXPECT_EQ(Send(sink.get(), kIndex, 2), 2);
  EXPECT_EQ(Send(sink.get(), kProgress, 1), 1);
  EXPECT_THAT(Poll(sink.get()), IsEmpty());
  EXPECT_EQ(cluster_.LogEnd(kIndex), 2);
  EXPECT_THAT(cluster_.Records(kIndex), IsEmpty());
  EXPECT_EQ(sink->in_flight(), 3);

  EXPECT_THAT(Poll(sink.get()),
              ElementsAre(Stands(kIndex, 0, 1), Stands(kIndex, 1, 1),
                          Stands(kProgress, 0, 1)));
  EXPECT_EQ(sink->in_flight(), 0);
  EXPECT_THAT(cluster_.Records(kIndex), SizeIs(2));
  EXPECT_THAT(cluster_.Records(kProgress), SizeIs(1));
}

TEST_F(FencedSinkTest, OffsetsCountTheMarkers) {
  auto sink = NewOwner();
  for (const int64_t base : {0, 2, 4}) {
    EXPECT_EQ(Send(sink.get(), kIndex, 1), 1);
    EXPECT_THAT(Poll(sink.get()), IsEmpty());
    EXPECT_THAT(Poll(sink.get()), ElementsAre(Stands(kIndex, base, 1)));
  }
}

TEST_F(FencedSinkTest, CommitsTogetherWhatIsSentInTurns) {
  auto sink = NewOwner();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Send(sink.get(), kIndex, 1), 1);
    EXPECT_THAT(Poll(sink.get()), IsEmpty());
  }
  EXPECT_THAT(Poll(sink.get()), SizeIs(3));
  EXPECT_EQ(cluster_.LogEnd(kIndex), 4);
}

TEST_F(FencedSinkTest, AWriterThatNeverPausesIsAnsweredAfterASecond) {
  auto sink = NewOwner();
  EXPECT_EQ(Send(sink.get(), kIndex, 1), 1);
  EXPECT_THAT(Poll(sink.get()), IsEmpty());
  clock_.Advance(absl::Milliseconds(1001));
  EXPECT_EQ(Send(sink.get(), kIndex, 1), 0);
  EXPECT_THAT(Poll(sink.get()), SizeIs(1));
  EXPECT_EQ(Send(sink.get(), kIndex, 1), 1);
}

TEST_F(FencedSinkTest, TakesNothingBeforeItOwnsTheId) {
  cluster_.SetDown(true);
  auto sink = NewSink();
  EXPECT_EQ(Send(sink.get(), kIndex, 1), 0);
  EXPECT_THAT(Poll(sink.get()), IsEmpty());
  EXPECT_THAT(sink->TakeClusterStatus(), StatusIs(StatusCode::kUnavailable));
  cluster_.SetDown(false);
  EXPECT_THAT(Poll(sink.get()), IsEmpty());
  EXPECT_EQ(Send(sink.get(), kIndex, 1), 1);
}

TEST_F(FencedSinkTest, TakesNothingWhileItCommits) {
  auto sink = NewOwner();
  Send(sink.get(), kIndex, 1);
  EXPECT_THAT(Poll(sink.get()), IsEmpty());
  cluster_.SetDown(true);
  EXPECT_THAT(Poll(sink.get()), IsEmpty());
  EXPECT_EQ(Send(sink.get(), kIndex, 1), 0);
  cluster_.SetDown(false);
  EXPECT_THAT(Poll(sink.get()), ElementsAre(Stands(kIndex, 0, 1)));
}

TEST_F(FencedSinkTest, ATopicThatIsMissingCostsNoTransaction) {
  auto sink = NewOwner();
  std::vector<Record> records(1);
  OwnedRecordBatch batch({"upstream", 0}, std::move(records));
  int64_t next = 0;
  EXPECT_THAT(sink->Send({"later", 0}, &batch, &next),
              StatusIs(StatusCode::kNotFound));
  EXPECT_THAT(Poll(sink.get()), IsEmpty());
  cluster_.CreateTopic("later", 1);
  EXPECT_THAT(sink->Send({"later", 0}, &batch, &next), IsOk());
  EXPECT_THAT(Poll(sink.get()), IsEmpty());
  EXPECT_THAT(Poll(sink.get()), SizeIs(1));
}

TEST_F(FencedSinkTest, ARejectedRecordFailsTheOthersOfItsTransaction) {
  cluster_.SetMaxMessageBytes("progress", 100);
  auto sink = NewOwner();
  Send(sink.get(), kIndex, 1);
  Send(sink.get(), kProgress, 1, 1000);
  EXPECT_THAT(Poll(sink.get()), IsEmpty());
  EXPECT_THAT(
      Poll(sink.get()),
      ElementsAre(Failed(kIndex, StatusIs(StatusCode::kAborted,
                                          HasSubstr("max.message.bytes"))),
                  Failed(kProgress, StatusIs(StatusCode::kInvalidArgument,
                                             HasSubstr("max.message.bytes")))));
  EXPECT_EQ(sink->in_flight(), 0);
  EXPECT_THAT(cluster_.Records(kIndex), IsEmpty());

  Send(sink.get(), kIndex, 1);
  EXPECT_THAT(Poll(sink.get()), IsEmpty());
  EXPECT_THAT(Poll(sink.get()), ElementsAre(Stands(kIndex, 2, 1)));
}

TEST_F(FencedSinkTest, APartitionWithoutALeaderDelaysTheOthersByFiveSeconds) {
  auto sink = NewOwner();
  cluster_.SetPartitionDown(kProgress, true);
  Send(sink.get(), kIndex, 1);
  Send(sink.get(), kProgress, 1);
  for (int i = 0; i < 5; ++i) {
    EXPECT_THAT(Poll(sink.get()), IsEmpty());
    clock_.Advance(absl::Seconds(1));
  }
  clock_.Advance(absl::Milliseconds(1));
  EXPECT_THAT(Poll(sink.get()),
              ElementsAre(Failed(kIndex, StatusIs(StatusCode::kAborted,
                                                  HasSubstr("within 5s"))),
                          Failed(kProgress, StatusIs(StatusCode::kAborted,
                                                     HasSubstr("within 5s")))));
  Send(sink.get(), kIndex, 1);
  EXPECT_THAT(Poll(sink.get()), IsEmpty());
  EXPECT_THAT(Poll(sink.get()), ElementsAre(Stands(kIndex, 2, 1)));
}

TEST_F(FencedSinkTest, WhatAFencedOwnerSendsIsNeverRead) {
  auto sleeper = NewOwner();
  Send(sleeper.get(), kIndex, 1);
  EXPECT_THAT(Poll(sleeper.get()), IsEmpty());
  auto owner = NewOwner();
  Send(sleeper.get(), kIndex, 1);
  EXPECT_THAT(FailingPoll(sleeper.get()),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("shard-0")));
  EXPECT_EQ(Send(sleeper.get(), kIndex, 1), 0);
  sleeper.reset();

  Send(owner.get(), kIndex, 1);
  EXPECT_THAT(Poll(owner.get()), IsEmpty());
  EXPECT_THAT(Poll(owner.get()), ElementsAre(Stands(kIndex, 2, 1)));
  EXPECT_THAT(cluster_.Records(kIndex), SizeIs(1));
}

TEST_F(FencedSinkTest, AFencedAbortSaysWhatWasRejected) {
  cluster_.SetMaxMessageBytes("progress", 100);
  auto sink = NewOwner();
  Send(sink.get(), kProgress, 1, 1000);
  EXPECT_THAT(Poll(sink.get()), IsEmpty());
  NewOwner();
  std::vector<Ack> acks;
  EXPECT_THAT(sink->Poll(absl::ZeroDuration(), &acks),
              StatusIs(StatusCode::kFailedPrecondition));
  EXPECT_THAT(acks, ElementsAre(Failed(
                        kProgress, StatusIs(StatusCode::kInvalidArgument))));
}

TEST_F(FencedSinkTest, AnUnknownOutcomeAcknowledgesNothing) {
  for (const bool committed : {false, true}) {
    auto sink = NewOwner();
    Send(sink.get(), kIndex, 1);
    EXPECT_THAT(Poll(sink.get()), IsEmpty());
    cluster_.LoseNextCommit(committed);
    EXPECT_THAT(
        FailingPoll(sink.get()),
        StatusIs(StatusCode::kFailedPrecondition, HasSubstr("may or may not")));
    sink.reset();
    NewOwner();
    EXPECT_THAT(cluster_.Records(kIndex), SizeIs(committed ? 1 : 0));
  }
}

TEST_F(FencedSinkTest, AnIdThatIsDeniedSaysWhatToAllow) {
  cluster_.RefuseTransactions(absl::PermissionDeniedError("denied"));
  auto sink = NewSink();
  EXPECT_THAT(FailingPoll(sink.get()),
              StatusIs(StatusCode::kPermissionDenied,
                       HasSubstr("allow WRITE and DESCRIBE on transactional id "
                                 "shard-0")));
}

}  // namespace
}  // namespace mirror::internal
