// SPDX-License-Identifier: Apache-2.0
//
// How far one partition is copied, and how much of that is stored on the
// target: its source offset, in Connect's words.

#ifndef MIRROR_REPLICATION_PARTITION_PROGRESS_H_
#define MIRROR_REPLICATION_PARTITION_PROGRESS_H_

#include <optional>

#include "mirror/model/offset.h"

namespace mirror::internal {

// Thread safety: thread-compatible.
class PartitionProgress {
 public:
  // `start`: the first record to copy, as stored; nullopt: nothing is stored.
  PartitionProgress(std::optional<UpstreamOffset> start, bool has_copies)
      : has_copies_(has_copies) {
    if (start.has_value()) committed_ = *start - 1;
  }

  // The last source offset of the prefix that is done with; nullopt if none is
  // yet, -1 if copying begins at the log's start. With has_copies() false it
  // only says where copying begins.
  const std::optional<UpstreamOffset>& done() const { return done_; }
  void SetDone(UpstreamOffset through) { done_ = through; }
  // All is copied again.
  void Restart() { done_ = UpstreamOffset(-1); }

  // Whether any copy was ever made, as far as is known.
  bool has_copies() const { return has_copies_; }
  void OnCopied() { has_copies_ = true; }
  // The last source offset of which a copy should be on the target.
  std::optional<UpstreamOffset> LastCopied() const {
    if (!has_copies_) return std::nullopt;
    const auto& last = done_.has_value() ? done_ : committed_;
    return last >= UpstreamOffset(0) ? last : std::nullopt;
  }

  const std::optional<UpstreamOffset>& committed() const { return committed_; }
  void OnCommitted(UpstreamOffset through) { committed_ = through; }
  // Whether a commit would store something.
  bool HasUncommitted() const {
    return done_.has_value() && (done_ != committed_ || starts_over_);
  }

  // All is copied again, of this source topic or of another one, and the stored
  // progress may still be the one from before. As long as it is, the stored
  // index must be, too: a restart finds out by it what happened.
  bool starts_over() const { return starts_over_; }
  void StartOver() { starts_over_ = true; }
  void OnStartStored() { starts_over_ = false; }
  // Whether the stored progress is ahead of what is copied.
  bool IsAhead() const { return starts_over_ && committed_ > done_; }

 private:
  std::optional<UpstreamOffset> done_;
  std::optional<UpstreamOffset> committed_;
  bool has_copies_;
  bool starts_over_ = false;
};

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_PARTITION_PROGRESS_H_
