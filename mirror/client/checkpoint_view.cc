// SPDX-License-Identifier: Apache-2.0

#include "mirror/client/checkpoint_view.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace mirror::internal {

CheckpointView::CheckpointView(Cluster* cluster, std::string topic,
                               Clock* clock, const Logger& log)
    : turn_(clock), topic_(cluster, std::move(topic), clock, log) {}

absl::Status CheckpointView::Busy() const {
  return absl::DeadlineExceededError(
      absl::StrCat("topic ", topic(),
                   ": another call was still reading it; give it more time"));
}

absl::Status CheckpointView::CatchUp(absl::Time deadline) {
  CheckpointStore* const store = &store_;
  return topic_.CatchUp(
      deadline,
      [store](const RecordView& record) {
        return store->Apply(record.key, record.value);
      },
      [store] { *store = CheckpointStore(); });
}

absl::StatusOr<GroupCheckpoints> CheckpointView::Read(const std::string& group,
                                                      absl::Time deadline) {
  if (!turn_.Take(deadline)) return Busy();
  const absl::Status status = CatchUp(deadline);
  GroupCheckpoints checkpoints;
  const auto found = store_.by_group().find(group);
  if (found != store_.by_group().end()) checkpoints = found->second;
  turn_.Give();
  if (!status.ok()) return status;
  return checkpoints;
}

absl::StatusOr<std::vector<std::string>> CheckpointView::Groups(
    absl::Time deadline) {
  if (!turn_.Take(deadline)) return Busy();
  const absl::Status status = CatchUp(deadline);
  std::vector<std::string> groups;
  for (const auto& [group, checkpoints] : store_.by_group()) {
    groups.push_back(group);
  }
  turn_.Give();
  if (!status.ok()) return status;
  return groups;
}

}  // namespace mirror::internal
