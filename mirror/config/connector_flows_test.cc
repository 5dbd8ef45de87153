// SPDX-License-Identifier: Apache-2.0
//
// Connectors of Kafka Connect as flows: by the files of tests/connectors, each
// with the mm2.properties that says the same, and by what can be wrong.

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/config/config_testing.h"
#include "mirror/config/mirror_maker_config.h"
#include "mirror/config/parsed_file.h"
#include "mirror/config/plugin_registry.h"
#include "mirror/config/resolved_flow.h"
#include "mirror/flow.h"
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

using Files = std::map<std::string, std::string>;

ConfigSources SourcesOf(const Files& files) {
  ConfigSources sources = FakeSources();
  sources.read_file =
      [files](const std::string& path) -> absl::StatusOr<std::string> {
    const auto it = files.find(path);
    if (it != files.end()) return it->second;
    return absl::NotFoundError(absl::StrCat(path, ": no such file"));
  };
  return sources;
}

ConfigText ReadText(const std::string& name) {
  const std::string path = absl::StrCat("tests/connectors/", name);
  return {name, ConfigSources::System().read_file(path).value_or("")};
}

// All that a flow is made of, with classes by their simple names.
std::string Describe(const ParsedFile& parsed) {
  std::string text = absl::StrJoin(parsed.clusters, ",");
  const auto add = [&text](absl::string_view name, const ConfigValue& value) {
    std::string shown(absl::StripAsciiWhitespace(value.text));
    if (absl::EndsWith(name, ".class")) {
      shown = shown.substr(shown.rfind('.') + 1);
    }
    absl::StrAppend(&text, "\n", name, " = ", shown);
  };
  for (const ResolvedFlow& resolved : parsed.flows) {
    absl::StrAppend(&text, "\n## ", resolved.flow.name());
    for (const auto& [name, value] : resolved.effective) add(name, value);
    const FlowClients& clients = resolved.clients;
    for (const ClientConfig* client :
         {&clients.source_consumer, &clients.target_consumer,
          &clients.source_admin, &clients.target_admin, &clients.data_producer,
          &clients.offset_syncs_producer}) {
      absl::StrAppend(&text, "\n#");
      for (const auto& [name, value] : client->librdkafka) add(name, value);
    }
  }
  return text;
}

ParsedFile ParseText(const ConfigText& properties) {
  const PluginRegistry plugins;
  return ParseFile(properties.text, properties.file, FakeSources(), {},
                   &plugins);
}

struct Example {
  std::string folder;
  std::vector<std::string> connectors;
  std::string worker;
};

std::ostream& operator<<(std::ostream& out, const Example& example) {
  return out << absl::StrJoin(example.connectors, ",");
}

class ConnectorExamples : public testing::TestWithParam<Example> {
 protected:
  ConnectorExamples() {
    const Example& example = GetParam();
    std::vector<ConfigText> connectors;
    for (const std::string& name : example.connectors) {
      connectors.push_back(ReadText(absl::StrCat(example.folder, "/", name)));
    }
    ConfigText worker;
    if (!example.worker.empty()) {
      worker = ReadText(absl::StrCat(example.folder, "/", example.worker));
    }
    const PluginRegistry plugins;
    parsed_ = ParseConnectors(connectors, worker, FakeSources(), {}, &plugins);
  }

  ParsedFile parsed_;
};

TEST_P(ConnectorExamples, SayTheSameAsTheirProperties) {
  const ParsedFile properties =
      ParseText(ReadText(absl::StrCat(GetParam().folder, "/mm2.properties")));
  ASSERT_THAT(properties.findings.errors, IsEmpty());
  ASSERT_THAT(parsed_.findings.errors, IsEmpty());
  ASSERT_THAT(parsed_.flows, Not(IsEmpty()));
  EXPECT_EQ(Describe(parsed_), Describe(properties));
}

