// SPDX-License-Identifier: Apache-2.0
//
// A flow of one topic, the operator's choices for it, and what became of its
// records: for tests of gaps and of refused records.

#ifndef MIRROR_FLOW_FLOW_GAP_FIXTURE_H_
#define MIRROR_FLOW_FLOW_GAP_FIXTURE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "mirror/flow/flow_fixture.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal {

inline const TopicPartition kOrders0{"orders", 0};
inline const TopicPartition kCopy0{"A.orders", 0};
inline constexpr char kDeadLetters[] = "mm2-dead-letters.A.internal";

inline UpstreamOffset U(int64_t offset) { return UpstreamOffset(offset); }

inline Record WithValue(std::string value) {
  Record record;
  record.timestamp_ms = 1700000000000;
  record.value = std::move(value);
  return record;
}

class FlowGapTest : public testing::Test {
 protected:
  void Policies(LossPolicy on_gap, LossPolicy on_target_change,
                RejectedRecordPolicy on_refused = RejectedRecordPolicy::kStop) {
    PartitionOptions& partition = flow_.loop_options().partition;
    flow_.control_options().delivery.on_source_gap =
        partition.delivery.on_source_gap = on_gap;
    flow_.control_options().delivery.on_target_change = on_target_change;
    partition.delivery.on_target_change = on_target_change;
    partition.delivery.on_rejected_record = on_refused;
    if (on_refused != RejectedRecordPolicy::kDeadLetter) return;
    flow_.control_options().delivery.dead_letter_topic = kDeadLetters;
    partition.delivery.dead_letter_topic = kDeadLetters;
  }
  // Ten records of "orders" are copied.
  void StartWithTen() {
    a().CreateTopic("orders", 1);
    a().Fill(kOrders0, 10);
    flow_.Start();
    ASSERT_TRUE(Settles(9));
  }
  // Whether progress is stored up to `offset`.
  bool Settles(int64_t offset) {
    return flow_.RunUntil(
        [&] { return flow_.Status(kOrders0).committed_offset() == offset; });
  }
  bool Stops(PartitionProblem problem) {
    return flow_.RunUntil([&] {
      return flow_.Status(kOrders0).state() == PARTITION_STOPPED &&
             flow_.Status(kOrders0).problem() == problem;
    });
  }
  void AppendOld(int count) {
    for (int i = 0; i < count; ++i) a().Append(kOrders0, WithValue("old"));
  }
  void AppendNew(int count) {
    for (int i = 0; i < count; ++i) a().Append(kOrders0, WithValue("new"));
  }
  int64_t Copies(const std::string& value) {
    int64_t count = 0;
    for (const Record& record : b().Records(kCopy0)) {
      count += record.value == value;
    }
    return count;
  }
  std::vector<SkippedRange> History() {
    return flow_.store().SkipHistory(kOrders0);
  }
  void Restart() {
    ASSERT_THAT(flow_.Stop(), IsOk());
    flow_.Start();
  }
  void ReplaceTheTarget() {
    b().DeleteTopic("A.orders");
    b().CreateTopic("A.orders", 1);
  }
  // It may not be described for a moment.
  void LoseAndRegainTheSource() {
    for (const auto& loop : flow_.loops()) {
      loop->Handle(kOrders0, event::Suspended{PROBLEM_SOURCE_TOPIC_MISSING,
                                              "not described"});
      loop->Handle(kOrders0, event::SourceBack{});
    }
  }
  absl::Status Resolve(LossPolicy decision) {
    absl::Status status;
    for (const auto& loop : flow_.loops()) {
      status = loop->Resolve(kOrders0, decision);
      if (!absl::IsNotFound(status)) return status;
    }
    return status;
  }
  FakeCluster& a() { return flow_.source(); }
  FakeCluster& b() { return flow_.target(); }

  SimulatedFlow flow_;
};

}  // namespace mirror::internal

#endif  // MIRROR_FLOW_FLOW_GAP_FIXTURE_H_
