// SPDX-License-Identifier: Apache-2.0

#include "mirror/config/print_flows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "mirror/config/config_testing.h"
#include "mirror/config/mirror_maker_config.h"
#include "mirror/config/resolved_flow.h"

namespace mirror::internal {
namespace {

using testing::HasSubstr;

// Everything that config says, wherever it goes.
std::string AllOutput(const std::string& text) {
  const auto config = Parse(text);
  if (!config.ok()) return std::string(config.status().message());
  std::string out = config->printed();
  for (const auto& messages : {config->warnings(), config->notes()}) {
    for (const std::string& message : messages) {
      absl::StrAppend(&out, message, "\n");
    }
  }
  return out;
}

TEST(SecretTest, AppearInNoOutputWhateverIsWrong) {
  const char* const lines[] = {
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
  for (const char* wrong : lines) {
    EXPECT_THAT(AllOutput(absl::StrCat(kTwoClusters, wrong)),
                testing::Not(HasSubstr(kSecret)))
        << wrong;
  }
}

TEST(SecretTest, VariablesReachTheClientThoughTheyAreNotShown) {
  const FlowClients clients = ClientsOfAToB(
      "A.security.protocol=SASL_SSL\nA.sasl.mechanism=PLAIN\n"
      "A.sasl.jaas.config=x.PlainLoginModule required username=u "
      "password=\"${env:SECRET}\";\n");
  EXPECT_EQ(Text(clients.source_consumer.librdkafka, "sasl.password"), kSecret);
}

TEST(PrintFlowsTest, ShowsValueAndOriginOfEverything) {
  const auto config = Parse(absl::StrCat(
      kTwoClusters, "tasks.max=7\nssl.key.password=x\nsecurity.protocol=SSL\n",
      "B.producer.buffer.memory=2048\n"));
  ASSERT_TRUE(config.ok()) << config.status();
  const std::string printed = config->printed();
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

}  // namespace
}  // namespace mirror::internal
