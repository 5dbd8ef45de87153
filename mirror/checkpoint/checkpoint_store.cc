// SPDX-License-Identifier: Apache-2.0

#include "mirror/checkpoint/checkpoint_store.h"

#include <utility>

#include "absl/status/statusor.h"

namespace mirror::internal {

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
  Deleted(Checkpoint::DecodeKey(key_bytes).value());
  return absl::OkStatus();
}

const Checkpoint* CheckpointStore::Find(
    const std::string& group, const TopicPartition& topic_partition) const {
  const auto checkpoints = by_group_.find(group);
  if (checkpoints == by_group_.end()) return nullptr;
  const auto it = checkpoints->second.find(topic_partition);
  return it == checkpoints->second.end() ? nullptr : &it->second;
}

bool CheckpointStore::ShouldEmit(const Checkpoint& next,
                                 Exactness exactness) const {
  const Checkpoint* last = Find(next.group, next.topic_partition);
  return last == nullptr || next.upstream < last->upstream ||
         next.downstream > last->downstream ||
         (next.downstream < last->downstream && exactness == Exactness::kExact);
}

void CheckpointStore::Acked(Checkpoint checkpoint) {
  GroupCheckpoints& group = by_group_[checkpoint.group];
  TopicPartition topic_partition = checkpoint.topic_partition;
  group.insert_or_assign(std::move(topic_partition), std::move(checkpoint));
}

void CheckpointStore::Deleted(const CheckpointKey& key) {
  const auto group = by_group_.find(key.group);
  if (group == by_group_.end()) return;
  group->second.erase(key.topic_partition);
  if (group->second.empty()) by_group_.erase(group);
}

}  // namespace mirror::internal
