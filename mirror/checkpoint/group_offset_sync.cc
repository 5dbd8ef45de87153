// SPDX-License-Identifier: Apache-2.0

#include "mirror/checkpoint/group_offset_sync.h"

namespace mirror {

GroupSyncPlan PlanGroupSync(const GroupCheckpoints& checkpoints,
                            const RewoundFrom& follow, GroupState state,
                            const GroupOffsets& committed) {
  GroupSyncPlan plan;
  if (state == GroupState::kActive) return plan;
  for (const auto& [topic_partition, checkpoint] : checkpoints) {
    const int64_t offset = checkpoint.downstream.value();
    const auto current = committed.find(topic_partition);
    if (current != committed.end() && current->second.offset >= offset) {
      if (current->second.offset == offset) continue;
      const auto rewound = follow.find(topic_partition);
      if (rewound == follow.end() ||
          current->second.offset > rewound->second.value()) {
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

}  // namespace mirror
