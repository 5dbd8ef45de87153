// SPDX-License-Identifier: Apache-2.0
//
// Every family that a snapshot may have: name, type, labels and meaning, once.
// docs/metrics.md is this table, which a test compares.

#ifndef MIRROR_METRICS_METRIC_TABLE_H_
#define MIRROR_METRICS_METRIC_TABLE_H_

#include <cstddef>

#include "mirror/metrics/metrics_snapshot.h"

namespace mirror::internal {

// In the order in which snapshots have them.
enum class Metric {
  // MM2's own.
  kMm2RecordCount,
  kMm2RecordRate,
  kMm2ByteCount,
  kMm2ByteRate,
  kMm2RecordAge,
  kMm2RecordAgeMin,
  kMm2RecordAgeMax,
  kMm2RecordAgeAvg,
  kMm2Latency,
  kMm2LatencyMin,
  kMm2LatencyMax,
  kMm2LatencyAvg,
  // Connect's.
  kConnectConnectors,
  kConnectTasks,
  kConnectTotalTasks,
  kConnectRunningTasks,
  kConnectPausedTasks,
  kConnectFailedTasks,
  kConnectUnassignedTasks,
  kConnectTaskStatus,
  kConnectAssignedConnectors,
  kConnectAssignedTasks,
  kConnectRebalancing,
  kConnectActiveRecords,
  kConnectRecordsWritten,
  kConsumerLag,
  // Ours, per partition at most.
  kRecords,
  kBytes,
  kLagRecords,
  kLagSeconds,
  kLastAck,
  kAckedOffset,
  kCommittedOffset,
  kPartitionProblem,
  // Per topic at most.
  kRecordsDropped,
  kRecordsRetimed,
  kRecordsSkipped,
  kLastSkip,
  kRestarts,
  // Per flow.
  kFlowState,
  kFlowHealth,
  kPartitions,
  kProblemPartitions,
  kTopicProblems,
  kInFlightRecords,
  kHeartbeats,
  kLastHeartbeat,
  kOffsetSyncs,
  kCheckpointGroups,
  kCheckpointProblemGroups,
  kCheckpointsWritten,
  kCheckpointsDeleted,
  kUntranslatedPartitions,
  kUnreadableCheckpoints,
  kGroupSyncGroups,
  kGroupSyncPartitions,
  kGroupSyncState,
  kGroupOffsetsWritten,
  kGroupOffsetsReset,
  kConfigTopics,
  kConfigsWritten,
  kConfigsOverwritten,
  kConfigProblems,
  kAcls,
  kAclsCreated,
  kAclsRemoved,
  kAclsExcluded,
  kAclsRejected,
  kRoundSeconds,
  kRoundFailed,
  // Of the process.
  kBuildInfo,
  kCount,
};

constexpr size_t kMetricCount = static_cast<size_t>(Metric::kCount);

struct MetricInfo {
  Metric metric;
  const char* name;
  MetricType type;
  const char* labels;  // at MetricsLevel::kPartition, separated by ", "
  const char* help;
};

// In the order of Metric.
extern const MetricInfo kMetricTable[kMetricCount];

}  // namespace mirror::internal

#endif  // MIRROR_METRICS_METRIC_TABLE_H_
