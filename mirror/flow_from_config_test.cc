// SPDX-License-Identifier: Apache-2.0

#include "mirror/flow_from_config.h"

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/cluster/credential_source.h"
#include "mirror/config/mirror_maker_config.h"
#include "mirror/java/config_provider.h"
#include "mirror/testing/matchers.h"

namespace mirror {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;

// The flow A->B of a file with these lines, from line 5 on.
FlowConfig AToB(const std::string& lines) {
  ConfigSources no_sources;
  no_sources.get_env = [](const std::string&) -> absl::optional<std::string> {
    return absl::nullopt;
  };
  const auto config =
      MirrorMakerConfig::Parse(absl::StrCat("clusters = A, B\n"
                                            "A.bootstrap.servers = a:9092\n"
                                            "B.bootstrap.servers = b:9092\n"
                                            "A->B.enabled = true\n",
                                            lines),
                               "mm2.properties", no_sources);
  EXPECT_THAT(config, IsOk());
  return config.ok() ? config->flows().front() : FlowConfig();
}

Flow Map(const std::string& lines) {
  auto flow = FlowFromConfig(AToB(lines));
  EXPECT_THAT(flow, IsOk());
  return flow.ok() ? *std::move(flow) : Flow("", "");
}

TEST(FlowFromConfigTest, AliasesAreApartFromTheNamesOfTheClusters) {
  const Flow flow =
      Map("A->B.source.cluster.alias = siteone\n"
          "target.cluster.alias = sitetwo\n"
          "replication.policy.class = IdentityReplicationPolicy\n");
  EXPECT_EQ(flow.name(), "A->B");
  EXPECT_EQ(flow.source.alias, "siteone");
  EXPECT_EQ(flow.target.alias, "sitetwo");
  EXPECT_EQ(flow.progress_topic, "mm2-offsets.A.internal");
  EXPECT_EQ(flow.policy->TopicSource("orders"), "siteone");
}

TEST(FlowFromConfigTest, NothingWrittenGivesTheEnginesOwnDefaults) {
  const Flow flow = Map("");
  const Flow fresh("A", "B");
  EXPECT_EQ(flow.name(), "A->B");
  EXPECT_TRUE(flow.replicate);
  EXPECT_EQ(flow.shards, fresh.shards);
  EXPECT_EQ(flow.read_committed, fresh.read_committed);
  EXPECT_EQ(flow.start_at, fresh.start_at);
  EXPECT_EQ(flow.on_source_gap, fresh.on_source_gap);
  EXPECT_EQ(flow.refresh_topics_interval, fresh.refresh_topics_interval);
  EXPECT_EQ(flow.replication_factor, fresh.replication_factor);
  EXPECT_EQ(flow.offset_flush_interval, fresh.offset_flush_interval);
  EXPECT_EQ(flow.offset_flush_bytes, fresh.offset_flush_bytes);
  EXPECT_EQ(flow.forget_deleted_topics_after,
            fresh.forget_deleted_topics_after);
  EXPECT_EQ(flow.progress_topic, "mm2-offsets.A.internal");
  EXPECT_EQ(flow.progress_partitions, fresh.progress_partitions);
  EXPECT_EQ(flow.heartbeats.interval, fresh.heartbeats.interval);
  EXPECT_EQ(flow.offset_syncs.location, fresh.offset_syncs.location);
  EXPECT_EQ(flow.offset_syncs.lag_max, fresh.offset_syncs.lag_max);
}

TEST(FlowFromConfigTest, TopicsAndPolicyAreTheConfiguredOnes) {
  const Flow flow =
      Map("topics = orders.*, ledger\n"
          "topics.exclude = orders-old\n"
          "replication.policy.separator = _\n"
          "heartbeats.replication.enabled = false\n"
          "refresh.topics.enabled = false\n"
          "replication.factor = 2\n");
  EXPECT_TRUE(flow.topics->ShouldReplicateTopic("orders-new"));
  EXPECT_TRUE(flow.topics->ShouldReplicateTopic("ledger"));
  EXPECT_FALSE(flow.topics->ShouldReplicateTopic("orders-old"));
  EXPECT_EQ(flow.policy->FormatRemoteTopic("A", "orders"), "A_orders");
  EXPECT_FALSE(flow.replicate_heartbeats);
  EXPECT_EQ(flow.refresh_topics_interval, absl::InfiniteDuration());
  EXPECT_EQ(flow.replication_factor, 2);
}

TEST(FlowFromConfigTest, IdentityKnowsItsSource) {
  const Flow flow =
      Map("replication.policy.class = "
          "org.apache.kafka.connect.mirror.IdentityReplicationPolicy\n");
  EXPECT_EQ(flow.policy->FormatRemoteTopic("A", "orders"), "orders");
  EXPECT_EQ(flow.policy->TopicSource("orders"), "A");
}

TEST(FlowFromConfigTest, RenamesTopicsBeforeThePolicyAddsItsPrefix) {
  const std::string rename = "replication.policy.rename = orders:bills, a:b\n";
  EXPECT_EQ(Map(rename).policy->FormatRemoteTopic("A", "orders"), "A.bills");
  const Flow flow = Map(absl::StrCat(
      rename, "replication.policy.class = IdentityReplicationPolicy\n"));
  EXPECT_EQ(flow.policy->FormatRemoteTopic("A", "orders"), "bills");
  EXPECT_EQ(flow.policy->UpstreamTopic("bills"), "orders");
  EXPECT_EQ(flow.policy->TopicSource("bills"), "A");
}

TEST(FlowFromConfigTest, RefusesRenamingThatCannotBe) {
  for (const char* names : {"orders", "a:b,c:b", "orders:heartbeats"}) {
    FlowConfig config = AToB("");
    config.renamed_topics = names;
    EXPECT_THAT(FlowFromConfig(config),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("replication.policy.rename")))
        << names;
  }
}

