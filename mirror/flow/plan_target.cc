// SPDX-License-Identifier: Apache-2.0

#include "mirror/flow/plan_target.h"

#include "mirror/replication/target_change.h"
#include "mirror/sync/offset_sync_store.h"

namespace mirror::internal {

void NoteTargetLog(const absl::StatusOr<int64_t>& start,
                   const absl::StatusOr<int64_t>& end, DownstreamOffset indexed,
                   const std::string& alias, PartitionPlan* plan) {
  const bool known = start.ok() && end.ok();
  // More may be there than the index has, by our own hand.
  plan->may_have_unknown_copies = true;
  if (known) plan->target_end = DownstreamOffset(*end);
  if (!plan->has_copies) {
    // Where the target does not say, it may hold anything: translations begin
    // as lower bounds.
    plan->target_log =
        known ? TargetLog{DownstreamOffset(*start), DownstreamOffset(*end)}
              : TargetLog{DownstreamOffset(0), DownstreamOffset(1)};
  } else if (known && DownstreamOffset(*end) < indexed) {
    plan->target_change =
        CompareTargetEnd(plan->target, alias, indexed, DownstreamOffset(*end));
  }
}

}  // namespace mirror::internal
