// SPDX-License-Identifier: Apache-2.0

#include "mirror/progress/commit_writer.h"

#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/progress/connect_offset.h"
#include "mirror/testing/fake_cluster.h"
#include "mirror/testing/matchers.h"
#include "mirror/testing/simulated_clock.h"

namespace mirror::internal {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kProgressTopic[] = "mm2-offsets.A.internal";
constexpr char kIndexTopic[] = "mm2-offset-index.A.internal";
const TopicPartition kOrders{"orders", 0};

MATCHER_P2(IsCopiedThrough, source, offset, "") {
  return arg.source == source && arg.offset == UpstreamOffset(offset);
}

class CommitWriterTest : public testing::Test {
 protected:
  CommitWriterTest()
      : cluster_("B", {"", 1, /*waits=*/false}),
        writer_({"A", "B", kProgressTopic, kIndexTopic, 1, 0}, &store_,
                &clock_),
        other_({"A", "B", kProgressTopic, kIndexTopic, 1, 7}, &store_,
               &clock_) {
    cluster_.CreateTopic(kProgressTopic, 1);
    cluster_.CreateTopic(kIndexTopic, 1);
    sink_ = cluster_.NewSink({}).value();
    store_.Begin(kOrders, UpstreamOffset(0), {});
  }

  void Copy(int64_t first, int64_t count) {
    store_.Append(kOrders,
                  {{UpstreamOffset(first), DownstreamOffset(first), count}});
  }
  void Begin(int64_t through) {
    ASSERT_TRUE(writer_.ready());
    writer_.Begin({{kOrders, UpstreamOffset(through)}}, {kOrders}, now_);
  }
  void Turn() {
    std::vector<Ack> acks;
    ASSERT_THAT(sink_->Poll(absl::ZeroDuration(), &acks), IsOk());
    for (const Ack& ack : acks) {
      const bool others = CommitWriter::WriterOf(ack, kIndexTopic) == 7;
      (others ? other_ : writer_).OnAck(ack);
    }
    writer_.Step(sink_.get(), now_);
    other_.Step(sink_.get(), now_);
  }
  int64_t Progress() { return cluster_.LogEnd({kProgressTopic, 0}); }
  int64_t Index() { return cluster_.LogEnd({kIndexTopic, 0}); }