TEST(FlowFromConfigTest, RunningAndBookkeepingAreTheConfiguredOnes) {
  const Flow flow =
      Map("tasks.max = 7\n"
          "on.source.gap = reseed\n"
          "on.target.change = skip\n"
          "on.refused.record = dead-letter\n"
          "dead.letter.topic = letters\n"
          "A.consumer.auto.offset.reset = latest\n"
          "A.consumer.isolation.level = read_uncommitted\n"
          "emit.heartbeats.interval.seconds = 3\n"
          "heartbeats.topic.replication.factor = 1\n"
          "emit.offset-syncs.enabled = false\n"
          "offset-syncs.topic.location = target\n"
          "offset-syncs.topic.replication.factor = 2\n"
          "offset.lag.max = 5\n"
          "offset.flush.interval.ms = 500\n"
          "offset.flush.bytes = 4000\n"
          "forget.deleted.topics.after.ms = 60000\n"
          "offset.storage.topic = offsets\n"
          "offset.storage.partitions = 3\n"
          "offset.storage.replication.factor = 1\n");
  EXPECT_EQ(flow.shards, 7);
  EXPECT_EQ(flow.on_source_gap, GapPolicy::kReseed);
  EXPECT_EQ(flow.on_target_change, GapPolicy::kSkip);
  EXPECT_EQ(flow.on_refused_record, RefusedPolicy::kDeadLetter);
  EXPECT_EQ(flow.dead_letter_topic, "letters");
  EXPECT_EQ(flow.start_at, StartAt::kLatest);
  EXPECT_FALSE(flow.read_committed);
  EXPECT_EQ(flow.heartbeats.interval, absl::Seconds(3));
  EXPECT_EQ(flow.heartbeats.replication_factor, 1);
  EXPECT_FALSE(flow.offset_syncs.enabled);
  EXPECT_EQ(flow.offset_syncs.location, OffsetSyncOptions::Location::kTarget);
  EXPECT_EQ(flow.offset_syncs.replication_factor, 2);
  EXPECT_EQ(flow.offset_syncs.lag_max, 5);
  EXPECT_EQ(flow.offset_flush_interval, absl::Milliseconds(500));
  EXPECT_EQ(flow.offset_flush_bytes, 4000);
  EXPECT_EQ(flow.forget_deleted_topics_after, absl::Minutes(1));
  EXPECT_EQ(
      Map("forget.deleted.topics.after.ms = -1\n").forget_deleted_topics_after,
      absl::InfiniteDuration());
  EXPECT_EQ(flow.progress_topic, "offsets");
  EXPECT_EQ(flow.progress_partitions, 3);
  EXPECT_EQ(flow.progress_replication_factor, 1);
}

