// SPDX-License-Identifier: Apache-2.0
//
// One of the target's two brokers is down, and with it partitions of the offset
// index topic; the copies and the progress topic are on the other.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/flow.h"
#include "mirror/policy/filters.h"
#include "mirror/telemetry/engine_event.h"
#include "mirror/telemetry/status.pb.h"
#include "mirror/testing/matchers.h"
#include "tests/integration/mirror_test.h"
#include "tests/integration/test_cluster.h"
#include "tests/support/kafka_broker.h"

namespace mirror::internal::testing {
namespace {

constexpr char kIndexTopic[] = "mm2-offset-index.A.internal";
constexpr int32_t kPartitions = 4;

class LeaderlessIndexTest : public MirrorTest {
 protected:
  // A dead broker is noticed within six seconds.
  const std::vector<std::string> kSettings = {
      "broker.session.timeout.ms=6000", "broker.heartbeat.interval.ms=500"};

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

  std::unique_ptr<TestCluster> b_;
  std::unique_ptr<KafkaBroker> second_;
};

TEST_F(LeaderlessIndexTest, DelaysNoOtherProgressAndAStopCommitsIt) {
  const std::string orders = Topic("orders");
  std::vector<bool> committed(kPartitions);
  {
    RunningMirror mirror(FlowToB());
    AppendEverywhere(0, 10);
    ASSERT_TRUE(mirror.AwaitCopied(source(), orders));
    ASSERT_THAT(second_->Kill(), IsOk());
    AppendEverywhere(10, 10);
    ASSERT_TRUE(mirror.AwaitEvent(EngineEvent::Kind::kClusterTrouble,
                                  {kIndexTopic, "has no leader"}));
    AppendEverywhere(20, 10);
    // All is copied; the progress waits where the index cannot be written.
    EXPECT_TRUE(Eventually([&] {
      for (int32_t i = 0; i < kPartitions; ++i) {
        const PartitionStatus status = mirror.Partition(orders, i);
        if (status.records() < 30) return false;
        committed[i] = status.committed_offset() == 29;
      }
      return std::count(committed.begin(), committed.end(), true) >= 1;
    }));
    EXPECT_THAT(mirror.engine()->Stop(),
                StatusIs(absl::StatusCode::kDeadlineExceeded));
  }
  ASSERT_THAT(second_->Restart(kSettings), IsOk());
  RunningMirror mirror(FlowToB());
  ASSERT_TRUE(mirror.AwaitCopied(source(), orders));
  for (int32_t i = 0; i < kPartitions; ++i) {
    EXPECT_EQ(b_->End({Copy("orders"), i}), 30) << i;
  }
  // The index topic is dealt over both brokers. What could not be committed is
  // found on the target.
  EXPECT_EQ(mirror.EventCount(EngineEvent::Kind::kPartitionRunning),
            kPartitions / 2);
}

}  // namespace
}  // namespace mirror::internal::testing
