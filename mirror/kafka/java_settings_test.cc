// SPDX-License-Identifier: Apache-2.0
//
// mirror/java names librdkafka's settings without knowing librdkafka; here
// librdkafka is asked whether it knows them, and takes the values.

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "mirror/java/java_client_settings.h"
#include "mirror/kafka/handles.h"

namespace mirror::internal {
namespace {

std::string Problem(absl::string_view name, const std::string& value) {
  const internal::ConfPtr conf(rd_kafka_conf_new());
  char why[512] = "";
  const rd_kafka_conf_res_t result = rd_kafka_conf_set(
      conf.get(), std::string(name).c_str(), value.c_str(), why, sizeof(why));
  return result == RD_KAFKA_CONF_OK ? "" : absl::StrCat(name, ": ", why);
}

TEST(JavaSettingsTest, LibrdkafkaKnowsEveryNameAndTakesEveryValue) {
  for (const JavaSettingSpec& spec : AllJavaSettings()) {
    switch (spec.translation) {
      case Translation::kNumber:
        EXPECT_EQ(Problem(spec.librdkafka, absl::StrCat(spec.min)), "");
        EXPECT_EQ(Problem(spec.librdkafka, absl::StrCat(spec.max)), "");
        break;
      case Translation::kBytes:
        EXPECT_EQ(Problem(spec.librdkafka, "1"), "");
        break;
      case Translation::kBoolean:
        EXPECT_EQ(Problem(spec.librdkafka, "true"), "");
        break;
      case Translation::kSame:
        EXPECT_EQ(Problem(spec.librdkafka, "PLAIN"), "");
        break;
      case Translation::kChoice:
        for (const absl::string_view choice : spec.choices) {
          EXPECT_EQ(Problem(spec.librdkafka, std::string(choice)), "");
        }
        break;
      default:
        break;
    }
  }
}

TEST(JavaSettingsTest, LibrdkafkaKnowsWhatSecurityBecomes) {
  for (const char* name : {"ssl.ca.location",
                           "ssl.key.location",
                           "ssl.certificate.location",
                           "ssl.keystore.location",
                           "ssl.keystore.password",
                           "ssl.key.password",
                           "ssl.key.pem",
                           "ssl.certificate.pem",
                           "ssl.ca.pem",
                           "sasl.username",
                           "sasl.password",
                           "sasl.kerberos.keytab",
                           "sasl.kerberos.principal",
                           "sasl.kerberos.service.name",
                           "sasl.oauthbearer.config",
                           "sasl.oauthbearer.client.id",
                           "sasl.oauthbearer.client.secret",
                           "sasl.oauthbearer.scope",
                           "sasl.oauthbearer.extensions",
                           "sasl.oauthbearer.token.endpoint.url"}) {
    EXPECT_FALSE(absl::StrContains(Problem(name, "x"), "No such")) << name;
  }
  EXPECT_EQ(Problem("sasl.oauthbearer.method", "oidc"), "");
  EXPECT_EQ(Problem("enable.sasl.oauthbearer.unsecure.jwt", "true"), "");
  EXPECT_EQ(Problem("ssl.endpoint.identification.algorithm", "none"), "");
}

}  // namespace
}  // namespace mirror::internal
