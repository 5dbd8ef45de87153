// SPDX-License-Identifier: Apache-2.0

#include "mirror/checkpoint/checkpoint_store.h"

#include <utility>

#include "absl/status/statusor.h"

namespace mirror {

absl::Status CheckpointStore::Apply(std::optional<absl::string_view> key,
                                    std::optional<absl::string_view> value) {
  const absl::string_view key_bytes = key.value_or("");
  absl::StatusOr<std::optional<Checkpoint>> checkpoint =
      Checkpoint::Decode(key_bytes, value);
  if (!checkpoint.ok()) return checkpoint.status();
  if (checkpoint->has_value()) {
    Acked(**std::move(checkpoint));
    return absl::OkStatus();
  }
  const absl::StatusOr<CheckpointKey> deleted =
      Checkpoint::DecodeKey(key_bytes);
  const auto group = by_group_.find(deleted->group);
  if (group == by_group_.end()) return absl::OkStatus();
  group->second.erase(deleted->topic_partition);
  if (group->second.empty()) by_group_.erase(group);
  return absl::OkStatus();
}

bool CheckpointStore::ShouldEmit(const Checkpoint& next) const {
  const auto group = by_group_.find(next.group);
  if (group == by_group_.end()) return true;
  const auto last = group->second.find(next.topic_partition);
  if (last == group->second.end()) return true;
  return next.upstream < last->second.upstream ||
         next.downstream > last->second.downstream;
}

void CheckpointStore::Acked(Checkpoint checkpoint) {
  GroupCheckpoints& group = by_group_[checkpoint.group];
  TopicPartition topic_partition = checkpoint.topic_partition;
  group.insert_or_assign(std::move(topic_partition), std::move(checkpoint));
}

}  // namespace mirror
