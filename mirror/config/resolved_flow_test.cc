// SPDX-License-Identifier: Apache-2.0

#include "mirror/config/resolved_flow.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/config/config_testing.h"
#include "mirror/config/mirror_maker_config.h"
#include "mirror/flow.h"
#include "mirror/flow_options.h"
#include "mirror/java/config_sources.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;

TEST(ResolvedFlowTest, AliasesAreApartFromTheNamesOfTheClusters) {
  const Flow flow = AToB(
      "A->B.source.cluster.alias = siteone\n"
      "target.cluster.alias = sitetwo\n"
      "replication.policy.class = IdentityReplicationPolicy\n");
  EXPECT_EQ(flow.name(), "A->B");
  EXPECT_EQ(flow.source.alias, "siteone");
  EXPECT_EQ(flow.target.alias, "sitetwo");
  EXPECT_EQ(flow.offset_storage_topic, "mm2-offsets.A.internal");
  EXPECT_EQ(flow.policy->TopicSource("orders"), "siteone");
}

TEST(ResolvedFlowTest, NothingWrittenGivesTheEnginesOwnDefaults) {
  const Flow flow = AToB("");
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
  EXPECT_EQ(flow.offset_storage_topic, "mm2-offsets.A.internal");
  EXPECT_EQ(flow.offset_storage_partitions, fresh.offset_storage_partitions);
  EXPECT_EQ(flow.ownership, fresh.ownership);
  EXPECT_EQ(flow.group_id, "A-mm2");
  EXPECT_EQ(flow.group_instance_id, fresh.group_instance_id);
  EXPECT_EQ(flow.session_timeout, fresh.session_timeout);
  EXPECT_EQ(flow.heartbeats.interval, fresh.heartbeats.interval);
  EXPECT_EQ(flow.offset_syncs.location, fresh.offset_syncs.location);
  EXPECT_EQ(flow.offset_syncs.lag_max, fresh.offset_syncs.lag_max);
}

