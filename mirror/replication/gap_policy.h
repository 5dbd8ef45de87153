// SPDX-License-Identifier: Apache-2.0
//
// What to do where the source does not have the records that come next. MM2
// resets silently to the log's start; here the operator decides.

#ifndef MIRROR_REPLICATION_GAP_POLICY_H_
#define MIRROR_REPLICATION_GAP_POLICY_H_

#include <optional>
#include <string>

#include "mirror/cluster/record_source.h"
#include "mirror/model/offset.h"

namespace mirror {

// The property on.source.gap.
enum class GapPolicy {
  kStop,    // stop the partition; the operator decides
  kSkip,    // go on with the next record that is there; report what was lost
  kReseed,  // copy what is there from its start, after what was copied before
};

// Where a partition begins of which no progress is stored (auto.offset.reset).
enum class StartAt { kEarliest, kLatest };

// Where to read on, and what is wrong with that.
struct StartDecision {
  // nullopt: stop.
  std::optional<UpstreamOffset> start;
  // What is missing, for people; empty if nothing is.
  std::string gap;
};

// Decides where to read on in a log that holds `bounds`. `wanted` is the offset
// that comes next, nullopt if nothing was copied yet.
StartDecision DecideStart(std::optional<UpstreamOffset> wanted,
                          const PartitionBounds& bounds, GapPolicy on_gap,
                          StartAt start_at);

}  // namespace mirror

#endif  // MIRROR_REPLICATION_GAP_POLICY_H_
