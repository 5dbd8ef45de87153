// SPDX-License-Identifier: Apache-2.0
//
// Where to read on if the source lacks the records that come next, by the
// operator's LossPolicy. MM2 resets silently to the log's start.

#ifndef MIRROR_REPLICATION_GAP_POLICY_H_
#define MIRROR_REPLICATION_GAP_POLICY_H_

#include <optional>
#include <string>

#include "mirror/cluster/record_source.h"
#include "mirror/flow_options.h"
#include "mirror/model/offset.h"
#include "mirror/model/position.h"

namespace mirror::internal {

// What is known when a partition asks where to read on.
struct StartQuestion {
  // The offset that comes next; nullopt if nothing was copied yet.
  std::optional<UpstreamOffset> wanted;
  // From there on the log lost what had been read, as far as is known.
  std::optional<UpstreamOffset> diverged_at;
  // What it holds now.
  PartitionBounds bounds;
};

// Where to read on, and what is wrong with that.
struct StartDecision {
  // nullopt: stop.
  std::optional<UpstreamOffset> start;
  // What is missing, in `detail` for people too; none if nothing is. `time` is
  // left to the caller.
  std::optional<SkippedRange> gap;
  // The log was truncated above `start`: what is below it was read before,
  // unless the log has been truncated again since.
  bool truncated_above = false;
};

StartDecision DecideStart(const StartQuestion& question, LossPolicy on_gap);

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_GAP_POLICY_H_
