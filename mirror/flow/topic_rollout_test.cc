// SPDX-License-Identifier: Apache-2.0

#include "mirror/flow/topic_rollout.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/policy/filters.h"
#include "mirror/testing/fake_cluster.h"
#include "mirror/testing/simulated_clock.h"

namespace mirror::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

MATCHER_P(Of, source, "") { return arg.source == source; }

class TopicRolloutTest : public testing::Test {
 protected:
  TopicRolloutTest() {
    TopicCreatorOptions options;
    options.source = "A";
    options.target = "B";
    options.filter = RegexConfigPropertyFilter::Create().value();
    creator_ =
        std::make_unique<TopicCreator>(options, source_.get(), target_.get());
    rollout_ =
        std::make_unique<TopicRollout>(creator_.get(), target_.get(), &clock_);
  }

  TopicToCreate Missing(const std::string& name, int32_t partitions) {
    a_.CreateTopic(name, partitions);
    return {name, {"A." + name, partitions, -1, {}}, "id of " + name};
  }

  FakeCluster a_{"A"};
  FakeCluster b_{"B"};
  SimulatedClock clock_;
  std::unique_ptr<ClusterAdmin> source_ = a_.NewAdmin("test").value();
  std::unique_ptr<ClusterAdmin> target_ = b_.NewAdmin("test").value();
  std::unique_ptr<TopicCreator> creator_;
  std::unique_ptr<TopicRollout> rollout_;
};

TEST_F(TopicRolloutTest, WhatIsCreatedIsHandedOut) {
  rollout_->Plan({Missing("orders", 3)}, {});
  EXPECT_THAT(rollout_->CreateSome().created, SizeIs(1));
  const auto ready = rollout_->TakeReady();
  ASSERT_THAT(ready, ElementsAre(Of("orders")));
  EXPECT_EQ(ready[0].target, "A.orders");
  EXPECT_EQ(ready[0].partitions, 3);
  EXPECT_EQ(ready[0].id, "id of orders");
  EXPECT_FALSE(rollout_->creating());
  EXPECT_FALSE(rollout_->handing_out());
}

TEST_F(TopicRolloutTest, TheFirstPartitionsDoNotWaitForTheLast) {
  std::vector<TopicToCreate> topics;
  for (int i = 0; i < 12; ++i) {
    topics.push_back(Missing(absl::StrCat("t", i), 300));
  }
  rollout_->Plan(topics, {});
  rollout_->CreateSome();
  EXPECT_THAT(rollout_->TakeReady(), SizeIs(3));
  EXPECT_TRUE(rollout_->creating());
}

TEST_F(TopicRolloutTest, AWideTopicIsCreatedByItself) {
  rollout_->Plan({Missing("wide", 5000), Missing("narrow", 1)}, {});
  rollout_->CreateSome();
  EXPECT_THAT(rollout_->TakeReady(), ElementsAre(Of("wide")));
}

TEST_F(TopicRolloutTest, ATopicWaitsForItsLeadersAndHoldsUpNoOther) {
  rollout_->Plan({Missing("orders", 2), Missing("other", 1)}, {});
  rollout_->CreateSome();
  b_.SetPartitionDown({"A.orders", 1}, true);
  EXPECT_THAT(rollout_->TakeReady(), ElementsAre(Of("other")));
  EXPECT_THAT(rollout_->TakeReady(), IsEmpty());
  EXPECT_TRUE(rollout_->handing_out());
  b_.SetPartitionDown({"A.orders", 1}, false);
  EXPECT_THAT(rollout_->TakeReady(), ElementsAre(Of("orders")));
}

TEST_F(TopicRolloutTest, LeadersAreNotAwaitedForever) {
  rollout_->Plan({Missing("orders", 2)}, {});
  rollout_->CreateSome();
  b_.SetPartitionDown({"A.orders", 1}, true);
  EXPECT_THAT(rollout_->TakeReady(), IsEmpty());
  clock_.Advance(absl::Seconds(10));
  EXPECT_THAT(rollout_->TakeReady(), ElementsAre(Of("orders")));
}

TEST_F(TopicRolloutTest, TopicsThatWereThereNeedNoLeader) {
  b_.CreateTopic("A.orders", 1);
  b_.SetPartitionDown({"A.orders", 0}, true);
  rollout_->Plan({}, {{"orders", "A.orders", 1, ""}});
  EXPECT_THAT(rollout_->TakeReady(), ElementsAre(Of("orders")));
}

TEST_F(TopicRolloutTest, ARefusedTopicIsNotHandedOut) {
  b_.RefuseCreateTopics(absl::PermissionDeniedError("no CREATE"));
  rollout_->Plan({Missing("orders", 1)}, {});
  EXPECT_THAT(rollout_->CreateSome().results, SizeIs(1));
  EXPECT_THAT(rollout_->TakeReady(), IsEmpty());
  EXPECT_FALSE(rollout_->handing_out());
}

}  // namespace
}  // namespace mirror::internal
