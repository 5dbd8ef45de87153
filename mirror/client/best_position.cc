// SPDX-License-Identifier: Apache-2.0

#include "mirror/client/best_position.h"

#include "mirror/checkpoint/index_contradiction.h"

namespace mirror::internal {

GroupPosition BestPosition(const Checkpoint& checkpoint,
                           const OffsetSyncStore* store,
                           const std::optional<TopicPartition>& source,
                           std::optional<DownstreamOffset> log_end) {
  GroupPosition best;
  best.upstream = checkpoint.upstream;
  best.metadata = checkpoint.metadata;
  if (store != nullptr && source.has_value()) {
    best.skipped = store->Skipped(*source, checkpoint.upstream);
  }
  if (!log_end.has_value()) return best;
  if (store != nullptr && source.has_value()) {
    const Translation index = store->Translate(*source, checkpoint.upstream);
    if (index.known() && index.offset <= *log_end) {
      best.offset = index.offset;
      best.exactness = index.exactness;
      best.origin = GroupPosition::Origin::kIndex;
    }
    if (best.exact() || IndexContradicts(*store, *source, checkpoint.upstream,
                                         checkpoint.downstream)) {
      return best;
    }
  }
  const bool further = !best.known() || checkpoint.downstream > best.offset;
  if (further && checkpoint.downstream <= *log_end) {
    best.offset = checkpoint.downstream;
    best.exactness = Exactness::kLowerBound;
    best.origin = GroupPosition::Origin::kCheckpoint;
  }
  return best;
}

}  // namespace mirror::internal
