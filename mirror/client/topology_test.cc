// SPDX-License-Identifier: Apache-2.0

#include "mirror/client/topology.h"

#include <optional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/policy/mm2_replication_policies.h"

namespace mirror::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class DefaultTopology : public testing::Test {
 protected:
  Topology Of(std::vector<std::string> topics) const {
    return Topology(policy_.get(), std::move(topics));
  }

  const std::shared_ptr<const ReplicationPolicy> policy_ =
      DefaultReplicationPolicy::Create().value();
};

// The vectors of MM2's own tests.
TEST_F(DefaultTopology, CountsTheHopsOfTheShortestWay) {
  const Topology topology =
      Of({"heartbeats", "source1.heartbeats", "source1.source2.heartbeats",
          "source3.heartbeats"});
  EXPECT_EQ(topology.ReplicationHops("source1"), 1);
  EXPECT_EQ(topology.ReplicationHops("source2"), 2);
  EXPECT_EQ(topology.ReplicationHops("source3"), 1);
  EXPECT_EQ(topology.ReplicationHops("source4"), std::nullopt);
}

TEST_F(DefaultTopology, TakesTheShorterOfTwoWays) {
  const Topology topology = Of({"B.A.heartbeats", "A.heartbeats"});
  EXPECT_EQ(topology.ReplicationHops("A"), 1);
}

TEST_F(DefaultTopology, CountsNoHopsOfTopicsThatAreNotHeartbeats) {
  EXPECT_EQ(Of({"A.orders"}).ReplicationHops("A"), std::nullopt);
}

TEST_F(DefaultTopology, FindsHeartbeatAndCheckpointTopics) {
  const Topology topology = Of({"A.checkpoints.internal", "A.heartbeats",
                                "heartbeats", "mm2-offset-index.A.internal",
                                "mm2-offset-syncs.A.internal", "orders"});
  EXPECT_THAT(topology.HeartbeatTopics(),
              ElementsAre("A.heartbeats", "heartbeats"));
  EXPECT_THAT(topology.CheckpointTopics(),
              ElementsAre("A.checkpoints.internal"));
  EXPECT_THAT(
      topology.ClientTopics(),
      ElementsAre("A.checkpoints.internal", "mm2-offset-index.A.internal"));
}

TEST_F(DefaultTopology, FindsAllUpstreamClusters) {
  EXPECT_THAT(
      Of({"heartbeats", "source1.heartbeats", "source1.source2.heartbeats",
          "source3.source4.source5.heartbeats"})
          .UpstreamClusters(),
      ElementsAre("source1", "source2", "source3", "source4", "source5"));
  EXPECT_THAT(Of({"heartbeats", "A.orders"}).UpstreamClusters(), IsEmpty());
}

TEST_F(DefaultTopology, FindsRemoteTopics) {
  const Topology topology =
      Of({"A.B.orders", "A.checkpoints.internal", "A.heartbeats", "A.orders",
          "B.orders", "__consumer_offsets", "orders"});
  EXPECT_THAT(topology.RemoteTopics(), ElementsAre("A.B.orders", "A.heartbeats",
                                                   "A.orders", "B.orders"));
  EXPECT_THAT(topology.RemoteTopics("A"),
              ElementsAre("A.B.orders", "A.heartbeats", "A.orders"));
  EXPECT_THAT(topology.RemoteTopics("C"), IsEmpty());
}

TEST(IdentityTopology, TakesAllTopicsForRemoteOnesIfItWasGivenAnAlias) {
  const auto policy = IdentityReplicationPolicy::Create({"source"});
  const Topology topology(policy.get(), {"backup.heartbeats", "heartbeats",
                                         "topic1", "topic2", "topic3"});
  EXPECT_THAT(topology.RemoteTopics(),
              ElementsAre("backup.heartbeats", "topic1", "topic2", "topic3"));
  EXPECT_THAT(topology.RemoteTopics("source"),
              ElementsAre("topic1", "topic2", "topic3"));
}

}  // namespace
}  // namespace mirror::internal
