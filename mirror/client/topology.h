// SPDX-License-Identifier: Apache-2.0
//
// What the names of a cluster's topics tell about the mirrors that write to it:
// the pure half of MM2's MirrorClient.
//
//   Topology topology(&policy, {"heartbeats", "A.heartbeats", "A.orders"});
//   topology.UpstreamClusters();  // {"A"}

#ifndef MIRROR_CLIENT_TOPOLOGY_H_
#define MIRROR_CLIENT_TOPOLOGY_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "mirror/policy/replication_policy.h"

namespace mirror::internal {

// Thread safety: thread-compatible. Lifetime: `policy` must outlive it.
// MirrorClient says what the answers mean; they are in the order of `topics`.
class Topology {
 public:
  Topology(const ReplicationPolicy* policy, std::vector<std::string> topics);

  std::optional<int> ReplicationHops(absl::string_view upstream_alias) const;
  std::vector<std::string> HeartbeatTopics() const;
  std::vector<std::string> CheckpointTopics() const;
  std::vector<std::string> UpstreamClusters() const;  // sorted
  std::vector<std::string> RemoteTopics() const;
  std::vector<std::string> RemoteTopics(absl::string_view source_alias) const;

  // Those that a mirror keeps for the client: checkpoints and offset indexes.
  std::vector<std::string> ClientTopics() const;

 private:
  std::vector<std::string> Where(
      absl::FunctionRef<bool(const std::string&)> condition) const;

  const ReplicationPolicy* const policy_;
  const std::vector<std::string> topics_;
};

}  // namespace mirror::internal

#endif  // MIRROR_CLIENT_TOPOLOGY_H_
