// SPDX-License-Identifier: Apache-2.0
//
// What happened to the copies of one partition. It knows where the target's log
// should end, notices by acknowledgements and by the log's end that copies are
// gone or that others write there, and says what on.target.change wants done.
// MM2 never looks back at what it wrote.
//
//   if (auto change = guard.OnCopied(ack.base, ack.count, first_of_run)) ...
//   if (auto change = guard.CheckEnd(expected, end)) ...
//   const auto lost = guard.LostCopies(*change, last_copied);
//   switch (guard.Decide(*change, now)) ...

#ifndef MIRROR_REPLICATION_TARGET_GUARD_H_
#define MIRROR_REPLICATION_TARGET_GUARD_H_

#include <cstdint>
#include <optional>

#include "absl/time/time.h"
#include "mirror/model/offset.h"
#include "mirror/model/topic_partition.h"
#include "mirror/replication/copy_index.h"
#include "mirror/replication/partition_options.h"
#include "mirror/replication/target_change.h"
#include "mirror/sync/offset_sync_store.h"
#include "mirror/sync/skipped_range.h"

namespace mirror::internal {

// Thread safety: thread-compatible.
// Lifetime: what the constructor takes must outlive it.
class TargetGuard {
 public:
  enum class Decision {
    kNothing,   // reported before
    kWarn,      // others wrote, perhaps only once: report it and continue
    kStop,      // an operator decides
    kContinue,  // report it and continue with the next record
    kReseed,    // copy the source from its start again
  };

  TargetGuard(const PartitionPlan* plan, const PartitionOptions* options,
              CopyIndex* index);

  // Where the log ends by our copies; nullopt while that is not certain.
  const std::optional<DownstreamOffset>& end() const { return end_; }
  // Copies may land, or have landed, that are not counted here.
  void ForgetEnd() { end_.reset(); }
  // It was seen to end there, with nothing in flight.
  void NoteEnd(DownstreamOffset end) { end_ = end; }

  // Copies base, base+1, ... are acknowledged. Returns what that says of the
  // log, if it is not as our copies left it. `first_of_run`: no copy of this
  // run was acknowledged before, so the index says where the log should end.
  std::optional<TargetChange> OnCopied(DownstreamOffset base, int64_t count,
                                       bool first_of_run);
  // The log ends at `end`, where it should end at `expected`.
  std::optional<TargetChange> CheckEnd(DownstreamOffset expected,
                                       DownstreamOffset end) const;

  // The source records whose copies are gone by `change`, if it took any.
  // `last_copied`: the last source offset that was copied, if any was.
  std::optional<SkippedRange> LostCopies(
      const TargetChange& change,
      std::optional<UpstreamOffset> last_copied) const;
  // What to do about a change.
  Decision Decide(const TargetChange& change, absl::Time now);

  // What the target held when the partition was added; nullopt if unknown, or
  // if that is gone.
  const std::optional<TargetLog>& log() const { return log_; }
  // The copies that were there are gone.
  void OnCopiesForgotten() { log_.reset(); }

 private:
  // Whether others who write now have been doing so for a while.
  bool OthersKeepWriting(absl::Time now);

  const PartitionPlan* const plan_;
  const PartitionOptions* const options_;
  CopyIndex* const index_;
  std::optional<TargetLog> log_;
  std::optional<DownstreamOffset> end_;
  // Everything is copied again, so the index describes copies that are already
  // accounted for.
  bool index_is_void_;
  // When others began to write, and when they last did.
  absl::Time foreign_since_ = absl::InfinitePast();
  absl::Time foreign_last_ = absl::InfinitePast();
};

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_TARGET_GUARD_H_
