// SPDX-License-Identifier: Apache-2.0

#include "mirror/config/mirror_maker_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "mirror/config/config_provider.h"
#include "mirror/config/config_value.h"
#include "mirror/config/flow_config.h"

namespace mirror {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kSecret[] = "hunter2";

ConfigSources FakeSources() {
  ConfigSources sources;
  sources.get_env = [](const std::string& name) -> absl::optional<std::string> {
    if (name == "SECRET") return std::string(kSecret);
    return absl::nullopt;
  };
  sources.read_file =
      [](const std::string& path) -> absl::StatusOr<std::string> {
    return absl::NotFoundError(absl::StrCat(path, ": no such file"));
  };
  return sources;
}

absl::StatusOr<MirrorMakerConfig> Parse(
    const std::string& text, const std::vector<std::string>& targets = {}) {
  MirrorMakerOptions options;
  options.target_clusters = targets;
  return MirrorMakerConfig::Parse(text, "mm2.properties", FakeSources(),
                                  options);
}

constexpr char kTwoClusters[] =
    "clusters=A,B\n"
    "A.bootstrap.servers=a:9092\n"
    "B.bootstrap.servers=b:9092\n"
    "A->B.enabled=true\n";  // so that what follows begins in line 5

// The flow A->B of two clusters with `more` in the file.
FlowConfig AToB(const std::string& more) {
  const auto config = Parse(kTwoClusters + more);
  EXPECT_TRUE(config.ok()) << config.status();
  if (!config.ok()) return {};
  EXPECT_EQ(config->flows().front().Name(), "A->B");
  return config->flows().front();
}

std::string Text(const SettingMap& map, const std::string& name) {
  const auto it = map.find(name);
  return it == map.end() ? "(none)" : it->second.text;
}

std::string Errors(const std::string& text) {
  return std::string(Parse(text).status().message());
}

// --- which pairs run (the table of MM2's herders) ---

struct Pairs {
  std::string text;
  size_t count;
};

class ActivePairs : public testing::TestWithParam<Pairs> {};

TEST_P(ActivePairs, AreThoseOfMm2) {
  const auto config =
      Parse(absl::StrCat("bootstrap.servers=k:9092\n", GetParam().text));
  const size_t count = config.ok() ? config->flows().size() : 0;
  EXPECT_EQ(count, GetParam().count) << config.status();
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
  EXPECT_EQ(config->flows()[1].Name(), "B->A");
  EXPECT_FALSE(config->flows()[1].enabled);
  EXPECT_TRUE(config->flows()[1].emit_heartbeats);
}

TEST(MirrorMakerConfigTest, ClustersOptionKeepsFlowsIntoThemOnly) {
  const auto config = Parse(kTwoClusters, {"B"});
  ASSERT_TRUE(config.ok()) << config.status();
  ASSERT_EQ(config->flows().size(), 1u);
  EXPECT_EQ(config->flows()[0].Name(), "A->B");
  EXPECT_THAT(Parse(kTwoClusters, {"C"}).status().message(),
              HasSubstr("--clusters names 'C', which is not one of: A, B"));
}

// --- the three configurations that a real MM2 ran with ---

constexpr char kGolden[] =
    "clusters=A,B\n"
    "A.bootstrap.servers=127.0.0.1:19092\n"
    "B.bootstrap.servers=127.0.0.1:29092\n"
    "A->B.enabled=true\n"
    "B->A.enabled=false\n"
    "replication.factor=1\n"
    "checkpoints.topic.replication.factor=1\n"
    "heartbeats.topic.replication.factor=1\n"
    "offset-syncs.topic.replication.factor=1\n"
    "offset.storage.replication.factor=1\n"
    "status.storage.replication.factor=1\n"
    "config.storage.replication.factor=1\n"
    "refresh.topics.interval.seconds=5\n"
    "refresh.groups.interval.seconds=5\n"
    "emit.checkpoints.interval.seconds=3\n"
    "sync.group.offsets.interval.seconds=3\n"
    "sync.group.offsets.enabled=true\n"
    "sync.topic.configs.interval.seconds=5\n"
    "sync.topic.acls.enabled=false\n"
    "tasks.max=2\n"
    "B.offset.flush.interval.ms=5000\n"
    "A->B.topics=orders,payments\\\\.v1,ledger\n"
    "offset.lag.max=100\n";

TEST(GoldenConfigTest, DefaultIsReadAsMm2ReadIt) {
  const auto config = Parse(kGolden);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_THAT(config->warnings(), IsEmpty());
  ASSERT_EQ(config->flows().size(), 2u);
  const FlowConfig& flow = config->flows()[0];
  EXPECT_TRUE(flow.enabled);
  EXPECT_EQ(flow.topics, "orders,payments\\.v1,ledger");
  EXPECT_EQ(flow.tasks_max, 2);
  EXPECT_EQ(flow.replication_factor, 1);
  EXPECT_EQ(flow.offset_storage_replication_factor, 1);
  EXPECT_EQ(flow.offset_flush_interval, absl::Seconds(5));
  EXPECT_EQ(flow.emit_checkpoints_interval, absl::Seconds(3));
  EXPECT_EQ(flow.sync_group_offsets_interval, absl::Seconds(3));
  EXPECT_EQ(flow.sync_topic_acls_interval, absl::InfiniteDuration());
  EXPECT_EQ(flow.policy, "DefaultReplicationPolicy");
  EXPECT_EQ(flow.offset_syncs_location, ClusterSide::kSource);
  EXPECT_EQ(flow.offset_storage_topic, "mm2-offsets.A.internal");
  EXPECT_EQ(flow.worker_group_id, "A-mm2");
  // B.offset.flush.interval.ms is about flows into B.
  EXPECT_EQ(config->flows()[1].offset_flush_interval, absl::Seconds(1));
  EXPECT_EQ(config->flows()[1].topics, ".*");
}

TEST(GoldenConfigTest, IdentityPolicyWithSyncsOnTarget) {
  const auto config = Parse(
      absl::StrCat(kGolden,
                   "replication.policy.class=org.apache.kafka.connect.mirror."
                   "IdentityReplicationPolicy\n"
                   "offset-syncs.topic.location=target\n"));
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_THAT(config->warnings(), IsEmpty());
  const FlowConfig& flow = config->flows()[0];
  EXPECT_EQ(flow.policy, "IdentityReplicationPolicy");
  EXPECT_EQ(flow.offset_syncs_location, ClusterSide::kTarget);
  EXPECT_EQ(Text(flow.offset_syncs_producer.librdkafka, "bootstrap.servers"),
            "127.0.0.1:29092");
}

TEST(GoldenConfigTest, SeparatorWithExactlyOnce) {
  const auto config =
      Parse(absl::StrCat(kGolden,
                         "replication.policy.separator=_\n"
                         "B.exactly.once.source.support=enabled\n"
                         "A.consumer.isolation.level=read_committed\n"
                         "dedicated.mode.enable.internal.rest=true\n"
                         "listeners=http://127.0.0.1:18083\n"));
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_THAT(config->warnings(), IsEmpty());
  EXPECT_THAT(config->notes(),
              testing::Contains(HasSubstr("mm2.properties:28: listeners: no "
                                          "effect: There is no REST server")));
  const FlowConfig& flow = config->flows()[0];
  EXPECT_EQ(flow.separator, "_");
  EXPECT_TRUE(flow.exactly_once);
  EXPECT_FALSE(config->flows()[1].exactly_once);
}

// --- precedence of properties ---

TEST(PropertyPrecedenceTest, FlowBeatsClusterBeatsTopLevelBeatsDefault) {
  EXPECT_EQ(AToB("").tasks_max, 4);
  EXPECT_EQ(AToB("tasks.max=7\n").tasks_max, 7);
  EXPECT_EQ(AToB("tasks.max=7\nA->B.tasks.max=8\n").tasks_max, 8);
  const std::string both =
      "offset.flush.interval.ms=7\nB.offset.flush.interval.ms=8\n";
  EXPECT_EQ(AToB(both).offset_flush_interval, absl::Milliseconds(8));
  EXPECT_EQ(
      AToB(both + "A->B.offset.flush.interval.ms=9\n").offset_flush_interval,
      absl::Milliseconds(9));
}

TEST(PropertyPrecedenceTest, WorkerPropertiesOfTheSourceDoNotCount) {
  EXPECT_EQ(AToB("A.offset.flush.interval.ms=7\n").offset_flush_interval,
            absl::Seconds(1));
}

TEST(PropertyPrecedenceTest, InternalTopicsAndGroupCanBeRenamed) {
  const FlowConfig flow = AToB(
      "B.offset.storage.topic=o\nconfig.storage.topic=c\n"
      "B.status.storage.topic=s\nB.group.id=g\n");
  EXPECT_EQ(flow.offset_storage_topic, "o");
  EXPECT_EQ(flow.config_storage_topic, "c");
  EXPECT_EQ(flow.status_storage_topic, "s");
  EXPECT_EQ(flow.worker_group_id, "g");
}

TEST(PropertyPrecedenceTest, SwitchedOffMeansNever) {
  const FlowConfig flow = AToB(
      "refresh.topics.enabled=false\nrefresh.groups.interval.seconds=-1\n"
      "A->B.emit.checkpoints.enabled=false\n");
  EXPECT_EQ(flow.refresh_topics_interval, absl::InfiniteDuration());
  EXPECT_EQ(flow.refresh_groups_interval, absl::InfiniteDuration());
  EXPECT_EQ(flow.emit_checkpoints_interval, absl::InfiniteDuration());
  EXPECT_EQ(flow.sync_group_offsets_interval, absl::InfiniteDuration());
}

TEST(PropertyPrecedenceTest, OurOwnPropertiesHaveSafeDefaults) {
  const FlowConfig flow = AToB("");
  EXPECT_EQ(flow.on_source_gap, SourceGapPolicy::kStop);
  EXPECT_FALSE(flow.exactly_once);
  EXPECT_EQ(flow.start, StartPosition::kEarliest);
  EXPECT_EQ(AToB("A->B.on.source.gap=reseed\n").on_source_gap,
            SourceGapPolicy::kReseed);
  EXPECT_EQ(AToB("B.exactly.once.source.support=preparing\n").exactly_once,
            false);
}

// MM2 drops a top-level use.defaults.from without a word; here it counts.
// Nothing is lost by that: the operator wrote it.
TEST(PropertyPrecedenceTest, TopLevelUseDefaultsFromCounts) {
  EXPECT_EQ(AToB("use.defaults.from=source\n").use_defaults_from,
            ClusterSide::kSource);
}

// --- precedence of client settings, each consequence as MM2 has it ---

TEST(ClientPrecedenceTest, EveryClientGetsItsClustersServers) {
  const FlowConfig flow = AToB("");
  for (const ClientConfig* client : {&flow.source_consumer, &flow.source_admin,
                                     &flow.offset_syncs_producer}) {
    EXPECT_EQ(Text(client->java, "bootstrap.servers"), "a:9092");
  }
  for (const ClientConfig* client :
       {&flow.target_consumer, &flow.target_admin, &flow.data_producer}) {
    EXPECT_EQ(Text(client->java, "bootstrap.servers"), "b:9092");
  }
}

TEST(ClientPrecedenceTest, TopLevelSecurityIsTheDefaultOfAllClusters) {
  const FlowConfig flow = AToB(
      "ssl.key.password=top\nA.ssl.key.password=a\n"
      "B.producer.ssl.key.password=bp\n");
  EXPECT_EQ(Text(flow.source_consumer.java, "ssl.key.password"), "a");
  EXPECT_EQ(Text(flow.source_admin.java, "ssl.key.password"), "a");
  EXPECT_EQ(Text(flow.target_admin.java, "ssl.key.password"), "top");
  EXPECT_EQ(Text(flow.data_producer.java, "ssl.key.password"), "bp");
}

TEST(ClientPrecedenceTest, ClustersConsumerBeatsFlowsConsumer) {
  const std::string both =
      "A.consumer.fetch.min.bytes=1\nA->B.consumer.fetch.min.bytes=2\n";
  EXPECT_EQ(Text(AToB(both).source_consumer.java, "fetch.min.bytes"), "1");
  EXPECT_EQ(Text(AToB(both + "A->B.source.consumer.fetch.min.bytes=3\n")
                     .source_consumer.java,
                 "fetch.min.bytes"),
            "3");
  const auto config = Parse(kTwoClusters + both);
  EXPECT_THAT(config->warnings(),
              ElementsAre(HasSubstr(
                  "mm2.properties:6: A->B.consumer.fetch.min.bytes: is beaten "
                  "by mm2.properties:5: A.consumer.fetch.min.bytes")));
}

TEST(ClientPrecedenceTest, FlowsConsumerReachesBothSides) {
  const FlowConfig flow = AToB("A->B.consumer.fetch.min.bytes=2\n");
  EXPECT_EQ(Text(flow.source_consumer.java, "fetch.min.bytes"), "2");
  EXPECT_EQ(Text(flow.target_consumer.java, "fetch.min.bytes"), "2");
}

TEST(ClientPrecedenceTest, FlowsProducerReachesOffsetSyncsOnly) {
  const std::string text = "A->B.producer.linger.ms=7\n";
  const FlowConfig flow = AToB(text);
  EXPECT_EQ(Text(flow.offset_syncs_producer.java, "linger.ms"), "7");
  EXPECT_EQ(Text(flow.data_producer.java, "linger.ms"), "(none)");
  EXPECT_THAT(Parse(kTwoClusters + text)->warnings(),
              ElementsAre(HasSubstr("for data write B.producer.linger.ms or "
                                    "A->B.producer.override.linger.ms")));
}

TEST(ClientPrecedenceTest, DataProducerTakesTargetsThenOverride) {
  EXPECT_EQ(
      Text(AToB("B.producer.linger.ms=7\n").data_producer.java, "linger.ms"),
      "7");
  EXPECT_EQ(Text(AToB("B.producer.linger.ms=7\n"
                      "A->B.producer.override.linger.ms=8\n")
                     .data_producer.java,
                 "linger.ms"),
            "8");
  EXPECT_EQ(
      Text(AToB("A.producer.linger.ms=7\n").data_producer.java, "linger.ms"),
      "(none)");
}

TEST(ClientPrecedenceTest, FlowsClusterSettingLosesToWhatTheClusterSpread) {
  const FlowConfig flow = AToB(
      "A.security.protocol=PLAINTEXT\n"
      "A->B.source.cluster.security.protocol=SSL\n");
  EXPECT_EQ(Text(flow.source_consumer.java, "security.protocol"), "PLAINTEXT");
}

TEST(ClientPrecedenceTest, TopLevelClientSettingsReachNobody) {
  const std::string text = "consumer.fetch.min.bytes=7\nproducer.linger.ms=7\n";
  const FlowConfig flow = AToB(text);
  EXPECT_EQ(Text(flow.source_consumer.java, "fetch.min.bytes"), "(none)");
  EXPECT_EQ(Text(flow.data_producer.java, "linger.ms"), "(none)");
  EXPECT_THAT(
      Parse(kTwoClusters + text)->warnings(),
      ElementsAre(HasSubstr("consumer.fetch.min.bytes: no effect, as in MM2: "
                            "write X.consumer.fetch.min.bytes"),
                  HasSubstr("producer.linger.ms: no effect")));
}

TEST(ClientPrecedenceTest, ClusterSettingWithoutClientPrefixReachesNobody) {
  const std::string text = "A.request.timeout.ms=7000\n";
  EXPECT_EQ(Text(AToB(text).source_consumer.java, "request.timeout.ms"),
            "(none)");
  EXPECT_THAT(Parse(kTwoClusters + text)->warnings(),
              ElementsAre(HasSubstr("write A.consumer.request.timeout.ms")));
}

TEST(ClientPrecedenceTest, Mm2sOwnKeysDoNotBecomeClientSettings) {
  const FlowConfig flow =
      AToB("A->B.consumer.poll.timeout.ms=7\nA->B.admin.timeout.ms=7\n");
  EXPECT_EQ(Text(flow.source_consumer.java, "poll.timeout.ms"), "(none)");
  EXPECT_EQ(Text(flow.source_admin.java, "timeout.ms"), "(none)");
  EXPECT_EQ(flow.admin_timeout, absl::Milliseconds(7));
}

// MM2 copies aborted records unless told otherwise; here one has to ask for it.
TEST(ClientPrecedenceTest, ConsumersReadCommittedUnlessToldOtherwise) {
  EXPECT_EQ(Text(AToB("").source_consumer.librdkafka, "isolation.level"),
            "read_committed");
  EXPECT_EQ(Text(AToB("A.consumer.isolation.level=read_uncommitted\n")
                     .source_consumer.librdkafka,
                 "isolation.level"),
            "read_uncommitted");
}

TEST(ClientPrecedenceTest, OffsetResetSaysWhereNewPartitionsStart) {
  const FlowConfig flow = AToB("A.consumer.auto.offset.reset=latest\n");
  EXPECT_EQ(flow.start, StartPosition::kLatest);
  EXPECT_EQ(Text(flow.source_consumer.librdkafka, "auto.offset.reset"),
            "(none)");
}

// --- mistakes ---

TEST(ConfigErrorTest, EveryMistakeIsNamedAtOnce) {
  EXPECT_EQ(Errors(absl::StrCat(kTwoClusters,
                                "A->B.tasks.max=0\n"
                                "emit.checkpoints.interval.seconds=0\n"
                                "transforms=t\n")),
            "mm2.properties:5: A->B.tasks.max = 0: must be at least 1\n"
            "mm2.properties:6: emit.checkpoints.interval.seconds = 0: must be "
            "at least 1 (seconds), or -1 for never\n"
            "mm2.properties:7: transforms = t: Java transforms cannot run "
            "here: subclass mirror::RecordTransform in C++.");
}

TEST(ConfigErrorTest, SaysWhatIsWrongWithClustersAndFlows) {
  const struct {
    std::string text;
    const char* message;
  } kVectors[] = {
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
       "must not be empty with DefaultReplicationPolicy"},
      {"clusters=us-west,B\nbootstrap.servers=k:1\n"
       "replication.policy.separator=-\n",
       "the alias 'us-west' contains it"},
      {absl::StrCat(kTwoClusters, "topics=a${env:NONE}\n"),
       "mm2.properties:5: topics: cannot resolve ${env:NONE}"},
      {absl::StrCat(kTwoClusters, "A.security.protocol=SSL\n",
                    "A.ssl.truststore.location=/t.jks\n"),
       "mm2.properties:6: A.ssl.truststore.location = /t.jks: a trust store "
       "must be PEM here"},
      {"a=\\u12\n", "mm2.properties:1: \\u must be followed by"},
  };
  for (const auto& vector : kVectors) {
    EXPECT_THAT(Errors(vector.text), HasSubstr(vector.message)) << vector.text;
  }
}

