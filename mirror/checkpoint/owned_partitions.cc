// SPDX-License-Identifier: Apache-2.0

#include "mirror/checkpoint/owned_partitions.h"

#include <iterator>
#include <optional>

namespace mirror::internal {

bool OwnedPartitions::Ask(const std::set<TopicPartition>& targets) {
  if (owns_ == nullptr) return false;
  bool found = false;
  for (const TopicPartition& target : targets) {
    const auto [answer, is_new] = answers_.try_emplace(target, false);
    if (!is_new) continue;
    const std::optional<TopicPartition> source =
        translator_->SourcePartition(target);
    answer->second = source.has_value() && owns_(*source);
    found |= answer->second;
  }
  return found;
}

bool OwnedPartitions::AskOffsets(const GroupOffsets& offsets) {
  if (owns_ == nullptr) return false;
  std::set<TopicPartition> targets;
  for (const auto& [source, offset] : offsets) {
    if (!translator_->Accepts(source.topic)) continue;
    targets.insert({translator_->TargetTopic(source.topic), source.partition});
  }
  return Ask(targets);
}

bool OwnedPartitions::Has(const TopicPartition& target) const {
  if (owns_ == nullptr) return true;
  const auto answer = answers_.find(target);
  return answer != answers_.end() && answer->second;
}

GroupCheckpoints OwnedPartitions::Of(GroupCheckpoints checkpoints) const {
  for (auto it = checkpoints.begin(); it != checkpoints.end();) {
    it = Has(it->first) ? std::next(it) : checkpoints.erase(it);
  }
  return checkpoints;
}

OwnedPartitions OwnedPartitions::AskAgain() const {
  std::set<TopicPartition> owned;
  for (const auto& [target, answer] : answers_) {
    if (answer) owned.insert(target);
  }
  OwnedPartitions result(owns_, translator_);
  result.Ask(owned);
  return result;
}

}  // namespace mirror::internal
