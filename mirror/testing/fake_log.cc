// SPDX-License-Identifier: Apache-2.0

#include "mirror/testing/fake_log.h"

#include <algorithm>
#include <iterator>

namespace mirror::internal {

int64_t FakeLog::stable_end() const {
  int64_t stable = end_;
  for (const auto& [transaction, first] : open_) {
    stable = std::min(stable, std::max(first, start_));
  }
  return stable;
}

int64_t FakeLog::Append(Record record, bool aborted, int64_t transaction) {
  record.offset = UpstreamOffset(end_);
  entries_.push_back({std::move(record), aborted, epoch(), transaction});
  if (transaction != 0) open_.emplace(transaction, end_);
  return end_++;
}

void FakeLog::EndTransaction(int64_t transaction, bool commit) {
  const auto it = open_.find(transaction);
  if (it != open_.end()) {
    for (size_t i = IndexFrom(it->second); i < entries_.size(); ++i) {
      if (entries_[i].transaction != transaction) continue;
      entries_[i].transaction = 0;
      entries_[i].aborted = !commit;
    }
    open_.erase(it);
  }
  Skip(1);
}

void FakeLog::TruncateTo(int64_t offset) {
  end_ = std::clamp(offset, start_, end_);
  entries_.resize(IndexFrom(end_));
  truncations_.push_back(end_);
  for (auto it = open_.begin(); it != open_.end();) {
    it = it->second >= end_ ? open_.erase(it) : std::next(it);
  }
}

void FakeLog::DeleteBefore(int64_t offset) {
  start_ = std::clamp(offset, start_, end_);
  entries_.erase(entries_.begin(), entries_.begin() + IndexFrom(start_));
}

size_t FakeLog::IndexFrom(int64_t offset) const {
  const auto it =
      std::lower_bound(entries_.begin(), entries_.end(), offset,
                       [](const Entry& entry, int64_t wanted) {
                         return entry.record.offset.value() < wanted;
                       });
  return it - entries_.begin();
}

std::optional<int64_t> FakeLog::DivergedAt(size_t epoch,
                                           int64_t position) const {
  std::optional<int64_t> lowest;
  for (size_t i = epoch; i < truncations_.size(); ++i) {
    if (truncations_[i] >= lowest.value_or(position)) continue;
    lowest = truncations_[i];
  }
  return lowest;
}

}  // namespace mirror::internal