TEST_P(ConnectorExamples, ArePrintedAsPropertiesThatSayTheSame) {
  ASSERT_THAT(parsed_.findings.errors, IsEmpty());
  // The one secret is written with a variable inside, and so is hidden.
  const ParsedFile again = ParseText(
      {"printed",
       absl::StrReplaceAll(
           parsed_.properties,
           {{"[hidden]",
             "org.apache.kafka.common.security.scram.ScramLoginModule required "
             "username=\"mm2\" password=\"${env:SECRET}\";"}})});
  EXPECT_THAT(again.findings.errors, IsEmpty());
  EXPECT_EQ(Describe(again), Describe(parsed_));
}

INSTANTIATE_TEST_SUITE_P(
    Guides, ConnectorExamples,
    testing::Values(
        Example{"puts",
                {"source.json", "checkpoint.json", "heartbeat.json"},
                "worker.properties"},
        Example{"bodies",
                {"east-west-checkpoint.json", "east-west-source.json",
                 "west-east-heartbeat.json"},
                ""},
        Example{"strimzi", {"mirror.json"}, ""},
        Example{"strimzi", {"mirror-v1.json"}, ""}));

// Two connectors without mistakes; what a test adds begins in line 2.
std::string Source(const std::string& more = "", bool has_topic = true) {
  return absl::StrCat(
      R"({"connector.class": "MirrorSourceConnector", "name": "s", )",
      R"("source.cluster.alias": "A", "target.cluster.alias": "B", )",
      R"("source.cluster.bootstrap.servers": "a:9092", )",
      has_topic ? R"("offsets.storage.topic": "o", )" : "",
      R"("target.cluster.bootstrap.servers": "b:9092")",
      more.empty() ? "" : ",\n", more, "}");
}
std::string Checkpoint(const std::string& more = "") {
  return absl::StrCat(
      R"({"connector.class": "MirrorCheckpointConnector", "name": "c", )",
      R"("source.cluster.alias": "A", "target.cluster.alias": "B", )",
      R"("source.cluster.bootstrap.servers": "a:9092", )",
      R"("target.cluster.bootstrap.servers": "b:9092")",
      more.empty() ? "" : ",\n", more, "}");
}

struct Loaded {
  absl::StatusOr<MirrorMakerConfig> config;
  std::vector<std::string> warnings;
};

// Every file but w, the worker's, is a connector, unless it has a path.
Loaded Load(const Files& files) {
  ConnectorFiles paths;
  for (const auto& [name, text] : files) {
    if (name == "w") {
      paths.worker = name;
    } else if (!absl::StartsWith(name, "/")) {
      paths.connectors.push_back(name);
    }
  }
  std::vector<std::string> warnings;
  auto config =
      MirrorMakerConfig::LoadConnectors(paths, SourcesOf(files), {}, &warnings);
  return {std::move(config), std::move(warnings)};
}

std::string ErrorsOf(const Files& files) {
  return std::string(Load(files).config.status().message());
}

TEST(ConnectorFlowsTest, ProgressBearsTheConnectorsNameInItsOwnTopic) {
  const Loaded loaded =
      Load({{"s", Source()}, {"w", "offset.storage.topic = of-the-worker\n"}});
  ASSERT_THAT(loaded.config, IsOk());
  ASSERT_EQ(loaded.config->flows().size(), 1u);
  const Flow& flow = loaded.config->flows()[0];
  EXPECT_EQ(flow.offset_storage_connector, "s");
  EXPECT_EQ(flow.offset_storage_topic, "o");
  EXPECT_TRUE(flow.replicate);
  EXPECT_FALSE(flow.checkpoints.enabled);
  EXPECT_FALSE(flow.heartbeats.enabled);
  EXPECT_THAT(loaded.config->warnings(), IsEmpty());
}

TEST(ConnectorFlowsTest, WithoutATopicOfItsOwnItIsInThatOfTheWorker) {
  const Files files = {{"s", Source("", /*has_topic=*/false)},
                       {"w", "offset.storage.topic = of-the-worker\n"}};
  const Loaded loaded = Load(files);
  ASSERT_THAT(loaded.config, IsOk());
  EXPECT_EQ(loaded.config->flows()[0].offset_storage_topic, "of-the-worker");
  EXPECT_THAT(ErrorsOf({{"s", files.at("s")}}),
              HasSubstr("s: where the progress is stored is not known: give "
                        "the file of the Connect worker, --connect-worker"));
}

