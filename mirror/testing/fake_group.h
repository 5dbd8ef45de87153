// SPDX-License-Identifier: Apache-2.0
//
// A consumer group as the coordinator of a FakeCluster has it.

#ifndef MIRROR_TESTING_FAKE_GROUP_H_
#define MIRROR_TESTING_FAKE_GROUP_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "mirror/cluster/group_admin.h"

namespace mirror::internal {

struct FakeMember {
  std::string client_id;
  std::string instance_id;
  bool leaving = false;
  // Its process has ended without leaving.
  bool gone = false;
  std::set<int32_t> owned;
  // Of these, what it is to release.
  std::set<int32_t> revoked;

  int32_t kept() const {
    return static_cast<int32_t>(owned.size() - revoked.size());
  }
};

struct FakeGroup {
  // Whether clients of another kind are in it.
  bool active = false;
  GroupOffsets offsets;
  // By their ids, in the order in which they joined.
  std::map<int64_t, FakeMember> members;
  // Ids of members whose instance id another one has joined with.
  std::set<int64_t> fenced;

  bool InUse() const { return active || !members.empty(); }

  // What a cooperative and sticky assignor does: gives partitions that have no
  // owner to the members with the fewest, and revokes the last ones of those
  // that have too many. Same members and partitions, same outcome.
  void Rebalance(int32_t partitions);
};

}  // namespace mirror::internal

#endif  // MIRROR_TESTING_FAKE_GROUP_H_
