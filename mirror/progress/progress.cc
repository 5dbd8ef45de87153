// SPDX-License-Identifier: Apache-2.0

#include "mirror/progress/progress.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"

namespace mirror::internal {

absl::Status Progress::Sent(UpstreamOffset first, UpstreamOffset last,
                            int64_t count) {
  const int64_t span = last - first + 1;
  if (count < 1 || count > span) {
    return absl::InvalidArgumentError(
        absl::StrCat("a batch cannot have ", count, " records from offset ",
                     first.value(), " to ", last.value()));
  }
  if (last_seen_.has_value() && first <= *last_seen_) {
    return absl::InvalidArgumentError(
        absl::StrCat("offset ", first.value(), " was sent after offset ",
                     last_seen_->value(), "; Reset() before a rewind"));
  }
  const bool dense = count == span;
  const bool extends = dense && last_was_dense_ && !pending_.empty() &&
                       std::prev(pending_.end())->second.last + 1 == first;
  if (extends) {
    std::prev(pending_.end())->second.last = last;
  } else {
    pending_.emplace_hint(pending_.end(), first, Range{last, last_seen_});
  }
  if (!dense) {
    sparse_.emplace_hint(sparse_.end(), first, SparseBatch{last, count});
  }
  last_was_dense_ = dense;
  last_seen_ = last;
  return absl::OkStatus();
}

void Progress::Dropped(UpstreamOffset last) {
  if (!last_seen_.has_value() || last > *last_seen_) last_seen_ = last;
}

void Progress::Acked(UpstreamOffset first, int64_t count) {
  const UpstreamOffset last = first + (count - 1);
  auto range = pending_.upper_bound(first);
  if (range != pending_.begin() && std::prev(range)->second.last >= first) {
    --range;
  }
  while (range != pending_.end() && range->first <= last) {
    const UpstreamOffset from = std::max(range->first, first);
    const UpstreamOffset to = std::min(range->second.last, last);
    range = Cut(range, from, to);
    const auto batch = SparseBatchAt(from);
    if (batch == sparse_.end()) continue;
    batch->second.unacked -= to - from + 1;
    if (batch->second.unacked > 0) continue;
    // All its records are acked, so what is left of it is gaps.
    range = pending_.erase(pending_.lower_bound(batch->first),
                           pending_.upper_bound(batch->second.last));
    sparse_.erase(batch);
  }
}

std::optional<UpstreamOffset> Progress::Committable() const {
  return pending_.empty() ? last_seen_ : pending_.begin()->second.previous;
}

Progress::Ranges::iterator Progress::Cut(Ranges::iterator range,
                                         UpstreamOffset first,
                                         UpstreamOffset last) {
  const UpstreamOffset range_last = range->second.last;
  const auto next = std::next(range);
  if (range->first < first) {
    range->second.last = first - 1;
    if (last == range_last) return next;
    return pending_.emplace_hint(next, last + 1, Range{range_last, last});
  }
  if (last == range_last) return pending_.erase(range);
  auto node = pending_.extract(range);
  node.key() = last + 1;
  node.mapped().previous = last;
  return pending_.insert(next, std::move(node));
}

Progress::SparseBatches::iterator Progress::SparseBatchAt(
    UpstreamOffset offset) {
  auto batch = sparse_.upper_bound(offset);
  if (batch == sparse_.begin()) return sparse_.end();
  --batch;
  return batch->second.last >= offset ? batch : sparse_.end();
}

}  // namespace mirror::internal
