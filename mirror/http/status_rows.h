// SPDX-License-Identifier: Apache-2.0
//
// A status as rows for tables: flows, problems, topics, partitions, groups. The
// status page and mirror_maker's commands show the same rows.
//
//   RowRates rates;
//   rates.Update(status, clock->Now());
//   const std::vector<CopyRow> partitions = PartitionRows(status, rates);
//   const std::vector<CopyRow> topics = TopicRows(partitions);

#ifndef MIRROR_HTTP_STATUS_ROWS_H_
#define MIRROR_HTTP_STATUS_ROWS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "mirror/metrics/count_memory.h"
#include "mirror/telemetry/status.pb.h"

namespace mirror::internal {

// Records per second, from one status to the next.
// Thread safety: thread-compatible.
class RowRates {
 public:
  // `now` is steady time.
  void Update(const EngineStatus& status, absl::Time now);
  // Of a partition of the status that was given last. Over the last 30 to 60
  // seconds at most; nullopt as long as there was one status only.
  std::optional<double> RateOf(const FlowStatus& flow,
                               const PartitionStatus& partition) const;

 private:
  CountMemory memory_;
  absl::Time updated_ = absl::InfinitePast();
};

struct FlowRow {
  std::string flow;  // "A->B"
  std::string state;
  Health health = HEALTH_UNSPECIFIED;
  // How far the target is behind, in a sentence.
  std::string summary;
  int64_t partitions = 0;
  int64_t problems = 0;  // partitions that have one
  std::optional<int64_t> lag;
  std::optional<int64_t> lag_ms;
  std::optional<double> rate;
  int64_t records = 0;
  std::optional<int64_t> heartbeat_ms;  // since the epoch
};

struct ProblemRow {
  Health health = HEALTH_DEGRADED;
  std::string flow;
  std::string subject;  // a topic, partition, group or setting
  std::string problem;
  std::string reason;
};

// A topic or a partition of a flow.
struct CopyRow {
  std::string flow;
  std::string topic;
  int32_t partition = -1;  // -1: the topic
  std::string target_topic;
  int64_t partitions = 1;
  int64_t problems = 0;  // partitions that have one
  PartitionState state = PARTITION_STATE_UNSPECIFIED;  // the worst
  PartitionProblem problem = PROBLEM_NONE;
  std::optional<int64_t> lag;
  std::optional<int64_t> lag_ms;
  std::optional<double> rate;
  int64_t records = 0;
  int64_t skipped = 0;
  std::optional<int64_t> acked_offset;

  std::string Name() const;  // "orders" or "orders-3"
};

struct GroupRow {
  std::string flow;
  std::string group;
  GroupSyncState state = GROUP_SYNC_STATE_UNSPECIFIED;
  std::string reason;
  int64_t partitions = 0;
  int64_t written = 0;
  int64_t ahead = 0;
  int64_t refused = 0;
  int64_t withheld = 0;
};

// In the order of the status.
std::vector<FlowRow> FlowRows(const EngineStatus& status,
                              const RowRates& rates);
// By flow, topic and partition.
std::vector<CopyRow> PartitionRows(const EngineStatus& status,
                                   const RowRates& rates);
// The sums, or the worst, of partitions in that order.
std::vector<CopyRow> TopicRows(const std::vector<CopyRow>& partitions);
std::vector<GroupRow> GroupRows(const EngineStatus& status);
// What needs someone to act comes first.
std::vector<ProblemRow> ProblemRows(const EngineStatus& status);

// What a row's state is to an operator; HEALTH_UNSPECIFIED: paused, or not
// known yet.
Health HealthOf(const CopyRow& row);
Health HealthOf(const GroupRow& row);

}  // namespace mirror::internal

#endif  // MIRROR_HTTP_STATUS_ROWS_H_