TEST(ConfigErrorTest, SharedMistakeIsSaidOnce) {
  const std::string errors = Errors(absl::StrCat(
      kTwoClusters, "security.protocol=SSL\nssl.truststore.location=/t.jks\n"));
  EXPECT_EQ(errors.find("trust store must be"),
            errors.rfind("trust store must be"))
      << errors;
}

TEST(ConfigErrorTest, IdentityPolicyTakesAnySeparator) {
  EXPECT_EQ(AToB("replication.policy.separator=\n"
                 "replication.policy.class=IdentityReplicationPolicy\n")
                .separator,
            "");
}

TEST(ConfigErrorTest, SourceAndTargetAreGoodAliases) {
  const auto config = Parse(
      "clusters=source,target\nbootstrap.servers=k:1\n"
      "source->target.enabled=true\nsource.consumer.fetch.min.bytes=5\n");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_THAT(config->warnings(), IsEmpty());
  EXPECT_EQ(Text(config->flows()[0].source_consumer.java, "fetch.min.bytes"),
            "5");
}

TEST(ConfigErrorTest, AliasesWithDotsAreToldApart) {
  const auto config = Parse(
      "clusters=eu,eu.west\neu.bootstrap.servers=a:1\n"
      "eu.west.bootstrap.servers=b:1\nreplication.policy.separator=_\n"
      "eu->eu.west.enabled=true\neu->eu.west.tasks.max=3\n");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_THAT(config->warnings(), IsEmpty());
  EXPECT_EQ(config->flows()[0].tasks_max, 3);
  EXPECT_EQ(Text(config->flows()[0].data_producer.java, "bootstrap.servers"),
            "b:1");
}

