// SPDX-License-Identifier: Apache-2.0
//
// Finds the record that a target rejects. A broker rejects a batch as a whole;
// so what was rejected is sent again in smaller and smaller pieces, one in
// flight at a time, until one record was sent alone: only that one is at fault.
// Sizes that a topic rejects are remembered, so that batches fit from then on.
//
//   isolation.OnBatchRejected(first, last, count, /*too_large=*/false);
//   while (isolation.active()) ... send isolation.max_records() records alone
//   isolation.OnPieceRejected(...) or isolation.OnPieceAccepted(...)

#ifndef MIRROR_REPLICATION_RECORD_ISOLATION_H_
#define MIRROR_REPLICATION_RECORD_ISOLATION_H_

#include <cstdint>
#include <limits>
#include <optional>
#include <set>

#include "mirror/model/offset.h"

namespace mirror::internal {

// Thread safety: thread-compatible.
class RecordIsolation {
 public:
  // Whether records go out in pieces, each when the one before is answered.
  bool active() const { return range_.has_value() || pieces_left_ > 0; }
  // How many records, and how many bytes of several, a piece may have.
  int64_t max_records() const { return max_records_; }
  int64_t max_bytes() const { return max_bytes_; }
  // Whether the record is to be sent alone: it was rejected before, or the
  // cluster named it.
  bool IsSuspect(UpstreamOffset offset) const {
    return suspects_.count(offset) > 0;
  }
  bool HasSuspects(UpstreamOffset first, UpstreamOffset last) const {
    const auto it = suspects_.lower_bound(first);
    return it != suspects_.end() && *it <= last;
  }

  // These were rejected in a batch, with others behind them in flight.
  void OnBatchRejected(UpstreamOffset first, UpstreamOffset last,
                       bool too_large);
  // A piece of several records was rejected, of this size together.
  void OnPieceRejected(UpstreamOffset first, UpstreamOffset last,
                       int64_t records, int64_t bytes, bool too_large);
  void OnPieceAccepted(UpstreamOffset last);
  // The record was sent alone and rejected, or the cluster named it.
  void Suspect(UpstreamOffset offset) { suspects_.insert(offset); }
  // What becomes of records up to this one is settled.
  void Settled(UpstreamOffset through);

  // The limits have changed, so sizes are found out again.
  void ForgetSizes() { max_bytes_ = kAnySize; }
  // Other records come next.
  void Clear() { *this = RecordIsolation(); }

 private:
  static constexpr int64_t kAnySize = std::numeric_limits<int64_t>::max();

  // The record is among these.
  struct Range {
    UpstreamOffset first;
    UpstreamOffset last;
  };
  void Widen(UpstreamOffset first, UpstreamOffset last);

  std::optional<Range> range_;
  int64_t max_records_ = 1;
  int64_t max_bytes_ = kAnySize;
  // That must be accepted before others may be in flight behind a record.
  int64_t pieces_left_ = 0;
  int64_t next_pieces_ = 1;
  std::set<UpstreamOffset> suspects_;
};

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_RECORD_ISOLATION_H_
