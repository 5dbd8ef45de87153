// SPDX-License-Identifier: Apache-2.0

#include "mirror/flow/flow_control.h"

#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/cluster/internal_topic_config.h"
#include "mirror/flow/flow_fixture.h"
#include "mirror/progress/shard_of.h"

namespace mirror::internal {
namespace {

using ::testing::HasSubstr;

const TopicPartition kOrders0{"orders", 0};

class FlowControlTest : public testing::Test {
 protected:
  FakeCluster& a() { return flow_.source(); }
  FakeCluster& b() { return flow_.target(); }

  SimulatedFlow flow_;
};

TEST_F(FlowControlTest, FindsNewTopicsWithinTheRefreshInterval) {
  flow_.Start();
  flow_.RunFor(absl::Seconds(20));
  a().CreateTopic("late", 2);
  a().Fill({"late", 1}, 10);
  EXPECT_TRUE(flow_.RunUntil([&] { return flow_.Copied("late", 2); },
                             absl::Seconds(7)));
}

TEST_F(FlowControlTest, FollowsASourceThatGrows) {
  a().CreateTopic("orders", 1);
  b().CreateTopic("A.orders", 1);
  flow_.Start();
  flow_.RunFor(absl::Seconds(1));
  a().DeleteTopic("orders");
  a().CreateTopic("orders", 4);
  a().Fill({"orders", 3}, 10);
  EXPECT_TRUE(flow_.RunUntil([&] {
    return flow_.CountEvents(EngineEvent::Kind::kPartitionsAdded) == 1;
  }));
}

TEST_F(FlowControlTest, ARefusedTopicIsAProblemOfThatTopicAlone) {
  b().RefuseCreateTopics(absl::PermissionDeniedError("no CREATE"));
  b().CreateTopic("A.ready", 1);
  a().CreateTopic("ready", 1);
  a().CreateTopic("refused", 1);
  a().Fill({"ready", 0}, 10);
  b().CreateTopic("mm2-offsets.A.internal", 25,
                  InternalTopicConfigs(InternalTopicKind::kProgress));
  b().CreateTopic("mm2-offset-index.A.internal", 2,
                  InternalTopicConfigs(InternalTopicKind::kOffsetIndex));
  flow_.Start();
  ASSERT_TRUE(flow_.RunUntil([&] { return b().LogEnd({"A.ready", 0}) == 10; }));
  const FlowStatus status = flow_.ControlStatus();
  ASSERT_EQ(status.topic_problems_size(), 1);
  EXPECT_EQ(status.topic_problems(0).topic(), "A.refused");
  EXPECT_THAT(status.topic_problems(0).reason(), HasSubstr("cluster B"));
  // Reported once, not at every refresh.
  flow_.RunFor(absl::Minutes(1));
  EXPECT_EQ(flow_.CountEvents(EngineEvent::Kind::kTopicProblem), 1);
  b().RefuseCreateTopics(absl::OkStatus());
  a().Fill({"refused", 0}, 5);
  EXPECT_TRUE(flow_.RunUntil([&] { return flow_.Copied("refused", 1); }));
  EXPECT_EQ(flow_.ControlStatus().topic_problems_size(), 0);
}

TEST_F(FlowControlTest, WithATopicThatLosesRecordsItDoesNotStartAndSaysWhy) {
  a().CreateTopic("orders", 1);
  a().Fill(kOrders0, 10);
  b().CreateTopic("mm2-offsets.A.internal", 25);
  b().FailAlterConfigs("", absl::PermissionDeniedError("denied"));
  flow_.Start();
  flow_.RunFor(absl::Minutes(1));
  EXPECT_EQ(flow_.ControlStatus().state(), FLOW_STARTING);
  EXPECT_THAT(flow_.ControlStatus().reason(),
              testing::AllOf(HasSubstr("cluster B"),
                             HasSubstr("mm2-offsets.A.internal"),
                             HasSubstr("--add-config cleanup.policy=compact")));
  EXPECT_EQ(flow_.CountEvents(EngineEvent::Kind::kClusterTrouble), 1);
  // Once the operator has done so, the flow starts by itself.
  b().FailAlterConfigs("", absl::OkStatus());
  EXPECT_TRUE(flow_.RunUntil([&] { return flow_.Copied("orders", 1); }));
}

TEST_F(FlowControlTest, ADeletedSourceTopicIsSuspendedAndKeepsItsCopy) {
  a().CreateTopic("orders", 2);
  a().CreateTopic("other", 1);
  a().Fill(kOrders0, 10);
  flow_.Start();
  ASSERT_TRUE(flow_.RunUntil([&] { return flow_.Copied("orders", 2); }));
  a().DeleteTopic("orders");
  ASSERT_TRUE(flow_.RunUntil([&] {
    return flow_.Status(kOrders0).problem() == PROBLEM_SOURCE_TOPIC_MISSING;
  }));
  EXPECT_EQ(b().LogEnd({"A.orders", 0}), 10);
  a().Fill({"other", 0}, 10);
  EXPECT_TRUE(flow_.RunUntil([&] { return flow_.Copied("other", 1); }));
}

TEST_F(FlowControlTest, APartitionWithoutALeaderIsWaitedForAndSaysSo) {
  a().CreateTopic("orders", 2);
  a().SetPartitionDown(kOrders0, true);
  a().Fill({"orders", 1}, 10);
  flow_.Start();
  ASSERT_TRUE(flow_.RunUntil(
      [&] { return flow_.Status({"orders", 1}).records() == 10; }));
  flow_.RunFor(absl::Minutes(1));
  EXPECT_EQ(flow_.Status(kOrders0).state(), PARTITION_RESOLVING);
  EXPECT_EQ(flow_.Status(kOrders0).problem(), PROBLEM_SOURCE_UNAVAILABLE);
  EXPECT_THAT(flow_.Status(kOrders0).reason(),
              HasSubstr("topic orders has no leader on cluster A"));
  EXPECT_THAT(flow_.ControlStatus().reason(),
              HasSubstr("topic orders has no leader on cluster A"));
  // Reported once, not at every refresh.
  EXPECT_EQ(flow_.CountEvents(EngineEvent::Kind::kClusterTrouble), 1);
  EXPECT_EQ(flow_.CountEvents(EngineEvent::Kind::kClusterRecovered), 0);
  a().SetPartitionDown(kOrders0, false);
  a().Fill(kOrders0, 5);
  EXPECT_TRUE(flow_.RunUntil([&] { return flow_.Copied("orders", 2); },
                             absl::Seconds(5)));
  EXPECT_EQ(flow_.Status(kOrders0).problem(), PROBLEM_NONE);
  EXPECT_EQ(flow_.ControlStatus().reason(), "");
}

TEST_F(FlowControlTest, ALateRefusalDoesNotReviveAStoppedPartition) {
  a().CreateTopic("orders", 1);
  a().Fill(kOrders0, 10);
  flow_.Start();
  ASSERT_TRUE(flow_.RunUntil([&] { return flow_.Copied("orders", 1); }));
  b().HoldAcks();
  b().FailProduce("A.orders", absl::PermissionDeniedError("no"));
  a().Fill(kOrders0, 10);
  flow_.RunFor(absl::Seconds(1));
  a().DeleteTopic("orders");
  ASSERT_TRUE(flow_.RunUntil(
      [&] { return flow_.Status(kOrders0).state() == PARTITION_STOPPED; }));
  b().ReleaseAcks();
  flow_.RunFor(absl::Minutes(1));
  EXPECT_EQ(flow_.Status(kOrders0).problem(), PROBLEM_SOURCE_TOPIC_MISSING);
  EXPECT_EQ(flow_.Status(kOrders0).state(), PARTITION_STOPPED);
}

TEST_F(FlowControlTest, ARecreatedTopicStopsByDefault) {
  a().CreateTopic("orders", 1);
  a().Fill(kOrders0, 10);
  flow_.Start();
  ASSERT_TRUE(flow_.RunUntil([&] { return flow_.Copied("orders", 1); }));
  a().DeleteTopic("orders");
  a().CreateTopic("orders", 1);
  a().Fill(kOrders0, 30);
  ASSERT_TRUE(flow_.RunUntil(
      [&] { return flow_.Status(kOrders0).state() == PARTITION_STOPPED; }));
  EXPECT_EQ(flow_.Status(kOrders0).problem(), PROBLEM_SOURCE_RECREATED);
}

TEST_F(FlowControlTest, ARecreatedTopicIsCopiedFromItsStartIfConfigured) {
  flow_.control_options().delivery.on_source_gap = LossPolicy::kReseed;
  flow_.loop_options().partition.delivery.on_source_gap = LossPolicy::kReseed;
  a().CreateTopic("orders", 1);
  a().Fill(kOrders0, 10);
  flow_.Start();
  ASSERT_TRUE(flow_.RunUntil([&] { return flow_.Copied("orders", 1); }));
  a().DeleteTopic("orders");
  flow_.RunFor(absl::Seconds(6));
  a().CreateTopic("orders", 1);
  Record record;
  record.timestamp_ms = 1700000000000;
  record.value = "the new one";
  a().Append(kOrders0, record);
  ASSERT_TRUE(
      flow_.RunUntil([&] { return b().LogEnd({"A.orders", 0}) == 11; }));
  EXPECT_EQ(b().Records({"A.orders", 0})[10].value, "the new one");
}

TEST_F(FlowControlTest, ReadsTheTargetsMemoryWhileTheSourceIsDown) {
  a().SetDown(true);
  flow_.Start();
  flow_.RunFor(absl::Seconds(5));
  EXPECT_TRUE(flow_.control().target_ready());
  EXPECT_FALSE(flow_.control().running());
  EXPECT_EQ(flow_.ControlStatus().state(), FLOW_STARTING);
  EXPECT_THAT(flow_.ControlStatus().reason(), HasSubstr("cluster A"));
  a().SetDown(false);
  flow_.RunFor(absl::Seconds(5));
  EXPECT_TRUE(flow_.control().running());
  EXPECT_EQ(flow_.CountEvents(EngineEvent::Kind::kFlowStarted), 1);
}

TEST_F(FlowControlTest, ATargetWithAnotherClusterIdIsNamedAndNothingCreated) {
  a().CreateTopic("orders", 2);
  a().Fill(kOrders0, 10);
  flow_.Start();
  ASSERT_TRUE(flow_.RunUntil([&] { return flow_.Copied("orders", 2); }));
  flow_.RunFor(absl::Seconds(10));
  b().Rebuild("new-B");
  a().CreateTopic("later", 1);
  flow_.RunFor(absl::Minutes(1));
  EXPECT_THAT(flow_.ControlStatus().reason(),
              HasSubstr("cluster B has another cluster id (new-B) than when "
                        "the flow started (fake-B)"));
  EXPECT_EQ(flow_.CountEvents(EngineEvent::Kind::kClusterTrouble), 1);
  EXPECT_FALSE(flow_.control().running());
  EXPECT_FALSE(flow_.control().target_ready());
  EXPECT_EQ(flow_.Status(kOrders0).problem(), PROBLEM_TARGET_RECREATED);
  EXPECT_FALSE(b().HasTopic("A.later"));
  EXPECT_FALSE(b().HasTopic("A.orders"));
}

// It may be an address that leads elsewhere: what another cluster holds under
// the names of our topics is not copied, whatever the policy.
TEST_F(FlowControlTest, ASourceWithAnotherClusterIdIsNamedAndNotCopied) {
  flow_.loop_options().partition.delivery.on_source_gap = LossPolicy::kReseed;
  flow_.control_options().delivery.on_source_gap = LossPolicy::kReseed;
  a().CreateTopic("orders", 2);
  a().Fill(kOrders0, 10);
  flow_.Start();
  ASSERT_TRUE(flow_.RunUntil([&] { return flow_.Copied("orders", 2); }));
  flow_.RunFor(absl::Seconds(10));
  a().Rebuild("new-A");
  a().CreateTopic("orders", 2);
  a().CreateTopic("later", 1);
  a().Fill(kOrders0, 20);
  flow_.RunFor(absl::Minutes(1));
  EXPECT_THAT(flow_.ControlStatus().reason(),
              HasSubstr("cluster A has another cluster id (new-A) than when "
                        "the flow started (fake-A)"));
  EXPECT_FALSE(flow_.control().running());
  EXPECT_EQ(b().LogEnd({"A.orders", 0}), 10);
  EXPECT_FALSE(b().HasTopic("A.later"));
}

TEST_F(FlowControlTest, WaitsForClustersThatAreDown) {
  a().CreateTopic("orders", 1);
  a().Fill(kOrders0, 10);
  a().SetDown(true);
  flow_.Start();
  flow_.RunFor(absl::Seconds(30));
  EXPECT_THAT(flow_.ControlStatus().reason(), HasSubstr("cluster A"));
  // Reported once; the loops' clients report their own errors.
  int reported = 0;
  for (const EngineEvent& event : flow_.events()) {
    reported += event.kind == EngineEvent::Kind::kClusterTrouble &&
                event.subject().empty();
  }
  EXPECT_EQ(reported, 1);
  a().SetDown(false);
  EXPECT_TRUE(flow_.RunUntil([&] { return flow_.Copied("orders", 1); }));
  EXPECT_EQ(flow_.ControlStatus().reason(), "");
}

TEST(ShardOf, SpreadsAHotTopicEvenly) {
  std::set<int32_t> shards;
  for (int32_t i = 0; i < 4; ++i) {
    shards.insert(ShardOf({"orders", i}, 4));
  }
  EXPECT_EQ(shards.size(), 4u);
}

}  // namespace
}  // namespace mirror::internal
