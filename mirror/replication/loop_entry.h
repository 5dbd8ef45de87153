// SPDX-License-Identifier: Apache-2.0
//
// What a copy loop knows of one of its source partitions: the state machine
// that copies it, and what the clients and the commit cycle have to do for it.

#ifndef MIRROR_REPLICATION_LOOP_ENTRY_H_
#define MIRROR_REPLICATION_LOOP_ENTRY_H_

#include <algorithm>
#include <memory>
#include <optional>

#include "absl/time/time.h"
#include "mirror/cluster/record_source.h"
#include "mirror/model/offset.h"
#include "mirror/replication/partition_replicator.h"

namespace mirror::internal {

class CommitCycle;

// Thread safety: thread-compatible; the loop's lock guards it.
struct LoopEntry {
  std::unique_ptr<PartitionReplicator> partition;
  // Commits its progress.
  CommitCycle* commits = nullptr;
  // Something was acknowledged since the last commit; when the last was.
  bool acked = false;
  // It is among those that the next sweep looks at.
  bool touched = false;
  absl::Time last_acked = absl::InfinitePast();
  // When the index topic was last brought up to date about it.
  absl::Time index_written = absl::InfinitePast();
  bool assigned = false;
  int64_t sink_bytes = 0;  // as SinkBudget last noted
  bool holding = false;    // is among those with records held back
  std::optional<UpstreamOffset> committed;
  std::optional<PartitionBounds> bounds;
  // No record at or above it was ever read here.
  UpstreamOffset read_end;
  // Nothing was acknowledged since a stretch of copying began.
  bool new_stretch = false;
  // All is copied again, of this source topic or of another one, and the
  // stored progress may still be that of before. As long as it is, the stored
  // index must be, too: a restart finds out by it what happened.
  bool starts_over = false;
  // What the target held when the partition was added is gone.
  bool target_log_is_void = false;
  // All is to be copied again: it is decided what the index tells of.
  bool index_is_void = false;

  // Everything before `end` was read.
  void NoteRead(UpstreamOffset end) {
    read_end = std::max(read_end, end);
    if (bounds.has_value()) bounds->end = std::max(bounds->end, read_end);
  }
  // The source's log ends there.
  void NoteEnd(UpstreamOffset end) {
    if (!bounds.has_value()) bounds = PartitionBounds{UpstreamOffset(0), end};
    bounds->end = std::max(bounds->end, end);
  }
  // Whether the stored progress is ahead of what is copied.
  bool IsAhead() const {
    return starts_over && committed > partition->committable();
  }
  // Whether a commit would store something.
  bool HasUncommitted() const {
    const std::optional<UpstreamOffset> done = partition->committable();
    return done.has_value() && (done != committed || starts_over);
  }
};

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_LOOP_ENTRY_H_