TEST(ConnectorFlowsTest, VariablesAreResolvedByTheProvidersOfTheWorker) {
  const Files files = {
      {"s", Source(R"("topics": "${vault:/t:topics}")")},
      {"w",
       "config.providers = vault\nconfig.providers.vault.class = "
       "org.apache.kafka.common.config.provider.FileConfigProvider\n"},
      {"/t", "topics = bills\n"}};
  const Loaded loaded = Load(files);
  ASSERT_THAT(loaded.config, IsOk());
  EXPECT_TRUE(loaded.config->flows()[0].topics->ShouldReplicateTopic("bills"));
  EXPECT_FALSE(
      loaded.config->flows()[0].topics->ShouldReplicateTopic("orders"));
  EXPECT_THAT(loaded.config->printed(),
              AllOf(HasSubstr("A->B.topics = ${vault:/t:topics}\n"),
                    HasSubstr("config.providers = vault\n")));
  EXPECT_THAT(ErrorsOf({{"s", files.at("s")}, {"w", files.at("w")}}),
              HasSubstr("s:2: topics: cannot resolve ${vault:/t:topics}: /t: "
                        "no such file"));
}

TEST(ConnectorFlowsTest, CredentialsAreReadAgainFromTheFiles) {
  auto files = std::make_shared<Files>(Files{
      {"s", Source(R"("source.cluster.security.protocol": "SASL_PLAINTEXT",
                 "source.cluster.sasl.mechanism": "PLAIN",
                 "source.cluster.sasl.jaas.config": "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"u\" password=\"one\";")")}});
  ConfigSources sources = FakeSources();
  sources.read_file = [files](const std::string& path) {
    return absl::StatusOr<std::string>(files->at(path));
  };
  const auto config = MirrorMakerConfig::LoadConnectors({{"s"}, ""}, sources);
  ASSERT_THAT(config, IsOk());
  EXPECT_THAT(config->printed(), Not(HasSubstr("one")));
  (*files)["s"] = absl::StrReplaceAll(files->at("s"), {{"one", "two"}});
  const auto credentials =
      config->flows()[0].source.credentials(ClientKind::kConsumer);
  ASSERT_THAT(credentials, IsOk());
  EXPECT_EQ(credentials->at("sasl.password"), "two");
}

TEST(ConnectorFlowsTest, AVariableThatIsASecretIsPrinted) {
  const Loaded loaded = Load(
      {{"s", Source(R"("source.cluster.ssl.key.password": "${env:SECRET}")")}});
  ASSERT_THAT(loaded.config, IsOk());
  EXPECT_THAT(loaded.config->printed(),
              HasSubstr("A.ssl.key.password = ${env:SECRET}\n"));
}

TEST(ConnectorFlowsTest, AMissingFileIsNamed) {
  EXPECT_THAT(
      MirrorMakerConfig::LoadConnectors({{"none.json"}, ""}, FakeSources()),
      StatusIs(absl::StatusCode::kNotFound, HasSubstr("none.json")));
}

struct Mistake {
  Files files;
  std::string message;
};

class ConnectorMistakes : public testing::TestWithParam<Mistake> {};

TEST_P(ConnectorMistakes, AreErrorsThatSayWhatToDo) {
  EXPECT_THAT(ErrorsOf(GetParam().files), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    OfFiles, ConnectorMistakes,
    testing::Values(
        Mistake{{{"s", "{\"a\": 1,\n}"}}, "s:2: is not valid JSON"},
        Mistake{{{"s", "[]"}}, "s: must be a JSON object"},
        Mistake{{{"s", "{}"}}, "s: connector.class is missing"},
        Mistake{{{"s", Source(R"("topics": ["a", "b"])")}},
                "s:2: topics: must be text, a number, true or false"},
        Mistake{{{"s", R"({"connector.class": "io.debezium.MySqlConnector"})"}},
                "s:1: connector.class = io.debezium.MySqlConnector: "
                "unsupported; this program runs MirrorSourceConnector, "
                "MirrorCheckpointConnector and MirrorHeartbeatConnector of "
                "org.apache.kafka.connect.mirror"},
        Mistake{{{"s", R"({"connector.class": "MirrorSource"})"}},
                "s: source.cluster.alias is missing"},
        Mistake{{{"s", R"({"connector.class": "MirrorSource",
                           "source.cluster.alias": "a b"})"}},
                "s:2: source.cluster.alias = a b: an alias becomes part"},
        Mistake{{{"s", R"({"connector.class": "MirrorSource",
                           "source.cluster.alias": "target"})"}},
                "source and target must have two aliases"},
        Mistake{{{"s", R"({"connector.class": "MirrorSource",
                           "source.cluster.alias": "A"})"}},
                "s: source.cluster.bootstrap.servers is missing"},
        Mistake{{{"s", R"({"connector.class": "MirrorSource",
                           "source.cluster.alias": "A"})"}},
                "s: name is missing: write the connector's name"},
        Mistake{{{"k", R"({"kind": "KafkaMirrorMaker2", "spec": {}})"}},
                "k: spec.mirrors: names no mirror"},
        Mistake{{{"k", R"({"kind": "KafkaMirrorMaker2", "spec": {
                     "clusters": [{"alias": "a", "tls": {}}],
                     "mirrors": [{"sourceCluster": "a",
                                  "targetCluster": "b"}]}})"}},
                "k:2: tls: unsupported, since it refers to Kubernetes: in its "
                "place write security.protocol, ssl.* and sasl.* into the "
                "`config` of cluster a\nk:4: targetCluster: names a cluster "
                "that is not in spec.clusters"}));

INSTANTIATE_TEST_SUITE_P(
    OfSettings, ConnectorMistakes,
    testing::Values(
        Mistake{
            {{"s",
              absl::StrReplaceAll(Source(), {{"a:9092", "a:9092;a2:9092"}})}},
            "s:1: source.cluster.bootstrap.servers = a:9092;a2:9092: must be "
            "host:port, or several with commas between them"},
        Mistake{{{"s", Source(R"("tasks.max": 0)")}},
                "s:2: tasks.max = 0: must be at least 1"},
        Mistake{{{"s", Source(R"("errors.tolerance": "all")")}},
                "s:2: errors.tolerance = all: unsupported, as it loses records "
                "silently: write \"on.rejected.record\": \"skip\""},
        Mistake{{{"s", Source("\"transforms\": \"r\", "
                              "\"transforms.r.type\": \"org.apache.kafka."
                              "connect.transforms.RegexRouter\"")}},
                "s:2: transforms.r.type = org.apache.kafka.connect.transforms."
                "RegexRouter: unsupported, as it is Java; use "
                "replication.policy.rename"},
        Mistake{{{"s", Source("\"transforms\": \"r\", "
                              "\"transforms.r.type\": \"com.acme.T\"")}},
                "s:2: transforms.r.type = com.acme.T: unknown class"},
        Mistake{{{"s", Source("\"producer.override.bootstrap.servers\": "
                              "\"c:9092\"")}},
                "s:2: producer.override.bootstrap.servers = c:9092: "
                "unsupported: records would go to another cluster"},
        Mistake{{{"s", Source(R"("topics.blacklist": "x")")}},
                "s:2: topics.blacklist = x: Removed in Kafka 4.0"}));

INSTANTIATE_TEST_SUITE_P(
    OfSeveralFiles, ConnectorMistakes,
    testing::Values(
        Mistake{{{"s", Source()}, {"s2", Source()}},
                "s2:1: connector.class = MirrorSourceConnector: s has the "
                "MirrorSourceConnector of A->B already"},
        Mistake{{{"c", Checkpoint()}},
                "c:1: connector.class = MirrorCheckpointConnector: unsupported "
                "without a MirrorSourceConnector of A->B"},
        Mistake{{{"s", Source(R"("topics": "a")")},
                 {"c", Checkpoint(R"("topics": "b")")}},
                "c:2: topics = b: s:2 says a, and both are one flow A->B here"},
        Mistake{{{"s", Source(R"("replication.policy.separator": "_")")},
                 {"c", Checkpoint()}},
                "s:2: replication.policy.separator = _: c does not say it, and "
                "would use .: write the same in both"},
        Mistake{{{"s", Source()}, {"c", Checkpoint(R"("topics": "b")")}},
                "c:2: topics = b: s does not say it, and would use .*"},
        Mistake{{{"s", Source(R"("replication.policy.class":
                     "IdentityReplicationPolicy")")},
                 {"c", Checkpoint(R"("replication.policy.class":
                     "DefaultReplicationPolicy")")}},
                "c:2: replication.policy.class = DefaultReplicationPolicy: s:2 "
                "says IdentityReplicationPolicy"},
        Mistake{{{"s", Source(R"("offset-syncs.topic.location": "target")")},
                 {"c", Checkpoint()}},
                "s:2: offset-syncs.topic.location = target: c does not say it, "
                "and would use source"},
        Mistake{{{"s", Source()},
                 {"t", absl::StrReplaceAll(Source(), {{"\"A\"", "\"C\""},
                                                      {"\"o\"", "\"p\""}})}},
                "t:1: offsets.storage.topic = p: s:1 says o, and both are "
                "B.offset.storage.topic here"},
        Mistake{{{"s", Source()},
                 {"c", absl::StrReplaceAll(Checkpoint(),
                                           {{"a:9092", "other:9092"}})}},
                "says a:9092, and both are one flow A->B here"}));

TEST(ConnectorFlowsTest, WhatHasNoEffectIsWarnedOf) {
  const Loaded loaded = Load(
      {{"s",
        Source(
            R"("key.converter": "org.apache.kafka.connect.json.JsonConverter",
"sync.group.offsets.enabled": true,
"task.max": 3,
"tasks.max": 2,
"tasks.max": 3)")},
       {"c", Checkpoint(R"("consumer.fetch.min.bytes": 1, "tasks.max": 9)")},
       {"w", "bootstrap.servers = elsewhere:9092\n"}});
  ASSERT_THAT(loaded.config, IsOk());
  EXPECT_EQ(loaded.config->flows()[0].shards, 3);
  EXPECT_FALSE(loaded.config->flows()[0].checkpoints.sync_group_offsets);
  EXPECT_THAT(
      loaded.warnings,
      testing::UnorderedElementsAre(
          HasSubstr("s:2: key.converter: no effect: records are copied byte "
                    "for byte"),
          HasSubstr("s:3: sync.group.offsets.enabled: no effect in a "
                    "MirrorSourceConnector, as in MM2"),
          HasSubstr("s:4: task.max: no effect: unknown property; did you mean "
                    "tasks.max?"),
          HasSubstr("s:5: tasks.max: is ignored; line 6 says it again"),
          HasSubstr("c:2: consumer.fetch.min.bytes: no effect: the clients of "
                    "A->B are those of its MirrorSourceConnector"),
          HasSubstr("w:1: bootstrap.servers: is not what s:1 says")));
}

TEST(ConnectorFlowsTest, AConnectorsConsumerOverridesTheClusterAsInConnect) {
  const Loaded loaded = Load(
      {{"s",
        Source(R"("source.cluster.ssl.endpoint.identification.algorithm": "",
"source.cluster.security.protocol": "SSL",
"consumer.security.protocol": "PLAINTEXT")")}});
  ASSERT_THAT(loaded.config, IsOk());
  const Flow& flow = loaded.config->flows()[0];
  EXPECT_TRUE(absl::EqualsIgnoreCase(
      flow.source.consumer_properties.at("security.protocol"), "plaintext"));
  EXPECT_TRUE(absl::EqualsIgnoreCase(
      flow.source.admin_properties.at("security.protocol"), "ssl"));
}

}  // namespace
}  // namespace mirror::internal
