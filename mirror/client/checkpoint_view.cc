// SPDX-License-Identifier: Apache-2.0

#include "mirror/client/checkpoint_view.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace mirror::internal {

CheckpointView::CheckpointView(Cluster* cluster, std::string topic,
                               Clock* clock, const Logger& log)
    : turn_(clock), topic_(cluster, std::move(topic), clock, log) {}

absl::StatusOr<GroupCheckpoints> CheckpointView::Read(const std::string& group,
                                                      absl::Time deadline) {
  if (!turn_.Take(deadline)) {
    return absl::DeadlineExceededError(
        absl::StrCat("topic ", topic(),
                     ": another call was still reading it; give it more time"));
  }
  CheckpointStore* const store = &store_;
  const absl::Status status = topic_.CatchUp(
      deadline,
      [store](const RecordView& record) {
        return store->Apply(record.key, record.value);
      },
      [store] { *store = CheckpointStore(); });
  GroupCheckpoints checkpoints;
  const auto found = store_.by_group().find(group);
  if (found != store_.by_group().end()) checkpoints = found->second;
  turn_.Give();
  if (!status.ok()) return status;
  return checkpoints;
}

}  // namespace mirror::internal