TEST(FlowFromConfigTest, CheckpointsAndGroupOffsetsAreTakenOver) {
  const Flow flow =
      Map("groups = billing.*\n"
          "emit.checkpoints.interval.seconds = 7\n"
          "refresh.groups.interval.seconds = 8\n"
          "checkpoints.topic.replication.factor = 1\n"
          "sync.group.offsets.enabled = true\n"
          "sync.group.offsets.interval.seconds = 9\n"
          "sync.group.offsets.follow.rewinds = true\n");
  EXPECT_TRUE(flow.checkpoints.follow_rewinds);
  EXPECT_TRUE(flow.groups->ShouldReplicateGroup("billing-eu"));
  EXPECT_FALSE(flow.groups->ShouldReplicateGroup("audit"));
  EXPECT_TRUE(flow.checkpoints.enabled);
  EXPECT_EQ(flow.checkpoints.interval, absl::Seconds(7));
  EXPECT_EQ(flow.checkpoints.refresh_groups_interval, absl::Seconds(8));
  EXPECT_EQ(flow.checkpoints.replication_factor, 1);
  EXPECT_TRUE(flow.checkpoints.sync_group_offsets);
  EXPECT_EQ(flow.checkpoints.sync_group_offsets_interval, absl::Seconds(9));
  EXPECT_FALSE(Map("emit.checkpoints.enabled = false\n").checkpoints.enabled);
  EXPECT_FALSE(Map("").checkpoints.sync_group_offsets);
}

TEST(FlowFromConfigTest, AclsAreTakenOver) {
  const Flow flow =
      Map("sync.topic.acls.interval.seconds = 7\n"
          "sync.topic.acls.prefixed.enabled = true\n"
          "sync.group.acls.enabled = true\n"
          "sync.topic.acls.remove.enabled = true\n");
  EXPECT_TRUE(flow.acls.enabled);
  EXPECT_EQ(flow.acls.interval, absl::Seconds(7));
  EXPECT_TRUE(flow.acls.prefixed);
  EXPECT_TRUE(flow.acls.groups);
  EXPECT_TRUE(flow.acls.remove);
  EXPECT_FALSE(Map("sync.topic.acls.enabled = false\n").acls.enabled);
  const AclSyncOptions by_default = Map("").acls;
  EXPECT_EQ(by_default.interval, AclSyncOptions().interval);
  EXPECT_FALSE(by_default.prefixed || by_default.groups || by_default.remove);
}

TEST(FlowFromConfigTest, EachClientGetsItsSettingsInLibrdkafkasTerms) {
  const Flow flow =
      Map("A.consumer.fetch.min.bytes = 7\n"
          "A.producer.client.id = syncs\n"
          "A.admin.request.timeout.ms = 5000\n"
          "B.producer.batch.size = 12345\n"
          "B.admin.request.timeout.ms = 6000\n"
          "B.consumer.fetch.max.wait.ms = 8\n");
  EXPECT_THAT(flow.source.properties,
              ElementsAre(Pair("bootstrap.servers", "a:9092")));
  EXPECT_THAT(flow.target.properties,
              ElementsAre(Pair("bootstrap.servers", "b:9092")));
  EXPECT_THAT(flow.source.consumer_properties,
              AllOf(Contains(Pair("fetch.min.bytes", "7")),
                    Contains(Pair("bootstrap.servers", "a:9092"))));
  EXPECT_THAT(flow.source.producer_properties,
              Contains(Pair("client.id", "syncs")));
  EXPECT_THAT(flow.source.admin_properties,
              Contains(Pair("socket.timeout.ms", "5000")));
  EXPECT_THAT(flow.target.producer_properties,
              Contains(Pair("batch.size", "12345")));
  EXPECT_THAT(flow.target.admin_properties,
              Contains(Pair("socket.timeout.ms", "6000")));
  EXPECT_THAT(flow.target.consumer_properties,
              Contains(Pair("fetch.wait.max.ms", "8")));
}

TEST(FlowFromConfigTest, TakesWhatTheFileSaysOfTopicConfigs) {
  const Flow defaults = FlowFromConfig(AToB("")).value();
  EXPECT_TRUE(defaults.topic_configs.enabled);
  EXPECT_EQ(defaults.topic_configs.interval, absl::Seconds(600));
  const ConfigPropertyFilter& mm2 = *defaults.topic_configs.filter;
  EXPECT_FALSE(mm2.ShouldReplicateConfigProperty("min.insync.replicas"));
  EXPECT_TRUE(mm2.ShouldReplicateConfigProperty("retention.ms"));
  EXPECT_FALSE(mm2.ShouldReplicateSourceDefault("retention.ms"));
  const Flow flow =
      FlowFromConfig(AToB("sync.topic.configs.interval.seconds = 30\n"
                          "config.properties.exclude = retention.*\n"
                          "use.defaults.from = source\n"))
          .value();
  EXPECT_EQ(flow.topic_configs.interval, absl::Seconds(30));
  const ConfigPropertyFilter& filter = *flow.topic_configs.filter;
  EXPECT_FALSE(filter.ShouldReplicateConfigProperty("retention.ms"));
  EXPECT_TRUE(filter.ShouldReplicateConfigProperty("min.insync.replicas"));
  EXPECT_TRUE(filter.ShouldReplicateSourceDefault("retention.ms"));
}

