// SPDX-License-Identifier: Apache-2.0
//
// Which offsets of a group to write on the target, so that its consumers find
// them there on failover (sync.group.offsets.enabled, KIP-545). The rule only;
// no I/O.
//
//   GroupOffsets offsets = GroupOffsetsToSync(checkpoints, state, committed);
//   if (!offsets.empty()) admin->AlterGroupOffsets(group, offsets);

#ifndef MIRROR_CHECKPOINT_GROUP_OFFSET_SYNC_H_
#define MIRROR_CHECKPOINT_GROUP_OFFSET_SYNC_H_

#include "mirror/checkpoint/checkpoint.h"
#include "mirror/cluster/group_admin.h"

namespace mirror {

// The offsets of `checkpoints` (all of one group) that would take the group
// forward on the target, where it is in `state` and has `committed`. Nothing
// for a group with members, and nothing that would take a partition back.
//
// MM2 writes every checkpoint of any group it did not find empty and leaves it
// to the broker to refuse the active ones; a group that empties in between is
// taken back (KAFKA-19794). A caller that could not learn state or commits
// must therefore not call this at all.
GroupOffsets GroupOffsetsToSync(const GroupCheckpoints& checkpoints,
                                GroupState state,
                                const GroupOffsets& committed);

}  // namespace mirror

#endif  // MIRROR_CHECKPOINT_GROUP_OFFSET_SYNC_H_