  FakeCluster cluster_;
  OffsetSyncStore store_;
  SimulatedClock clock_;
  std::unique_ptr<RecordSink> sink_;
  CommitWriter writer_;
  CommitWriter other_;  // of index partition 7
  absl::Time now_ = absl::UnixEpoch();
};

TEST_F(CommitWriterTest, ProgressBearsTheNameOfTheConnector) {
  CommitWriterOptions options{"A", "B", kProgressTopic, kIndexTopic, 1, 0};
  options.connector = "orders-mirror";
  CommitWriter writer(options, &store_, &clock_);
  writer.Begin({{kOrders, UpstreamOffset(9)}}, {}, now_);
  writer.Step(sink_.get(), now_);
  std::vector<Ack> acks;
  ASSERT_THAT(sink_->Poll(absl::ZeroDuration(), &acks), IsOk());
  ASSERT_EQ(Progress(), 1);
  EXPECT_EQ(cluster_.Records({kProgressTopic, 0})[0].key,
            (SourceOffsetKey{"A", kOrders, "orders-mirror"}.Encode()));
}

TEST_F(CommitWriterTest, ProgressFollowsTheIndex) {
  Copy(0, 10);
  Begin(9);
  cluster_.HoldAcks();
  Turn();
  Turn();
  EXPECT_EQ(Index(), 1);
  EXPECT_EQ(Progress(), 0);
  EXPECT_FALSE(writer_.ready());
  cluster_.ReleaseAcks();
  Turn();
  Turn();
  EXPECT_EQ(Progress(), 1);
  EXPECT_THAT(writer_.TakeCommitted(),
              ElementsAre(IsCopiedThrough(kOrders, 9)));
  EXPECT_TRUE(writer_.idle());
  EXPECT_THAT(store_.PrepareFlush({kOrders})->records(), IsEmpty());
}

TEST_F(CommitWriterTest, AnAcknowledgedIndexIsNotWrittenAgainByTheNextCommit) {
  cluster_.SetPartitionDown({kProgressTopic, 0}, true);
  Copy(0, 10);
  Begin(9);
  Turn();
  Turn();
  Copy(12, 10);
  Begin(21);  // only its index: the progress is still in flight
  Turn();
  std::vector<Ack> acks;
  ASSERT_THAT(sink_->Poll(absl::ZeroDuration(), &acks), IsOk());
  ASSERT_EQ(acks.size(), 1u);
  writer_.OnAck(acks[0]);
  EXPECT_FALSE(writer_.ready());
  writer_.Step(sink_.get(), now_);
  EXPECT_TRUE(writer_.ready());
  EXPECT_THAT(store_.PrepareFlush({kOrders})->records(), IsEmpty());
}

TEST_F(CommitWriterTest, AnIndexThatIsRejectedOnceIsWrittenBeforeProgress) {
  Copy(0, 10);
  cluster_.FailNextProduces(1, absl::UnavailableError("moved"));
  Begin(9);
  Turn();
  Turn();
  Turn();
  EXPECT_EQ(Progress(), 0);
  EXPECT_TRUE(writer_.idle());
  now_ += absl::Seconds(1);
  Begin(9);
  Turn();
  Turn();
  Turn();
  EXPECT_EQ(Index(), 1);
  EXPECT_THAT(writer_.TakeCommitted(),
              ElementsAre(IsCopiedThrough(kOrders, 9)));
  EXPECT_THAT(writer_.TakeErrors(), IsEmpty());
}

TEST_F(CommitWriterTest, AnIndexThatStaysRejectedDelaysProgressThirtyTimes) {
  cluster_.FailProduce(kIndexTopic, absl::PermissionDeniedError("WRITE"));
  Copy(0, 10);
  for (int i = 0; i < 31; ++i) {
    EXPECT_EQ(Progress(), 0) << i;
    Begin(9);
    Turn();
    Turn();
    Turn();
  }
  EXPECT_EQ(Progress(), 1);
  const std::vector<absl::Status> errors = writer_.TakeErrors();
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_THAT(errors[0].message(),
              AllOf(HasSubstr(kIndexTopic), HasSubstr("cluster B"),
                    HasSubstr("WRITE"), HasSubstr("lower bounds")));
}

TEST_F(CommitWriterTest, ARejectionIsReportedOnceAndRetried) {
  cluster_.FailProduce(kProgressTopic, absl::PermissionDeniedError("WRITE"));
  Copy(0, 10);
  for (int i = 0; i < 3; ++i) {
    Begin(9);
    Turn();
    Turn();
    Turn();
  }
  EXPECT_THAT(writer_.TakeCommitted(), IsEmpty());
  EXPECT_EQ(writer_.TakeErrors().size(), 1u);
  cluster_.FailProduce(kProgressTopic, absl::OkStatus());
  Begin(9);
  Turn();
  Turn();
  EXPECT_THAT(writer_.TakeCommitted(),
              ElementsAre(IsCopiedThrough(kOrders, 9)));
}

TEST_F(CommitWriterTest, AnIndexPartitionThatDoesNotAnswerIsReportedOnce) {
  cluster_.SetPartitionDown({kIndexTopic, 0}, true);
  Copy(0, 10);
  Begin(9);
  for (int i = 0; i < 30; ++i) {
    Turn();
    now_ += absl::Seconds(1);
  }
  EXPECT_EQ(Progress(), 0);
  const std::vector<absl::Status> errors = writer_.TakeErrors();
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_THAT(errors[0].message(),
              AllOf(HasSubstr("partition 0 of topic mm2-offset-index"),
                    HasSubstr("cluster B"), HasSubstr("no leader")));
  cluster_.SetPartitionDown({kIndexTopic, 0}, false);
  Turn();
  Turn();
  EXPECT_THAT(writer_.TakeCommitted(),
              ElementsAre(IsCopiedThrough(kOrders, 9)));
  EXPECT_THAT(writer_.TakeErrors(), IsEmpty());
}

TEST_F(CommitWriterTest, TwoWritersOfOneProgressPartitionKnowTheirAcks) {
  const TopicPartition bills{"bills", 0};
  Copy(0, 10);
  Begin(9);
  other_.Begin({{bills, UpstreamOffset(3)}}, {}, now_);
  for (int i = 0; i < 3; ++i) Turn();
  EXPECT_THAT(writer_.TakeCommitted(),
              ElementsAre(IsCopiedThrough(kOrders, 9)));
  EXPECT_THAT(other_.TakeCommitted(), ElementsAre(IsCopiedThrough(bills, 3)));
}

TEST_F(CommitWriterTest, AfterALostSinkEverythingIsWrittenAgain) {
  Copy(0, 10);
  Begin(9);
  cluster_.HoldAcks();
  Turn();
  writer_.OnSinkLost();
  cluster_.ReleaseAcks();
  sink_ = cluster_.NewSink({}).value();
  EXPECT_TRUE(writer_.idle());
  Begin(9);
  Turn();
  Turn();
  Turn();
  EXPECT_THAT(store_.PrepareFlush({kOrders})->records(), IsEmpty());
  EXPECT_THAT(writer_.TakeCommitted(),
              ElementsAre(IsCopiedThrough(kOrders, 9)));
}

}  // namespace
}  // namespace mirror::internal
