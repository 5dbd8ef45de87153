// SPDX-License-Identifier: Apache-2.0

#include "mirror/config/mirror_maker_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "mirror/config/config_testing.h"
#include "mirror/flow.h"
#include "mirror/flow_options.h"
#include "mirror/java/config_sources.h"

namespace mirror::internal {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

struct Pairs {
  std::string text;
  size_t count;
};

class ActivePairs : public testing::TestWithParam<Pairs> {};

TEST_P(ActivePairs, AreThoseOfMm2) {
  const auto config =
      Parse(absl::StrCat("bootstrap.servers=k:9092\n", GetParam().text));
  if (GetParam().count == 0) {
    EXPECT_THAT(config.status().message(), HasSubstr("no flow is configured"));
  } else {
    ASSERT_TRUE(config.ok()) << config.status();
    EXPECT_EQ(config->flows().size(), GetParam().count);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Mm2, ActivePairs,
    testing::Values(
        Pairs{"clusters=a,b,c\n", 6},
        Pairs{"clusters=a,b,c\nemit.heartbeats.enabled=false\n", 0},
        Pairs{"clusters=a,b,c\na->b.emit.heartbeats.enabled=false\n"
              "a->c.emit.heartbeats.enabled=false\n",
              4},
        Pairs{"clusters=a,b,c,d,e,f\nemit.heartbeats.enabled=false\n"
              "a->b.enabled=true\na->c.enabled=true\na->d.enabled=true\n"
              "a->e.enabled=false\na->f.enabled=false\n",
              3},
        Pairs{"clusters=central,local_one,local_two,beats_emitter\n"
              "emit.heartbeats.enabled=false\n"
              "central->local_one.enabled=true\n"
              "central->local_two.enabled=true\n"
              "beats_emitter->central.emit.heartbeats.enabled=true\n",
              3}));

TEST(MirrorMakerConfigTest, PairThatOnlyBeatsDoesNotReplicate) {
  const auto config = Parse(kTwoClusters);
  ASSERT_TRUE(config.ok()) << config.status();
  ASSERT_EQ(config->flows().size(), 2u);
  EXPECT_EQ(config->flows()[1].name(), "B->A");
  EXPECT_FALSE(config->flows()[1].replicate);
  EXPECT_TRUE(config->flows()[1].heartbeats.enabled);
}

TEST(MirrorMakerConfigTest, ClustersOptionKeepsFlowsIntoThemOnly) {
  const auto config = Parse(kTwoClusters, {"B"});
  ASSERT_TRUE(config.ok()) << config.status();
  ASSERT_EQ(config->flows().size(), 1u);
  EXPECT_EQ(config->flows()[0].name(), "A->B");
  EXPECT_THAT(Parse(kTwoClusters, {"C"}).status().message(),
              HasSubstr("--clusters names 'C', which is not one of: A, B"));
}

// The configurations that a real MM2 ran with.
absl::StatusOr<MirrorMakerConfig> Golden(const std::string& run) {
  return MirrorMakerConfig::Load(
      absl::StrCat("tests/golden/", run, "/mm2.properties"),
      ConfigSources::System());
}

TEST(GoldenConfigTest, DefaultIsReadAsMm2ReadIt) {
  const auto config = Golden("default");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_THAT(config->warnings(), IsEmpty());
  ASSERT_EQ(config->flows().size(), 2u);
  const Flow& flow = config->flows()[0];
  EXPECT_TRUE(flow.replicate);
  EXPECT_TRUE(flow.topics->ShouldReplicateTopic("payments.v1"));
  EXPECT_FALSE(flow.topics->ShouldReplicateTopic("payments-v1"));
  EXPECT_EQ(flow.shards, 2);
  EXPECT_EQ(flow.replication_factor, 1);
  EXPECT_EQ(flow.offset_storage_replication_factor, 1);
  EXPECT_EQ(flow.offset_flush_interval, absl::Seconds(5));
  EXPECT_EQ(flow.checkpoints.interval, absl::Seconds(3));
  EXPECT_TRUE(flow.checkpoints.sync_group_offsets);
  EXPECT_EQ(flow.checkpoints.sync_group_offsets_interval, absl::Seconds(3));
  EXPECT_FALSE(flow.acls.enabled);
  EXPECT_EQ(flow.policy->FormatRemoteTopic("A", "orders"), "A.orders");
  EXPECT_EQ(flow.offset_syncs.location, ClusterSide::kSource);
  EXPECT_EQ(flow.offset_storage_topic, "mm2-offsets.A.internal");
  // B.offset.flush.interval.ms is about flows into B.
  EXPECT_EQ(config->flows()[1].offset_flush_interval, absl::Seconds(1));
  EXPECT_TRUE(config->flows()[1].topics->ShouldReplicateTopic("anything"));
}

TEST(GoldenConfigTest, IdentityPolicyWithSyncsOnTarget) {
  const auto config = Golden("identity-syncs-on-target");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_THAT(config->warnings(), IsEmpty());
  const Flow& flow = config->flows()[0];
  EXPECT_EQ(flow.policy->FormatRemoteTopic("A", "orders"), "orders");
  EXPECT_EQ(flow.offset_syncs.location, ClusterSide::kTarget);
}

TEST(GoldenConfigTest, ExactlyOnceIsNotSupportedYet) {
  const auto config = Golden("separator-exactly-once");
  EXPECT_THAT(config.status().message(),
              testing::AllOf(HasSubstr("exactly.once.source.support = enabled: "
                                       "exactly-once is not supported yet"),
                             testing::Not(HasSubstr("\n"))));
}

TEST(MirrorMakerConfigTest, NotesNameWhatHasNoEffect) {
  const auto config =
      Parse(absl::StrCat(kTwoClusters, "listeners = http://localhost:8083\n"));
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_THAT(config->notes(),
              testing::Contains(HasSubstr("mm2.properties:5: listeners: no "
                                          "effect: There is no REST server")));
}

TEST(MirrorMakerConfigTest, WarningsNameValuesThatAreNotTakenAsTheyAre) {
  const auto config =
      Parse(absl::StrCat(kTwoClusters,
                         "admin.timeout.ms = 5000\n"
                         "offset-syncs.topic.location = target\n"
                         "A->B.producer.linger.ms = 9\n"
                         "tasks.max = 500\n"));
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->flows()[0].shards, 64);
  EXPECT_THAT(config->warnings(),
              testing::IsSupersetOf(
                  {HasSubstr("mm2.properties:8: tasks.max = 500: clamped "
                             "to 64"),
                   HasSubstr("mm2.properties:5: admin.timeout.ms = 5000: no "
                             "effect"),
                   HasSubstr("A->B: with offset-syncs.topic.location = target "
                             "one producer writes records and offset syncs, "
                             "with the settings for records; no effect: "
                             "linger.ms")}));
}

TEST(ConfigErrorTest, EveryMistakeIsNamedAtOnce) {
  EXPECT_EQ(Errors(absl::StrCat(kTwoClusters,
                                "A->B.tasks.max=0\n"
                                "emit.checkpoints.interval.seconds=0\n"
                                "topics.blacklist=t\n")),
            "mm2.properties:5: A->B.tasks.max = 0: must be at least 1\n"
            "mm2.properties:6: emit.checkpoints.interval.seconds = 0: must be "
            "at least 1 (seconds), or -1 for never\n"
            "mm2.properties:7: topics.blacklist = t: Removed in Kafka 4.0: "
            "write topics.exclude.");
}

TEST(ConfigErrorTest, MistakesOfAllKindsAndWarningsAreNamedInOneRun) {
  std::vector<std::string> warnings;
  const auto config = MirrorMakerConfig::Parse(
      "clusters = A, B, lab\n"
      "A.bootstrap.servers = a:9092\n"
      "B.bootstrap.servers = b:9092\n"
      "cluster.lab.bootstrap.servers = lab:9092\n"
      "A->B.enabled = true\n"
      "A->B.tasks.max = 0\n"
      "A.sasl.jaas.config = ${env:NONE}\n"
      "A.security.protocol = SASL_SSL\n"
      "A.ssl.truststore.location = /trust.jks\n"
      "A.consumer.fetch.min.bytes = many\n"
      "B.ssl.key.password = \\u12\n"
      "A->B.topics.exlcude = hr\n"
      "replication.policy.rename = orders\n",
      "mm2.properties", FakeSources(), {}, &warnings);
  EXPECT_EQ(
      std::string(config.status().message()),
      "mm2.properties:11: \\u must be followed by four hexadecimal digits\n"
      "mm2.properties:7: A.sasl.jaas.config: cannot resolve ${env:NONE}: the "
      "environment variable NONE is not set\n"
      "mm2.properties:6: A->B.tasks.max = 0: must be at least 1\n"
      "mm2.properties:13: replication.policy.rename = orders: \"orders\" "
      "must be FROM:TO, two topic names\n"
      "mm2.properties:10: A.consumer.fetch.min.bytes = many: must be a whole "
      "number\n"
      "mm2.properties:9: A.ssl.truststore.location = /trust.jks: cannot be "
      "read: no such file\n"
      "mm2.properties: lab.bootstrap.servers: is missing: write "
      "lab.bootstrap.servers = host:port in place of line 4, "
      "cluster.lab.bootstrap.servers");
  EXPECT_THAT(warnings,
              testing::ElementsAre(
                  "mm2.properties:4: cluster.lab.bootstrap.servers: no effect: "
                  "unknown property; did you mean lab.bootstrap.servers?",
                  "mm2.properties:12: A->B.topics.exlcude: no effect: unknown "
                  "property; did you mean topics.exclude?"));
}

TEST(ConfigErrorTest, MisspelledServersAreNamedWithTheirLine) {
  EXPECT_THAT(Errors("clusters=A,B\nA.bootstrap.servers=a:1\n"
                     "B.boostrap.servers=b:1\n"),
              HasSubstr("write B.bootstrap.servers = host:port in place of "
                        "line 3, B.boostrap.servers"));
}

TEST(ConfigErrorTest, SaysWhatIsWrongWithClustersAndFlows) {
  const struct {
    std::string text;
    const char* message;
  } vectors[] = {
      {"", "mm2.properties: clusters: names no cluster"},
      {"clusters= , \n", "names no cluster"},
      {"clusters=A,A\n", "clusters = A,A: names 'A' twice"},
      {"clusters=A,b c\n", "letters, digits"},
      {"clusters=A->B,C\n", "letters, digits"},
      {"clusters=A,topics\n", "the alias 'topics' cannot be told apart"},
      {"clusters=A,consumer\n", "the alias 'consumer'"},
      {"clusters=A,B\nA.bootstrap.servers=a:1\n",
       "mm2.properties: B.bootstrap.servers: is missing: write "
       "B.bootstrap.servers = host:port"},
      {"clusters=A\nA.bootstrap.servers=a:1\n", "no flow is configured"},
      {"clusters=A,B\nemit.heartbeats.enabled=false\n",
       "no flow is configured"},
      {absl::StrCat(kTwoClusters, "A->A.enabled=true\n"),
       "mm2.properties:5: A->A.enabled: a cluster cannot be replicated to "
       "itself"},
      {absl::StrCat(kTwoClusters, "A->C.enabled=true\n"),
       "mm2.properties:5: A->C.enabled: names a cluster that is not in "
       "`clusters` (A, B)"},
      {absl::StrCat(kTwoClusters, "B.bootstrap.servers=b\n"),
       "must be host:port"},
      {absl::StrCat(kTwoClusters, "A->B.topics=(\n"),
       "mm2.properties:5: A->B.topics = (: "},
      {absl::StrCat(kTwoClusters, "replication.policy.separator=/\n"),
       "must be made of what a topic's name may hold"},
      {absl::StrCat(kTwoClusters, "replication.policy.separator=\n"),
       "write replication.policy.class = IdentityReplicationPolicy"},
      {"clusters=us-west,B\nbootstrap.servers=k:1\n"
       "replication.policy.separator=-\n",
       "the alias 'us-west' contains it"},
      {absl::StrCat(kTwoClusters, "topics=a${env:NONE}\n"),
       "mm2.properties:5: topics: cannot resolve ${env:NONE}"},
      {absl::StrCat(kTwoClusters, "A.security.protocol=SSL\n",
                    "A.ssl.truststore.location=/t.jks\n"),
       "mm2.properties:6: A.ssl.truststore.location = /t.jks: cannot be "
       "read: no such file"},
      {absl::StrCat(kTwoClusters, "replication.policy.rename=a:b,c:b\n"),
       "mm2.properties:5: replication.policy.rename = a:b,c:b: "},
      {"a=\\u12\n", "mm2.properties:1: \\u must be followed by"},
  };
  for (const auto& vector : vectors) {
    EXPECT_THAT(Errors(vector.text), HasSubstr(vector.message)) << vector.text;
  }
}

TEST(ConfigErrorTest, SharedMistakeIsSaidOnce) {
  const std::string errors = Errors(absl::StrCat(
      kTwoClusters, "security.protocol=SSL\nssl.truststore.location=/t.jks\n"));
  EXPECT_NE(errors.find("cannot be read"), std::string::npos);
  EXPECT_EQ(errors.find("cannot be read"), errors.rfind("cannot be read"))
      << errors;
}

TEST(ConfigErrorTest, IdentityPolicyTakesAnySeparator) {
  const Flow flow = AToB(
      "replication.policy.separator=\n"
      "replication.policy.class=IdentityReplicationPolicy\n");
  EXPECT_EQ(flow.policy->HeartbeatsTopic(), "heartbeats");
}

TEST(ConfigErrorTest, SourceAndTargetAreGoodAliases) {
  const auto config = Parse(
      "clusters=source,target\nbootstrap.servers=k:1\n"
      "source->target.enabled=true\nsource.consumer.fetch.min.bytes=5\n");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_THAT(config->warnings(), IsEmpty());
  EXPECT_THAT(config->flows()[0].source.consumer_properties,
              testing::Contains(testing::Pair("fetch.min.bytes", "5")));
}

TEST(ConfigErrorTest, AliasesWithDotsAreToldApart) {
  const auto config = Parse(
      "clusters=eu,eu.west\neu.bootstrap.servers=a:1\n"
      "eu.west.bootstrap.servers=b:1\nreplication.policy.separator=_\n"
      "eu->eu.west.enabled=true\neu->eu.west.tasks.max=3\n");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_THAT(config->warnings(), IsEmpty());
  EXPECT_EQ(config->flows()[0].shards, 3);
  EXPECT_THAT(config->flows()[0].target.producer_properties,
              testing::Contains(testing::Pair("bootstrap.servers", "b:1")));
}

TEST(LoadTest, MissingFileIsNotFound) {
  const auto status =
      MirrorMakerConfig::Load("/none.properties", FakeSources()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(status.message(), HasSubstr("/none.properties"));
}

}  // namespace
}  // namespace mirror::internal
