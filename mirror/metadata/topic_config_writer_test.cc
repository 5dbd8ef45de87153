// SPDX-License-Identifier: Apache-2.0

#include "mirror/metadata/topic_config_writer.h"

#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/testing/fake_cluster.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

ConfigChange Set(const std::string& name, const std::string& value) {
  return {name, std::nullopt, value, ""};
}

class TopicConfigWriterTest : public testing::Test {
 protected:
  TopicConfigWriterTest() {
    b_.CreateTopic("A.orders", 1, {{"segment.ms", "5000"}});
    b_.CreateTopic("A.payments", 1);
  }

  FakeCluster b_{"B"};
  std::unique_ptr<ClusterAdmin> admin_ = b_.NewAdmin("test").value();
};

TEST_F(TopicConfigWriterTest, SetsAndTakesAway) {
  const auto results = WriteTopicConfigs(
      admin_.get(),
      {{"A.orders",
        {Set("retention.ms", "1000"), {"segment.ms", "5000", {}, ""}}},
       {"A.payments", {Set("cleanup.policy", "compact")}}});
  ASSERT_THAT(results, SizeIs(2));
  EXPECT_THAT(results[0].status, IsOk());
  EXPECT_THAT(results[0].written, SizeIs(2));
  EXPECT_THAT(b_.TopicConfigs("A.orders"),
              ElementsAre(Pair("retention.ms", "1000")));
  EXPECT_THAT(b_.TopicConfigs("A.payments"),
              ElementsAre(Pair("cleanup.policy", "compact")));
}

TEST_F(TopicConfigWriterTest, ARefusedConfigHoldsUpNoOther) {
  for (const absl::Status& refusal :
       {absl::InvalidArgumentError("no"), absl::FailedPreconditionError("no"),
        absl::InternalError("no")}) {
    b_.RefuseTopicConfig("retention.ms", refusal);
    const auto results = WriteTopicConfigs(
        admin_.get(),
        {{"A.orders", {Set("retention.bytes", "9"), Set("retention.ms", "1")}},
         {"A.payments", {Set("retention.ms", "1")}}});
    EXPECT_THAT(results[0].refused,
                ElementsAre(Pair("retention.ms", StatusIs(refusal.code()))));
    EXPECT_THAT(results[0].status, IsOk());
    EXPECT_THAT(results[0].written, SizeIs(1));
    EXPECT_THAT(results[1].refused, SizeIs(1));
    EXPECT_EQ(b_.TopicConfigs("A.orders").at("retention.bytes"), "9");
    b_.SetTopicConfig("A.orders", "retention.bytes", std::nullopt);
  }
}

TEST_F(TopicConfigWriterTest, WhatIsApartIsTriedByItself) {
  b_.RefuseTopicConfig("retention.ms", absl::InvalidArgumentError("no"));
  const auto results = WriteTopicConfigs(
      admin_.get(),
      {{"A.orders", {Set("retention.bytes", "9"), Set("retention.ms", "1")}}},
      {{"A.orders", "retention.ms"}});
  EXPECT_THAT(results[0].written, SizeIs(1));
  EXPECT_THAT(results[0].refused, SizeIs(1));
  b_.RefuseTopicConfig("retention.ms", absl::OkStatus());
  const auto again = WriteTopicConfigs(
      admin_.get(), {{"A.orders", {Set("retention.ms", "1")}}},
      {{"A.orders", "retention.ms"}});
  EXPECT_THAT(again[0].written, SizeIs(1));
  EXPECT_THAT(again[0].refused, IsEmpty());
}

TEST_F(TopicConfigWriterTest, ATopicWithoutPermissionIsNotTriedKeyByKey) {
  b_.FailAlterConfigs("A.orders", absl::PermissionDeniedError("no"));
  const auto results = WriteTopicConfigs(
      admin_.get(),
      {{"A.orders", {Set("retention.bytes", "9"), Set("retention.ms", "1")}},
       {"A.payments", {Set("retention.ms", "1")}},
       {"A.missing", {Set("retention.ms", "1")}}});
  EXPECT_THAT(results[0].status, StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(results[0].refused, IsEmpty());
  EXPECT_THAT(results[1].written, SizeIs(1));
  EXPECT_THAT(results[2].status, StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace mirror::internal
