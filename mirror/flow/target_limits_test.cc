// SPDX-License-Identifier: Apache-2.0

#include "mirror/flow/target_limits.h"

#include <memory>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/testing/fake_cluster.h"

namespace mirror::internal {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class TargetLimitsTest : public testing::Test {
 protected:
  TargetLimitsTest() {
    cluster_.CreateTopic("orders", 1);
    cluster_.SetMaxMessageBytes("orders", 2000);
    limits_.Want("orders");
  }
  int64_t MaxMessageBytes() {
    return limits_.Ask(now_).at("orders").max_message_bytes;
  }
  FakeCluster cluster_{"B"};
  std::unique_ptr<ClusterAdmin> admin_ = cluster_.NewAdmin("test").value();
  TargetLimits limits_{admin_.get()};
  absl::Time now_ = absl::UnixEpoch();
};

TEST_F(TargetLimitsTest, ATopicIsAskedForOnce) {
  EXPECT_EQ(MaxMessageBytes(), 2000);
  limits_.Want("orders");
  EXPECT_THAT(limits_.Ask(now_), IsEmpty());
}

TEST_F(TargetLimitsTest, ADoubtedTopicIsAskedForAgain) {
  EXPECT_EQ(MaxMessageBytes(), 2000);
  cluster_.SetMaxMessageBytes("orders", 3000);
  limits_.Doubt("orders");
  EXPECT_TRUE(limits_.HasWanted());
  EXPECT_EQ(MaxMessageBytes(), 3000);
}

TEST_F(TargetLimitsTest, ChangesAreNoticedInTime) {
  EXPECT_EQ(MaxMessageBytes(), 2000);
  cluster_.SetMaxMessageBytes("orders", 3000);
  now_ += absl::Minutes(11);
  EXPECT_EQ(MaxMessageBytes(), 3000);
}

TEST_F(TargetLimitsTest, WhatMayNotBeDescribedIsLeftAlone) {
  cluster_.FailDescribeConfigs("orders", absl::PermissionDeniedError("no"));
  EXPECT_THAT(limits_.Ask(now_), IsEmpty());
  EXPECT_FALSE(limits_.HasWanted());
}

TEST_F(TargetLimitsTest, ManyTopicsAreAskedForInPieces) {
  for (int i = 0; i < 600; ++i) limits_.Want(std::to_string(i));
  EXPECT_TRUE(limits_.HasWanted());
  limits_.Ask(now_);
  EXPECT_TRUE(limits_.HasWanted());
  limits_.Ask(now_);
  EXPECT_FALSE(limits_.HasWanted());
}

}  // namespace
}  // namespace mirror::internal
