// SPDX-License-Identifier: Apache-2.0

#include "gtest/gtest.h"
#include "mirror/policy/mm2_replication_policies.h"

namespace mirror::internal {
namespace {

constexpr std::nullopt_t kNone = std::nullopt;

TEST(IdentityReplicationPolicy, KeepsNamesExceptHeartbeats) {
  const auto policy = IdentityReplicationPolicy::Create();
  EXPECT_EQ(policy->FormatRemoteTopic("A", "topic1"), "topic1");
  EXPECT_EQ(policy->FormatRemoteTopic("A", "B.topic1"), "B.topic1");
  EXPECT_EQ(policy->FormatRemoteTopic("A", "heartbeats"), "A.heartbeats");
  EXPECT_EQ(policy->FormatRemoteTopic("A", "B.heartbeats"), "A.B.heartbeats");
  EXPECT_EQ(policy->FormatRemoteTopic("A", "app-heartbeats"),
            "A.app-heartbeats");
}

TEST(IdentityReplicationPolicy, SaysEveryTopicIsFromTheConfiguredSource) {
  const auto policy = IdentityReplicationPolicy::Create({"A"});
  EXPECT_EQ(policy->TopicSource("topic1"), "A");
  EXPECT_EQ(policy->TopicSource("B.topic1"), "A");
  EXPECT_EQ(policy->UpstreamTopic("B.topic1"), "B.topic1");
  EXPECT_EQ(policy->OriginalTopic("B.topic1"), "B.topic1");
}

TEST(IdentityReplicationPolicy, KnowsNoSourceWithoutAConfiguredOne) {
  const auto policy = IdentityReplicationPolicy::Create();
  EXPECT_EQ(policy->TopicSource("A.topic1"), kNone);
  EXPECT_EQ(policy->UpstreamTopic("A.topic1"), "A.topic1");
  EXPECT_EQ(policy->OriginalTopic("A.topic1"), "A.topic1");
}

TEST(IdentityReplicationPolicy, ReadsHeartbeatsByTheDefaultRules) {
  const auto policy = IdentityReplicationPolicy::Create({"A"});
  EXPECT_EQ(policy->TopicSource("heartbeats"), kNone);
  EXPECT_EQ(policy->UpstreamTopic("heartbeats"), kNone);
  EXPECT_EQ(policy->TopicSource("C.B.heartbeats"), "C");
  EXPECT_EQ(policy->UpstreamTopic("C.B.heartbeats"), "B.heartbeats");
  EXPECT_EQ(policy->OriginalTopic("C.B.heartbeats"), "heartbeats");
  EXPECT_TRUE(policy->IsHeartbeatsTopic("C.B.heartbeats"));
  EXPECT_FALSE(policy->IsHeartbeatsTopic("app-heartbeats"));
  EXPECT_FALSE(policy->IsHeartbeatsTopic("topic1"));
}

TEST(IdentityReplicationPolicy, NamesInternalTopicsAsTheDefaultPolicy) {
  const auto dots = IdentityReplicationPolicy::Create();
  EXPECT_EQ(dots->CheckpointsTopic("S"), "S.checkpoints.internal");
  EXPECT_EQ(dots->OffsetSyncsTopic("T"), "mm2-offset-syncs.T.internal");
  const auto underscores = IdentityReplicationPolicy::Create({kNone, "_"});
  EXPECT_EQ(underscores->CheckpointsTopic("S"), "S_checkpoints_internal");
  const auto switched = IdentityReplicationPolicy::Create({kNone, "_", false});
  EXPECT_EQ(switched->CheckpointsTopic("S"), "S.checkpoints.internal");
  EXPECT_EQ(switched->FormatRemoteTopic("S", "heartbeats"), "S_heartbeats");
}

TEST(IdentityReplicationPolicy, TakesAnEmptySeparator) {
  const auto policy = IdentityReplicationPolicy::Create({kNone, ""});
  EXPECT_EQ(policy->CheckpointsTopic("S"), "Scheckpointsinternal");
  EXPECT_EQ(policy->OffsetSyncsTopic("T"), "mm2-offset-syncsTinternal");
  EXPECT_EQ(policy->FormatRemoteTopic("S", "heartbeats"), "Sheartbeats");
  EXPECT_TRUE(policy->IsCheckpointsTopic("Scheckpointsinternal"));
}

TEST(IdentityReplicationPolicy, FindsTheAliasOfUnseparatedHeartbeats) {
  // MM2 splits such a name into letters: "heartbeats" would come from "h", and
  // "eastheartbeats" from "e". The names written are the same, so reading the
  // whole alias back loses nothing and ends MM2's endless renaming, where two
  // flows make "westeastheartbeats", "eastwesteastheartbeats", and so on.
  const auto policy = IdentityReplicationPolicy::Create({"west", ""});
  EXPECT_EQ(policy->TopicSource("heartbeats"), kNone);
  EXPECT_EQ(policy->UpstreamTopic("heartbeats"), kNone);
  EXPECT_TRUE(policy->IsHeartbeatsTopic("heartbeats"));
  EXPECT_EQ(policy->TopicSource("eastheartbeats"), "east");
  EXPECT_EQ(policy->UpstreamTopic("eastheartbeats"), "heartbeats");
  EXPECT_TRUE(policy->IsHeartbeatsTopic("eastheartbeats"));
  EXPECT_EQ(policy->TopicSource("westeastheartbeats"), "west");
  EXPECT_EQ(policy->UpstreamTopic("westeastheartbeats"), "eastheartbeats");
  EXPECT_EQ(policy->TopicSource("westapp-heartbeats"), "west");
  EXPECT_EQ(policy->UpstreamTopic("westapp-heartbeats"), "app-heartbeats");
}

TEST(IdentityReplicationPolicy, DoesNotTakeTheStartOfHeartbeatsForAnAlias) {
  const auto policy = IdentityReplicationPolicy::Create({"heart", ""});
  EXPECT_EQ(policy->TopicSource("heartbeats"), kNone);
  EXPECT_EQ(policy->TopicSource("heartheartbeats"), "heart");
}

}  // namespace
}  // namespace mirror::internal
