// SPDX-License-Identifier: Apache-2.0
//
// What to do where records cannot be copied, or copies did not stay: the
// choices of the operator. MM2 resets silently to the log's start, and does not
// look at the target at all.

#ifndef MIRROR_REPLICATION_GAP_POLICY_H_
#define MIRROR_REPLICATION_GAP_POLICY_H_

#include <optional>
#include <string>

#include "mirror/cluster/record_source.h"
#include "mirror/model/offset.h"
#include "mirror/sync/skipped_range.h"

namespace mirror {

// The properties on.source.gap and on.target.change.
enum class GapPolicy {
  kStop,    // stop the partition; the operator decides
  kSkip,    // go on with the next record that is there; report what was lost
  kReseed,  // copy what is there from its start, after what was copied before
};

// A single record that the target refuses: the property on.refused.record.
enum class RefusedPolicy {
  kStop,        // the partition waits before it, and tries again
  kSkip,        // leave it out, and note that
  kDeadLetter,  // put it into the dead-letter topic instead
};

// Where the partitions begin that a flow finds at its first look at the source
// (auto.offset.reset). What appears later is copied from its log's start.
enum class StartAt { kEarliest, kLatest };

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
};

StartDecision DecideStart(const StartQuestion& question, GapPolicy on_gap);

}  // namespace mirror

#endif  // MIRROR_REPLICATION_GAP_POLICY_H_
