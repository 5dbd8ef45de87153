// SPDX-License-Identifier: Apache-2.0
//
// Which offsets of a group to write on the target, so that its consumers find
// them there on failover (sync.group.offsets.enabled, KIP-545). The rule only;
// no I/O.
//
//   GroupSyncPlan plan = PlanGroupSync(checkpoints, {}, ends, committed);
//   if (!plan.write.empty()) admin->AlterGroupOffsets(group, plan.write);

#ifndef MIRROR_CHECKPOINT_GROUP_OFFSET_SYNC_H_
#define MIRROR_CHECKPOINT_GROUP_OFFSET_SYNC_H_

#include <cstdint>
#include <map>
#include <set>

#include "mirror/checkpoint/checkpoint.h"
#include "mirror/checkpoint/group_rewinds.h"
#include "mirror/cluster/group_admin.h"
#include "mirror/model/offset.h"
#include "mirror/model/topic_partition.h"

namespace mirror::internal {

struct GroupSyncPlan {
  GroupOffsets write;
  // Of these, the partitions that are reset.
  std::set<TopicPartition> rewinds;
  // Partitions further than their checkpoint, with the offset committed.
  std::map<TopicPartition, int64_t> ahead;
};

// Where the logs of partitions end, as far as that is known.
using LogEnds = std::map<TopicPartition, DownstreamOffset>;

// What to do about `checkpoints` (all of one group, all of them true), of a
// group that has no members on the target and has `committed` there. A
// partition is reset only
//   - if `follow` has it, and only from where the source had taken it;
//   - from an offset of a log that is gone: one up to the checkpoint's
//     stale_through, or past the end of the log that is there.
// A group that got further on the target by itself is left there.
//
// MM2 writes every checkpoint of any group it did not find empty and leaves it
// to the broker to refuse the active ones; a group that empties in between is
// reset (KAFKA-19794). A caller that could not learn state or commits
// must therefore not call this at all.
GroupSyncPlan PlanGroupSync(const GroupCheckpoints& checkpoints,
                            const RewoundFrom& follow, const LogEnds& ends,
                            const GroupOffsets& committed);

}  // namespace mirror::internal

#endif  // MIRROR_CHECKPOINT_GROUP_OFFSET_SYNC_H_
