// SPDX-License-Identifier: Apache-2.0
//
// Whether a cluster answers for no group at all: then it is not the groups that
// have a problem.
//
//   const auto offsets = admin->ListGroupOffsets(groups);
//   if (absl::Status status = GroupOutage(offsets); !status.ok()) return
//   status;

#ifndef MIRROR_CHECKPOINT_GROUP_OUTAGE_H_
#define MIRROR_CHECKPOINT_GROUP_OUTAGE_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mirror/cluster/errors.h"

namespace mirror::internal {

// The first answer, if all are errors and it may succeed in a moment.
template <typename T>
absl::Status GroupOutage(const std::vector<absl::StatusOr<T>>& answers) {
  if (answers.empty()) return absl::OkStatus();
  for (const absl::StatusOr<T>& answer : answers) {
    if (answer.ok()) return absl::OkStatus();
  }
  const absl::Status& first = answers.front().status();
  return IsRetriable(first) || absl::IsCancelled(first) ? first
                                                        : absl::OkStatus();
}

}  // namespace mirror::internal

#endif  // MIRROR_CHECKPOINT_GROUP_OUTAGE_H_
