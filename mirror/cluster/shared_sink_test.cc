// SPDX-License-Identifier: Apache-2.0

#include "mirror/cluster/shared_sink.h"

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/cluster/cluster.h"
#include "mirror/cluster/internal_topic.h"
#include "mirror/cluster/record_batch.h"
#include "mirror/model/record.h"
#include "mirror/runtime/clock.h"
#include "mirror/runtime/thread.h"
#include "mirror/testing/fake_cluster.h"
#include "mirror/testing/forwarding_cluster.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

MATCHER_P2(AckOf, topic, count, "") {
  return arg.target.topic == topic && arg.count == count && arg.status.ok();
}

// A cluster whose sinks are ports.
class SharingCluster final : public ForwardingCluster {
 public:
  SharingCluster(Cluster* cluster, std::shared_ptr<SharedSink> shared)
      : ForwardingCluster(cluster), shared_(std::move(shared)) {}
  absl::StatusOr<std::unique_ptr<RecordSink>> NewSink(
      const SinkOptions& options) override {
    return SharedSink::NewPort(shared_, options);
  }

 private:
  const std::shared_ptr<SharedSink> shared_;
};

class SharedSinkTest : public testing::Test {
 protected:
  SharedSinkTest() {
    for (const char* topic : {"beats", "syncs"}) cluster_.CreateTopic(topic, 1);
  }

  std::unique_ptr<RecordSink> NewPort() {
    return SharedSink::NewPort(shared_, {}).value();
  }

  // Returns how many of `count` records the sink has taken.
  static int64_t Send(RecordSink* sink, const std::string& topic,
                      int64_t count) {
    std::vector<Record> records(count);
    for (Record& record : records) record.value = "value";
    OwnedRecordBatch batch({topic, 0}, std::move(records));
    int64_t next = 0;
    EXPECT_THAT(sink->Send({topic, 0}, &batch, &next), IsOk());
    return next;
  }
  static std::vector<Ack> Poll(RecordSink* sink) {
    std::vector<Ack> acks;
    EXPECT_THAT(sink->Poll(absl::ZeroDuration(), &acks), IsOk());
    return acks;
  }

  FakeCluster cluster_{"B", {"", 1, /*waits=*/false}};
  std::atomic<int> made_{0};
  std::shared_ptr<SharedSink> shared_ =
      std::make_shared<SharedSink>([this](const SinkOptions& options) {
        ++made_;
        return cluster_.NewSink(options);
      });
};

TEST_F(SharedSinkTest, PortsHaveOneSinkThatGoesWithTheLast) {
  auto one = NewPort();
  auto other = NewPort();
  EXPECT_EQ(cluster_.OpenSinks(), 1);
  one.reset();
  EXPECT_EQ(cluster_.OpenSinks(), 1);
  other.reset();
  EXPECT_EQ(cluster_.OpenSinks(), 0);
}

TEST_F(SharedSinkTest, AcknowledgementsGoToThePortThatSent) {
  auto one = NewPort();
  auto other = NewPort();
  EXPECT_EQ(Send(one.get(), "beats", 1), 1);
  EXPECT_EQ(Send(other.get(), "syncs", 2), 2);
  EXPECT_EQ(one->in_flight(), 1);
  EXPECT_EQ(other->in_flight(), 2);
  EXPECT_THAT(Poll(one.get()), ElementsAre(AckOf("beats", 1)));
  EXPECT_EQ(other->in_flight(), 0);
  EXPECT_THAT(Poll(other.get()),
              ElementsAre(AckOf("syncs", 1), AckOf("syncs", 1)));
}

TEST_F(SharedSinkTest, APartitionBelongsToThePortWithRecordsInFlight) {
  auto one = NewPort();
  auto other = NewPort();
  EXPECT_EQ(Send(one.get(), "beats", 1), 1);
  EXPECT_EQ(Send(other.get(), "beats", 1), 0);
  EXPECT_THAT(Poll(one.get()), ElementsAre(AckOf("beats", 1)));
  EXPECT_EQ(Send(other.get(), "beats", 1), 1);
  EXPECT_THAT(Poll(other.get()), ElementsAre(AckOf("beats", 1)));
}

