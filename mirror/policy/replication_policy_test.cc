// SPDX-License-Identifier: Apache-2.0

#include "mirror/policy/replication_policy.h"

#include <functional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

// "orders.A"; writes only the three methods a plugin must.
class SuffixPolicy final : public ReplicationPolicy {
 public:
  std::string FormatRemoteTopic(absl::string_view source_alias,
                                absl::string_view topic) const override {
    return absl::StrCat(topic, ".", source_alias);
  }
  std::optional<std::string> TopicSource(
      absl::string_view topic) const override {
    const size_t dot = topic.rfind('.');
    if (dot == absl::string_view::npos) return std::nullopt;
    return std::string(topic.substr(dot + 1));
  }
  std::optional<std::string> UpstreamTopic(
      absl::string_view topic) const override {
    const size_t dot = topic.rfind('.');
    if (dot == absl::string_view::npos) return std::nullopt;
    return std::string(topic.substr(0, dot));
  }
};

// Answers UpstreamTopic with whatever function it is given.
class UpstreamIs final : public ReplicationPolicy {
 public:
  using Function = std::function<std::string(const std::string&)>;
  explicit UpstreamIs(Function function) : function_(std::move(function)) {}

  std::string FormatRemoteTopic(absl::string_view source_alias,
                                absl::string_view topic) const override {
    return std::string(topic);
  }
  std::optional<std::string> TopicSource(
      absl::string_view topic) const override {
    return "A";
  }
  std::optional<std::string> UpstreamTopic(
      absl::string_view topic) const override {
    return function_(std::string(topic));
  }

 private:
  const Function function_;
};

TEST(ReplicationPolicy, NamesInternalTopicsAsMm2ByDefault) {
  const SuffixPolicy policy;
  EXPECT_EQ(policy.HeartbeatsTopic(), "heartbeats");
  EXPECT_EQ(policy.OffsetSyncsTopic("T"), "mm2-offset-syncs.T.internal");
  EXPECT_EQ(policy.CheckpointsTopic("S"), "S.checkpoints.internal");
}

TEST(ReplicationPolicy, RecognisesInternalTopicsByDefault) {
  const SuffixPolicy policy;
  struct Case {
    const char* topic;
    bool checkpoints, mm2_internal, internal;
  };
  for (const Case& c : std::initializer_list<Case>{
           {"S.checkpoints.internal", true, true, true},
           {"checkpoints.internal", false, true, true},
           {"mm2-offset-syncs.T.internal", false, true, true},
           {"connect-internal", false, false, true},
           {"__consumer_offsets", false, false, true},
           {".hidden", false, false, true},
           {"_schemas", false, false, false},
           {"internal", false, false, false},
           {"orders", false, false, false},
           {"", false, false, false}}) {
    EXPECT_EQ(policy.IsCheckpointsTopic(c.topic), c.checkpoints) << c.topic;
    EXPECT_EQ(policy.IsMm2InternalTopic(c.topic), c.mm2_internal) << c.topic;
    EXPECT_EQ(policy.IsInternalTopic(c.topic), c.internal) << c.topic;
  }
}

TEST(ReplicationPolicy, OriginalTopicGoesUpToWhereNoSourceIsKnown) {
  const SuffixPolicy policy;
  EXPECT_EQ(policy.OriginalTopic("orders"), "orders");
  EXPECT_EQ(policy.OriginalTopic("orders.A.B"), "orders");
  EXPECT_TRUE(policy.IsHeartbeatsTopic("heartbeats.A.B"));
  EXPECT_FALSE(policy.IsHeartbeatsTopic("orders.A"));
}

TEST(ReplicationPolicy, OriginalTopicStopsWhereTheNameStaysTheSame) {
  const UpstreamIs policy([](const std::string& topic) { return topic; });
  EXPECT_EQ(policy.OriginalTopic("orders"), "orders");
  EXPECT_TRUE(internal::UpstreamTopics(policy, "orders").empty());
}

TEST(ReplicationPolicy, UpstreamTopicsEndsForAPolicyThatGoesInCircles) {
  const UpstreamIs policy([](const std::string& topic) {
    return std::string(topic == "a" ? "b" : "a");
  });
  EXPECT_EQ(internal::UpstreamTopics(policy, "a").size(), 249);
}

TEST(ReplicationPolicy, UpstreamTopicsEndsForAPolicyThatDoublesNames) {
  const UpstreamIs policy([](const std::string& t) { return t + t; });
  EXPECT_EQ(policy.OriginalTopic("a"), std::string(128, 'a'));
}

TEST(ReplicationPolicy, UpstreamTopicsFollowsTheLongestChainThatFitsInAName) {
  const UpstreamIs policy([](const std::string& topic) {
    return topic.size() > 1 ? topic.substr(1) : topic;
  });
  EXPECT_EQ(internal::UpstreamTopics(policy, std::string(249, 'a')).size(),
            248);
}

}  // namespace
}  // namespace mirror::internal
