// SPDX-License-Identifier: Apache-2.0
//
// What can happen to the copies on the target without the mirror's doing.

#ifndef MIRROR_REPLICATION_TARGET_CHANGE_H_
#define MIRROR_REPLICATION_TARGET_CHANGE_H_

#include <optional>
#include <string>

#include "mirror/model/offset.h"
#include "mirror/model/topic_partition.h"
#include "mirror/telemetry/status.pb.h"

namespace mirror::internal {

struct TargetChange {
  // PROBLEM_TARGET_RECREATED, PROBLEM_TARGET_TRUNCATED, or
  // PROBLEM_TARGET_WRITTEN_BY_OTHERS.
  PartitionProblem problem = PROBLEM_NONE;
  // What happened, for people.
  std::string what;
  // Copies at and above are gone; not of PROBLEM_TARGET_WRITTEN_BY_OTHERS.
  DownstreamOffset kept_below;

  // Whether others wrote, and no copy is gone.
  bool foreign() const { return problem == PROBLEM_TARGET_WRITTEN_BY_OTHERS; }
};

// The log of `target` on cluster `alias` ends at `end`, where by our own copies
// it should end at `expected`: what that means, if it means anything.
std::optional<TargetChange> CompareTargetEnd(const TopicPartition& target,
                                             const std::string& alias,
                                             DownstreamOffset expected,
                                             DownstreamOffset end);

// The topic of `target` is not the one that was copied to: it was deleted.
TargetChange TargetDeleted(const TopicPartition& target,
                           const std::string& alias);

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_TARGET_CHANGE_H_
