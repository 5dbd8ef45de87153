// SPDX-License-Identifier: Apache-2.0

#include <initializer_list>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "mirror/policy/mm2_replication_policies.h"

namespace mirror::internal {
namespace {

std::shared_ptr<const DefaultReplicationPolicy> Policy(
    const std::string& separator = ".", bool internal_separator = true) {
  return DefaultReplicationPolicy::Create({separator, internal_separator})
      .value();
}

struct Reading {
  const char* topic;
  std::optional<std::string> source;
  std::optional<std::string> upstream;
  std::string original;
};

void ExpectReadings(const ReplicationPolicy& policy,
                    std::initializer_list<Reading> readings) {
  for (const Reading& r : readings) {
    EXPECT_EQ(policy.TopicSource(r.topic), r.source) << r.topic;
    EXPECT_EQ(policy.UpstreamTopic(r.topic), r.upstream) << r.topic;
    EXPECT_EQ(policy.OriginalTopic(r.topic), r.original) << r.topic;
  }
}

constexpr std::nullopt_t kNone = std::nullopt;

TEST(DefaultReplicationPolicy, PrefixesTheSourceAlias) {
  EXPECT_EQ(Policy()->FormatRemoteTopic("A", "topic1"), "A.topic1");
  EXPECT_EQ(Policy()->FormatRemoteTopic("B", "A.topic1"), "B.A.topic1");
  EXPECT_EQ(Policy("__")->FormatRemoteTopic("A", "topic1"), "A__topic1");
  EXPECT_EQ(
      DefaultReplicationPolicy::Create().value()->FormatRemoteTopic("A", "t"),
      "A.t");
}

TEST(DefaultReplicationPolicy, ReadsNamesAsMm2) {
  ExpectReadings(
      *Policy(),
      {{"topic1", kNone, kNone, "topic1"},
       {"A.topic1", "A", "topic1", "topic1"},
       {"B.A.topic1", "B", "A.topic1", "topic1"},
       {"heartbeats", kNone, kNone, "heartbeats"},
       {"A.heartbeats", "A", "heartbeats", "heartbeats"},
       {"B.A.heartbeats", "B", "A.heartbeats", "heartbeats"},
       {"source1.checkpoints.internal", "source1", "checkpoints.internal",
        "internal"},
       {"source2.source1.checkpoints.internal", "source2",
        "source1.checkpoints.internal", "internal"},
       {"checkpoints.internal", "checkpoints", "internal", "internal"},
       {"mm2-offsets_C_internal", kNone, kNone, "mm2-offsets_C_internal"}});
}

TEST(DefaultReplicationPolicy, ReadsNamesOfSeparatorsAsJavaSplits) {
  ExpectReadings(*Policy(), {{"", kNone, kNone, ""},
                             {".", kNone, kNone, "."},
                             {"..", kNone, kNone, ".."},
                             {"a.", kNone, kNone, "a."},
                             {"a..", kNone, kNone, "a.."},
                             {".b", "", "b", "b"},
                             {"a..b", "a", ".b", "b"}});
}

TEST(DefaultReplicationPolicy, ReadsLongSeparators) {
  ExpectReadings(*Policy("__"), {{"a_b", kNone, kNone, "a_b"},
                                 {"a__b", "a", "b", "b"},
                                 {"a___b", "a", "_b", "_b"},
                                 {"a___", "a", "_", "_"},
                                 {"a____", kNone, kNone, "a____"},
                                 {"b__a__t", "b", "a__t", "t"}});
}

TEST(DefaultReplicationPolicy, RecognisesHeartbeats) {
  for (const char* topic : {"heartbeats", "A.heartbeats", "B.A.heartbeats"}) {
    EXPECT_TRUE(Policy()->IsHeartbeatsTopic(topic)) << topic;
  }
  for (const char* topic : {"heartbeats!", "!heartbeats", "source1heartbeats",
                            "source1-heartbeats", "A.heartbeats!"}) {
    EXPECT_FALSE(Policy()->IsHeartbeatsTopic(topic)) << topic;
  }
  EXPECT_FALSE(Policy("_")->IsHeartbeatsTopic("us-west.heartbeats"));
  EXPECT_TRUE(Policy("_")->IsHeartbeatsTopic("us-west_heartbeats"));
}

TEST(DefaultReplicationPolicy, RecognisesCheckpoints) {
  EXPECT_TRUE(Policy()->IsCheckpointsTopic("source1.checkpoints.internal"));
  EXPECT_TRUE(
      Policy()->IsCheckpointsTopic("source2.source1.checkpoints.internal"));
  // Without an alias in front it is no checkpoints topic.
  EXPECT_FALSE(Policy()->IsCheckpointsTopic("checkpoints.internal"));
  EXPECT_FALSE(Policy("_")->IsCheckpointsTopic("A.checkpoints.internal"));
  EXPECT_TRUE(Policy("_")->IsCheckpointsTopic("A_checkpoints_internal"));
  EXPECT_TRUE(Policy("_", false)->IsCheckpointsTopic("A.checkpoints.internal"));
}

TEST(DefaultReplicationPolicy, RecognisesInternalTopics) {
  for (const char* topic :
       {"source1.checkpoints.internal", "checkpoints.internal", ".b",
        "__consumer_offsets", ".hiddentopic", "x-internal",
        "mm2-offsets.C.internal"}) {
    EXPECT_TRUE(Policy()->IsInternalTopic(topic)) << topic;
    EXPECT_TRUE(Policy("_")->IsInternalTopic(topic)) << topic;
  }
  EXPECT_FALSE(Policy()->IsInternalTopic("mm2-offsets_C_internal"));
  EXPECT_TRUE(Policy("_")->IsInternalTopic("mm2-offsets_C_internal"));
  EXPECT_FALSE(Policy("_", false)->IsInternalTopic("mm2-offsets_C_internal"));
  EXPECT_FALSE(Policy()->IsInternalTopic("heartbeats"));
}

TEST(DefaultReplicationPolicy, NamesInternalTopics) {
  struct Case {
    const char* separator;
    bool internal_separator;
    const char *checkpoints, *offset_syncs, *remote_heartbeats;
  };
  for (const Case& c : std::initializer_list<Case>{
           {".", true, "S.checkpoints.internal", "mm2-offset-syncs.T.internal",
            "S.heartbeats"},
           {".", false, "S.checkpoints.internal", "mm2-offset-syncs.T.internal",
            "S.heartbeats"},
           {"_", true, "S_checkpoints_internal", "mm2-offset-syncs_T_internal",
            "S_heartbeats"},
           {"_", false, "S.checkpoints.internal", "mm2-offset-syncs.T.internal",
            "S_heartbeats"},
           {"__", true, "S__checkpoints__internal",
            "mm2-offset-syncs__T__internal", "S__heartbeats"}}) {
    const auto policy = Policy(c.separator, c.internal_separator);
    EXPECT_EQ(policy->CheckpointsTopic("S"), c.checkpoints);
    EXPECT_EQ(policy->OffsetSyncsTopic("T"), c.offset_syncs);
    EXPECT_EQ(policy->HeartbeatsTopic(), "heartbeats");
    EXPECT_EQ(policy->FormatRemoteTopic("S", policy->HeartbeatsTopic()),
              c.remote_heartbeats);
  }
}

TEST(DefaultReplicationPolicy, RefusesAnEmptySeparator) {
  // MM2 takes it and then says every topic comes from a cluster named by the
  // topic's first letter.
  const auto policy = DefaultReplicationPolicy::Create({"", true});
  ASSERT_EQ(policy.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(policy.status().message().find("replication.policy.separator"),
            absl::string_view::npos);
}

}  // namespace
}  // namespace mirror::internal
