// SPDX-License-Identifier: Apache-2.0
//
// Which groups were reset on the source since this process runs, and from
// where. MM2 never resets a group on the target; with the opt-in of
// CheckpointOptions::follow_rewinds this says when that is meant.
//
//   rewinds.OnCheckpoint(&last, next, exact);  // next took the place of last
//   rewinds.Of("billing");                     // {A.orders-3: from 998}

#ifndef MIRROR_CHECKPOINT_GROUP_REWINDS_H_
#define MIRROR_CHECKPOINT_GROUP_REWINDS_H_

#include <map>
#include <string>

#include "absl/functional/function_ref.h"
#include "mirror/checkpoint/checkpoint.h"
#include "mirror/model/offset.h"
#include "mirror/model/topic_partition.h"

namespace mirror::internal {

// Per partition, the furthest that the source had taken the group before. A
// group that stands further on the target went there by itself.
using RewoundFrom = std::map<TopicPartition, DownstreamOffset>;

// Thread safety: thread-compatible.
class GroupRewinds {
 public:
  // `next` is in the topic in place of `last`. A rewind begins if the source
  // position went back and the new position is exact: a lower bound would take
  // the group back further than it went. One that is not exact ends it, and so
  // does getting past the place where it began.
  void OnCheckpoint(const Checkpoint& last, const Checkpoint& next, bool exact);

  // The target's group was reset. That is done once: what the group does on
  // the target afterwards is not undone.
  void Followed(const std::string& group, const TopicPartition& tp);

  // Drops what is about other partitions.
  void ForgetAllBut(absl::FunctionRef<bool(const TopicPartition&)> kept);

  // The rewinds of a group that are not followed yet.
  RewoundFrom Of(const std::string& group) const;

 private:
  // No group maps to an empty RewoundFrom.
  std::map<std::string, RewoundFrom> by_group_;
};

}  // namespace mirror::internal

#endif  // MIRROR_CHECKPOINT_GROUP_REWINDS_H_
