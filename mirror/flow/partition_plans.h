// SPDX-License-Identifier: Apache-2.0
//
// Where partitions continue that are about to be copied: what progress and
// index say of them, and whether the target agrees. After a restart, and when a
// topic is selected again.
//
//   plans.push_back(PlanPartition(source, target, id, progress, index));
//   FillTargetLogs(created, index, "B", admin, &plans);

#ifndef MIRROR_FLOW_PARTITION_PLANS_H_
#define MIRROR_FLOW_PARTITION_PLANS_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "mirror/cluster/cluster_admin.h"
#include "mirror/model/offset.h"
#include "mirror/model/topic_partition.h"
#include "mirror/progress/progress_store.h"
#include "mirror/replication/partition_options.h"
#include "mirror/sync/offset_sync_store.h"

namespace mirror::internal {

// All but what the target says, and whether it is about heartbeats. `topic_id`:
// that of the source topic now.
PartitionPlan PlanPartition(const TopicPartition& source,
                            const std::string& target_topic,
                            const std::string& topic_id,
                            const ProgressStore& progress,
                            const OffsetSyncStore& index);

// The target on cluster `alias` says that its log begins at `start` and ends at
// `end`, or does not say so; the copies that the index knows end at `indexed`.
void NoteTargetLog(const absl::StatusOr<int64_t>& start,
                   const absl::StatusOr<int64_t>& end, DownstreamOffset indexed,
                   const std::string& alias, PartitionPlan* plan);

// Sets `target_log` or `target_change` of each plan. `created`: target topics
// that were created since what the index says was true, so they were empty. May
// wait for the target.
void FillTargetLogs(const std::set<std::string>& created,
                    const OffsetSyncStore& index,
                    const std::string& target_alias, ClusterAdmin* target,
                    std::vector<PartitionPlan>* plans);

}  // namespace mirror::internal

#endif  // MIRROR_FLOW_PARTITION_PLANS_H_
