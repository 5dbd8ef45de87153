// SPDX-License-Identifier: Apache-2.0
//
// In which leader epochs (KIP-320) the records of a partition were taken by the
// source's broker. A position is only checked against a truncated log if the
// epoch of the record before it goes with it, exactly: a lower one raises false
// alarms.

#ifndef MIRROR_REPLICATION_EPOCH_HISTORY_H_
#define MIRROR_REPLICATION_EPOCH_HISTORY_H_

#include <cstdint>
#include <deque>

#include "mirror/model/offset.h"

namespace mirror::internal {

// Thread safety: thread-compatible. Memory grows with the number of epochs
// since the offset of the last Forget().
class EpochHistory {
 public:
  // Records from `first` on are of `epoch`; -1: unknown. What was noted at or
  // above `first` is void.
  void Note(UpstreamOffset first, int32_t epoch) {
    while (!spans_.empty() && spans_.back().first >= first) spans_.pop_back();
    if (spans_.empty() || spans_.back().epoch != epoch) {
      spans_.push_back({first, epoch});
    }
  }

  // Of the last record before `offset`; -1 if unknown.
  int32_t Before(UpstreamOffset offset) const {
    for (auto span = spans_.rbegin(); span != spans_.rend(); ++span) {
      if (span->first < offset) return span->epoch;
    }
    return -1;
  }

  // Offsets at or below `offset` are not asked for any more.
  void Forget(UpstreamOffset offset) {
    while (spans_.size() > 1 && spans_[1].first <= offset) spans_.pop_front();
  }

  void Clear() { spans_.clear(); }

 private:
  struct Span {
    UpstreamOffset first;
    int32_t epoch;
  };
  std::deque<Span> spans_;  // ascending
};

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_EPOCH_HISTORY_H_
