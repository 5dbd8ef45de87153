// SPDX-License-Identifier: Apache-2.0
//
// A partition in a loop: the state machine, and what the loop's clients, budget
// and commits keep about it.

#ifndef MIRROR_REPLICATION_LOOP_ENTRY_H_
#define MIRROR_REPLICATION_LOOP_ENTRY_H_

#include <cstdint>
#include <memory>
#include <optional>

#include "mirror/cluster/record_source.h"
#include "mirror/model/offset.h"
#include "mirror/model/topic_partition.h"
#include "mirror/replication/commit_cycle.h"
#include "mirror/replication/partition.h"

namespace mirror::internal {

// Thread safety: thread-compatible; the loop's lock guards it.
struct LoopEntry : CommitMember {
  std::unique_ptr<Partition> owned;  // what `partition` points to
  CommitCycle* commits = nullptr;
  // It is among those that the next sweep ticks.
  bool touched = false;
  // It is among those with records held back.
  bool holding = false;
  int64_t sink_bytes = 0;  // as SinkBudget last noted
  // The source client reads it.
  bool assigned = false;
  // The client is to read it from here on, or not at all: at the next sweep, if
  // it is among those whose assignment changes.
  std::optional<StartPosition> assign;
  bool changes = false;
  // effect::Left came.
  bool left = false;
};

// A partition that has left its loop, and the last record whose progress is
// stored, if this loop has stored any.
struct ReleasedPartition {
  TopicPartition source;
  std::optional<UpstreamOffset> committed;
};

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_LOOP_ENTRY_H_
