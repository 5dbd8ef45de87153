// SPDX-License-Identifier: Apache-2.0

#include "mirror/testing/fake_groups.h"

#include <utility>

#include "mirror/testing/fake_cluster_state.h"

namespace mirror {

FakeGroups::FakeGroups(std::unique_ptr<internal::FakeClusterState> state)
    : state_(std::move(state)) {}

FakeGroups::~FakeGroups() = default;

void FakeGroups::CommitGroupOffset(const std::string& group,
                                   const TopicPartition& tp, int64_t offset,
                                   std::string metadata) {
  MutexLock lock(&state_->mu);
  state_->groups[group].offsets[tp] = {offset, std::move(metadata)};
}

void FakeGroups::SetGroupActive(const std::string& group, bool active) {
  MutexLock lock(&state_->mu);
  state_->groups[group].active = active;
}

void FakeGroups::DeleteGroup(const std::string& group) {
  MutexLock lock(&state_->mu);
  state_->groups.erase(group);
}

void FakeGroups::DeleteGroupOffset(const std::string& group,
                                   const TopicPartition& tp) {
  MutexLock lock(&state_->mu);
  state_->groups[group].offsets.erase(tp);
}

void FakeGroups::OnGroupOffsetsListed(std::function<void()> then) {
  MutexLock lock(&state_->mu);
  state_->on_group_offsets_listed = std::move(then);
}

GroupOffsets FakeGroups::CommittedOffsets(const std::string& group) const {
  MutexLock lock(&state_->mu);
  const auto it = state_->groups.find(group);
  return it == state_->groups.end() ? GroupOffsets() : it->second.offsets;
}

void FakeGroups::EndSession(const std::string& group,
                            const std::string& client_id) {
  MutexLock lock(&state_->mu);
  auto& members = state_->groups[group].members;
  for (auto it = members.begin(); it != members.end();) {
    it = it->second.client_id == client_id ? members.erase(it) : std::next(it);
  }
}

void FakeGroups::HoldSessions(bool hold) {
  MutexLock lock(&state_->mu);
  state_->hold_sessions = hold;
}

void FakeGroups::SetCoordinatorDown(bool down) {
  MutexLock lock(&state_->mu);
  state_->coordinator_down = down;
}

void FakeGroups::FailGroup(const std::string& group, absl::Status status) {
  MutexLock lock(&state_->mu);
  internal::SetOrClear(&state_->group_failures, group, std::move(status));
}

void FakeGroups::FailSetOffset(const TopicPartition& tp, absl::Status status) {
  MutexLock lock(&state_->mu);
  internal::SetOrClear(&state_->set_offset_failures, tp.ToString(),
                       std::move(status));
}

}  // namespace mirror
