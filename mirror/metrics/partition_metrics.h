// SPDX-License-Identifier: Apache-2.0
//
// The families that are per partition, topic or flow, as the level says: MM2's
// own, and ours.
//
//   PartitionMetrics partitions(MetricsLevel::kTopic);
//   partitions.Read(status, clock->Now());
//   partitions.AddTo(&builder);

#ifndef MIRROR_METRICS_PARTITION_METRICS_H_
#define MIRROR_METRICS_PARTITION_METRICS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "mirror/metrics/count_memory.h"
#include "mirror/metrics/metrics_snapshot.h"
#include "mirror/metrics/snapshot_builder.h"
#include "mirror/telemetry/status.pb.h"

namespace mirror::internal {

// Thread safety: thread-compatible.
class PartitionMetrics {
 public:
  explicit PartitionMetrics(MetricsLevel level);

  // `status` must live until AddTo(). `now` is steady time.
  void Read(const EngineStatus& status, absl::Time now);
  // What was read.
  void AddTo(SnapshotBuilder* builder) const;

 private:
  // The partitions of one series.
  struct Group {
    std::string target_topic;
    const PartitionStatus* only = nullptr;  // at MetricsLevel::kPartition
    std::optional<int64_t> lag;
    std::optional<int64_t> lag_ms;
    std::optional<int64_t> last_ack_ms;
    std::optional<int64_t> last_skip_ms;
    WindowedMs age;
    WindowedMs latency;
  };
  // Series of one level, with what is remembered of them.
  struct Series {
    explicit Series(MetricsLevel series_level) : level(series_level) {}

    const MetricsLevel level;
    CountMemory memory;
    std::map<SeriesKey, Group> groups;
  };

  static void ReadFlow(const FlowStatus& flow, Series* series);
  static void AddPartition(const PartitionStatus& partition, Group* group);
  static void AddFine(const SeriesKey& key, const Group& group,
                      const CountMemory& memory, SnapshotBuilder* builder);
  static void AddRare(const SeriesKey& key, const Group& group,
                      const CountMemory& memory, SnapshotBuilder* builder);

  Series fine_;
  // Per topic at most: what seldom happens need not cost a series per
  // partition.
  Series rare_;
};

}  // namespace mirror::internal

#endif  // MIRROR_METRICS_PARTITION_METRICS_H_