TEST(FlowFromConfigTest, TopicConfigsCanBeLeftAlone) {
  EXPECT_FALSE(FlowFromConfig(AToB("sync.topic.configs.enabled = false\n"))
                   ->topic_configs.enabled);
}

TEST(FlowFromConfigTest, ExactlyOnceIsRefusedWithItsPlace) {
  EXPECT_THAT(FlowFromConfig(AToB("exactly.once.source.support = enabled\n")),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("mm2.properties:5: "
                                 "exactly.once.source.support = enabled: ")));
}

TEST(FlowFromConfigTest, AFlowThatIsNotEnabledOnlyBeats) {
  FlowConfig config = AToB("");
  config.enabled = false;
  EXPECT_FALSE(FlowFromConfig(config)->replicate);
  EXPECT_TRUE(FlowFromConfig(config)->heartbeats.enabled);
  EXPECT_THAT(LeftOutOfFlow(config), IsEmpty());
}

TEST(LeftOutOfFlowTest, SaysNothingWhereNothingIsLeftOut) {
  EXPECT_THAT(LeftOutOfFlow(AToB("")), IsEmpty());
}

TEST(LeftOutOfFlowTest, NamesWhatIsTakenOtherwise) {
  const FlowConfig config = AToB(
      "admin.timeout.ms = 5000\n"
      "offset-syncs.topic.location = target\n"
      "A->B.producer.linger.ms = 9\n"
      "tasks.max = 500\n");
  EXPECT_EQ(FlowFromConfig(config)->shards, 64);
  EXPECT_THAT(LeftOutOfFlow(config),
              ElementsAre("tasks.max = 500 is clamped to 64",
                          HasSubstr("admin.timeout.ms has no effect"),
                          HasSubstr("no effect: linger.ms")));
}

TEST(FlowFromConfigTest, CredentialsAreReadAgainWhenAsked) {
  std::string password = "old";
  ConfigSources sources;
  sources.get_env =
      [&password](const std::string& name) -> absl::optional<std::string> {
    if (name == "PASSWORD" && !password.empty()) return password;
    return absl::nullopt;
  };
  const auto config = MirrorMakerConfig::Parse(
      "clusters = A, B\nA->B.enabled = true\n"
      "A.bootstrap.servers = a:9092\nB.bootstrap.servers = b:9092\n"
      "A.security.protocol = SASL_PLAINTEXT\nA.sasl.mechanism = PLAIN\n"
      "A.sasl.jaas.config = x.PlainLoginModule required username=u "
      "password=\"${env:PASSWORD}\";\n"
      "A->B.source.admin.sasl.jaas.config = x.PlainLoginModule required "
      "username=admin password=fixed;\n",
      "mm2.properties", sources);
  ASSERT_THAT(config, IsOk());
  const Flow flow = FlowFromConfig(config->flows().front()).value();
  password = "new";
  const auto consumer = flow.source.credentials(ClientKind::kConsumer);
  ASSERT_THAT(consumer, IsOk());
  EXPECT_THAT(*consumer, Contains(Pair("sasl.password", "new")));
  EXPECT_THAT(*consumer, Contains(Pair("sasl.mechanism", "PLAIN")));
  EXPECT_THAT(*consumer, Not(Contains(Pair("bootstrap.servers", "a:9092"))));
  EXPECT_THAT(*flow.source.credentials(ClientKind::kAdmin),
              Contains(Pair("sasl.username", "admin")));
  EXPECT_THAT(*flow.target.credentials(ClientKind::kProducer), IsEmpty());
  password.clear();
  EXPECT_THAT(
      std::string(
          flow.source.credentials(ClientKind::kConsumer).status().message()),
      AllOf(HasSubstr("PASSWORD is not set"), Not(HasSubstr("new"))));
}

}  // namespace
}  // namespace mirror
