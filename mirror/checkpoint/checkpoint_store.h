// SPDX-License-Identifier: Apache-2.0
//
// The last checkpoint per group and target partition, and the rule which new
// ones are worth writing: MM2's CheckpointStore and the filter of its
// checkpoint task.
//
//   for (const Record& record : topic) (void)store.Apply(record.key,
//                                                        record.value);
//   if (store.ShouldEmit(checkpoint, exactness)) Send(checkpoint);
//   store.Acked(checkpoint);  // when it is in the topic

#ifndef MIRROR_CHECKPOINT_CHECKPOINT_STORE_H_
#define MIRROR_CHECKPOINT_CHECKPOINT_STORE_H_

#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "mirror/checkpoint/checkpoint.h"
#include "mirror/model/position.h"
#include "mirror/model/topic_partition.h"

namespace mirror::internal {

// Purpose: mirrors the content of one checkpoints topic, never more: what was
// sent but not acknowledged is not in it (MM2 remembers before it produces, so
// a failed round silently loses checkpoints).
// Thread safety: thread-compatible.
// Errors: garbage is reported record by record and changes nothing.
class CheckpointStore {
 public:
  // Takes a record of the topic, in the topic's order: the last one wins, also
  // if it deletes. InvalidArgument or Unimplemented (unknown
  // version): the record is skipped; continue with the next one.
  absl::Status Apply(std::optional<absl::string_view> key,
                     std::optional<absl::string_view> value);

  // Whether `next`, translated so exactly, says anything new: nothing is known
  // of its group and partition; or the group went back on the source; or it
  // gets further on the target, or falls back there and that is exact: the
  // target topic was recreated. Otherwise it is a repetition, or a fall back
  // that only comes from a less precise translation. MM2 does not know exact
  // ones, and leaves the group past the end of a recreated topic.
  bool ShouldEmit(const Checkpoint& next, Exactness exactness) const;

  // The group's checkpoint of a target partition; null if there is none. Valid
  // until the next change.
  const Checkpoint* Find(const std::string& group,
                         const TopicPartition& topic_partition) const;

  // `checkpoint` is in the topic now.
  void Acked(Checkpoint checkpoint);

  // It is there no longer.
  void Deleted(const CheckpointKey& key);

  // All checkpoints, by group. Valid until the next change.
  const std::map<std::string, GroupCheckpoints>& by_group() const {
    return by_group_;
  }

 private:
  // No group maps to an empty GroupCheckpoints.
  std::map<std::string, GroupCheckpoints> by_group_;
};

}  // namespace mirror::internal

#endif  // MIRROR_CHECKPOINT_CHECKPOINT_STORE_H_