TEST(ConfigWarningTest, UnknownAndMisplacedPropertiesAreNamed) {
  const struct {
    const char* text;
    const char* warning;
  } kVectors[] = {
      {"topics.exlcude=x\n", "did you mean topics.exclude?"},
      {"A->B.emit.heartbeats=true\n", "A->B.emit.heartbeats: no effect"},
      {"A.topics=x\n", "no effect at this place: write S->T.topics or topics"},
      {"group.id=g\n", "no effect at this place: write X.group.id"},
      {"C.bootstrap.servers=c:1\n", "is not named in `clusters`"},
      {"A->C.topics=x\n", "names a cluster that is not in `clusters`"},
      {"quite.another.thing=x\n", "no effect: unknown property"},
      {"tasks.max=1\ntasks.max=2\n",
       "mm2.properties:5: tasks.max is written again in line 6"},
  };
  for (const auto& vector : kVectors) {
    const auto config = Parse(absl::StrCat(kTwoClusters, vector.text));
    ASSERT_TRUE(config.ok()) << config.status();
    EXPECT_THAT(config->warnings(), ElementsAre(HasSubstr(vector.warning)));
  }
}

// --- secrets ---

// Everything that config says, wherever it goes.
std::string AllOutput(const std::string& text) {
  const auto config = Parse(text);
  if (!config.ok()) return std::string(config.status().message());
  std::string out = PrintConfig(*config);
  for (const auto& messages : {config->warnings(), config->notes()}) {
    for (const std::string& message : messages) {
      absl::StrAppend(&out, message, "\n");
    }
  }
  return out;
}

