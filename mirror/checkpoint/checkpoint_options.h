// SPDX-License-Identifier: Apache-2.0
//
// What a host may say about checkpoints and group offsets: the part of MM2's
// MirrorCheckpointConfig that is about behaviour.

#ifndef MIRROR_CHECKPOINT_CHECKPOINT_OPTIONS_H_
#define MIRROR_CHECKPOINT_CHECKPOINT_OPTIONS_H_

#include <cstdint>

#include "absl/time/time.h"

namespace mirror::internal {

// An interval of absl::InfiniteDuration() means: once, at start.
struct CheckpointOptions {
  // emit.checkpoints.enabled. False: no group offsets are synced either.
  bool enabled = true;
  // emit.checkpoints.interval.seconds.
  absl::Duration interval = absl::Seconds(60);
  // refresh.groups.interval.seconds: how soon a new group is noticed. Its first
  // checkpoints do not wait for `interval`.
  absl::Duration refresh_groups_interval = absl::Seconds(5);
  // checkpoints.topic.replication.factor; -1: the broker's default.
  int32_t replication_factor = -1;

  // sync.group.offsets.enabled, sync.group.offsets.interval.seconds.
  bool sync_group_offsets = false;
  absl::Duration sync_group_offsets_interval = absl::Seconds(60);
  // sync.group.offsets.follow.rewinds, not in MM2: whether a group that was
  // reset on the source is reset on the target too. See GroupOffsetSyncer.
  bool follow_rewinds = false;
};

}  // namespace mirror::internal

#endif  // MIRROR_CHECKPOINT_CHECKPOINT_OPTIONS_H_
