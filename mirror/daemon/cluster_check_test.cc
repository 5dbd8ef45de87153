// SPDX-License-Identifier: Apache-2.0

#include "mirror/daemon/cluster_check.h"

#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/daemon/fake_log_sink.h"
#include "mirror/policy/filters.h"
#include "mirror/policy/mm2_replication_policies.h"
#include "mirror/runtime/clock.h"
#include "mirror/testing/fake_cluster.h"

namespace mirror::internal {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ClusterCheckTest : public ::testing::Test {
 protected:
  bool Check() {
    return CheckFlowClusters(flow_, Logger(&sink_, Clock::System(), "A->B"));
  }

  void SetUp() override {
    flow_.policy = DefaultReplicationPolicy::Create().value();
    flow_.topics = RegexTopicFilter::Create("orders.*").value();
    flow_.source.cluster = source_;
    flow_.target.cluster = target_;
    source_->CreateTopic("orders", 1);
    source_->CreateTopic("payments", 1);
  }

  std::shared_ptr<FakeCluster> source_ = std::make_shared<FakeCluster>("A");
  std::shared_ptr<FakeCluster> target_ = std::make_shared<FakeCluster>("B");
  Flow flow_{"A", "B"};
  FakeLogSink sink_;
};

TEST_F(ClusterCheckTest, TellsOfEachClusterIdAndSelection) {
  EXPECT_TRUE(Check());
  EXPECT_THAT(
      sink_.lines,
      ElementsAre(AllOf(HasSubstr("info A source is reachable, cluster id "),
                        HasSubstr("1 of 2 topics are selected")),
                  AllOf(HasSubstr("info B target is reachable, cluster id "),
                        HasSubstr(", 0 topics"))));
}

TEST_F(ClusterCheckTest, AnUnreachableClusterFailsAndTheOtherIsAskedStill) {
  source_->SetDown(true);
  EXPECT_FALSE(Check());
  EXPECT_THAT(sink_.lines,
              ElementsAre(HasSubstr("error A "),
                          HasSubstr("info B target is reachable")));
}

TEST_F(ClusterCheckTest, SaysWhichInternalTopicsWouldLoseRecordsOrGrow) {
  target_->CreateTopic("mm2-offsets.A.internal", 25);
  source_->CreateTopic(
      "mm2-offset-syncs.B.internal", 1,
      {{"cleanup.policy", "delete"}, {"segment.bytes", "100000000"}});
  EXPECT_TRUE(Check());
  EXPECT_THAT(
      sink_.lines,
      ElementsAre(HasSubstr("info A"), HasSubstr("info B"),
                  AllOf(HasSubstr("warning mm2-offset-syncs.B.internal"),
                        HasSubstr("cluster A: cleanup.policy is delete")),
                  AllOf(HasSubstr("warning mm2-offsets.A.internal"),
                        HasSubstr("does not start if it may not"),
                        HasSubstr("--add-config cleanup.policy=compact")),
                  AllOf(HasSubstr("warning mm2-offsets.A.internal"),
                        HasSubstr("segment.bytes is 1073741824"))));
}

TEST_F(ClusterCheckTest, TwoAliasesOfOneClusterFail) {
  flow_.target.cluster = source_;
  EXPECT_FALSE(Check());
  EXPECT_THAT(sink_.lines.back(),
              HasSubstr("clusters A and B have the same cluster id"));
}

TEST_F(ClusterCheckTest, HeartbeatsAloneMayStayInOneCluster) {
  flow_.target.cluster = source_;
  flow_.replicate = false;
  EXPECT_TRUE(Check());
  EXPECT_THAT(sink_.lines.front(), HasSubstr("only heartbeats"));
}

}  // namespace
}  // namespace mirror::internal
