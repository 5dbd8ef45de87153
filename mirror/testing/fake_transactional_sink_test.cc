// SPDX-License-Identifier: Apache-2.0
//
// Transactions in a FakeCluster, beyond what tests/contract asks of all
// clusters.

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/cluster/cluster.h"
#include "mirror/cluster/record_batch.h"
#include "mirror/cluster/record_sink.h"
#include "mirror/cluster/record_source.h"
#include "mirror/cluster/transactional_sink.h"
#include "mirror/model/record.h"
#include "mirror/model/topic_partition.h"
#include "mirror/testing/fake_cluster.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using State = TransactionalSink::State;

const TopicPartition kOrders{"orders", 0};

class FakeTransactionalSinkTest : public ::testing::Test {
 protected:
  FakeTransactionalSinkTest() { cluster_.CreateTopic("orders", 1); }

  std::unique_ptr<TransactionalSink> NewOwner() {
    TransactionalSinkOptions options;
    options.transactional_id = "id";
    auto sink = cluster_.NewTransactionalSink(options).value();
    Poll(sink.get());
    EXPECT_EQ(sink->state(), State::kReady);
    return sink;
  }
  static void Poll(TransactionalSink* sink) {
    std::vector<Ack> acks;
    EXPECT_THAT(sink->Poll(absl::ZeroDuration(), &acks), IsOk());
  }
  // Sends records "v0", "v1", ..., which no broker has answered yet.
  static void Send(TransactionalSink* sink, int64_t count) {
    std::vector<Record> records(count);
    for (int64_t i = 0; i < count; ++i) records[i].value = absl::StrCat("v", i);
    OwnedRecordBatch batch({"upstream", 0}, std::move(records));
    int64_t next = 0;
    EXPECT_THAT(sink->Send(kOrders, &batch, &next), IsOk());
    EXPECT_EQ(next, count);
  }
  // Values, and as the last one where the log ends for this reader.
  std::vector<std::string> Read(bool read_committed) {
    SourceOptions options;
    options.read_committed = read_committed;
    auto source = cluster_.NewSource(options).value();
    EXPECT_THAT(source->Assign({{kOrders, UpstreamOffset(0)}}), IsOk());
    Fetched fetched;
    EXPECT_THAT(source->Poll(absl::ZeroDuration(), &fetched), IsOk());
    std::vector<std::string> read;
    for (const auto& batch : fetched.batches) {
      for (int64_t i = 0; i < batch->count(); ++i) {
        read.push_back(*batch->ToRecord(i).value);
      }
    }
    for (const PartitionEvent& event : fetched.events) {
      read.push_back(absl::StrCat("end ", event.offset.value()));
    }
    fetched.batches.clear();
    return read;
  }

  FakeCluster cluster_{"B", {"", 1, /*waits=*/false}};
};

TEST_F(FakeTransactionalSinkTest, AnOpenTransactionHidesWhatIsBehindIt) {
  auto sink = NewOwner();
  sink->Begin();
  Send(sink.get(), 1);
  Poll(sink.get());
  Record other;
  other.value = "other";
  EXPECT_EQ(cluster_.Append(kOrders, other), 1);
  EXPECT_THAT(Read(/*read_committed=*/true), ElementsAre("end 0"));
  EXPECT_THAT(Read(/*read_committed=*/false),
              ElementsAre("v0", "other", "end 2"));
  EXPECT_THAT(cluster_.Records(kOrders), IsEmpty());
  sink->Abort();
  Poll(sink.get());
  EXPECT_THAT(Read(/*read_committed=*/true), ElementsAre("other", "end 3"));
  EXPECT_THAT(Read(/*read_committed=*/false),
              ElementsAre("v0", "other", "end 3"));
  EXPECT_THAT(cluster_.Records(kOrders), SizeIs(1));
}

TEST_F(FakeTransactionalSinkTest, WhatACrashLeavesIsNeverRead) {
  for (int i = 0; i < 20; ++i) {
    auto sink = NewOwner();
    sink->Begin();
    Send(sink.get(), 3);
    sink.reset();
    NewOwner();
    EXPECT_THAT(cluster_.Records(kOrders), IsEmpty());
  }
  // Not all crashes leave the same.
  EXPECT_GT(cluster_.LogEnd(kOrders), 20);
  EXPECT_LT(cluster_.LogEnd(kOrders), 20 * 4);
}

TEST_F(FakeTransactionalSinkTest, ACrashOfAFencedOwnerLeavesNothing) {
  for (int i = 0; i < 20; ++i) {
    auto sleeper = NewOwner();
    sleeper->Begin();
    Send(sleeper.get(), 3);
    auto owner = NewOwner();
    sleeper.reset();
  }
  EXPECT_EQ(cluster_.LogEnd(kOrders), 0);
}

TEST_F(FakeTransactionalSinkTest, ATruncationEndsWhatItTakesAway) {
  auto sink = NewOwner();
  sink->Begin();
  Send(sink.get(), 2);
  Poll(sink.get());
  cluster_.TruncateTo(kOrders, 0);
  cluster_.Fill(kOrders, 1);
  EXPECT_THAT(cluster_.Records(kOrders), SizeIs(1));
}

TEST_F(FakeTransactionalSinkTest, ALostCommitIsCommittedOrNot) {
  for (const bool committed : {true, false}) {
    auto sink = NewOwner();
    sink->Begin();
    Send(sink.get(), 1);
    Poll(sink.get());
    cluster_.LoseNextCommit(committed);
    sink->Commit();
    std::vector<Ack> acks;
    EXPECT_THAT(sink->Poll(absl::ZeroDuration(), &acks),
                StatusIs(absl::StatusCode::kFailedPrecondition));
    EXPECT_THAT(cluster_.Records(kOrders), SizeIs(1));
  }
}

}  // namespace
}  // namespace mirror::internal
