// SPDX-License-Identifier: Apache-2.0
//
// One of the target's two brokers is down, and a third of the copied partitions
// ask for both: the cluster takes no records for them until it is back.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/cluster/cluster_admin.h"
#include "mirror/flow.h"
#include "mirror/telemetry/status.pb.h"
#include "mirror/testing/matchers.h"
#include "tests/integration/mirror_test.h"
#include "tests/integration/test_cluster.h"
#include "tests/support/kafka_broker.h"

namespace mirror::internal::testing {
namespace {

constexpr int32_t kOrders = 8;
constexpr int32_t kStalled = 4;
constexpr int64_t kRecords = 5000;

class StalledTargetTest : public MirrorTest {
 protected:
  // A dead broker is noticed within six seconds.
  const std::vector<std::string> kSettings = {
      "broker.session.timeout.ms=6000", "broker.heartbeat.interval.ms=500"};

  void SetUp() override {
    auto first = TestCluster::Start("B", kSettings);
    ASSERT_THAT(first, IsOk());
    b_ = *std::move(first);
    b_->CreateTopic(Copy("orders"), kOrders);
    b_->CreateTopic("mm2-offsets.A.internal", 5,
                    {{"cleanup.policy", "compact"}});
    b_->CreateTopic("mm2-offset-index.A.internal", 1,
                    {{"cleanup.policy", "compact"}});
    auto second = KafkaBroker::Join(*b_->broker(), kSettings);
    ASSERT_THAT(second, IsOk());
    second_ = *std::move(second);
    const auto admin = b_->cluster()->NewAdmin("test");
    ASSERT_THAT(admin, IsOk());
    ASSERT_THAT((*admin)
                    ->CreateTopics({{Copy("stalled"),
                                     kStalled,
                                     2,
                                     {{"min.insync.replicas", "2"}}}})
                    .front(),
                IsOk());
    source()->CreateTopic(Topic("orders"), kOrders);
    source()->CreateTopic(Topic("stalled"), kStalled);
  }

  static void Append(const std::string& topic, int32_t partitions) {
    for (int32_t i = 0; i < partitions; ++i) {
      const TopicPartition tp{Topic(topic), i};
      source()->AppendNumbers(tp, source()->End(tp), kRecords);
    }
  }

  // All partitions share one pair of clients, whose buffers the stalled ones
  // would fill alone.
  Flow FlowToB() {
    Flow flow = NewFlow();
    flow.target.properties = {{"bootstrap.servers", b_->servers()}};
    flow.shards = 1;
    flow.max_buffered_bytes = 4 << 20;
    flow.heartbeats.enabled = false;
    flow.checkpoints.enabled = false;
    return flow;
  }

  // The records of the source's topic, in order, each once.
  void ExpectSameOnB(const std::string& topic) {
    EXPECT_EQ(b_->Values(Copy(topic)), source()->Values(Topic(topic))) << topic;
  }

  std::unique_ptr<TestCluster> b_;
  std::unique_ptr<KafkaBroker> second_;
};

TEST_F(StalledTargetTest, TheOthersAreCopiedAndCommittedAndNothingIsLost) {
  ASSERT_THAT(second_->Kill(), IsOk());
  Append("stalled", kStalled);
  {
    RunningMirror mirror(FlowToB());
    // More than once, as the buffers must have room for them again and again.
    for (int i = 0; i < 3; ++i) {
      Append("orders", kOrders);
      Append("stalled", kStalled);
      ASSERT_TRUE(mirror.AwaitCopied(source(), Topic("orders"))) << i;
    }
    EXPECT_TRUE(
        mirror.AwaitProblem(Topic("stalled"), 0, PROBLEM_TARGET_STALLED));
    EXPECT_LT(mirror.Partition(Topic("stalled"), 0).committed_offset(),
              4 * kRecords - 1);
  }
  ExpectSameOnB("orders");

  ASSERT_THAT(second_->Restart(kSettings), IsOk());
  RunningMirror mirror(FlowToB());
  ASSERT_TRUE(mirror.AwaitCopied(source(), Topic("stalled")));
  ExpectSameOnB("stalled");
  ExpectSameOnB("orders");
}

}  // namespace
}  // namespace mirror::internal::testing
