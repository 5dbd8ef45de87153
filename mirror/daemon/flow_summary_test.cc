// SPDX-License-Identifier: Apache-2.0

#include "mirror/daemon/flow_summary.h"

#include "gtest/gtest.h"
#include "mirror/telemetry/health.h"

namespace mirror::internal {
namespace {

void AddPartition(FlowStatus* flow, PartitionState state, int64_t records,
                  int64_t lag) {
  PartitionStatus* partition = flow->add_workers()->add_partitions();
  partition->set_state(state);
  if (state != PARTITION_RUNNING) partition->set_problem(PROBLEM_OTHER);
  partition->set_records(records);
  partition->set_lag(lag);
}

TEST(FlowSummaryTest, AddsUpThePartitionsOfAllShards) {
  FlowStatus flow;
  AddPartition(&flow, PARTITION_RUNNING, 100, 1);
  AddPartition(&flow, PARTITION_BACKING_OFF, 200, 2);
  AddPartition(&flow, PARTITION_STOPPED, 0, 39);
  FillTotals(&flow);
  EXPECT_EQ(SummarizeFlow(flow, 100, absl::Seconds(10)),
            "3 partitions, 2 suspended; 300 records copied, 20/s; lag 42");
}

TEST(FlowSummaryTest, NamesTheErrorOfTheFlow) {
  FlowStatus flow;
  flow.set_reason("cluster B does not answer");
  flow.add_topic_problems();
  EXPECT_EQ(SummarizeFlow(flow, 0, absl::ZeroDuration()),
            "0 partitions, 0 suspended; 0 records copied, 0/s; lag 0; 1 topics "
            "cannot be mirrored; cluster B does not answer");
}

}  // namespace
}  // namespace mirror::internal
