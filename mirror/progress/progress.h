// SPDX-License-Identifier: Apache-2.0
//
// How far one source partition is safely copied: the acked prefix, which MM2
// (Kafka Connect's SubmittedRecords) tracks record by record and we by ranges.
//
//   Progress progress;
//   progress.Sent(UpstreamOffset(10), UpstreamOffset(19), 10);
//   progress.Acked(UpstreamOffset(15), 5);
//   progress.Committable();  // nullopt: 10..14 are still in flight
//   progress.Acked(UpstreamOffset(10), 5);
//   progress.Committable();  // 19

#ifndef MIRROR_PROGRESS_PROGRESS_H_
#define MIRROR_PROGRESS_PROGRESS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

#include "absl/status/status.h"
#include "mirror/model/offset.h"

namespace mirror::internal {

// Purpose: from what was sent, dropped and acknowledged, tells up to where
// every record has reached the target or was not meant to.
// Thread safety: thread-compatible.
// Errors: none, but for records sent out of order.
//
// Memory grows with the number of ranges in flight, not with records or lag.
class Progress {
 public:
  // A batch of `count` records with offsets from `first` to `last` was sent,
  // all after whatever was sent or dropped before. InvalidArgument, and no
  // change, if they are not, or `count` cannot be: Reset() comes before a
  // rewind.
  absl::Status Sent(UpstreamOffset first, UpstreamOffset last, int64_t count);

  // All records up to `last` that were not sent need no copy (filtered).
  void Dropped(UpstreamOffset last);

  // `count` records with consecutive offsets from `first` on have reached the
  // target, in any order and grouping. Offsets not in flight are ignored, so a
  // late repetition does no harm.
  void Acked(UpstreamOffset first, int64_t count);

  // The last record of the acked prefix; never moves back until Reset().
  // nullopt: no record is known to be done. In a batch with offset gaps it may
  // stay short of the last acked record until the whole batch is acked.
  std::optional<UpstreamOffset> Committable() const;

  // Whether nothing is in flight.
  bool idle() const { return pending_.empty(); }
  // For tests and metrics: what the memory used is proportional to.
  size_t ranges_in_flight() const { return pending_.size(); }

  // Forgets everything, as before a rewind.
  void Reset() { *this = Progress(); }

 private:
  // Offsets in flight, from the map's key to `last`.
  struct Range {
    UpstreamOffset last;
    // The last offset before the range that was sent or dropped: what is
    // committable once this range is the first that is not done.
    std::optional<UpstreamOffset> previous;
  };
  // A batch with gaps, by first offset: when its records are counted off, what
  // is left of its range is gaps.
  struct SparseBatch {
    UpstreamOffset last;
    int64_t unacked = 0;
  };
  using Ranges = std::map<UpstreamOffset, Range>;
  using SparseBatches = std::map<UpstreamOffset, SparseBatch>;

  // Takes first..last, which lies inside `range`, off it; returns what follows,
  // which may be the rest of it.
  Ranges::iterator Cut(Ranges::iterator range, UpstreamOffset first,
                       UpstreamOffset last);
  SparseBatches::iterator SparseBatchAt(UpstreamOffset offset);

  // Invariants: ranges are disjoint and in order; every offset in flight is in
  // exactly one, and no range spans two batches one of which is sparse.
  Ranges pending_;
  SparseBatches sparse_;
  std::optional<UpstreamOffset> last_seen_;  // sent or dropped
  bool last_was_dense_ = false;
};

}  // namespace mirror::internal

#endif  // MIRROR_PROGRESS_PROGRESS_H_