TEST(SecretTest, AppearInNoOutputWhateverIsWrong) {
  const char* const kLines[] = {
      "A.sasl.jaas.config=x.PlainLoginModule required username=u "
      "password=hunter2;\nA.security.protocol=SASL_SSL\n",
      "A.sasl.jaas.config=hunter2\nA.security.protocol=SASL_SSL\n",
      "A.sasl.jaas.config=x.Other required password=hunter2;\n"
      "A.security.protocol=SASL_SSL\n",
      "ssl.key.password=hunter2\nsecurity.protocol=SSL\n",
      "ssl.keystore.key=hunter2\nsecurity.protocol=SSL\n",
      "A->B.tasks.max=${env:SECRET}\n",
      "A->B.topics=(${env:SECRET}\n",
      "clusters=A,B,${env:SECRET}>\n",
      "A.bootstrap.servers=${env:SECRET}\n",
      "A.consumer.fetch.min.bytes=${env:SECRET}\n",
      "A.consumer.isolation.level=${env:SECRET}\n",
      "A.consumer.ssl.keystore.location=${env:SECRET}\n"
      "A.security.protocol=SSL\n",
      "A.client.rack=${env:SECRET}\nA.consumer.client.rack=${env:SECRET}\n",
      "A.consumer.my.setting=hunter2\nmy.thing=hunter2\n",
      "replication.policy.class=${env:SECRET}\n",
      "listeners=${env:SECRET}\nA.ssl.key.passwort=hunter2\n",
      "\"hunter2\";\n\"hunter2\"; again\n",
      "ssl.key.password=${hunter2:x}\n",
      "ssl.key.password=hunter2\\u12\n",
      "A.consumer.librdkafka.sasl.password=hunter2\n",
  };
  for (const char* lines : kLines) {
    EXPECT_THAT(AllOutput(absl::StrCat(kTwoClusters, lines)),
                testing::Not(HasSubstr(kSecret)))
        << lines;
  }
}

