// SPDX-License-Identifier: Apache-2.0
//
// Port: membership in a consumer group that divides the partitions of a topic
// among processes. What Connect's worker group is to MM2; no record is read.
//
//   auto membership = cluster->NewMembership({"A-mm2", "mm2-offset-index.A"});
//   std::vector<GroupMembership::Change> changes;
//   membership->Poll(absl::Milliseconds(100), &changes);
//   for (const auto& change : changes) ...
//   membership->Release({3});  // revoked before, and given up now

#ifndef MIRROR_CLUSTER_GROUP_MEMBERSHIP_H_
#define MIRROR_CLUSTER_GROUP_MEMBERSHIP_H_

#include <cstdint>
#include <set>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace mirror {

// Purpose: says which partitions this process owns. A partition has one owner
// at a time: the group waits until an owner has released it, or its session
// has ended. A process that was stopped for longer than its session still takes
// itself for the owner until its next Poll() or Prove(): what it may write must
// be fenced by other means.
// Thread safety: Prove() may be called on any thread; the rest by one thread.
// Lifetime: joins from when it is made. The destructor returns within seconds.
// If Leave() was called, it gives up what is left and leaves the group;
// otherwise the group waits until the session ends, as for a process that dies.
// Errors: messages name cluster and group.
class GroupMembership {
 public:
  struct Change {
    enum class Kind {
      // The process owns these partitions now, too.
      kAssigned,
      // It is to give them up and then to Release() them, within a minute.
      kRevoked,
      // They are owned no more: the session is over, and another process may
      // own them already. Includes revoked ones. Nothing is to be released.
      kLost,
    };
    Kind kind = Kind::kAssigned;
    std::set<int32_t> partitions;  // never empty
  };

  virtual ~GroupMembership() = default;

  // Waits until there is a change, or an error, or for `timeout`, and appends
  // what has changed, in order, whatever the Status. Without a call for a
  // minute the process is no member any more; the session itself needs none.
  // An error is returned when it begins, and again after a while if it lasts,
  // while the membership keeps trying; the next call continues.
  //   FailedPrecondition: the membership failed fatally (another process joined
  //     with its instance id, or the session ended in the middle of a
  //     rebalance), and all was lost; only a new one helps.
  //   Unavailable: the coordinator cannot be reached, or clients of another
  //     kind are in the group, as Connect's workers are while MM2 runs.
  //   PermissionDenied: an ACL is missing; the message says which.
  //   Others: as named.
  virtual absl::Status Poll(absl::Duration timeout,
                            std::vector<Change>* changes) = 0;

  // These were revoked, and are used no more; once all of a rebalance are
  // released, the group gives them to others. Others are ignored.
  virtual void Release(const std::set<int32_t>& partitions) = 0;

  // Asks the coordinator whether this process is a member now, in one round
  // trip, by committing offset 0 of partition 0 in the generation that it is
  // in. OK: it was when it was asked, and owned what Poll() has assigned and
  // not taken away. FailedPrecondition: it is none. Others: not known; at the
  // latest DeadlineExceeded when a session's time is over.
  virtual absl::Status Prove() = 0;

  // Begins to leave: all partitions are revoked by Poll(), no others are
  // assigned. When they are released, destroy the membership. A member with an
  // instance id leaves, too.
  virtual void Leave() = 0;
};

}  // namespace mirror

#endif  // MIRROR_CLUSTER_GROUP_MEMBERSHIP_H_
