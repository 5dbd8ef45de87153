// SPDX-License-Identifier: Apache-2.0
//
// One of the target's two brokers is down, and with it partitions of the offset
// index topic; the copies and the progress topic are on the other.

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/cluster/cluster_admin.h"
#include "mirror/flow.h"
#include "mirror/policy/topic_filter.h"
#include "mirror/replication/shard_of.h"
#include "mirror/telemetry/engine_event.h"
#include "mirror/telemetry/status.pb.h"
#include "mirror/testing/matchers.h"
#include "tests/integration/mirror_test.h"
#include "tests/integration/test_cluster.h"
#include "tests/support/kafka_broker.h"

namespace mirror::testing {
namespace {

constexpr char kIndexTopic[] = "mm2-offset-index.A.internal";
constexpr int32_t kPartitions = 4;

class LeaderlessIndexTest : public MirrorTest {
 protected:
  // A dead broker is noticed within two seconds.
  const std::vector<std::string> kSettings = {
      "broker.session.timeout.ms=2000", "broker.heartbeat.interval.ms=500"};

  void SetUp() override {
    auto first = TestCluster::Start("B", kSettings);
    ASSERT_THAT(first, IsOk());
    b_ = *std::move(first);
    b_->CreateTopic(Copy("orders"), kPartitions);
    b_->CreateTopic("mm2-offsets.A.internal", 5,
                    {{"cleanup.policy", "compact"}});
    auto second = KafkaBroker::Join(*b_->broker(), kSettings);
    ASSERT_THAT(second, IsOk());
    second_ = *std::move(second);
    // Dealt over both brokers.
    b_->CreateTopic(kIndexTopic, kPartitions, {{"cleanup.policy", "compact"}});
    admin_ = b_->cluster()->NewAdmin("test").value();
    source()->CreateTopic(Topic("orders"), kPartitions);
  }

  Flow FlowToB() {
    Flow flow("A", "B");
    flow.source.properties = {{"bootstrap.servers", source()->servers()}};
    flow.target.properties = {{"bootstrap.servers", b_->servers()}};
    flow.topics = RegexTopicFilter::Create(Topic(".*")).value();
    flow.topic_configs.enabled = false;
    flow.acls.enabled = false;
    flow.heartbeats.enabled = false;
    flow.checkpoints.enabled = false;
    return flow;
  }

  void AppendEverywhere(int64_t first, int64_t count) {
    for (int32_t i = 0; i < kPartitions; ++i) {
      source()->AppendNumbers({Topic("orders"), i}, first, count);
    }
  }

  // Source partitions of which the index partition has no leader.
  std::set<int32_t> LoseLeaders() {
    EXPECT_THAT(second_->Kill(), IsOk());
    std::set<int32_t> lost;
    EXPECT_TRUE(Eventually([&] {
      lost.clear();
      for (int32_t i = 0; i < kPartitions; ++i) {
        const int32_t at = ShardOf({Topic("orders"), i}, kPartitions);
        const auto end =
            admin_->ListOffsets({{kIndexTopic, at}}, OffsetSpec::kLatest)[0];
        if (absl::IsUnavailable(end.status())) lost.insert(i);
      }
      return !lost.empty();
    }));
    return lost;
  }

  std::unique_ptr<TestCluster> b_;
  std::unique_ptr<KafkaBroker> second_;
  std::unique_ptr<ClusterAdmin> admin_;
};

TEST_F(LeaderlessIndexTest, DelaysNoOtherProgressAndAStopCommitsIt) {
  const std::string orders = Topic("orders");
  std::set<int32_t> lost;
  {
    RunningMirror mirror(FlowToB());
    AppendEverywhere(0, 10);
    ASSERT_TRUE(mirror.AwaitCopied(source(), orders));
    lost = LoseLeaders();
    ASSERT_LT(lost.size(), static_cast<size_t>(kPartitions));
    AppendEverywhere(10, 10);
    EXPECT_TRUE(Eventually([&] {
      for (int32_t i = 0; i < kPartitions; ++i) {
        const PartitionStatus status = mirror.Partition(orders, i);
        if (status.records() < 20) return false;
        if (lost.count(i) == 0 && status.committed_offset() < 19) return false;
      }
      return true;
    }));
    for (const int32_t i : lost) {
      EXPECT_EQ(mirror.Partition(orders, i).committed_offset(), 9) << i;
    }
    EXPECT_TRUE(mirror.AwaitEvent(EngineEvent::Kind::kClusterTrouble,
                                  {kIndexTopic, "has no leader"}));
    // More is committed by the stop, as far as it can be.
    AppendEverywhere(20, 10);
    EXPECT_TRUE(Eventually([&] {
      for (int32_t i = 0; i < kPartitions; ++i) {
        if (mirror.Partition(orders, i).records() < 30) return false;
      }
      return true;
    }));
    EXPECT_THAT(mirror.engine()->Stop(),
                StatusIs(absl::StatusCode::kDeadlineExceeded));
  }
  ASSERT_THAT(second_->Restart(kSettings), IsOk());
  RunningMirror mirror(FlowToB());
  ASSERT_TRUE(mirror.AwaitCopied(source(), orders));
  for (int32_t i = 0; i < kPartitions; ++i) {
    EXPECT_EQ(b_->End({Copy("orders"), i}), lost.count(i) > 0 ? 50 : 30) << i;
  }
}

}  // namespace
}  // namespace mirror::testing
