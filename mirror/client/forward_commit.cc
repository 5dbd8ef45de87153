// SPDX-License-Identifier: Apache-2.0

#include "mirror/client/forward_commit.h"

#include <cstdint>

#include "absl/strings/str_cat.h"

namespace mirror::internal {
namespace {

// Such a commit is of an earlier log.
bool IsPastTheEnd(ClusterAdmin* admin, const TopicPartition& tp,
                  int64_t offset) {
  const auto end = admin->ListOffsets({tp}, OffsetSpec::kLogEnd).front();
  return end.ok() && offset > *end;
}

}  // namespace

absl::Status CommitForward(const ForwardCommit& target,
                           const std::string& group,
                           const GroupPositions& positions,
                           GroupOffsetResults* results) {
  const auto state = target.group_admin->DescribeGroups({group}).front();
  if (!state.ok()) return state.status();
  if (*state == GroupState::kActive) {
    return absl::FailedPreconditionError(absl::StrCat(
        target.context, ": has members; stop its consumers first"));
  }
  const auto committed = target.group_admin->ListGroupOffsets({group}).front();
  if (!committed.ok()) return committed.status();
  GroupOffsets forward;
  results->clear();
  for (const auto& [tp, position] : positions) {
    const auto there = committed->find(tp);
    if (!position.known()) {
      (*results)[tp] = absl::InvalidArgumentError(
          absl::StrCat(tp.ToString(), ": the position is unknown"));
    } else if (there != committed->end() &&
               there->second.offset >= position.offset.value() &&
               !IsPastTheEnd(target.admin, tp, there->second.offset)) {
      (*results)[tp] = absl::AlreadyExistsError(
          absl::StrCat(tp.ToString(), ": the group is at ",
                       there->second.offset, " already"));
    } else {
      forward[tp] = {position.offset.value(), position.metadata};
    }
  }
  if (forward.empty()) return absl::OkStatus();
  auto altered = target.group_admin->AlterGroupOffsets(group, forward);
  if (!altered.ok()) return altered.status();
  results->merge(*altered);
  return absl::OkStatus();
}

}  // namespace mirror::internal
