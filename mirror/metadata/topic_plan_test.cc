// SPDX-License-Identifier: Apache-2.0

#include "mirror/metadata/topic_plan.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/policy/filters.h"
#include "mirror/policy/mm2_replication_policies.h"

namespace mirror::internal {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

TopicPlan Plan(const std::vector<TopicDescription>& source,
               const std::vector<TopicDescription>& target,
               std::shared_ptr<const ReplicationPolicy> policy =
                   DefaultReplicationPolicy::Create({}).value()) {
  TopicSelection selection;
  selection.policy = std::move(policy);
  selection.filter = RegexTopicFilter::Create("orders.*").value();
  selection.source_alias = "A";
  selection.target_alias = "B";
  return PlanTopics(selection, source, target, -1);
}

TEST(PlanTopics, CreatesWhatIsMissingWithTheSourcesPartitionCount) {
  const TopicPlan plan = Plan({{"orders", 7, ""}}, {});
  ASSERT_EQ(plan.create.size(), 1u);
  EXPECT_EQ(plan.create[0].source, "orders");
  EXPECT_EQ(plan.create[0].topic.name, "A.orders");
  EXPECT_EQ(plan.create[0].topic.partitions, 7);
  EXPECT_EQ(plan.create[0].topic.replication_factor, -1);
  EXPECT_THAT(plan.ready, IsEmpty());
}

TEST(PlanTopics, MirrorsThePartitionsThatAreThereAndAddsTheOthers) {
  const TopicPlan plan = Plan({{"orders", 7, ""}}, {{"A.orders", 3, ""}});
  ASSERT_EQ(plan.ready.size(), 1u);
  EXPECT_EQ(plan.ready[0].partitions, 3);
  ASSERT_EQ(plan.add.size(), 1u);
  EXPECT_EQ(plan.add[0].topic, "A.orders");
  EXPECT_EQ(plan.add[0].partitions, 7);
  EXPECT_THAT(plan.create, IsEmpty());
}

TEST(PlanTopics, LeavesMorePartitionsOnTheTargetAlone) {
  const TopicPlan plan = Plan({{"orders", 2, ""}}, {{"A.orders", 9, ""}});
  ASSERT_EQ(plan.ready.size(), 1u);
  EXPECT_EQ(plan.ready[0].partitions, 2);
  EXPECT_THAT(plan.add, IsEmpty());
}

TEST(PlanTopics, SkipsWhatTheSelectionRefuses) {
  const TopicPlan plan = Plan(
      {{"payments", 1, ""}, {"B.orders", 1, ""}, {"orders-internal", 1, ""}},
      {});
  EXPECT_THAT(plan.create, IsEmpty());
  EXPECT_THAT(plan.ready, IsEmpty());
}

TEST(PlanTopics, RefusesWhatWasCopiedOutOfTheSourceBefore) {
  const TopicPlan plan =
      Plan({{"A.heartbeats", 1, ""}, {"heartbeats", 1, ""}}, {});
  ASSERT_EQ(plan.create.size(), 1u);
  EXPECT_EQ(plan.create[0].source, "heartbeats");
  ASSERT_EQ(plan.refused.size(), 1u);
  EXPECT_EQ(plan.refused[0].source, "A.heartbeats");
  EXPECT_THAT(plan.refused[0].reason, HasSubstr("copied from cluster A"));
}

TEST(PlanTopics, RefusesTheSecondOfTwoTopicsWithOneCopy) {
  class OneCopy final : public DefaultReplicationPolicy {
   public:
    OneCopy() : DefaultReplicationPolicy(Options()) {}
    std::string FormatRemoteTopic(absl::string_view,
                                  absl::string_view) const override {
      return "copy";
    }
  };
  const TopicPlan plan = Plan({{"orders", 2, ""}, {"orders2", 1, ""}}, {},
                              std::make_shared<OneCopy>());
  ASSERT_EQ(plan.create.size(), 1u);
  EXPECT_EQ(plan.create[0].source, "orders");
  ASSERT_EQ(plan.refused.size(), 1u);
  EXPECT_THAT(plan.refused[0].reason,
              HasSubstr("names its copy copy, as that of topic orders"));
}

TEST(PlanTopics, AlwaysMirrorsHeartbeats) {
  const TopicPlan plan = Plan({{"heartbeats", 1, ""}}, {});
  ASSERT_EQ(plan.create.size(), 1u);
  EXPECT_EQ(plan.create[0].topic.name, "A.heartbeats");
}

}  // namespace
}  // namespace mirror::internal
