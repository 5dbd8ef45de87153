// SPDX-License-Identifier: Apache-2.0

#include "mirror/flow_topics.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/policy/mm2_replication_policies.h"

namespace mirror::internal {
namespace {

using ::testing::ElementsAre;

// "side name partitions".
std::vector<std::string> Lines(const Flow& flow) {
  std::vector<std::string> lines;
  for (const FlowTopic& topic : InternalTopics(flow)) {
    EXPECT_EQ(topic.topic.configs.at("cleanup.policy"), "compact");
    lines.push_back(absl::StrCat(topic.on_source ? "A " : "B ",
                                 topic.topic.name, " ",
                                 topic.topic.partitions));
  }
  return lines;
}

Flow NewFlow() {
  Flow flow("A", "B");
  flow.policy = DefaultReplicationPolicy::Create().value();
  flow.shards = 3;
  return flow;
}

TEST(FlowTopics, AFlowKeepsFiveTopicsForItself) {
  EXPECT_THAT(Lines(NewFlow()),
              ElementsAre("B heartbeats 1", "B mm2-offsets.A.internal 25",
                          "B mm2-offset-index.A.internal 3",
                          "A mm2-offset-syncs.B.internal 1",
                          "B A.checkpoints.internal 1"));
}

// As MM2 does with source.cluster.alias.
TEST(FlowTopics, AliasIsInAllNamesButThoseOfWorkerTopics) {
  Flow flow("siteone", "sitetwo");
  flow.source.name = "source";
  flow.target.name = "target";
  flow.policy = DefaultReplicationPolicy::Create().value();
  EXPECT_EQ(flow.name(), "source->target");
  EXPECT_THAT(Lines(flow),
              ElementsAre("B heartbeats 1", "B mm2-offsets.source.internal 25",
                          "B mm2-offset-index.siteone.internal 4",
                          "A mm2-offset-syncs.sitetwo.internal 1",
                          "B siteone.checkpoints.internal 1"));
  flow.on_rejected_record = RejectedRecordPolicy::kDeadLetter;
  EXPECT_EQ(DeadLetterTopicOf(flow), "mm2-dead-letters.source.internal");
}

TEST(FlowTopics, OffsetSyncsMayBeOnTheTarget) {
  Flow flow = NewFlow();
  flow.offset_syncs.location = ClusterSide::kTarget;
  EXPECT_EQ(Lines(flow)[3], "B mm2-offset-syncs.A.internal 1");
}

TEST(FlowTopics, RemovedAclsAndRefusedRecordsNeedOneEach) {
  Flow flow = NewFlow();
  flow.acls.remove = true;
  flow.offset_storage_replication_factor = 2;
  flow.replication_factor = 3;
  flow.on_rejected_record = RejectedRecordPolicy::kDeadLetter;
  const std::vector<FlowTopic> topics = InternalTopics(flow);
  ASSERT_EQ(topics.size(), 7u);
  EXPECT_EQ(topics[5].topic.name, "mm2-acls.A.internal");
  EXPECT_EQ(topics[5].topic.partitions, 1);
  EXPECT_EQ(topics[5].topic.replication_factor, 2);
  EXPECT_EQ(topics[6].topic.name, "mm2-dead-letters.A.internal");
  EXPECT_EQ(topics[6].topic.partitions, 1);
  EXPECT_EQ(topics[6].topic.replication_factor, 3);
  EXPECT_EQ(topics[6].topic.configs.count("max.message.bytes"), 1u);
}

TEST(FlowTopics, NoAclSpeaksOfThemByWhateverName) {
  Flow flow = NewFlow();
  EXPECT_THAT(
      AclRulesOf(flow).own_topics,
      ElementsAre("mm2-offsets.A.internal", "mm2-offset-index.A.internal",
                  "mm2-dead-letters.A.internal"));
  flow.offset_storage_topic = "orders-progress";
  flow.dead_letter_topic = "refused-orders";
  EXPECT_THAT(AclRulesOf(flow).own_topics,
              ElementsAre("orders-progress", "mm2-offset-index.A.internal",
                          "refused-orders"));
}

TEST(FlowTopics, WhatIsNotDoneNeedsNoTopic) {
  Flow flow = NewFlow();
  flow.heartbeats.enabled = false;
  flow.offset_syncs.enabled = false;
  flow.checkpoints.enabled = false;
  flow.offset_storage_topic = "progress";
  EXPECT_THAT(Lines(flow),
              ElementsAre("B progress 25", "B mm2-offset-index.A.internal 3"));
  flow.heartbeats.enabled = true;
  flow.replicate = false;
  EXPECT_THAT(Lines(flow), ElementsAre("B heartbeats 1"));
}

}  // namespace
}  // namespace mirror::internal
