// SPDX-License-Identifier: Apache-2.0

#include "mirror/testing/fake_membership.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"

namespace mirror::internal {
namespace {

using Kind = GroupMembership::Change::Kind;

// Appends what is in `now` and not yet in `*said`, which then is the same.
bool AppendNew(Kind kind, const std::set<int32_t>& now, std::set<int32_t>* said,
               std::vector<GroupMembership::Change>* changes) {
  GroupMembership::Change change{kind, {}};
  std::set_difference(
      now.begin(), now.end(), said->begin(), said->end(),
      std::inserter(change.partitions, change.partitions.end()));
  if (change.partitions.empty()) return false;
  said->insert(change.partitions.begin(), change.partitions.end());
  changes->push_back(std::move(change));
  return true;
}

}  // namespace

FakeMembership::~FakeMembership() {
  MutexLock lock(&state_->mu);
  FakeMember* const member = Find();
  if (member == nullptr) return;
  if (leaving_ || !state_->hold_sessions) {
    state_->groups[options_.group].members.erase(id_);
  } else {
    member->gone = true;
  }
}

absl::Status FakeMembership::Poll(absl::Duration timeout,
                                  std::vector<Change>* changes) {
  MutexLock lock(&state_->mu);
  absl::Status status;
  const auto collect = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(state_->mu) {
    return Collect(changes, &status);
  };
  if (!collect() && state_->waits && timeout > absl::ZeroDuration()) {
    state_->mu.AwaitFor(collect, timeout);
  }
  return status;
}

void FakeMembership::Release(const std::set<int32_t>& partitions) {
  MutexLock lock(&state_->mu);
  FakeMember* const member = Find();
  for (const int32_t p : partitions) {
    if (revoked_.erase(p) == 0) continue;
    owned_.erase(p);
    if (member == nullptr) continue;
    member->revoked.erase(p);
    member->owned.erase(p);
  }
}

absl::Status FakeMembership::Prove() {
  MutexLock lock(&state_->mu);
  const absl::Status no_member =
      Error(absl::StatusCode::kFailedPrecondition, "this process is no member");
  // It does not ask when it knows.
  if (id_ == 0) return no_member;
  if (absl::Status obstacle = Obstacle(); !obstacle.ok()) return obstacle;
  if (Find() == nullptr) return no_member;
  state_->groups[options_.group].offsets[{options_.topic, 0}] = {};
  return absl::OkStatus();
}

void FakeMembership::Leave() {
  MutexLock lock(&state_->mu);
  leaving_ = true;
  if (FakeMember* const member = Find()) member->leaving = true;
}

FakeMember* FakeMembership::Find() {
  const auto group = state_->groups.find(options_.group);
  if (group == state_->groups.end()) return nullptr;
  const auto member = group->second.members.find(id_);
  return member == group->second.members.end() ? nullptr : &member->second;
}

void FakeMembership::Join() {
  FakeGroup& group = state_->groups[options_.group];
  FakeMember member;
  member.client_id = options_.client_id;
  member.instance_id = options_.instance_id;
  for (auto it = group.members.begin(); it != group.members.end(); ++it) {
    if (member.instance_id.empty() ||
        it->second.instance_id != member.instance_id) {
      continue;
    }
    member.owned = it->second.owned;
    group.fenced.insert(it->first);
    group.members.erase(it);
    break;
  }
  id_ = ++state_->members_joined;
  group.members[id_] = std::move(member);
}

absl::Status FakeMembership::Obstacle() {
  if (absl::Status down = state_->Reachable(); !down.ok()) return down;
  if (absl::Status failure = state_->GroupFailure(options_.group);
      !failure.ok()) {
    return failure;
  }
  if (state_->coordinator_down) {
    return Error(absl::StatusCode::kUnavailable,
                 "its coordinator does not answer");
  }
  if (Find() == nullptr && state_->groups[options_.group].active) {
    return Error(absl::StatusCode::kUnavailable,
                 "clients of another kind are in it");
  }
  return absl::OkStatus();
}

bool FakeMembership::Collect(std::vector<Change>* changes,
                             absl::Status* status) {
  const bool lost = CollectLoss(changes, status);
  if (!status->ok()) return true;
  const absl::Status obstacle = Obstacle();
  if (!obstacle.ok()) {
    if (obstacle == reported_) return lost;
    *status = reported_ = obstacle;
    return true;
  }
  reported_ = absl::OkStatus();
  if (id_ == 0) {
    if (leaving_) return lost;
    Join();
  }
  const auto topic = state_->topics.find(options_.topic);
  state_->groups[options_.group].Rebalance(
      topic == state_->topics.end()
          ? 0
          : static_cast<int32_t>(topic->second.partitions.size()));
  const FakeMember* const member = Find();
  if (member == nullptr) {  // it has left
    id_ = 0;
    return lost;
  }
  const bool assigned =
      AppendNew(Kind::kAssigned, member->owned, &owned_, changes);
  const bool revoked =
      AppendNew(Kind::kRevoked, member->revoked, &revoked_, changes);
  return lost || assigned || revoked;
}

bool FakeMembership::CollectLoss(std::vector<Change>* changes,
                                 absl::Status* status) {
  *status = failure_;
  if (id_ == 0 || Find() != nullptr) return false;
  const bool lost = !owned_.empty();
  if (lost) changes->push_back({Kind::kLost, std::move(owned_)});
  owned_.clear();
  revoked_.clear();
  if (state_->groups[options_.group].fenced.erase(id_) > 0) {
    *status = failure_ =
        Error(absl::StatusCode::kFailedPrecondition,
              absl::StrCat("another process has joined with the instance id ",
                           options_.instance_id));
  }
  id_ = 0;
  return lost;
}

absl::Status FakeMembership::Error(absl::StatusCode code,
                                   absl::string_view what) const {
  return state_->Error(code, absl::StrCat("group ", options_.group), what);
}

}  // namespace mirror::internal
