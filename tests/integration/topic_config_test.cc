// SPDX-License-Identifier: Apache-2.0
//
// Settings of topics between real brokers: at creation, changed on the source,
// changed by hand on the target, refused.

#include "mirror/cluster/topic_config.h"

#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "mirror/cluster/cluster_admin.h"
#include "mirror/telemetry/engine_event.h"
#include "mirror/testing/matchers.h"
#include "tests/integration/mirror_test.h"
#include "tests/integration/test_cluster.h"
#include "tests/support/child_process.h"
#include "tests/support/java_tool.h"
#include "tests/support/raw_client.h"

namespace mirror::internal::testing {
namespace {

using Kind = EngineEvent::Kind;

// The topic's overrides.
std::map<std::string, std::string> ConfigsOf(TestCluster* cluster,
                                             const std::string& topic) {
  const auto admin = cluster->cluster()->NewAdmin("test").value();
  const auto configs = admin->DescribeTopicConfigs({topic})[0];
  std::map<std::string, std::string> overrides;
  if (!configs.ok()) return {{"error", configs.status().ToString()}};
  for (const TopicConfig& config : *configs) {
    if (config.source != ConfigSource::kTopic) continue;
    overrides[config.name] = config.value.value_or("");
  }
  return overrides;
}

// A broker that refuses compression.type, from everybody.
std::unique_ptr<TestCluster> StartRefusing(const std::string& alias) {
  const std::string jars = std::getenv("KAFKA_JARS");
  const std::string more_jars = MakeTestDirectory("jars");
  const std::string source = "tests/integration/RefusingPolicy.java";
  const auto built =
      RunJavaTool(source, {source, absl::StrCat(more_jars, "/policy.jar")});
  EXPECT_THAT(built, IsOk());
  for (const auto& jar : std::filesystem::directory_iterator(jars)) {
    std::filesystem::create_symlink(
        jar.path(),
        absl::StrCat(more_jars, "/", jar.path().filename().string()));
  }
  setenv("KAFKA_JARS", more_jars.c_str(), 1);
  auto cluster = TestCluster::Start(
      alias, {"alter.config.policy.class.name=RefusingPolicy"});
  setenv("KAFKA_JARS", jars.c_str(), 1);
  EXPECT_THAT(cluster, IsOk());
  return *std::move(cluster);
}

class TopicConfigTest : public MirrorTest {
 protected:
  static Flow SyncingFlow() {
    Flow flow = NewFlow();
    flow.topic_configs.enabled = true;
    flow.topic_configs.interval = absl::Seconds(1);
    return flow;
  }