TEST_F(SharedSinkTest, WhatAPortLeavesInFlightIsDropped) {
  auto one = NewPort();
  auto other = NewPort();
  cluster_.SetPartitionDown({"beats", 0}, true);
  EXPECT_EQ(Send(one.get(), "beats", 3), 3);
  EXPECT_THAT(Poll(one.get()), IsEmpty());
  one.reset();
  cluster_.SetPartitionDown({"beats", 0}, false);
  EXPECT_EQ(Send(other.get(), "beats", 1), 1);
  EXPECT_THAT(Poll(other.get()), ElementsAre(AckOf("beats", 1)));
  EXPECT_EQ(cluster_.LogEnd({"beats", 0}), 1);
  EXPECT_EQ(made_, 2);
}

TEST_F(SharedSinkTest, APortThatGoesDisturbsNoOtherWithRecordsInFlight) {
  auto one = NewPort();
  auto other = NewPort();
  cluster_.SetPartitionDown({"beats", 0}, true);
  EXPECT_EQ(Send(one.get(), "beats", 1), 1);
  EXPECT_EQ(Send(other.get(), "syncs", 1), 1);
  one.reset();
  EXPECT_THAT(Poll(other.get()), ElementsAre(AckOf("syncs", 1)));
  // What it has left is still in flight, and comes first.
  EXPECT_EQ(Send(other.get(), "beats", 1), 0);
  EXPECT_EQ(made_, 1);
}

TEST_F(SharedSinkTest, AFailedSinkIsReplacedOnceForAll) {
  auto one = NewPort();
  auto other = NewPort();
  EXPECT_EQ(Send(other.get(), "syncs", 1), 1);
  cluster_.FenceSinks();
  for (auto* port : {&one, &other}) {
    std::vector<Ack> acks;
    EXPECT_THAT((*port)->Poll(absl::ZeroDuration(), &acks),
                StatusIs(absl::StatusCode::kFailedPrecondition));
    *port = NewPort();
  }
  EXPECT_EQ(Send(one.get(), "beats", 1), 1);
  EXPECT_EQ(Send(other.get(), "syncs", 1), 1);
  EXPECT_THAT(Poll(one.get()), ElementsAre(AckOf("beats", 1)));
  EXPECT_THAT(Poll(other.get()), ElementsAre(AckOf("syncs", 1)));
  EXPECT_EQ(made_, 2);
}

TEST_F(SharedSinkTest, AWriterWritesAgainAfterAnotherPortFoundTheSinkFailed) {
  SharingCluster sharing(&cluster_, shared_);
  auto port = NewPort();
  auto writer = InternalTopicWriter::Create(&sharing, "topic",
                                            InternalTopicKind::kHeartbeats, 1,
                                            "test", Clock::System())
                    .value();
  cluster_.FenceSinks();
  std::vector<Ack> acks;
  ASSERT_THAT(port->Poll(absl::ZeroDuration(), &acks),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  std::vector<Record> records(1);
  records[0].key = "key";
  EXPECT_THAT(writer->Write(records),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(writer->Write(records), IsOk());
  EXPECT_EQ(cluster_.LogEnd({"topic", 0}), 1);
}

TEST_F(SharedSinkTest, ManyThreadsWriteAtTheSameTime) {
  constexpr int kWriters = 4;
  constexpr int kRecords = 50;
  SharingCluster sharing(&cluster_, shared_);
  const auto first = NewPort();  // keeps the sink
  std::vector<Thread> threads;
  for (int i = 0; i < kWriters; ++i) {
    threads.push_back(*Thread::Start("writer", [&sharing, i] {
      auto writer = InternalTopicWriter::Create(
          &sharing, absl::StrCat("topic-", i), InternalTopicKind::kHeartbeats,
          1, "test", Clock::System());
      ASSERT_THAT(writer, IsOk());
      for (int n = 0; n < kRecords; ++n) {
        std::vector<Record> records(1);
        records[0].key = absl::StrCat(n);
        EXPECT_THAT((*writer)->Write(std::move(records)), IsOk());
      }
    }));
  }
  for (Thread& thread : threads) thread.Join();
  for (int i = 0; i < kWriters; ++i) {
    EXPECT_EQ(cluster_.LogEnd({absl::StrCat("topic-", i), 0}), kRecords);
  }
  EXPECT_EQ(made_, 1);
}

}  // namespace
}  // namespace mirror::internal
