// SPDX-License-Identifier: Apache-2.0
//
// What follows for a partition from what the target's log is found to hold when
// the partition is given to a loop.

#ifndef MIRROR_FLOW_PLAN_TARGET_H_
#define MIRROR_FLOW_PLAN_TARGET_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "mirror/model/offset.h"
#include "mirror/replication/partition_options.h"

namespace mirror::internal {

// The target on cluster `alias` says that its log begins at `start` and ends at
// `end`, or does not say so; the copies that the index knows end at `indexed`.
void NoteTargetLog(const absl::StatusOr<int64_t>& start,
                   const absl::StatusOr<int64_t>& end, DownstreamOffset indexed,
                   const std::string& alias, PartitionPlan* plan);

}  // namespace mirror::internal

#endif  // MIRROR_FLOW_PLAN_TARGET_H_
