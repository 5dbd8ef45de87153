// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/bounds_watch.h"

#include <algorithm>
#include <cstddef>

namespace mirror::internal {
namespace {

// Of one turn; 10,000 partitions all have had theirs within some minutes.
constexpr size_t kAtOnce = 100;

}  // namespace

void BoundsWatch::Look(
    absl::FunctionRef<std::optional<PartitionBounds>(const TopicPartition&)>
        bounds) {
  for (const TopicPartition& source : std::exchange(next_, {})) {
    if (const auto known = bounds(source)) found_.emplace_back(source, *known);
  }
}

void BoundsWatch::PlanNext(const std::map<TopicPartition, LoopEntry>& entries,
                           absl::Time now) {
  if (now - last_ < interval_) return;
  last_ = now;
  auto next = entries.upper_bound(cursor_);
  const size_t count = std::min(entries.size(), kAtOnce);
  for (size_t i = 0; i < count; ++i, ++next) {
    if (next == entries.end()) next = entries.begin();
    cursor_ = next->first;
    if (next->second.assigned) next_.push_back(cursor_);
  }
}

}  // namespace mirror::internal
