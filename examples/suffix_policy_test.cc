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

}  // namespace