TEST(ResolvedFlowTest, TopicsAndPolicyAreTheConfiguredOnes) {
  const Flow flow = AToB(
      "topics = orders.*, ledger\n"
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

TEST(ResolvedFlowTest, IdentityKnowsItsSource) {
  const Flow flow = AToB(
      "replication.policy.class = "
      "org.apache.kafka.connect.mirror.IdentityReplicationPolicy\n");
  EXPECT_EQ(flow.policy->FormatRemoteTopic("A", "orders"), "orders");
  EXPECT_EQ(flow.policy->TopicSource("orders"), "A");
}

TEST(ResolvedFlowTest, RenamesTopicsBeforeThePolicyAddsItsPrefix) {
  const std::string rename = "replication.policy.rename = orders:bills, a:b\n";
  EXPECT_EQ(AToB(rename).policy->FormatRemoteTopic("A", "orders"), "A.bills");
  const Flow flow = AToB(absl::StrCat(
      rename, "replication.policy.class = IdentityReplicationPolicy\n"));
  EXPECT_EQ(flow.policy->FormatRemoteTopic("A", "orders"), "bills");
  EXPECT_EQ(flow.policy->UpstreamTopic("bills"), "orders");
  EXPECT_EQ(flow.policy->TopicSource("bills"), "A");
}

TEST(ResolvedFlowTest, ReportsRenamingThatCannotBe) {
  for (const char* names : {"orders", "a:b,c:b", "orders:heartbeats"}) {
    EXPECT_THAT(Errors(absl::StrCat(kTwoClusters,
                                    "replication.policy.rename=", names, "\n")),
                HasSubstr("replication.policy.rename"))
        << names;
  }
}

TEST(ResolvedFlowTest, RunningAndBookkeepingAreTheConfiguredOnes) {
  const Flow flow = AToB(
      "tasks.max = 7\n"
      "on.source.gap = reseed\n"
      "on.target.change = skip\n"
      "on.rejected.record = dead-letter\n"
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
  EXPECT_EQ(flow.on_source_gap, LossPolicy::kReseed);
  EXPECT_EQ(flow.on_target_change, LossPolicy::kSkip);
  EXPECT_EQ(flow.on_rejected_record, RejectedRecordPolicy::kDeadLetter);
  EXPECT_EQ(flow.dead_letter_topic, "letters");
  EXPECT_EQ(flow.start_at, StartAt::kLatest);
  EXPECT_FALSE(flow.read_committed);
  EXPECT_EQ(flow.heartbeats.interval, absl::Seconds(3));
  EXPECT_EQ(flow.heartbeats.replication_factor, 1);
  EXPECT_FALSE(flow.offset_syncs.enabled);
  EXPECT_EQ(flow.offset_syncs.location, ClusterSide::kTarget);
  EXPECT_EQ(flow.offset_syncs.replication_factor, 2);
  EXPECT_EQ(flow.offset_syncs.lag_max, 5);
  EXPECT_EQ(flow.offset_flush_interval, absl::Milliseconds(500));
  EXPECT_EQ(flow.offset_flush_bytes, 4000);
  EXPECT_EQ(flow.forget_deleted_topics_after, absl::Minutes(1));
  EXPECT_EQ(
      AToB("forget.deleted.topics.after.ms = -1\n").forget_deleted_topics_after,
      absl::InfiniteDuration());
  EXPECT_EQ(flow.offset_storage_topic, "offsets");
  EXPECT_EQ(flow.offset_storage_partitions, 3);
  EXPECT_EQ(flow.offset_storage_replication_factor, 1);
}

TEST(ResolvedFlowTest, OwnershipIsTheConfiguredOne) {
  const Flow flow = AToB(
      "A->B.mirror.ownership = group\n"
      "B.group.id = mirrors\n"
      "group.instance.id = host-1\n"
      "B.session.timeout.ms = 30000\n");
  EXPECT_EQ(flow.ownership, Ownership::kGroup);
  EXPECT_EQ(flow.group_id, "mirrors");
  EXPECT_EQ(flow.group_instance_id, "host-1");
  EXPECT_EQ(flow.session_timeout, absl::Seconds(30));
}

TEST(ResolvedFlowTest, CheckpointsAndGroupOffsetsAreTakenOver) {
  const Flow flow = AToB(
      "groups = billing.*\n"
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
  EXPECT_FALSE(AToB("emit.checkpoints.enabled = false\n").checkpoints.enabled);
  EXPECT_FALSE(AToB("").checkpoints.sync_group_offsets);
}

TEST(ResolvedFlowTest, AclsAreTakenOver) {
  const Flow flow = AToB(
      "sync.topic.acls.interval.seconds = 7\n"
      "sync.topic.acls.prefixed.enabled = true\n"
      "sync.group.acls.enabled = true\n"
      "sync.topic.acls.remove.enabled = true\n");
  EXPECT_TRUE(flow.acls.enabled);
  EXPECT_EQ(flow.acls.interval, absl::Seconds(7));
  EXPECT_TRUE(flow.acls.prefixed);
  EXPECT_TRUE(flow.acls.groups);
  EXPECT_TRUE(flow.acls.remove);
  EXPECT_FALSE(AToB("sync.topic.acls.enabled = false\n").acls.enabled);
  const AclSyncOptions by_default = AToB("").acls;
  EXPECT_EQ(by_default.interval, AclSyncOptions().interval);
  EXPECT_FALSE(by_default.prefixed || by_default.groups || by_default.remove);
}

TEST(ResolvedFlowTest, EachClientGetsItsSettingsInLibrdkafkasTerms) {
  const Flow flow = AToB(
      "A.consumer.fetch.min.bytes = 7\n"
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

TEST(ResolvedFlowTest, TakesWhatTheFileSaysOfTopicConfigs) {
  const Flow defaults = AToB("");
  EXPECT_TRUE(defaults.topic_configs.enabled);
  EXPECT_EQ(defaults.topic_configs.interval, absl::Seconds(600));
  const ConfigPropertyFilter& mm2 = *defaults.topic_configs.filter;
  EXPECT_FALSE(mm2.ShouldReplicateConfigProperty("min.insync.replicas"));
  EXPECT_TRUE(mm2.ShouldReplicateConfigProperty("retention.ms"));
  EXPECT_FALSE(mm2.ShouldReplicateSourceDefault("retention.ms"));
  const Flow flow = AToB(
      "sync.topic.configs.interval.seconds = 30\n"
      "config.properties.exclude = retention.*\n"
      "use.defaults.from = source\n");
  EXPECT_EQ(flow.topic_configs.interval, absl::Seconds(30));
  const ConfigPropertyFilter& filter = *flow.topic_configs.filter;
  EXPECT_FALSE(filter.ShouldReplicateConfigProperty("retention.ms"));
  EXPECT_TRUE(filter.ShouldReplicateConfigProperty("min.insync.replicas"));
  EXPECT_TRUE(filter.ShouldReplicateSourceDefault("retention.ms"));
}

TEST(ResolvedFlowTest, TopicConfigsCanBeLeftAlone) {
  EXPECT_FALSE(
      AToB("sync.topic.configs.enabled = false\n").topic_configs.enabled);
}

TEST(ResolvedFlowTest, ExactlyOnceIsReportedWithItsPlace) {
  EXPECT_THAT(Errors(absl::StrCat(kTwoClusters,
                                  "exactly.once.source.support = enabled\n")),
              HasSubstr("mm2.properties:5: exactly.once.source.support = "
                        "enabled: "));
}

TEST(ResolvedFlowTest, NothingUnsupportedGivesNoWarning) {
  EXPECT_THAT(Parse(kTwoClusters)->warnings(), IsEmpty());
}

TEST(ResolvedFlowTest, CredentialsAreReadAgainWhenAsked) {
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
  const Flow flow = config->flows().front();
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
}  // namespace mirror::internal
