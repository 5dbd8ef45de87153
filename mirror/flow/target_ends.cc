// SPDX-License-Identifier: Apache-2.0

#include "mirror/flow/target_ends.h"

#include "mirror/model/offset.h"
#include "mirror/model/topic_partition.h"
#include "mirror/replication/partition_event.h"

namespace mirror::internal {
namespace {

// Of one turn: some 10 ms.
constexpr size_t kEndsPerTurn = 1000;

}  // namespace

void TargetEnds::Check() {
  if (waiting_.empty() && clock_->Now() >= next_) {
    next_ = clock_->Now() + interval_;
    for (CopyLoop* loop : loops_) {
      for (CopyLoop::TargetEnd& end : loop->TargetEnds()) {
        waiting_.emplace_back(loop, std::move(end));
      }
    }
  }
  std::vector<std::pair<CopyLoop*, CopyLoop::TargetEnd>> turn;
  std::vector<TopicPartition> targets;
  while (!waiting_.empty() && turn.size() < kEndsPerTurn) {
    targets.push_back(waiting_.front().second.target);
    turn.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  const auto ends = target_->ListOffsets(targets, OffsetSpec::kLogEnd);
  for (size_t i = 0; i < turn.size(); ++i) {
    if (!ends[i].ok()) continue;
    const CopyLoop::TargetEnd& asked = turn[i].second;
    turn[i].first->Handle(
        asked.source,
        event::TargetEndSeen{asked.end, DownstreamOffset(*ends[i])});
  }
}

}  // namespace mirror::internal
