// SPDX-License-Identifier: Apache-2.0

#include "mirror/checkpoint/group_offset_sync.h"

#include <cstdint>

namespace mirror {

GroupOffsets GroupOffsetsToSync(const GroupCheckpoints& checkpoints,
                                GroupState state,
                                const GroupOffsets& committed) {
  GroupOffsets result;
  if (state == GroupState::kActive) return result;
  for (const auto& [topic_partition, checkpoint] : checkpoints) {
    const int64_t offset = checkpoint.downstream.value();
    const auto current = committed.find(topic_partition);
    if (current != committed.end() && current->second.offset >= offset) {
      continue;
    }
    result.emplace(topic_partition, GroupOffset{offset, checkpoint.metadata});
  }
  return result;
}

}  // namespace mirror
