// SPDX-License-Identifier: Apache-2.0

#include "mirror/sync/offset_sync_emitter.h"

#include <algorithm>
#include <utility>

namespace mirror::internal {

void OffsetSyncEmitter::OnCopied(const TopicPartition& source, UpstreamOffset u,
                                 DownstreamOffset d, int64_t count) {
  Partition& partition = partitions_[source];
  const DownstreamOffset last_d = d + (count - 1);
  const bool begins = !partition.last_sync.has_value();
  bool is_due = begins || u - partition.last_u != 1 || d < partition.last_d;
  if (is_due) partition.last_sync = d;
  // Inside the run only the distance to the last sync makes a record one.
  const int64_t steps = (last_d - *partition.last_sync) / (lag_max_ + 1);
  if (steps > 0) {
    is_due = true;
    *partition.last_sync += steps * (lag_max_ + 1);
  }
  partition.last_u = u + (count - 1);
  partition.last_d = last_d;
  if (is_due) {
    const DownstreamOffset at = *partition.last_sync;
    if (begins) {
      partition.beginning = u;
      SendAhead(&partition, {source, u, d});
    }
    if (!begins || at != d) MakeDue(&partition, {source, u + (at - d), at});
    partition.delayed.reset();
    if (at == last_d) return;
  }
  if (!partition.delayed.has_value()) delayed_.push_back(&partition);
  partition.delayed = OffsetSync{source, partition.last_u, last_d};
}

void OffsetSyncEmitter::MakeDue(Partition* partition, OffsetSync sync) {
  Queue(partition);
  // A newer sync takes the place of an unsent one.
  partition->due = std::move(sync);
}

void OffsetSyncEmitter::SendAhead(Partition* partition, OffsetSync sync) {
  Queue(partition);
  partition->ahead = std::move(sync);
}

void OffsetSyncEmitter::Queue(Partition* partition) {
  if (partition->ahead.has_value() || partition->due.has_value()) return;
  due_.push_back(partition);
}

void OffsetSyncEmitter::Promote() {
  for (Partition* partition : std::exchange(delayed_, {})) {
    if (!partition->delayed.has_value()) continue;
    MakeDue(partition, *std::exchange(partition->delayed, std::nullopt));
  }
}

std::vector<OffsetSync> OffsetSyncEmitter::Take(size_t limit) {
  std::vector<OffsetSync> taken;
  while (!due_.empty() && taken.size() < limit) {
    Partition* const partition = due_.front();
    std::optional<OffsetSync>& next =
        partition->ahead.has_value() ? partition->ahead : partition->due;
    taken.push_back(*std::exchange(next, std::nullopt));
    if (!partition->due.has_value()) due_.pop_front();
  }
  return taken;
}

void OffsetSyncEmitter::Forget(const TopicPartition& source) {
  const auto partition = partitions_.find(source);
  if (partition == partitions_.end()) return;
  for (std::deque<Partition*>* queue : {&due_, &delayed_}) {
    queue->erase(std::remove(queue->begin(), queue->end(), &partition->second),
                 queue->end());
  }
  partitions_.erase(partition);
}

void OffsetSyncEmitter::GiveBack(const std::vector<OffsetSync>& taken) {
  // The newest of a partition first, so that the oldest is what is ahead.
  for (auto sync = taken.rbegin(); sync != taken.rend(); ++sync) {
    Partition& partition = partitions_[sync->topic_partition];
    if (partition.due.has_value() || sync->upstream == partition.beginning) {
      SendAhead(&partition, *sync);
    } else {
      MakeDue(&partition, *sync);
    }
  }
}

}  // namespace mirror::internal
