// SPDX-License-Identifier: Apache-2.0

#include "mirror/telemetry/health.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"

namespace mirror::internal {
namespace {

constexpr int kShownReasons = 20;

void AddPartition(const PartitionStatus& partition, FlowTotals* totals) {
  totals->set_partitions(totals->partitions() + 1);
  totals->set_records(totals->records() + partition.records());
  totals->set_bytes(totals->bytes() + partition.bytes());
  totals->set_records_dropped(totals->records_dropped() +
                              partition.records_dropped());
  totals->set_skipped_records(totals->skipped_records() +
                              partition.skipped_records());
  if (partition.has_lag()) totals->set_lag(totals->lag() + partition.lag());
  if (partition.has_lag_ms()) {
    totals->set_lag_ms(std::max(totals->lag_ms(), partition.lag_ms()));
  }
  const bool stopped = partition.state() == PARTITION_STOPPED;
  const bool problem = partition.problem() != PROBLEM_NONE;
  totals->set_partitions_stopped(totals->partitions_stopped() +
                                 (stopped ? 1 : 0));
  totals->set_partitions_with_problem(totals->partitions_with_problem() +
                                      (stopped || problem ? 1 : 0));
  const int severity = StateSeverity(partition.state());
  const int worst = StateSeverity(totals->worst_state());
  if (severity < worst) return;
  if (severity > worst) totals->set_worst_problem(PROBLEM_NONE);
  totals->set_worst_state(partition.state());
  if (problem) totals->set_worst_problem(partition.problem());
}

// Collects the reasons of a flow, of which only the first are kept.
class Reasons {
 public:
  explicit Reasons(FlowStatus* flow) : flow_(flow) {
    flow_->set_health(HEALTH_OK);
  }
  ~Reasons() {
    const int64_t more = count_ - kShownReasons;
    if (more > 0) flow_->add_health_reasons(absl::StrCat(more, " more"));
  }
  Reasons(const Reasons&) = delete;
  Reasons& operator=(const Reasons&) = delete;

  void Add(Health health, const std::string& reason) {
    flow_->set_health(std::max(flow_->health(), health));
    if (count_++ < kShownReasons) flow_->add_health_reasons(reason);
  }

 private:
  FlowStatus* const flow_;
  int64_t count_ = 0;
};

void AddPartitionReasons(const FlowStatus& flow, bool stopped,
                         Reasons* reasons) {
  for (const WorkerStatus& worker : flow.workers()) {
    for (const PartitionStatus& partition : worker.partitions()) {
      if ((partition.state() == PARTITION_STOPPED) != stopped) continue;
      if (!stopped && partition.problem() == PROBLEM_NONE) continue;
      reasons->Add(stopped ? HEALTH_FAILED : HEALTH_DEGRADED,
                   absl::StrCat(partition.topic(), "-", partition.partition(),
                                ": ", partition.reason()));
    }
  }
}

void FillFlowHealth(FlowStatus* flow) {
  flow->clear_health_reasons();
  if (flow->state() == FLOW_STOPPED) {
    flow->set_health(HEALTH_UNSPECIFIED);
    return;
  }
  Reasons reasons(flow);
  if (flow->state() == FLOW_FAILED) {
    reasons.Add(HEALTH_FAILED, flow->reason());
  } else if (flow->state() == FLOW_STARTING) {
    reasons.Add(HEALTH_DEGRADED,
                flow->reason().empty()
                    ? "is starting"
                    : absl::StrCat("is starting: ", flow->reason()));
  } else if (!flow->reason().empty()) {
    reasons.Add(HEALTH_DEGRADED, flow->reason());
  }
  // What needs someone to act comes first.
  AddPartitionReasons(*flow, /*stopped=*/true, &reasons);
  AddPartitionReasons(*flow, /*stopped=*/false, &reasons);
  for (const TopicProblem& problem : flow->topic_problems()) {
    reasons.Add(HEALTH_DEGRADED, absl::StrCat("topic ", problem.topic(), ": ",
                                              problem.reason()));
  }
  for (const std::string& reason :
       {flow->checkpoints().reason(), flow->group_offsets().reason()}) {
    if (!reason.empty()) reasons.Add(HEALTH_DEGRADED, reason);
  }
  if (flow->checkpoints().problem_count() > 0) {
    const GroupProblem& first = flow->checkpoints().problems(0);
    reasons.Add(HEALTH_DEGRADED,
                absl::StrCat(flow->checkpoints().problem_count(),
                             " groups are not translated, such as ",
                             first.group(), ": ", first.reason()));
  }
}

}  // namespace

int StateSeverity(PartitionState state) {
  switch (state) {
    case PARTITION_STOPPED:
      return 6;
    case PARTITION_BACKING_OFF:
      return 5;
    case PARTITION_DRAINING:
      return 4;
    case PARTITION_RESOLVING:
      return 3;
    case PARTITION_PAUSED:
      return 2;
    case PARTITION_RUNNING:
      return 1;
    default:
      return 0;
  }
}

void FillTotals(FlowStatus* flow) {
  FlowTotals totals;
  for (const WorkerStatus& worker : flow->workers()) {
    totals.set_records_in_flight(totals.records_in_flight() +
                                 worker.records_in_flight());
    for (const PartitionStatus& partition : worker.partitions()) {
      AddPartition(partition, &totals);
    }
  }
  *flow->mutable_totals() = totals;
}

void FillHealth(EngineStatus* engine) {
  engine->set_health(HEALTH_UNSPECIFIED);
  engine->clear_health_reasons();
  for (FlowStatus& flow : *engine->mutable_flows()) {
    FillFlowHealth(&flow);
    engine->set_health(std::max(engine->health(), flow.health()));
    for (const std::string& reason : flow.health_reasons()) {
      engine->add_health_reasons(absl::StrCat("flow ", flow.source(), "->",
                                              flow.target(), ": ", reason));
    }
  }
}

}  // namespace mirror::internal
