// SPDX-License-Identifier: Apache-2.0
//
// Whether a checkpoint can be true by the offset index: one that is of an
// earlier log of the target partition would make a group miss records. MM2
// cannot tell.

#ifndef MIRROR_CHECKPOINT_INDEX_CONTRADICTION_H_
#define MIRROR_CHECKPOINT_INDEX_CONTRADICTION_H_

#include "mirror/model/offset.h"
#include "mirror/model/topic_partition.h"
#include "mirror/sync/offset_sync_store.h"

namespace mirror::internal {

// Whether `index` knows that a group which stood at `u` in `source`, the
// partition by its name on the source, and continues at `d` on the target
// misses copies of records at or above `u`.
bool IndexContradicts(const OffsetSyncStore& index,
                      const TopicPartition& source, UpstreamOffset u,
                      DownstreamOffset d);

}  // namespace mirror::internal

#endif  // MIRROR_CHECKPOINT_INDEX_CONTRADICTION_H_
