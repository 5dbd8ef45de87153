// SPDX-License-Identifier: Apache-2.0

#include "mirror/checkpoint/group_offset_sync.h"

namespace mirror::internal {
namespace {

// Whether an offset that is past the checkpoint's may be moved back to it.
bool MayMoveBack(const Checkpoint& checkpoint, const RewoundFrom& follow,
                 const LogEnds& ends, DownstreamOffset committed) {
  const TopicPartition& tp = checkpoint.topic_partition;
  const auto reset = follow.find(tp);
  const auto end = ends.find(tp);
  return committed <= checkpoint.stale_through ||
         (reset != follow.end() && committed <= reset->second) ||
         (end != ends.end() && committed > end->second);
}

}  // namespace

GroupSyncPlan PlanGroupSync(const GroupCheckpoints& checkpoints,
                            const RewoundFrom& follow, const LogEnds& ends,
                            const GroupOffsets& committed) {
  GroupSyncPlan plan;
  for (const auto& [topic_partition, checkpoint] : checkpoints) {
    const int64_t offset = checkpoint.downstream.value();
    const auto current = committed.find(topic_partition);
    if (current != committed.end() && current->second.offset >= offset) {
      if (current->second.offset == offset) continue;
      if (!MayMoveBack(checkpoint, follow, ends,
                       DownstreamOffset(current->second.offset))) {
        plan.ahead.emplace(topic_partition, current->second.offset);
        continue;
      }
      plan.rewinds.insert(topic_partition);
    }
    plan.write.emplace(topic_partition,
                       GroupOffset{offset, checkpoint.metadata});
  }
  return plan;
}

}  // namespace mirror::internal
