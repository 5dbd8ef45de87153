// SPDX-License-Identifier: Apache-2.0

#include "mirror/java/config_value.h"

#include <gtest/gtest.h>

namespace mirror::internal {
namespace {

TEST(IsSecretTest, KnowsKafkasPasswordsUnderAnyPrefix) {
  for (const char* name :
       {"ssl.key.password", "A.ssl.keystore.password", "ssl.keystore.key",
        "A->B.source.consumer.sasl.jaas.config", "SASL.PASSWORD",
        "ssl.truststore.password", "librdkafka.ssl.key.pem",
        "sasl.oauthbearer.client.secret", "basic.auth.user.info"}) {
    EXPECT_TRUE(IsSecret(name)) << name;
  }
}

TEST(IsSecretTest, LeavesOrdinaryPropertiesReadable) {
  for (const char* name :
       {"bootstrap.servers", "key.converter", "tasks.max", "sasl.mechanism",
        "ssl.keystore.location", "sasl.oauthbearer.token.endpoint.url"}) {
    EXPECT_FALSE(IsSecret(name)) << name;
  }
}

TEST(ConfigValueTest, MessageNamesPlaceAndShownText) {
  ConfigValue value;
  value.text = "0";
  value.shown = "${env:TASKS}";
  value.property = "A->B.tasks.max";
  value.file = "mm2.properties";
  value.line = 12;
  EXPECT_EQ(value.Message("must be at least 1"),
            "mm2.properties:12: A->B.tasks.max = ${env:TASKS}: must be at "
            "least 1");
}

TEST(ConfigValueTest, ComputedTextStaysHiddenIfTheWrittenOneWas) {
  ConfigValue secret = ConfigValue::Default("sasl.jaas.config", "x");
  secret.shown = std::string(kHiddenSecret);
  EXPECT_EQ(secret.WithText("hunter2").shown, kHiddenSecret);
  EXPECT_EQ(ConfigValue::Default("a", "1024").WithText("1").shown, "1");
}

TEST(PrintableNameTest, HidesWhatIsNoName) {
  EXPECT_EQ(PrintableName("A->B.offset-syncs.x_y"), "A->B.offset-syncs.x_y");
  EXPECT_EQ(PrintableName("\"hunter2\";"), "(not the name of a property)");
  EXPECT_EQ(PrintableName(""), "(no name)");
}

}  // namespace
}  // namespace mirror::internal
