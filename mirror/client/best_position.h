// SPDX-License-Identifier: Apache-2.0
//
// Where a consumer group resumes on the target, from all that records say.

#ifndef MIRROR_CLIENT_BEST_POSITION_H_
#define MIRROR_CLIENT_BEST_POSITION_H_

#include <optional>

#include "mirror/checkpoint/checkpoint.h"
#include "mirror/model/offset.h"
#include "mirror/model/position.h"
#include "mirror/model/topic_partition.h"
#include "mirror/sync/offset_sync_store.h"

namespace mirror::internal {

// The position for `checkpoint`: the exact answer of `store` about `source`,
// the partition by its name on the source, or else the furthest of the safe
// positions that the store and the checkpoint tell. `store` and `source` may be
// absent; `log_end` is where the target's log ends, absent if it is not there.
GroupPosition BestPosition(const Checkpoint& checkpoint,
                           const OffsetSyncStore* store,
                           const std::optional<TopicPartition>& source,
                           std::optional<DownstreamOffset> log_end);

}  // namespace mirror::internal

#endif  // MIRROR_CLIENT_BEST_POSITION_H_
