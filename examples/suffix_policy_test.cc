// SPDX-License-Identifier: Apache-2.0

#include "examples/suffix_policy.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/testing/replication_policy_contract.h"

namespace {

TEST(SuffixPolicyTest, KeepsTheContractOfAReplicationPolicy) {
  EXPECT_THAT(mirror::ReplicationPolicyViolations(SuffixPolicy()),
              testing::IsEmpty());
}

TEST(SuffixPolicyTest, NamesACopyAfterItsSource) {
  const SuffixPolicy policy;
  EXPECT_EQ(policy.FormatRemoteTopic("eu", "orders"), "orders-from-eu");
  EXPECT_EQ(policy.TopicSource("orders-from-eu"), "eu");
  EXPECT_EQ(policy.UpstreamTopic("orders-from-eu"), "orders");
  EXPECT_EQ(policy.TopicSource("orders"), std::nullopt);
}

TEST(SuffixPolicyTest, TakesTheSuffixFromItsProperties) {
  SuffixPolicy policy;
  ASSERT_TRUE(policy.Configure({{"replication.policy.suffix", "_of_"}}).ok());
  EXPECT_EQ(policy.FormatRemoteTopic("eu", "orders"), "orders_of_eu");
  EXPECT_EQ(policy.UpstreamTopic("orders_of_eu"), "orders");
  EXPECT_FALSE(policy.Configure({{"replication.policy.suffix", ""}}).ok());
}

}  // namespace
