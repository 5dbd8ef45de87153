// SPDX-License-Identifier: Apache-2.0

#include "mirror/policy/remote_topics.h"

#include <initializer_list>
#include <set>

#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/policy/mm2_replication_policies.h"

namespace mirror::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::shared_ptr<const ReplicationPolicy> Default() {
  return DefaultReplicationPolicy::Create().value();
}

// MirrorClient's answer for a cluster: the nearest of its heartbeats topics.
std::optional<int> FewestHops(std::initializer_list<const char*> topics,
                              absl::string_view alias) {
  std::optional<int> fewest;
  for (const char* topic : topics) {
    const std::optional<int> hops = ReplicationHops(*Default(), topic, alias);
    if (hops && (!fewest || *hops < *fewest)) fewest = hops;
  }
  return fewest;
}

TEST(RemoteTopics, CountsHops) {
  struct Case {
    const char *topic, *alias;
    std::optional<int> hops;  // MM2 says -1 for none.
  };
  for (const Case& c : std::initializer_list<Case>{
           {"topic", "source", std::nullopt},
           {"source1.topic", "source1", 1},
           {"source1.topic", "source2", std::nullopt},
           {"source2.source1.topic", "source1", 2},
           {"source3.source2.source1.topic", "source1", 3},
           {"source3.source2.source1.topic", "source4", std::nullopt}}) {
    EXPECT_EQ(ReplicationHops(*Default(), c.topic, c.alias), c.hops) << c.topic;
  }
}

TEST(RemoteTopics, CountsHopsOfTheNearestHeartbeats) {
  const auto topics = {"heartbeats", "source1.heartbeats",
                       "source1.source2.heartbeats", "source3.heartbeats"};
  EXPECT_EQ(FewestHops(topics, "source1"), 1);
  EXPECT_EQ(FewestHops(topics, "source2"), 2);
  EXPECT_EQ(FewestHops(topics, "source3"), 1);
  EXPECT_EQ(FewestHops(topics, "source4"), std::nullopt);
}

TEST(RemoteTopics, ListsUpstreamClustersNearestFirst) {
  EXPECT_THAT(UpstreamClusters(*Default(), "heartbeats"), IsEmpty());
  EXPECT_THAT(UpstreamClusters(*Default(), "source1.source2.heartbeats"),
              ElementsAre("source1", "source2"));
  EXPECT_THAT(
      UpstreamClusters(*Default(), "source3.source4.source5.heartbeats"),
      ElementsAre("source3", "source4", "source5"));
}

TEST(RemoteTopics, LooksBehindARepeatedAlias) {
  // MM2 stops at an alias it has seen and answers -1. Where three clusters in a
  // row call their neighbour "up", the record did come through all of them, and
  // going on is safe because a walk up a name is bounded.
  EXPECT_EQ(ReplicationHops(*Default(), "up.up.first.heartbeats", "first"), 3);
}

TEST(RemoteTopics, IdentityPolicyKnowsOnlyTheConfiguredSource) {
  const auto policy = IdentityReplicationPolicy::Create({"source"});
  EXPECT_EQ(ReplicationHops(*policy, "topic1", "source"), 1);
  EXPECT_EQ(ReplicationHops(*policy, "topic1", "backup"), std::nullopt);
  EXPECT_THAT(UpstreamClusters(*policy, "topic1"), ElementsAre("source"));
  EXPECT_THAT(UpstreamClusters(*policy, "backup.heartbeats"),
              ElementsAre("backup"));
}

TEST(RemoteTopics, IdentityPolicyCountsAllButOwnHeartbeatsAsRemote) {
  const auto policy = IdentityReplicationPolicy::Create({"source"});
  std::set<std::string> remote;
  for (const char* topic :
       {"topic1", "topic2", "topic3", "heartbeats", "backup.heartbeats"}) {
    if (!UpstreamClusters(*policy, topic).empty()) remote.insert(topic);
  }
  EXPECT_THAT(remote,
              ElementsAre("backup.heartbeats", "topic1", "topic2", "topic3"));
}

}  // namespace
}  // namespace mirror::internal
