// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/transform_turn.h"

#include <utility>

#include "mirror/transform/transform_batch.h"

namespace mirror::internal {

TransformTurn::TransformTurn(
    std::vector<std::unique_ptr<RecordBatch>>* batches) {
  for (auto& batch : *batches) reads_.push_back({std::move(batch)});
}

void TransformTurn::Plan(
    const std::vector<std::shared_ptr<const RecordTransform>>& transforms,
    const std::map<TopicPartition, LoopEntry>& entries) {
  if (transforms.empty()) return;
  transforms_ = transforms;
  for (size_t i = 0; i < reads_.size(); ++i) {
    const auto entry = entries.find(reads_[i].batch->topic_partition());
    if (entry == entries.end()) continue;
    if (entry->second.partition->transforms()) planned_.push_back(i);
  }
}

std::vector<event::Read> TransformTurn::Run() {
  for (const size_t i : planned_) {
    reads_[i].transformed = TransformBatch(*reads_[i].batch, transforms_);
  }
  return std::move(reads_);
}

}  // namespace mirror::internal