  static void SetOnSource(const std::string& name, const std::string& value) {
    SetTopicConfig(source()->servers(), Topic("orders"), name, value);
  }
  static void SetOnTarget(const std::string& name, const std::string& value) {
    SetTopicConfig(target()->servers(), Copy("orders"), name, value);
  }
  static bool AwaitOnTarget(const std::map<std::string, std::string>& configs,
                            TestCluster* cluster = target()) {
    return Eventually(
        [&] { return ConfigsOf(cluster, Copy("orders")) == configs; });
  }
};

TEST_F(TopicConfigTest, TopicsAreCreatedWithConfigsAndFollowTheSource) {
  source()->CreateTopic(Topic("orders"), 2,
                        {{"cleanup.policy", "compact"},
                         {"message.timestamp.type", "LogAppendTime"},
                         {"retention.bytes", "1000000"}});
  RunningMirror mirror(SyncingFlow());
  EXPECT_TRUE(AwaitOnTarget(
      {{"cleanup.policy", "compact"}, {"retention.bytes", "1000000"}}));
  SetOnSource("retention.bytes", "3000000");
  EXPECT_TRUE(AwaitOnTarget(
      {{"cleanup.policy", "compact"}, {"retention.bytes", "3000000"}}));
  EXPECT_TRUE(mirror.AwaitEvent(
      Kind::kTopicConfigsChanged,
      {Copy("orders"), "retention.bytes 1000000 -> 3000000"}));
  SetOnSource("retention.bytes", "");
  EXPECT_TRUE(AwaitOnTarget({{"cleanup.policy", "compact"}}));
  EXPECT_EQ(mirror.EventCount(Kind::kTopicConfigOverwritten), 0);
}

TEST_F(TopicConfigTest, AChangeByHandIsReportedAndUndoneUnlessItIsExcluded) {
  source()->CreateTopic(Topic("orders"), 1, {{"retention.bytes", "1000000"}});
  RunningMirror mirror(SyncingFlow());
  ASSERT_TRUE(AwaitOnTarget({{"retention.bytes", "1000000"}}));
  ASSERT_TRUE(
      Eventually([&] { return mirror.Status().topic_configs().topics() > 0; }));
  SetOnTarget("min.insync.replicas", "2");
  SetOnTarget("retention.bytes", "2000000");
  EXPECT_TRUE(mirror.AwaitEvent(
      Kind::kTopicConfigOverwritten,
      {Copy("orders"), "retention.bytes is 2000000 on cluster B",
       "is now set to 1000000"}));
  EXPECT_TRUE(AwaitOnTarget(
      {{"min.insync.replicas", "2"}, {"retention.bytes", "1000000"}}));
  SetOnTarget("segment.ms", "5000000");
  EXPECT_TRUE(mirror.AwaitEvent(Kind::kTopicConfigOverwritten,
                                {"segment.ms is 5000000", "the default"}));
  EXPECT_TRUE(AwaitOnTarget(
      {{"min.insync.replicas", "2"}, {"retention.bytes", "1000000"}}));
}

TEST_F(TopicConfigTest, AMissingPermissionNamesTheAclToGrant) {
  source()->CreateTopic(Topic("orders"), 1);
  RunningMirror mirror(SyncingFlow());
  ASSERT_TRUE(AwaitOnTarget({}));
  Deny(target()->servers(), Copy("orders"), AclOperation::kAlterConfigs);
  SetOnSource("retention.bytes", "1000000");
  EXPECT_TRUE(mirror.AwaitEvent(
      Kind::kTopicConfigRefused,
      {Copy("orders"), absl::StrCat("allow ALTER_CONFIGS on topic ",
                                    Copy("orders"), " on cluster B")}));
  AllowAll(target()->servers(), Copy("orders"));
  EXPECT_TRUE(AwaitOnTarget({{"retention.bytes", "1000000"}}));
  Deny(source()->servers(), Topic("orders"), AclOperation::kDescribeConfigs);
  EXPECT_TRUE(mirror.AwaitEvent(
      Kind::kTopicConfigRefused,
      {Copy("orders"), absl::StrCat("allow DESCRIBE_CONFIGS on topic ",
                                    Topic("orders"), " on cluster A")}));
  AllowAll(source()->servers(), Topic("orders"));
}

TEST_F(TopicConfigTest, ATopicWhoseConfigsMayNotBeReadIsMirrored) {
  source()->CreateTopic(Topic("orders"), 1, {{"retention.bytes", "1000000"}});
  Deny(source()->servers(), Topic("orders"), AclOperation::kDescribeConfigs);
  RunningMirror mirror(SyncingFlow());
  source()->AppendNumbers({Topic("orders"), 0}, 0, 10);
  EXPECT_TRUE(mirror.AwaitCopied(source(), Topic("orders")));
  EXPECT_TRUE(mirror.AwaitEvent(
      Kind::kTopicConfigRefused,
      {"created with the defaults of cluster B", "DESCRIBE_CONFIGS"}));
  AllowAll(source()->servers(), Topic("orders"));
  EXPECT_TRUE(AwaitOnTarget({{"retention.bytes", "1000000"}}));
}

TEST_F(TopicConfigTest, WhatTheTargetRefusesHoldsUpNothingElse) {
  const auto refusing = StartRefusing("B");
  source()->CreateTopic(
      Topic("orders"), 1,
      {{"compression.type", "gzip"}, {"retention.bytes", "1000000"}});
  source()->AppendNumbers({Topic("orders"), 0}, 0, 10);
  Flow flow = SyncingFlow();
  flow.target.properties = {{"bootstrap.servers", refusing->servers()}};
  RunningMirror mirror(std::move(flow));
  EXPECT_TRUE(mirror.AwaitCopied(source(), Topic("orders")));
  EXPECT_TRUE(AwaitOnTarget({{"retention.bytes", "1000000"}}, refusing.get()));
  SetOnSource("retention.bytes", "3000000");
  SetOnSource("segment.ms", "5000000");
  EXPECT_TRUE(
      AwaitOnTarget({{"retention.bytes", "3000000"}, {"segment.ms", "5000000"}},
                    refusing.get()));
  EXPECT_TRUE(mirror.AwaitEvent(
      Kind::kTopicConfigRefused,
      {Copy("orders"), "compression.type is not set to gzip", "cluster B",
       "compression.type is the operator's", "config.properties.exclude"}));
  ASSERT_TRUE(Eventually(
      [&] { return mirror.Status().topic_configs().problem_count() == 1; }));
  EXPECT_EQ(mirror.Status().topic_configs().problems(0).config(),
            "compression.type");
}

}  // namespace
}  // namespace mirror::internal::testing