TEST(SecretTest, VariablesReachTheClientThoughTheyAreNotShown) {
  const FlowConfig flow = AToB(
      "A.security.protocol=SASL_SSL\nA.sasl.mechanism=PLAIN\n"
      "A.sasl.jaas.config=x.PlainLoginModule required username=u "
      "password=\"${env:SECRET}\";\n");
  EXPECT_EQ(Text(flow.source_consumer.librdkafka, "sasl.password"), kSecret);
}

// --- printing ---

TEST(PrintConfigTest, ShowsValueAndOriginOfEverything) {
  const auto config = Parse(absl::StrCat(
      kTwoClusters, "tasks.max=7\nssl.key.password=x\nsecurity.protocol=SSL\n",
      "B.producer.buffer.memory=2048\n"));
  ASSERT_TRUE(config.ok()) << config.status();
  const std::string printed = PrintConfig(*config);
  for (const char* part :
       {"clusters = A, B\n", "## A->B: replicates, emits heartbeats\n",
        "## B->A: does not replicate, emits heartbeats\n",
        "A->B.tasks.max = 7    # mm2.properties:5: tasks.max\n",
        "A->B.on.source.gap = stop    # default\n",
        "A->B.offset.storage.topic = mm2-offsets.A.internal    # default\n",
        "ssl.key.password = [hidden]    # mm2.properties:6: ssl.key.password\n",
        "queue.buffering.max.kbytes = 2    # mm2.properties:8: "
        "B.producer.buffer.memory\n",
        "isolation.level = read_committed    # default\n"}) {
    EXPECT_THAT(printed, HasSubstr(part));
  }
}

TEST(LoadTest, MissingFileIsNotFound) {
  const auto status =
      MirrorMakerConfig::Load("/none.properties", FakeSources()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(status.message(), HasSubstr("/none.properties"));
}

}  // namespace
}  // namespace mirror
