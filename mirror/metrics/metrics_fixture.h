// SPDX-License-Identifier: Apache-2.0
//
// Statuses for tests of metrics, and how to find a value in a snapshot.

#ifndef MIRROR_METRICS_METRICS_FIXTURE_H_
#define MIRROR_METRICS_METRICS_FIXTURE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "mirror/metrics/metrics_snapshot.h"
#include "mirror/telemetry/status.pb.h"

namespace mirror::internal {

inline void SetWindow(double value, WindowedMs* window) {
  window->set_last(value);
  window->set_min(value - 1);
  window->set_max(value + 1);
  window->set_avg(value);
}

// Of a partition of A->B that copies.
inline PartitionStatus CopyingPartition(const std::string& topic,
                                        int32_t number, int64_t records) {
  PartitionStatus partition;
  partition.set_topic(topic);
  partition.set_partition(number);
  partition.set_target_topic(absl::StrCat("A.", topic));
  partition.set_state(PARTITION_RUNNING);
  partition.set_records(records);
  partition.set_bytes(records * 100);
  partition.set_lag(number + 1);
  partition.set_lag_ms(number * 1000 + 500);
  partition.set_last_ack_ms(1700000000000 + number);
  partition.set_acked_offset(records - 1);
  partition.set_committed_offset(records - 2);
  SetWindow(10 + number, partition.mutable_record_age());
  SetWindow(20 + number, partition.mutable_replication_latency());
  return partition;
}

// A->B with one worker and `partitions` of "orders", with 1000, 1001, ...
// records.
inline EngineStatus CopyingStatus(int partitions) {
  EngineStatus status;
  status.set_started(true);
  FlowStatus* const flow = status.add_flows();
  flow->set_source("A");
  flow->set_target("B");
  flow->set_state(FLOW_RUNNING);
  flow->set_health(HEALTH_OK);
  flow->add_workers();
  for (int i = 0; i < partitions; ++i) {
    *flow->mutable_workers(0)->add_partitions() =
        CopyingPartition("orders", i, 1000 + i);
  }
  return status;
}

// One in which everything that can be measured has something to say.
inline EngineStatus FullStatus() {
  EngineStatus status = CopyingStatus(2);
  FlowStatus* const flow = status.mutable_flows(0);
  flow->set_last_heartbeat_ms(1700000000000);
  flow->mutable_checkpoints();
  GroupSync* const group = flow->mutable_group_offsets()->add_groups();
  group->set_group("billing");
  group->set_state(GROUP_SYNCED);
  flow->mutable_topic_configs();
  flow->mutable_acls();
  PartitionStatus* const stopped =
      flow->mutable_workers(0)->mutable_partitions(1);
  stopped->set_state(PARTITION_STOPPED);
  stopped->set_problem(PROBLEM_SOURCE_GAP);
  stopped->set_skipped_records(7);
  SkippedRangeStatus* const range = stopped->add_skipped();
  range->set_time_ms(1700000000500);
  return status;
}

inline const MetricFamily* FindFamily(const MetricsSnapshot& snapshot,
                                      const std::string& name) {
  for (const MetricFamily& family : snapshot.families) {
    if (family.name == name) return &family;
  }
  return nullptr;
}

// Of the series with exactly these labels.
inline std::optional<double> ValueOf(
    const MetricsSnapshot& snapshot, const std::string& name,
    const std::map<std::string, std::string>& labels) {
  const MetricFamily* const family = FindFamily(snapshot, name);
  if (family == nullptr) return std::nullopt;
  for (const MetricSample& sample : family->samples) {
    if (std::map<std::string, std::string>(sample.labels->begin(),
                                           sample.labels->end()) == labels) {
      return sample.value;
    }
  }
  return std::nullopt;
}

}  // namespace mirror::internal

#endif  // MIRROR_METRICS_METRICS_FIXTURE_H_
