// SPDX-License-Identifier: Apache-2.0
//
// The GroupMembership of a FakeCluster; fake_groups.h says what it models.

#ifndef MIRROR_TESTING_FAKE_MEMBERSHIP_H_
#define MIRROR_TESTING_FAKE_MEMBERSHIP_H_

#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "mirror/cluster/cluster.h"
#include "mirror/cluster/group_membership.h"
#include "mirror/testing/fake_cluster_state.h"

namespace mirror::internal {

class FakeMembership final : public GroupMembership {
 public:
  FakeMembership(FakeClusterState* state, MembershipOptions options)
      : state_(state), options_(std::move(options)) {}
  ~FakeMembership() override;

  absl::Status Poll(absl::Duration timeout,
                    std::vector<Change>* changes) override;
  void Release(const std::set<int32_t>& partitions) override;
  absl::Status Prove() override;
  void Leave() override;

 private:
  // What the group knows of it; null if it is no member.
  FakeMember* Find() ABSL_EXCLUSIVE_LOCKS_REQUIRED(state_->mu);
  void Join() ABSL_EXCLUSIVE_LOCKS_REQUIRED(state_->mu);
  // Why it gets no answer; OK if it gets one.
  absl::Status Obstacle() ABSL_EXCLUSIVE_LOCKS_REQUIRED(state_->mu);
  // Appends what has changed, or sets `*status`; whether there was anything.
  bool Collect(std::vector<Change>* changes, absl::Status* status)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(state_->mu);
  bool CollectLoss(std::vector<Change>* changes, absl::Status* status)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(state_->mu);
  // "cluster ALIAS: group GROUP: WHAT" with `code`.
  absl::Status Error(absl::StatusCode code, absl::string_view what) const;

  FakeClusterState* const state_;
  const MembershipOptions options_;

  // Of its member; 0 while it has none.
  int64_t id_ ABSL_GUARDED_BY(state_->mu) = 0;
  bool leaving_ ABSL_GUARDED_BY(state_->mu) = false;
  // Why it failed fatally.
  absl::Status failure_ ABSL_GUARDED_BY(state_->mu);
  // The obstacle that was last returned.
  absl::Status reported_ ABSL_GUARDED_BY(state_->mu);
  // What Poll() has said.
  std::set<int32_t> owned_ ABSL_GUARDED_BY(state_->mu);
  std::set<int32_t> revoked_ ABSL_GUARDED_BY(state_->mu);
};

}  // namespace mirror::internal

#endif  // MIRROR_TESTING_FAKE_MEMBERSHIP_H_
