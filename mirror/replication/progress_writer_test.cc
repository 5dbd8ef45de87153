// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/progress_writer.h"

#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/testing/fake_cluster.h"
#include "mirror/testing/matchers.h"

namespace mirror {
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

class ProgressWriterTest : public testing::Test {
 protected:
  ProgressWriterTest()
      : cluster_("B", {"", 1, /*waits=*/false}),
        writer_({"A", "B", kProgressTopic, kIndexTopic}, &store_) {
    cluster_.CreateTopic(kProgressTopic, 1);
    cluster_.CreateTopic(kIndexTopic, 1);
    sink_ = cluster_.NewSink({}).value();
    writer_.SetPartitions(1, 1);
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
      ASSERT_TRUE(writer_.Owns(ack));
      writer_.OnAck(ack);
    }
    writer_.Step(sink_.get(), now_);
  }
  int64_t Progress() { return cluster_.LogEnd({kProgressTopic, 0}); }
  int64_t Index() { return cluster_.LogEnd({kIndexTopic, 0}); }

  FakeCluster cluster_;
  OffsetSyncStore store_;
  std::unique_ptr<RecordSink> sink_;
  ProgressWriter writer_;
  absl::Time now_ = absl::UnixEpoch();
};

TEST_F(ProgressWriterTest, ProgressFollowsTheIndex) {
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

TEST_F(ProgressWriterTest, AnIndexThatIsOnceRefusedIsWrittenBeforeProgress) {
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
  EXPECT_THAT(writer_.TakeTroubles(), IsEmpty());
}

TEST_F(ProgressWriterTest, AnIndexThatStaysRefusedHoldsProgressUpThirtyTimes) {
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
  const std::vector<absl::Status> troubles = writer_.TakeTroubles();
  ASSERT_EQ(troubles.size(), 1u);
  EXPECT_THAT(troubles[0].message(),
              AllOf(HasSubstr(kIndexTopic), HasSubstr("cluster B"),
                    HasSubstr("WRITE"), HasSubstr("lower bounds")));
}

TEST_F(ProgressWriterTest, ARefusalIsToldOnceAndTriedAgain) {
  cluster_.FailProduce(kProgressTopic, absl::PermissionDeniedError("WRITE"));
  Copy(0, 10);
  for (int i = 0; i < 3; ++i) {
    Begin(9);
    Turn();
    Turn();
    Turn();
  }
  EXPECT_THAT(writer_.TakeCommitted(), IsEmpty());
  EXPECT_EQ(writer_.TakeTroubles().size(), 1u);
  cluster_.FailProduce(kProgressTopic, absl::OkStatus());
  Begin(9);
  Turn();
  Turn();
  EXPECT_THAT(writer_.TakeCommitted(),
              ElementsAre(IsCopiedThrough(kOrders, 9)));
}

TEST_F(ProgressWriterTest, AfterALostSinkEverythingIsWrittenAgain) {
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
}  // namespace mirror
