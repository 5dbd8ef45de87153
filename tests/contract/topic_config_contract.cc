// SPDX-License-Identifier: Apache-2.0
//
// The promises of mirror/cluster/cluster_admin.h about the configs of topics.

#include <algorithm>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "mirror/cluster/cluster_admin.h"
#include "mirror/cluster/topic_config.h"
#include "mirror/testing/matchers.h"
#include "tests/contract/cluster_contract.h"

namespace mirror {
namespace {

using absl::StatusCode;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// "value source", or "missing": what the topic has under the name.
std::string Config(ClusterAdmin* admin, const std::string& topic,
                   const std::string& name) {
  const auto configs = admin->DescribeTopicConfigs({topic})[0];
  if (!configs.ok()) return configs.status().ToString();
  const auto it = std::find_if(
      configs->begin(), configs->end(),
      [&](const TopicConfig& config) { return config.name == name; });
  if (it == configs->end()) return "missing";
  return it->value.value_or("secret") +
         (it->source == ConfigSource::kTopic     ? " topic"
          : it->source == ConfigSource::kDefault ? " default"
                                                 : " broker");
}

TEST_P(ClusterAdminContract, DescribesOverridesAndDefaults) {
  const std::string topic = NewTopic(1, {{"delete.retention.ms", "1000000"}});
  EXPECT_EQ(Config(admin(), topic, "delete.retention.ms"), "1000000 topic");
  EXPECT_EQ(Config(admin(), topic, "retention.bytes"), "-1 default");
  EXPECT_EQ(Config(admin(), topic, "cleanup.policy"), "delete default");
  EXPECT_EQ(Config(admin(), topic, "no.such.config"), "missing");
}

TEST_P(ClusterAdminContract, DescribesTheConfigsOfEachTopicApart) {
  const std::string topic = NewTopic();
  const std::string missing = UniqueName("missing");
  EXPECT_THAT(admin()->DescribeTopicConfigs({missing, topic}),
              ElementsAre(StatusIs(StatusCode::kNotFound,
                                   AllOf(HasSubstr(cluster()->alias()),
                                         HasSubstr(missing))),
                          IsOk()));
}

TEST_P(ClusterAdminContract, SetsAndTakesAwayOnlyWhatIsNamed) {
  const std::string topic = NewTopic(
      1, {{"delete.retention.ms", "1000000"}, {"retention.bytes", "2000000"}});
  EXPECT_THAT(
      admin()->AlterTopicConfigs({{topic,
                                   {{"delete.retention.ms", std::nullopt},
                                    {"cleanup.policy", "compact,delete"}}}}),
      ElementsAre(IsOk()));
  EXPECT_TRUE(Eventually([&] {
    return Config(admin(), topic, "delete.retention.ms") ==
               "86400000 default" &&
           Config(admin(), topic, "cleanup.policy") == "compact,delete topic" &&
           Config(admin(), topic, "retention.bytes") == "2000000 topic";
  })) << Config(admin(), topic, "delete.retention.ms");
}

TEST_P(ClusterAdminContract, TakingAwayWhatIsNotThereIsOk) {
  const std::string topic = NewTopic();
  EXPECT_THAT(admin()->AlterTopicConfigs(
                  {{topic, {{"delete.retention.ms", std::nullopt}}}}),
              ElementsAre(IsOk()));
}

TEST_P(ClusterAdminContract, ARefusedConfigRefusesItsTopicAlone) {
  const std::string good = NewTopic();
  const std::string bad = NewTopic();
  const std::string missing = UniqueName("missing");
  EXPECT_THAT(
      admin()->AlterTopicConfigs(
          {{bad, {{"delete.retention.ms", "7000000"}, {"no.such.config", "1"}}},
           {missing, {{"delete.retention.ms", "7000000"}}},
           {good, {{"delete.retention.ms", "7000000"}}}}),
      ElementsAre(StatusIs(StatusCode::kInvalidArgument,
                           AllOf(HasSubstr(bad), HasSubstr("no.such.config"))),
                  StatusIs(StatusCode::kNotFound, HasSubstr(missing)), IsOk()));
  EXPECT_TRUE(Eventually([&] {
    return Config(admin(), good, "delete.retention.ms") == "7000000 topic";
  }));
  EXPECT_EQ(Config(admin(), bad, "delete.retention.ms"), "86400000 default");
}

TEST_P(ClusterAdminContract, ATopicIsNotCreatedWithAConfigThatIsRefused) {
  mirror::NewTopic topic;
  topic.name = UniqueName("refused");
  topic.configs = {{"no.such.config", "1"}};
  EXPECT_THAT(admin()->CreateTopics({topic}),
              ElementsAre(StatusIs(
                  StatusCode::kInvalidArgument,
                  AllOf(HasSubstr(topic.name), HasSubstr("no.such.config")))));
}

TEST_P(ClusterAdminContract, AnswersForManyTopicsInOrder) {
  std::vector<std::string> names;
  for (int i = 0; i < 250; ++i) names.push_back(UniqueName("missing"));
  names[120] = NewTopic();
  names[249] = NewTopic();
  const auto configs = admin()->DescribeTopicConfigs(names);
  ASSERT_EQ(configs.size(), names.size());
  for (size_t i = 0; i < names.size(); ++i) {
    const bool there = i == 120 || i == 249;
    EXPECT_EQ(configs[i].ok(), there) << configs[i].status();
    if (there) continue;
    EXPECT_THAT(configs[i],
                StatusIs(StatusCode::kNotFound, HasSubstr(names[i])));
  }
}

}  // namespace
}  // namespace mirror
