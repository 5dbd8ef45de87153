// SPDX-License-Identifier: Apache-2.0

#include "mirror/metrics/partition_metrics.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mirror/metrics/state_names.h"

namespace mirror::internal {
namespace {

using SharedLabels = SnapshotBuilder::SharedLabels;

SeriesKey KeyOf(const FlowStatus& flow) {
  SeriesKey key;
  key.source = flow.source();
  key.target = flow.target();
  return key;
}

SeriesKey KeyOf(const FlowStatus& flow, const PartitionStatus& partition,
                MetricsLevel level) {
  SeriesKey key = KeyOf(flow);
  if (level >= MetricsLevel::kTopic) key.topic = partition.topic();
  if (level >= MetricsLevel::kPartition) key.partition = partition.partition();
  return key;
}

// `topic` is as the source or as the target calls it.
SharedLabels LabelsOf(const SeriesKey& key, const std::string& topic) {
  MetricLabels labels = {{"source", key.source}, {"target", key.target}};
  if (!key.topic.empty()) labels.emplace_back("topic", topic);
  if (key.partition >= 0) {
    labels.emplace_back("partition", absl::StrCat(key.partition));
  }
  return SnapshotBuilder::Labels(std::move(labels));
}

// The last value and the average are of one partition only.
void Merge(const WindowedMs& more, WindowedMs* all) {
  if (!more.has_min() || !more.has_max()) return;
  all->set_min(all->has_min() ? std::min(all->min(), more.min()) : more.min());
  all->set_max(all->has_max() ? std::max(all->max(), more.max()) : more.max());
}

void Sum(bool known, int64_t value, std::optional<int64_t>* sum) {
  if (known) *sum = sum->value_or(0) + value;
}

void Greatest(bool known, int64_t value, std::optional<int64_t>* greatest) {
  if (known) *greatest = std::max(greatest->value_or(value), value);
}

// Idle partitions have no minimum, maximum and average, rather than MM2's NaN,
// which would spoil every maximum over them.
void AddWindow(const WindowedMs& window, Metric last, Metric min, Metric max,
               Metric avg, const SharedLabels& labels,
               SnapshotBuilder* builder) {
  if (window.has_last()) builder->Add(last, labels, window.last());
  if (window.has_min()) builder->Add(min, labels, window.min());
  if (window.has_max()) builder->Add(max, labels, window.max());
  if (window.has_avg()) builder->Add(avg, labels, window.avg());
}

double ToSeconds(int64_t milliseconds) {
  return static_cast<double>(milliseconds) / 1000;
}

void AddMm2(const SharedLabels& labels, const Counts& total,
            const std::optional<Rates>& rates, const WindowedMs& age,
            const WindowedMs& latency, SnapshotBuilder* builder) {
  builder->Add(Metric::kMm2RecordCount, labels, total.records);
  builder->Add(Metric::kMm2ByteCount, labels, total.bytes);
  if (rates.has_value()) {
    builder->Add(Metric::kMm2RecordRate, labels, rates->records);
    builder->Add(Metric::kMm2ByteRate, labels, rates->bytes);
  }
  AddWindow(age, Metric::kMm2RecordAge, Metric::kMm2RecordAgeMin,
            Metric::kMm2RecordAgeMax, Metric::kMm2RecordAgeAvg, labels,
            builder);
  AddWindow(latency, Metric::kMm2Latency, Metric::kMm2LatencyMin,
            Metric::kMm2LatencyMax, Metric::kMm2LatencyAvg, labels, builder);
}

void AddPosition(const PartitionStatus& partition, const SharedLabels& labels,
                 SnapshotBuilder* builder) {
  if (partition.has_acked_offset()) {
    builder->Add(Metric::kAckedOffset, labels, partition.acked_offset());
  }
  if (partition.has_committed_offset()) {
    builder->Add(Metric::kCommittedOffset, labels,
                 partition.committed_offset());
  }
  if (partition.problem() == PROBLEM_NONE) return;
  MetricLabels with_problem = *labels;
  with_problem.emplace_back("state", StateName(partition.state()));
  with_problem.emplace_back("problem", ProblemName(partition.problem()));
  builder->Add(Metric::kPartitionProblem,
               SnapshotBuilder::Labels(std::move(with_problem)), 1);
}

}  // namespace

PartitionMetrics::PartitionMetrics(MetricsLevel level)
    : fine_(level), rare_(std::min(level, MetricsLevel::kTopic)) {}

void PartitionMetrics::Read(const EngineStatus& status, absl::Time now) {
  for (Series* series : {&fine_, &rare_}) {
    series->groups.clear();
    series->memory.Begin(now);
    for (const FlowStatus& flow : status.flows()) ReadFlow(flow, series);
    series->memory.End();
  }
}

void PartitionMetrics::ReadFlow(const FlowStatus& flow, Series* series) {
  // One that only writes heartbeats copies nothing.
  if (flow.workers().empty()) return;
  if (series->level == MetricsLevel::kFlow) {
    // With and without partitions.
    const SeriesKey key = KeyOf(flow);
    series->groups[key];
    series->memory.Keep(key);
  }
  for (const WorkerStatus& worker : flow.workers()) {
    for (const PartitionStatus& partition : worker.partitions()) {
      const SeriesKey key = KeyOf(flow, partition, series->level);
      series->memory.Count(KeyOf(flow, partition, MetricsLevel::kPartition),
                           partition, key);
      Group& group = series->groups[key];
      AddPartition(partition, &group);
      if (series->level == MetricsLevel::kPartition) group.only = &partition;
    }
  }
}

void PartitionMetrics::AddPartition(const PartitionStatus& partition,
                                    Group* group) {
  group->target_topic = partition.target_topic();
  Sum(partition.has_lag(), partition.lag(), &group->lag);
  Greatest(partition.has_lag_ms(), partition.lag_ms(), &group->lag_ms);
  Greatest(partition.has_last_ack_ms(), partition.last_ack_ms(),
           &group->last_ack_ms);
  for (const SkippedRangeStatus& range : partition.skipped()) {
    Greatest(range.time_ms() > 0, range.time_ms(), &group->last_skip_ms);
  }
  Merge(partition.record_age(), &group->age);
  Merge(partition.replication_latency(), &group->latency);
}

void PartitionMetrics::AddTo(SnapshotBuilder* builder) const {
  for (const auto& [key, group] : fine_.groups) {
    AddFine(key, group, fine_.memory, builder);
  }
  for (const auto& [key, group] : rare_.groups) {
    AddRare(key, group, rare_.memory, builder);
  }
}

void PartitionMetrics::AddFine(const SeriesKey& key, const Group& group,
                               const CountMemory& memory,
                               SnapshotBuilder* builder) {
  const Counts& total = memory.Total(key);
  AddMm2(
      LabelsOf(key, group.target_topic), total, memory.RatesOf(key),
      group.only == nullptr ? group.age : group.only->record_age(),
      group.only == nullptr ? group.latency : group.only->replication_latency(),
      builder);
  const SharedLabels labels = LabelsOf(key, key.topic);
  builder->Add(Metric::kRecords, labels, total.records);
  builder->Add(Metric::kBytes, labels, total.bytes);
  if (group.lag.has_value()) {
    builder->Add(Metric::kLagRecords, labels, *group.lag);
  }
  if (group.lag_ms.has_value()) {
    builder->Add(Metric::kLagSeconds, labels, ToSeconds(*group.lag_ms));
  }
  if (group.last_ack_ms.has_value()) {
    builder->Add(Metric::kLastAck, labels, ToSeconds(*group.last_ack_ms));
  }
  if (group.only != nullptr) AddPosition(*group.only, labels, builder);
}

void PartitionMetrics::AddRare(const SeriesKey& key, const Group& group,
                               const CountMemory& memory,
                               SnapshotBuilder* builder) {
  const Counts& total = memory.Total(key);
  const SharedLabels labels = LabelsOf(key, key.topic);
  builder->Add(Metric::kRecordsDropped, labels, total.dropped);
  builder->Add(Metric::kRecordsRetimed, labels, total.retimed);
  builder->Add(Metric::kRecordsSkipped, labels, total.skipped);
  builder->Add(Metric::kRestarts, labels, total.restarts);
  if (group.last_skip_ms.has_value()) {
    builder->Add(Metric::kLastSkip, labels, ToSeconds(*group.last_skip_ms));
  }
}

}  // namespace mirror::internal
