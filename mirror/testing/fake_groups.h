// SPDX-License-Identifier: Apache-2.0
//
// The consumer groups of a FakeCluster, as a test sees and changes them.

#ifndef MIRROR_TESTING_FAKE_GROUPS_H_
#define MIRROR_TESTING_FAKE_GROUPS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "mirror/cluster/group_admin.h"
#include "mirror/model/topic_partition.h"

namespace mirror {

namespace internal {
struct FakeClusterState;
}  // namespace internal

// Purpose: the test verbs about groups that a FakeCluster has.
//
// Memberships. Time plays no part: who does not poll stays a member, and a
// session ends by EndSession(). A group with a partition to give gives it at
// the next Poll() of any member. A membership that is destroyed without Leave()
// ends its session at once, unless sessions are held.
//
// Thread safety, lifetime and errors: as FakeCluster.
class FakeGroups {
 public:
  FakeGroups(const FakeGroups&) = delete;
  FakeGroups& operator=(const FakeGroups&) = delete;

  // A commit or SetGroupActive() creates the group.
  void CommitGroupOffset(const std::string& group, const TopicPartition& tp,
                         int64_t offset, std::string metadata = "");
  // Whether it has members of another kind: no membership joins it.
  void SetGroupActive(const std::string& group, bool active);
  // Its members have lost all.
  void DeleteGroup(const std::string& group);
  // Forgets one of the group's offsets, as kafka-consumer-groups.sh does.
  void DeleteGroupOffset(const std::string& group, const TopicPartition& tp);
  // Called after each look at groups' offsets, with no lock held: what happens
  // between that and what is done about it.
  void OnGroupOffsetsListed(std::function<void()> then);
  // What the group has committed; empty if there is no such group.
  GroupOffsets CommittedOffsets(const std::string& group) const;

  // The session of the members with that client id is over, whether they are
  // there or gone: others get their partitions, and they learn of it from their
  // next Poll(), also while the cluster is down, or from Prove().
  void EndSession(const std::string& group, const std::string& client_id);
  // Whether memberships that end without Leave() stay in their groups until
  // EndSession(), or until another one joins with their instance id.
  void HoldSessions(bool hold);
  // Memberships get no answer from their coordinators: no change but kLost.
  void SetCoordinatorDown(bool down);

  // Admins and memberships get this for the group; admins, for setting any
  // group's offset in the partition. Until called again with OkStatus().
  void FailGroup(const std::string& group, absl::Status status);
  void FailSetOffset(const TopicPartition& tp, absl::Status status);

 protected:
  explicit FakeGroups(std::unique_ptr<internal::FakeClusterState> state);
  ~FakeGroups();

  const std::unique_ptr<internal::FakeClusterState> state_;
};

}  // namespace mirror

#endif  // MIRROR_TESTING_FAKE_GROUPS_H_
