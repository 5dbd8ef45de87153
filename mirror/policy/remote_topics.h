// SPDX-License-Identifier: Apache-2.0
//
// What a topic's name tells about the clusters it came through: the pure half
// of MM2's MirrorClient (replicationHops, upstreamClusters).
//
//   UpstreamClusters(*policy, "B.A.heartbeats");      // {"B", "A"}
//   ReplicationHops(*policy, "B.A.heartbeats", "A");  // 2

#ifndef MIRROR_POLICY_REMOTE_TOPICS_H_
#define MIRROR_POLICY_REMOTE_TOPICS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "mirror/policy/replication_policy.h"

namespace mirror::internal {

// The aliases `topic` came through, nearest first, as often as they occur in
// its name. Empty for a local topic.
std::vector<std::string> UpstreamClusters(const ReplicationPolicy& policy,
                                          absl::string_view topic);

// How many flows `topic` went through since it left the cluster `alias`: 1 for
// a direct copy. nullopt if its name says it was never there.
std::optional<int> ReplicationHops(const ReplicationPolicy& policy,
                                   absl::string_view topic,
                                   absl::string_view alias);

}  // namespace mirror::internal

#endif  // MIRROR_POLICY_REMOTE_TOPICS_H_
