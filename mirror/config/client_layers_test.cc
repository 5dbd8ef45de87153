// SPDX-License-Identifier: Apache-2.0

#include "mirror/config/client_layers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "mirror/config/config_testing.h"
#include "mirror/config/mirror_maker_config.h"
#include "mirror/config/resolved_flow.h"
#include "mirror/flow_options.h"

namespace mirror::internal {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(ClientPrecedenceTest, EveryClientGetsItsClustersServers) {
  const FlowClients clients = ClientsOfAToB("");
  for (const ClientConfig* client :
       {&clients.source_consumer, &clients.source_admin,
        &clients.offset_syncs_producer}) {
    EXPECT_EQ(Text(client->java, "bootstrap.servers"), "a:9092");
  }
  for (const ClientConfig* client :
       {&clients.target_consumer, &clients.target_admin,
        &clients.data_producer}) {
    EXPECT_EQ(Text(client->java, "bootstrap.servers"), "b:9092");
  }
}

TEST(ClientPrecedenceTest, TopLevelSecurityIsTheDefaultOfAllClusters) {
  const FlowClients clients = ClientsOfAToB(
      "ssl.key.password=top\nA.ssl.key.password=a\n"
      "B.producer.ssl.key.password=bp\n");
  EXPECT_EQ(Text(clients.source_consumer.java, "ssl.key.password"), "a");
  EXPECT_EQ(Text(clients.source_admin.java, "ssl.key.password"), "a");
  EXPECT_EQ(Text(clients.target_admin.java, "ssl.key.password"), "top");
  EXPECT_EQ(Text(clients.data_producer.java, "ssl.key.password"), "bp");
}

TEST(ClientPrecedenceTest, ClustersConsumerBeatsFlowsConsumer) {
  const std::string both =
      "A.consumer.fetch.min.bytes=1\nA->B.consumer.fetch.min.bytes=2\n";
  EXPECT_EQ(Text(ClientsOfAToB(both).source_consumer.java, "fetch.min.bytes"),
            "1");
  EXPECT_EQ(
      Text(ClientsOfAToB(both + "A->B.source.consumer.fetch.min.bytes=3\n")
               .source_consumer.java,
           "fetch.min.bytes"),
      "3");
  const auto config = Parse(kTwoClusters + both);
  EXPECT_THAT(
      config->warnings(),
      ElementsAre(HasSubstr(
          "mm2.properties:6: A->B.consumer.fetch.min.bytes: is "
          "overridden by mm2.properties:5: A.consumer.fetch.min.bytes")));
}

TEST(ClientPrecedenceTest, FlowsConsumerReachesBothSides) {
  const FlowClients clients =
      ClientsOfAToB("A->B.consumer.fetch.min.bytes=2\n");
  EXPECT_EQ(Text(clients.source_consumer.java, "fetch.min.bytes"), "2");
  EXPECT_EQ(Text(clients.target_consumer.java, "fetch.min.bytes"), "2");
}

TEST(ClientPrecedenceTest, FlowsProducerReachesOffsetSyncsOnly) {
  const std::string text = "A->B.producer.linger.ms=7\n";
  const FlowClients clients = ClientsOfAToB(text);
  EXPECT_EQ(Text(clients.offset_syncs_producer.java, "linger.ms"), "7");
  EXPECT_EQ(Text(clients.data_producer.java, "linger.ms"), "(none)");
  EXPECT_THAT(Parse(kTwoClusters + text)->warnings(),
              ElementsAre(HasSubstr("for data write B.producer.linger.ms or "
                                    "A->B.producer.override.linger.ms")));
}

TEST(ClientPrecedenceTest, DataProducerTakesTargetsThenOverride) {
  EXPECT_EQ(Text(ClientsOfAToB("B.producer.linger.ms=7\n").data_producer.java,
                 "linger.ms"),
            "7");
  EXPECT_EQ(Text(ClientsOfAToB("B.producer.linger.ms=7\n"
                               "A->B.producer.override.linger.ms=8\n")
                     .data_producer.java,
                 "linger.ms"),
            "8");
  EXPECT_EQ(Text(ClientsOfAToB("A.producer.linger.ms=7\n").data_producer.java,
                 "linger.ms"),
            "(none)");
}

TEST(ClientPrecedenceTest, OverridesAreUnknownToNoProducer) {
  const auto config =
      Parse(std::string(kTwoClusters) + "A->B.producer.override.linger.ms=8\n");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_THAT(config->warnings(), testing::IsEmpty());
}

TEST(ClientPrecedenceTest, FlowsClusterSettingLosesToWhatTheClusterSpread) {
  const FlowClients clients = ClientsOfAToB(
      "A.security.protocol=PLAINTEXT\n"
      "A->B.source.cluster.security.protocol=SSL\n");
  EXPECT_EQ(Text(clients.source_consumer.java, "security.protocol"),
            "PLAINTEXT");
}

TEST(ClientPrecedenceTest, TopLevelClientSettingsReachNoClient) {
  const std::string text = "consumer.fetch.min.bytes=7\nproducer.linger.ms=7\n";
  const FlowClients clients = ClientsOfAToB(text);
  EXPECT_EQ(Text(clients.source_consumer.java, "fetch.min.bytes"), "(none)");
  EXPECT_EQ(Text(clients.data_producer.java, "linger.ms"), "(none)");
  EXPECT_THAT(
      Parse(kTwoClusters + text)->warnings(),
      ElementsAre(HasSubstr("consumer.fetch.min.bytes: no effect, as in MM2: "
                            "write X.consumer.fetch.min.bytes"),
                  HasSubstr("producer.linger.ms: no effect")));
}

TEST(ClientPrecedenceTest, ClusterSettingWithoutClientPrefixReachesNoClient) {
  const std::string text = "A.request.timeout.ms=7000\n";
  EXPECT_EQ(
      Text(ClientsOfAToB(text).source_consumer.java, "request.timeout.ms"),
      "(none)");
  EXPECT_THAT(Parse(kTwoClusters + text)->warnings(),
              ElementsAre(HasSubstr("write A.consumer.request.timeout.ms")));
}

TEST(ClientPrecedenceTest, Mm2sOwnKeysDoNotBecomeClientSettings) {
  const FlowClients clients = ClientsOfAToB(
      "A->B.consumer.poll.timeout.ms=7\nA->B.admin.timeout.ms=7\n");
  EXPECT_EQ(Text(clients.source_consumer.java, "poll.timeout.ms"), "(none)");
  EXPECT_EQ(Text(clients.source_admin.java, "timeout.ms"), "(none)");
}

// MM2 copies aborted records by default; here only if asked to.
TEST(ClientPrecedenceTest, ConsumersReadCommittedByDefault) {
  EXPECT_EQ(
      Text(ClientsOfAToB("").source_consumer.librdkafka, "isolation.level"),
      "read_committed");
  EXPECT_EQ(Text(ClientsOfAToB("A.consumer.isolation.level=read_uncommitted\n")
                     .source_consumer.librdkafka,
                 "isolation.level"),
            "read_uncommitted");
}

TEST(ClientPrecedenceTest, OffsetResetSaysWhereNewPartitionsStart) {
  const std::string text = "A.consumer.auto.offset.reset=latest\n";
  EXPECT_EQ(AToB(text).start_at, StartAt::kLatest);
  EXPECT_EQ(
      Text(ClientsOfAToB(text).source_consumer.librdkafka, "auto.offset.reset"),
      "(none)");
}

}  // namespace
}  // namespace mirror::internal
