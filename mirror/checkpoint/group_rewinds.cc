// SPDX-License-Identifier: Apache-2.0

#include "mirror/checkpoint/group_rewinds.h"

#include <algorithm>
#include <iterator>

namespace mirror::internal {

void GroupRewinds::OnCheckpoint(const Checkpoint& last, const Checkpoint& next,
                                bool exact) {
  const TopicPartition& tp = next.topic_partition;
  const bool went_back = next.upstream < last.upstream;
  if (went_back && exact && next.downstream < last.downstream) {
    DownstreamOffset& from =
        by_group_[next.group].try_emplace(tp, last.downstream).first->second;
    from = std::max(from, last.downstream);
    return;
  }
  const auto group = by_group_.find(next.group);
  if (group == by_group_.end()) return;
  const auto rewind = group->second.find(tp);
  if (rewind == group->second.end()) return;
  if (went_back || next.downstream >= rewind->second) Followed(next.group, tp);
}

void GroupRewinds::Followed(const std::string& group,
                            const TopicPartition& tp) {
  const auto it = by_group_.find(group);
  if (it == by_group_.end()) return;
  it->second.erase(tp);
  if (it->second.empty()) by_group_.erase(it);
}

void GroupRewinds::ForgetAllBut(
    absl::FunctionRef<bool(const TopicPartition&)> kept) {
  for (auto group = by_group_.begin(); group != by_group_.end();) {
    RewoundFrom& partitions = group->second;
    for (auto it = partitions.begin(); it != partitions.end();) {
      it = kept(it->first) ? std::next(it) : partitions.erase(it);
    }
    group = partitions.empty() ? by_group_.erase(group) : std::next(group);
  }
}

RewoundFrom GroupRewinds::Of(const std::string& group) const {
  const auto it = by_group_.find(group);
  return it == by_group_.end() ? RewoundFrom() : it->second;
}

}  // namespace mirror::internal
