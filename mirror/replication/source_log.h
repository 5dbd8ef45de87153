// SPDX-License-Identifier: Apache-2.0
//
// How far one source partition is read, and where its log begins and ends, as
// far as known. What Kafka's consumer keeps in its SubscriptionState.

#ifndef MIRROR_REPLICATION_SOURCE_LOG_H_
#define MIRROR_REPLICATION_SOURCE_LOG_H_

#include <algorithm>
#include <cstdint>
#include <optional>

#include "mirror/cluster/record_batch.h"
#include "mirror/cluster/record_source.h"
#include "mirror/model/offset.h"
#include "mirror/replication/epoch_history.h"

namespace mirror::internal {

// Thread safety: thread-compatible.
class SourceLog {
 public:
  // The record that is read next.
  UpstreamOffset next() const { return next_; }
  // Of the last record before `offset`; -1 if unknown.
  int32_t EpochBefore(UpstreamOffset offset) const {
    return epochs_.Before(offset);
  }
  // Reading continues at `next`.
  void Seek(UpstreamOffset next) {
    next_ = next;
    reached_end_.reset();
  }
  // A record that was read must be read again.
  void SeekBack(UpstreamOffset next) { next_ = std::min(next_, next); }
  // The batch at next() is taken.
  void Take(const RecordBatch& batch) {
    Seek(batch.last_offset() + 1);
    epochs_.Note(batch.first_offset(), batch.leader_epoch());
  }
  // The source said that its log ends there, all records below were read, and
  // nothing was read since; nullopt: it did not.
  const std::optional<UpstreamOffset>& reached_end() const {
    return reached_end_;
  }
  void ReachEnd(UpstreamOffset end) {
    if (end >= next_) reached_end_ = end;
  }
  // Skips what lies before the end that was reached: no records.
  void PassEnd(UpstreamOffset end) {
    next_ = end;
    epochs_.Note(end - 1, -1);
  }

  void NoteEpoch(UpstreamOffset first, int32_t epoch) {
    epochs_.Note(first, epoch);
  }
  // The next record is not read next, but the one at `offset` is. If the log
  // was truncated between the two, it may be truncated again before that one is
  // read, and have grown beyond it. The epoch by which this truncation was
  // noticed shows the next one as well: none of the records below is of a later
  // epoch, and all that took the place of truncated ones are.
  void Jump(UpstreamOffset offset, bool truncated) {
    const int32_t epoch = truncated ? epochs_.Before(next_) : -1;
    epochs_.Clear();
    if (epoch >= 0 && offset.value() > 0) epochs_.Note(offset - 1, epoch);
  }
  // No position at or below it is asked for any more.
  void ForgetEpochsBelow(UpstreamOffset offset) { epochs_.Forget(offset); }

  const std::optional<PartitionBounds>& bounds() const { return bounds_; }
  void SetBounds(const PartitionBounds& bounds) { bounds_ = bounds; }
  void ForgetBounds() { bounds_.reset(); }
  // Records before `end` were delivered, taken or not.
  void NoteRead(UpstreamOffset end) {
    read_end_ = std::max(read_end_, end);
    if (bounds_.has_value()) bounds_->end = std::max(bounds_->end, read_end_);
  }
  // The log ends there.
  void NoteEnd(UpstreamOffset end) {
    if (!bounds_.has_value()) bounds_ = PartitionBounds{UpstreamOffset(0), end};
    bounds_->end = std::max(bounds_->end, end);
  }
  // No record at or above it was read, and none was known to exist; nullopt if
  // the log's end is unknown.
  std::optional<UpstreamOffset> KnownEnd() const {
    if (!bounds_.has_value()) return std::nullopt;
    return std::max(bounds_->end, read_end_);
  }
  // Records that are not read yet, as far as known.
  std::optional<int64_t> Lag() const {
    if (!bounds_.has_value()) return std::nullopt;
    const UpstreamOffset read = std::max(next_, reached_end_.value_or(next_));
    return std::max<int64_t>(bounds_->end - read, 0);
  }

 private:
  UpstreamOffset next_;
  std::optional<UpstreamOffset> reached_end_;
  std::optional<PartitionBounds> bounds_;
  UpstreamOffset read_end_;
  EpochHistory epochs_;
};

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_SOURCE_LOG_H_
