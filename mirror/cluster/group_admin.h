// SPDX-License-Identifier: Apache-2.0
//
// Port: consumer groups of a cluster and their committed offsets, as
// checkpoints and group offset sync (KIP-545) need them.

#ifndef MIRROR_CLUSTER_GROUP_ADMIN_H_
#define MIRROR_CLUSTER_GROUP_ADMIN_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "mirror/model/topic_partition.h"

namespace mirror {

enum class GroupState {
  kAbsent,  // no such group
  kEmpty,   // no members: its offsets may be set from outside
  kActive,  // has members, or is about to (stable or rebalancing)
};

// A group's position in one partition: the offset of the next record to read.
struct GroupOffset {
  int64_t offset = 0;
  std::string metadata;

  friend bool operator==(const GroupOffset& a, const GroupOffset& b) {
    return a.offset == b.offset && a.metadata == b.metadata;
  }
};

using GroupOffsets = std::map<TopicPartition, GroupOffset>;
using GroupOffsetResults = std::map<TopicPartition, absl::Status>;

// Thread safety, lifetime and errors: as ClusterAdmin. Messages name the group.
class GroupAdmin {
 public:
  virtual ~GroupAdmin() = default;

  // Ids of the groups of protocol type "consumer" or none, sorted, without
  // duplicates. Groups of brokers that do not answer are omitted.
  virtual absl::StatusOr<std::vector<std::string>> ListGroups() = 0;

  // One state per group, in order.
  virtual std::vector<absl::StatusOr<GroupState>> DescribeGroups(
      absl::Span<const std::string> groups) = 0;

  // All committed offsets per group, in order, fetched in parallel. Partitions
  // without a commit are omitted; an absent group has none.
  virtual std::vector<absl::StatusOr<GroupOffsets>> ListGroupOffsets(
      absl::Span<const std::string> groups) = 0;

  // Sets offsets of groups without members, in parallel, creating those that
  // are absent; one result per group, in order, and in it one per partition.
  // FailedPrecondition: the group has members (the broker decides, so there is
  // no race); NotFound: no such topic or partition.
  virtual std::vector<absl::StatusOr<GroupOffsetResults>> AlterOffsetsOfGroups(
      absl::Span<const std::pair<std::string, GroupOffsets>> groups) = 0;

  // The same for one group.
  absl::StatusOr<GroupOffsetResults> AlterGroupOffsets(
      const std::string& group, const GroupOffsets& offsets) {
    return AlterOffsetsOfGroups({{group, offsets}}).front();
  }

  // Makes running calls and all later ones return Cancelled soon.
  virtual void Cancel() = 0;
};

}  // namespace mirror

#endif  // MIRROR_CLUSTER_GROUP_ADMIN_H_
