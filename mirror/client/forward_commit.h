// SPDX-License-Identifier: Apache-2.0
//
// Commits positions of a group on the target, never backwards.

#ifndef MIRROR_CLIENT_FORWARD_COMMIT_H_
#define MIRROR_CLIENT_FORWARD_COMMIT_H_

#include <string>

#include "absl/status/status.h"
#include "mirror/cluster/cluster_admin.h"
#include "mirror/cluster/group_admin.h"
#include "mirror/model/position.h"

namespace mirror::internal {

// Where, and what messages call it: "cluster standby, group billing".
struct ForwardCommit {
  ClusterAdmin* admin = nullptr;
  GroupAdmin* group_admin = nullptr;
  std::string context;
};

// As MirrorClient::CommitOffsets(), once.
absl::Status CommitForward(const ForwardCommit& target,
                           const std::string& group,
                           const GroupPositions& positions,
                           GroupOffsetResults* results);

}  // namespace mirror::internal

#endif  // MIRROR_CLIENT_FORWARD_COMMIT_H_
