// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/target_change.h"

#include "absl/strings/str_cat.h"

namespace mirror::internal {

std::optional<TargetChange> CompareTargetEnd(const TopicPartition& target,
                                             const std::string& alias,
                                             DownstreamOffset expected,
                                             DownstreamOffset end) {
  if (end == expected) return std::nullopt;
  TargetChange change;
  change.kept_below = end;
  if (end < expected) {
    change.problem = PROBLEM_TARGET_TRUNCATED;
    change.what = absl::StrCat(
        target.ToString(), " on cluster ", alias, " ends at ", end.value(),
        ", below ", expected.value(),
        " where the copies ended: it was truncated, or deleted and created "
        "again");
  } else {
    change.problem = PROBLEM_TARGET_WRITTEN_BY_OTHERS;
    change.what = absl::StrCat(
        end - expected, " records from offset ", expected.value(), " of ",
        target.ToString(), " on cluster ", alias,
        " were written by another client: a second mirror, or an application");
  }
  return change;
}

TargetChange TargetDeleted(const TopicPartition& target,
                           const std::string& alias) {
  TargetChange change;
  change.problem = PROBLEM_TARGET_RECREATED;
  change.what =
      absl::StrCat("topic ", target.topic, " was deleted from cluster ", alias,
                   " with all that was copied to it");
  return change;
}

}  // namespace mirror::internal
