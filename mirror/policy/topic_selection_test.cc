// SPDX-License-Identifier: Apache-2.0

#include "mirror/policy/topic_selection.h"

#include "gtest/gtest.h"
#include "mirror/policy/default_replication_policy.h"
#include "mirror/policy/identity_replication_policy.h"

namespace mirror {
namespace {

// The flow source->target of MM2's tests.
TopicSelection Selection(std::shared_ptr<const ReplicationPolicy> policy,
                         absl::string_view topics = ".*") {
  return {std::move(policy), RegexTopicFilter::Create(topics).value(),
          "target"};
}

TopicSelection Default(absl::string_view topics = ".*") {
  return Selection(DefaultReplicationPolicy::Create().value(), topics);
}

TopicSelection Identity(absl::string_view topics = ".*") {
  return Selection(IdentityReplicationPolicy::Create(), topics);
}

TEST(ShouldReplicateTopic, TakesLocalTopicsAndThoseFromElsewhere) {
  for (const char* topic : {"topic1", "source.topic1", "othersource.topic1",
                            "heartbeats", "othersource.heartbeats"}) {
    EXPECT_TRUE(ShouldReplicateTopic(Default(), topic)) << topic;
    EXPECT_TRUE(ShouldReplicateTopic(Identity(), topic)) << topic;
  }
}

TEST(ShouldReplicateTopic, SeesTheTargetAnywhereInAName) {
  for (const char* topic :
       {"target.topic1", "target.source.topic1", "source.target.topic1",
        "target.source.target.topic1", "source.target.source.topic1"}) {
    EXPECT_EQ(JudgeTopic(Default(), topic), TopicVerdict::kCycle) << topic;
    // Names tell the identity policy nothing.
    EXPECT_TRUE(ShouldReplicateTopic(Identity(), topic)) << topic;
  }
}

TEST(ShouldReplicateTopic, SeesCyclesOfHeartbeatsUnderBothPolicies) {
  for (const char* topic :
       {"target.heartbeats", "source.target.heartbeats",
        "target.source.heartbeats", "source.target.source.heartbeats"}) {
    EXPECT_EQ(JudgeTopic(Default(), topic), TopicVerdict::kCycle) << topic;
    EXPECT_EQ(JudgeTopic(Identity(), topic), TopicVerdict::kCycle) << topic;
  }
}

TEST(ShouldReplicateTopic, SeesACycleBehindARepeatedAlias) {
  EXPECT_EQ(JudgeTopic(Default(), "a.a.target.topic1"), TopicVerdict::kCycle);
}

TEST(ShouldReplicateTopic, HeartbeatsPassTheFilterUnlessSwitchedOff) {
  for (TopicSelection selection : {Default(""), Identity("")}) {
    EXPECT_TRUE(ShouldReplicateTopic(selection, "heartbeats"));
    EXPECT_TRUE(ShouldReplicateTopic(selection, "othersource.heartbeats"));
    EXPECT_FALSE(ShouldReplicateTopic(selection, "topic1"));
    selection.replicate_heartbeats = false;
    EXPECT_EQ(JudgeTopic(selection, "heartbeats"), TopicVerdict::kFiltered);
  }
}

TEST(ShouldReplicateTopic, HeartbeatsSwitchedOffStillAskTheFilter) {
  TopicSelection selection = Default("heartbeats");
  selection.replicate_heartbeats = false;
  EXPECT_TRUE(ShouldReplicateTopic(selection, "heartbeats"));
}

TEST(ShouldReplicateTopic, LeavesOutInternalTopicsTheFilterAccepts) {
  TopicSelection selection = Default();
  selection.filter = RegexTopicFilter::Create(".*", "").value();
  for (const char* topic :
       {"__consumer_offsets", ".hidden", "x-internal", "mm2-offsets.S.internal",
        "othersource.checkpoints.internal"}) {
    EXPECT_EQ(JudgeTopic(selection, topic), TopicVerdict::kInternal) << topic;
  }
}

TEST(ShouldReplicateTopic, EndsForAPolicyThatGoesInCircles) {
  class Circles final : public ReplicationPolicy {
    std::string FormatRemoteTopic(absl::string_view,
                                  absl::string_view topic) const override {
      return std::string(topic);
    }
    std::optional<std::string> TopicSource(absl::string_view) const override {
      return "source";
    }
    std::optional<std::string> UpstreamTopic(
        absl::string_view topic) const override {
      return topic == "a" ? "b" : "a";
    }
  };
  EXPECT_TRUE(
      ShouldReplicateTopic(Selection(std::make_shared<Circles>()), "a"));
}

TEST(ShouldReplicateTopic, VerdictsHaveNames) {
  EXPECT_EQ(ToString(TopicVerdict::kReplicate), "replicate");
  EXPECT_EQ(ToString(TopicVerdict::kFiltered), "filtered");
  EXPECT_EQ(ToString(TopicVerdict::kInternal), "internal");
  EXPECT_EQ(ToString(TopicVerdict::kCycle), "cycle");
}

}  // namespace
}  // namespace mirror
