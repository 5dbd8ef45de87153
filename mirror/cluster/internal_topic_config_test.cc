// SPDX-License-Identifier: Apache-2.0

#include "mirror/cluster/internal_topic_config.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

using Kind = InternalTopicKind;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

// As Kafka describes a topic of which only cleanup.policy was set.
std::vector<TopicConfig> Defaults(const std::string& policy = "compact") {
  return {{"cleanup.policy", policy, ConfigSource::kTopic},
          {"min.cleanable.dirty.ratio", "0.5", ConfigSource::kDefault},
          {"segment.bytes", "1073741824", ConfigSource::kStaticBroker},
          {"segment.ms", "604800000", ConfigSource::kDefault}};
}

TEST(InternalTopicConfigTest, ProgressHasSmallSegmentsAsItHasManyPartitions) {
  EXPECT_THAT(InternalTopicConfigs(Kind::kProgress),
              ElementsAre(Pair("cleanup.policy", "compact"),
                          Pair("min.cleanable.dirty.ratio", "0.1"),
                          Pair("segment.bytes", "4194304"),
                          Pair("segment.ms", "3600000")));
  EXPECT_EQ(InternalTopicConfigs(Kind::kOffsetIndex).at("segment.bytes"),
            "16777216");
}

TEST(InternalTopicConfigTest, SyncsKeepTheirHistoryForMirrorMaker2) {
  EXPECT_THAT(InternalTopicConfigs(Kind::kOffsetSyncs),
              ElementsAre(Pair("cleanup.policy", "compact"),
                          Pair("segment.bytes", "67108864")));
}

TEST(InternalTopicConfigTest, WhatIsCreatedSoIsLeftAlone) {
  for (const Kind kind :
       {Kind::kProgress, Kind::kOffsetIndex, Kind::kOffsetSyncs,
        Kind::kCheckpoints, Kind::kHeartbeats, Kind::kAclLedger}) {
    std::vector<TopicConfig> configs;
    for (const auto& [name, value] : InternalTopicConfigs(kind)) {
      configs.push_back({name, value, ConfigSource::kTopic});
    }
    const InternalTopicPlan plan = PlanInternalTopic(kind, configs);
    EXPECT_FALSE(plan.policy.has_value());
    EXPECT_THAT(plan.segments, IsEmpty());
  }
}

TEST(InternalTopicConfigTest, EveryPolicyThatDeletesIsWrong) {
  for (const char* policy : {"delete", "compact,delete", "delete,compact"}) {
    for (const Kind kind :
         {Kind::kProgress, Kind::kOffsetIndex, Kind::kOffsetSyncs,
          Kind::kCheckpoints, Kind::kAclLedger}) {
      const auto plan = PlanInternalTopic(kind, Defaults(policy));
      EXPECT_EQ(plan.policy,
                (InternalConfigChange{"cleanup.policy", policy, "compact"}));
    }
  }
}

TEST(InternalTopicConfigTest, HeartbeatsAreLeftAsTheyAre) {
  const auto plan = PlanInternalTopic(Kind::kHeartbeats, Defaults("delete"));
  EXPECT_FALSE(plan.policy.has_value());
  EXPECT_THAT(plan.segments, IsEmpty());
}

TEST(InternalTopicConfigTest, SegmentSettingsAtKafkasDefaultsAreReplaced) {
  EXPECT_THAT(
      PlanInternalTopic(Kind::kOffsetIndex, Defaults()).segments,
      ElementsAre(
          InternalConfigChange{"segment.bytes", "1073741824", "16777216"},
          InternalConfigChange{"segment.ms", "604800000", "3600000"},
          InternalConfigChange{"min.cleanable.dirty.ratio", "0.5", "0.1"}));
}

TEST(InternalTopicConfigTest, AnOperatorsOwnSegmentSettingsAreRespected) {
  std::vector<TopicConfig> configs = Defaults();
  configs[1].value = "0.3";
  configs[2].value = "104857600";
  configs[3].source = ConfigSource::kTopic;  // said to be as the default
  EXPECT_THAT(PlanInternalTopic(Kind::kProgress, configs).segments, IsEmpty());
}

TEST(InternalTopicConfigTest, WhatAClusterDoesNotTellIsLeftAlone) {
  const InternalTopicPlan plan =
      PlanInternalTopic(Kind::kProgress, {{"cleanup.policy", std::nullopt}});
  EXPECT_FALSE(plan.policy.has_value());
  EXPECT_THAT(plan.segments, IsEmpty());
}

TEST(InternalTopicConfigTest, TheCommandCanBeCopied) {
  EXPECT_EQ(AlterCommand("B", "mm2-offsets.A.internal",
                         {{"segment.bytes", "1073741824", "4194304"},
                          {"segment.ms", "604800000", "3600000"}}),
            "kafka-configs.sh --bootstrap-server BROKERS_OF_B --alter "
            "--entity-type topics --entity-name mm2-offsets.A.internal "
            "--add-config segment.bytes=4194304,segment.ms=3600000");
}

}  // namespace
}  // namespace mirror::internal
