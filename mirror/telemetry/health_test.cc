// SPDX-License-Identifier: Apache-2.0

#include "mirror/telemetry/health.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A status with one running flow A->B.
class HealthTest : public ::testing::Test {
 protected:
  HealthTest() : flow_(status_.add_flows()) {
    flow_->set_source("A");
    flow_->set_target("B");
    flow_->set_state(FLOW_RUNNING);
    flow_->add_workers();
  }

  PartitionStatus* AddPartition(PartitionState state,
                                PartitionProblem problem = PROBLEM_NONE) {
    PartitionStatus* partition = flow_->mutable_workers(0)->add_partitions();
    partition->set_topic("orders");
    partition->set_partition(flow_->workers(0).partitions_size() - 1);
    partition->set_state(state);
    partition->set_problem(problem);
    if (problem != PROBLEM_NONE) partition->set_reason("broken");
    return partition;
  }

  const FlowTotals& Totals() {
    FillTotals(flow_);
    return flow_->totals();
  }

  Health EngineHealth() {
    FillTotals(flow_);
    FillHealth(&status_);
    return status_.health();
  }

  EngineStatus status_;
  FlowStatus* const flow_;
};

TEST_F(HealthTest, TotalsAreSumsOverPartitions) {
  for (const int64_t n : {1, 10}) {
    PartitionStatus* partition = AddPartition(PARTITION_RUNNING);
    partition->set_records(n);
    partition->set_bytes(2 * n);
    partition->set_records_dropped(3 * n);
    partition->set_skipped_records(4 * n);
    partition->set_lag(5 * n);
    partition->set_lag_ms(6 * n);
  }
  AddPartition(PARTITION_RUNNING);  // its lag is not known
  flow_->mutable_workers(0)->set_records_in_flight(7);
  flow_->add_workers()->set_records_in_flight(70);
  const FlowTotals& totals = Totals();
  EXPECT_EQ(totals.partitions(), 3);
  EXPECT_EQ(totals.records(), 11);
  EXPECT_EQ(totals.bytes(), 22);
  EXPECT_EQ(totals.records_dropped(), 33);
  EXPECT_EQ(totals.skipped_records(), 44);
  EXPECT_EQ(totals.lag(), 55);
  EXPECT_EQ(totals.lag_ms(), 60);
  EXPECT_EQ(totals.records_in_flight(), 77);
  EXPECT_EQ(totals.worst_state(), PARTITION_RUNNING);
}

TEST_F(HealthTest, LagIsUnsetWhereNoneIsKnown) {
  AddPartition(PARTITION_RUNNING);
  EXPECT_FALSE(Totals().has_lag());
  EXPECT_FALSE(Totals().has_lag_ms());
}

TEST_F(HealthTest, WorstStateComesWithItsProblem) {
  AddPartition(PARTITION_RUNNING, PROBLEM_TARGET_STALLED);
  AddPartition(PARTITION_STOPPED, PROBLEM_SOURCE_GAP);
  AddPartition(PARTITION_BACKING_OFF, PROBLEM_CORRUPT_BATCH);
  EXPECT_EQ(Totals().worst_state(), PARTITION_STOPPED);
  EXPECT_EQ(Totals().worst_problem(), PROBLEM_SOURCE_GAP);
  EXPECT_EQ(Totals().partitions_stopped(), 1);
  EXPECT_EQ(Totals().partitions_with_problem(), 3);
}

TEST_F(HealthTest, RunningAndPausedPartitionsAreHealthy) {
  AddPartition(PARTITION_RUNNING);
  AddPartition(PARTITION_PAUSED);
  EXPECT_EQ(EngineHealth(), HEALTH_OK);
  EXPECT_THAT(status_.health_reasons(), IsEmpty());
}

TEST_F(HealthTest, RetriedPartitionDegrades) {
  AddPartition(PARTITION_RUNNING);
  AddPartition(PARTITION_BACKING_OFF, PROBLEM_NOT_AUTHORIZED);
  EXPECT_EQ(EngineHealth(), HEALTH_DEGRADED);
  EXPECT_THAT(status_.health_reasons(),
              ElementsAre("flow A->B: orders-1: broken"));
}

TEST_F(HealthTest, StoppedPartitionFailsAndComesFirst) {
  AddPartition(PARTITION_BACKING_OFF, PROBLEM_NOT_AUTHORIZED);
  AddPartition(PARTITION_STOPPED, PROBLEM_SOURCE_GAP);
  EXPECT_EQ(EngineHealth(), HEALTH_FAILED);
  EXPECT_THAT(flow_->health_reasons(),
              ElementsAre("orders-1: broken", "orders-0: broken"));
}

TEST_F(HealthTest, StateOfTheFlowCounts) {
  flow_->set_state(FLOW_STARTING);
  EXPECT_EQ(EngineHealth(), HEALTH_DEGRADED);
  flow_->set_state(FLOW_FAILED);
  flow_->set_reason("clusters A and B are one");
  EXPECT_EQ(EngineHealth(), HEALTH_FAILED);
  EXPECT_THAT(status_.health_reasons(),
              ElementsAre("flow A->B: clusters A and B are one"));
  flow_->set_state(FLOW_STOPPED);
  EXPECT_EQ(EngineHealth(), HEALTH_UNSPECIFIED);
  EXPECT_THAT(status_.health_reasons(), IsEmpty());
}

TEST_F(HealthTest, TopicsAndGroupsThatAreNotMirroredDegrade) {
  TopicProblem* topic = flow_->add_topic_problems();
  topic->set_topic("invoices");
  topic->set_reason("denied");
  CheckpointStatus* checkpoints = flow_->mutable_checkpoints();
  checkpoints->set_problem_count(2);
  GroupProblem* group = checkpoints->add_problems();
  group->set_group("billing");
  group->set_reason("denied, too");
  EXPECT_EQ(EngineHealth(), HEALTH_DEGRADED);
  EXPECT_THAT(flow_->health_reasons(),
              ElementsAre("topic invoices: denied",
                          "2 groups are not translated, such as billing: "
                          "denied, too"));
}

TEST_F(HealthTest, OnlyTheFirstReasonsAreShown) {
  for (int i = 0; i < 30; ++i) {
    AddPartition(PARTITION_STOPPED, PROBLEM_SOURCE_GAP);
  }
  EXPECT_EQ(EngineHealth(), HEALTH_FAILED);
  EXPECT_EQ(flow_->health_reasons_size(), 21);
  EXPECT_THAT(flow_->health_reasons(), Contains("10 more"));
}

TEST_F(HealthTest, WorstFlowCounts) {
  FlowStatus* other = status_.add_flows();
  other->set_source("B");
  other->set_target("A");
  other->set_state(FLOW_FAILED);
  other->set_reason("broken");
  EXPECT_EQ(EngineHealth(), HEALTH_FAILED);
  EXPECT_EQ(flow_->health(), HEALTH_OK);
  EXPECT_THAT(status_.health_reasons(), ElementsAre("flow B->A: broken"));
}

}  // namespace
}  // namespace mirror::internal
