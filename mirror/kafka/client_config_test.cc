// SPDX-License-Identifier: Apache-2.0

#include "mirror/kafka/client_config.h"

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

Properties With(Properties properties) {
  properties.emplace("bootstrap.servers", "localhost:9092");
  return properties;
}

std::string Value(const ConfPtr& conf, const char* name) {
  char value[512] = "";
  size_t size = sizeof(value);
  return rd_kafka_conf_get(conf.get(), name, value, &size) == RD_KAFKA_CONF_OK
             ? value
             : "?";
}

// The error for these settings, which must be there.
std::string Refusal(ClientRole role, const Properties& properties) {
  absl::StatusOr<ConfPtr> conf = NewClientConf(role, "backup", properties, {});
  EXPECT_EQ(conf.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(conf.status().message());
}

TEST(ClientConfig, ReadersNeverCommitNorResetPositions) {
  const ConfPtr conf =
      NewClientConf(ClientRole::kConsumer, "a", With({}), {}).value();
  EXPECT_EQ(Value(conf, "enable.auto.commit"), "false");
  EXPECT_EQ(Value(conf, "enable.auto.offset.store"), "false");
  EXPECT_EQ(Value(conf, "auto.offset.reset"), "error");
  EXPECT_EQ(Value(conf, "allow.auto.create.topics"), "false");
}

TEST(ClientConfig, ReadersCheckBatchesUnlessTheHostTurnsItOff) {
  const auto checks = [](Properties properties) {
    return Value(NewClientConf(ClientRole::kConsumer, "a",
                               With(std::move(properties)), {})
                     .value(),
                 "check.crcs");
  };
  EXPECT_EQ(checks({}), "true");
  EXPECT_EQ(checks({{"check.crcs", "false"}}), "false");
}

TEST(ClientConfig, ReadersHearOfTopicIdsWhateverElseTheHostDebugs) {
  EXPECT_EQ(
      Value(NewClientConf(ClientRole::kConsumer, "a", With({}), {}).value(),
            "debug"),
      "metadata");
  EXPECT_EQ(Value(NewClientConf(ClientRole::kConsumer, "a",
                                With({{"debug", "broker"}}), {})
                      .value(),
                  "debug"),
            "broker,metadata");
}

TEST(ClientConfig, WritersNeverGiveUpARecord) {
  const ConfPtr conf =
      NewClientConf(ClientRole::kProducer, "a", With({}), {}).value();
  EXPECT_EQ(Value(conf, "enable.idempotence"), "true");
  EXPECT_EQ(Value(conf, "message.timeout.ms"), "0");
  EXPECT_EQ(Value(conf, "allow.auto.create.topics"), "false");
}

TEST(ClientConfig, TheHostsValuesGoBeforeDefaults) {
  const Properties defaults = {{"linger.ms", "7"}, {"client.id", "us"}};
  const ConfPtr conf = NewClientConf(ClientRole::kProducer, "a",
                                     With({{"linger.ms", "9"}}), defaults)
                           .value();
  EXPECT_EQ(Value(conf, "linger.ms"), "9");
  EXPECT_EQ(Value(conf, "client.id"), "us");
}

TEST(ClientConfig, RefusesAnUnknownSettingByName) {
  EXPECT_THAT(Refusal(ClientRole::kAdmin, With({{"bootstrp.srvers", "x"}})),
              AllOf(HasSubstr("cluster backup"), HasSubstr("bootstrp.srvers")));
}

TEST(ClientConfig, RefusesABadValueWithTheReason) {
  EXPECT_THAT(Refusal(ClientRole::kProducer, With({{"linger.ms", "soon"}})),
              AllOf(HasSubstr("linger.ms: "), HasSubstr("Invalid value")));
}

TEST(ClientConfig, RefusesToDoWithoutWhatAMirrorNeeds) {
  EXPECT_THAT(
      Refusal(ClientRole::kConsumer, With({{"auto.offset.reset", "latest"}})),
      HasSubstr("auto.offset.reset: a mirror cannot work without the value "
                "error"));
  EXPECT_THAT(
      Refusal(ClientRole::kProducer, With({{"enable.idempotence", "false"}})),
      HasSubstr("enable.idempotence"));
}

TEST(ClientConfig, AForcedValueMayBeGiven) {
  EXPECT_TRUE(NewClientConf(ClientRole::kProducer, "a",
                            With({{"enable.idempotence", "1"}}), {})
                  .ok());
}

TEST(ClientConfig, RefusesNoBootstrapServers) {
  EXPECT_THAT(Refusal(ClientRole::kAdmin, {}), HasSubstr("bootstrap.servers"));
}

TEST(ClientConfig, ShowsNoSecretOfAMisspeltSetting) {
  EXPECT_THAT(Refusal(ClientRole::kAdmin, With({{"sasl.passwd", "hunter2"}})),
              AllOf(HasSubstr("sasl.passwd"), Not(HasSubstr("hunter2"))));
}

}  // namespace
}  // namespace mirror::internal
