// SPDX-License-Identifier: Apache-2.0

#include "mirror/policy/topic_selection.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/policy/mm2_replication_policies.h"
#include "mirror/policy/renaming_replication_policy.h"

namespace mirror::internal {
namespace {

using ::testing::HasSubstr;

// The flow source->target of MM2's tests.
TopicSelection Selection(std::shared_ptr<const ReplicationPolicy> policy,
                         absl::string_view topics = ".*") {
  return {std::move(policy), RegexTopicFilter::Create(topics).value(), "source",
          "target"};
}

TopicSelection Default(absl::string_view topics = ".*") {
  return Selection(DefaultReplicationPolicy::Create().value(), topics);
}

TopicSelection Identity(absl::string_view topics = ".*") {
  return Selection(IdentityReplicationPolicy::Create(), topics);
}

TEST(ShouldReplicateTopic, TakesLocalTopicsAndThoseFromElsewhere) {
  for (const char* topic : {"topic1", "othersource.topic1", "heartbeats",
                            "othersource.heartbeats", "sources.topic1"}) {
    EXPECT_TRUE(ShouldReplicateTopic(Default(), topic)) << topic;
    EXPECT_TRUE(ShouldReplicateTopic(Identity(), topic)) << topic;
  }
}

// The source has another alias in the flow that copied it (KAFKA-9914).
TEST(ShouldReplicateTopic, SeesTheSourceAnywhereInAName) {
  for (const char* topic : {"source.topic1", "source.source.topic1",
                            "othersource.source.topic1", "source.a.b"}) {
    EXPECT_EQ(JudgeTopic(Default(), topic), TopicVerdict::kSourceCycle)
        << topic;
    EXPECT_TRUE(ShouldReplicateTopic(Identity(), topic)) << topic;
  }
  for (const char* topic :
       {"source.heartbeats", "othersource.source.heartbeats"}) {
    EXPECT_EQ(JudgeTopic(Default(), topic), TopicVerdict::kSourceCycle)
        << topic;
    EXPECT_EQ(JudgeTopic(Identity(), topic), TopicVerdict::kSourceCycle)
        << topic;
  }
}

TEST(ShouldReplicateTopic, NamesTellNothingUnderAnIdentityThatKnowsItsSource) {
  IdentityReplicationPolicy::Options options;
  options.source_alias = "source";
  RenamingReplicationPolicy::Options renaming;
  renaming.names = {{"orders", "bestellungen"}};
  renaming.inner = IdentityReplicationPolicy::Create(options);
  for (const std::shared_ptr<const ReplicationPolicy>& policy :
       {renaming.inner,
        std::shared_ptr<const ReplicationPolicy>(
            RenamingReplicationPolicy::Create(renaming).value())}) {
    for (const char* topic : {"orders", "bestellungen", "source.orders"}) {
      EXPECT_TRUE(ShouldReplicateTopic(Selection(policy), topic)) << topic;
    }
  }
}

TEST(ShouldReplicateTopic, SeesTheSourceInARenamedTopic) {
  RenamingReplicationPolicy::Options renaming;
  renaming.names = {{"orders", "bestellungen"}};
  const auto policy = RenamingReplicationPolicy::Create(renaming).value();
  EXPECT_EQ(JudgeTopic(Selection(policy), "source.bestellungen"),
            TopicVerdict::kSourceCycle);
  EXPECT_TRUE(ShouldReplicateTopic(Selection(policy), "bestellungen"));
}

TEST(ShouldReplicateTopic, RefusesATopicWhoseNameWouldBeTooLong) {
  const std::string fits(249 - 7, 'x');  // "source."
  EXPECT_TRUE(ShouldReplicateTopic(Default(), fits));
  EXPECT_EQ(JudgeTopic(Default(), fits + "x"), TopicVerdict::kNameTooLong);
  EXPECT_TRUE(ShouldReplicateTopic(Identity(), fits + "x"));
  RenamingReplicationPolicy::Options renaming;
  renaming.rules = {{"(x+)", "\\1.renamed", "(x+)\\.renamed", "\\1"}};
  EXPECT_EQ(
      JudgeTopic(Selection(RenamingReplicationPolicy::Create(renaming).value()),
                 std::string(240, 'x')),
      TopicVerdict::kNameTooLong);
}

TEST(ShouldReplicateTopic, ComplainsOnlyWhereAnOperatorMustAct) {
  const TopicSelection selection = Default();
  EXPECT_THAT(
      Complaint(selection, "source.orders", TopicVerdict::kSourceCycle),
      HasSubstr("topic source.orders is not mirrored: its name says that it "
                "was copied from cluster source"));
  EXPECT_THAT(
      Complaint(selection, std::string(243, 'x'), TopicVerdict::kNameTooLong),
      HasSubstr("would have 250 bytes, and Kafka allows 249"));
  for (const TopicVerdict verdict :
       {TopicVerdict::kReplicate, TopicVerdict::kFiltered,
        TopicVerdict::kInternal, TopicVerdict::kCycle}) {
    EXPECT_EQ(Complaint(selection, "orders", verdict), "");
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

TEST(ShouldReplicateTopic, ExcludesInternalTopicsTheFilterAccepts) {
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
  EXPECT_EQ(ToString(TopicVerdict::kSourceCycle), "source-cycle");
  EXPECT_EQ(ToString(TopicVerdict::kNameTooLong), "name-too-long");
}

}  // namespace
}  // namespace mirror::internal
