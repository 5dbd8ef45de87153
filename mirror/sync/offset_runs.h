// SPDX-License-Identifier: Apache-2.0
//
// Which target offset every copied record of one partition got, as runs
// (upstream, downstream, length): a clean partition of any size is one run. The
// exact counterpart of MM2's 64 sampled syncs per partition.
//
//   OffsetRuns runs;
//   runs.Append(UpstreamOffset(0), DownstreamOffset(500), 1000);
//   runs.Translate(UpstreamOffset(7));  // exact 507

#ifndef MIRROR_SYNC_OFFSET_RUNS_H_
#define MIRROR_SYNC_OFFSET_RUNS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "mirror/model/offset.h"
#include "mirror/model/position.h"

namespace mirror::internal {

// `length` records with consecutive offsets on both sides. A value type.
struct OffsetRun {
  UpstreamOffset upstream;
  DownstreamOffset downstream;
  int64_t length = 0;
  // Source offsets right below `upstream` that the mirror passed and did not
  // copy (compacted away, transaction markers, filtered). At most 2^32-1 are
  // remembered.
  uint32_t skipped = 0;
  // Copies made after the previous run that no run tells: the mirror was killed
  // before they were indexed. At most 2^32-1 are remembered.
  uint32_t unindexed = 0;

  UpstreamOffset upstream_end() const { return upstream + length; }
  DownstreamOffset downstream_end() const { return downstream + length; }
  // Where the offsets that this run speaks for begin.
  UpstreamOffset start() const { return upstream - int64_t{skipped}; }

  friend bool operator==(const OffsetRun& a, const OffsetRun& b) {
    return a.upstream == b.upstream && a.downstream == b.downstream &&
           a.length == b.length && a.skipped == b.skipped &&
           a.unindexed == b.unindexed;
  }
};

// How many records of a partition may be in flight to the target at once. When
// the target rejects one, that many later ones may be there already; after a
// kill nothing says so.
inline constexpr int64_t kMaxRecordsInFlight = 10000;

// What copies the target may hold that the index does not tell when copying
// starts again.
enum class UnindexedCopies {
  kNone,      // exactly-once: copies and index are committed together
  kPossible,  // at-least-once: a kill loses the newest second of the index
};

// Purpose: one partition's runs, the questions they answer, and the care that
// restarts need. What an answer means:
//
//   A target position p is *safe* for source position u if every record at or
//   above u that was copied has a copy at or above p: who starts at p misses
//   nothing, even if the source is gone for good this very moment. The *true
//   position* of u is the largest safe p, which is the lowest place among the
//   newest copies of the records at or above u. No answer lies past it.
//
// The mirror writes in order, so the target offset is the clock: of two copies
// of a record the one with the higher target offset is the newer one. When a
// restart goes back to u0, the copies from u0 on are made again, and until the
// last of them is, the records not yet reached exist only in their old place.
// So answers for u >= u0 stay behind that old place (a lower bound), and jump
// to the new copies, exact again, when all are made (*catching up* is over).
//
// Invariants:
//   1. settled_ is ascending and free of overlap on both sides; so is
//      catching_up_, and all of it lies behind settled_ on the target.
//   2. catching_up_ is empty unless copying went back (or copies are missing
//      from the index) and has not passed all it had copied before.
//   3. Inside a run the answer is exact. Between two runs it is the first one's
//      end: exact if the second one says that nothing was copied in between
//      (`skipped`), else a lower bound. So forgetting a run, or never having
//      seen it, degrades answers and never falsifies them.
//   4. Answers are monotonic in the position asked for.
//   5. What runs say does not depend on the order in which they are applied,
//      nor on repetition (save thinning).
//
// Thread safety: not thread-safe; see OffsetSyncStore.
class OffsetRuns {
 public:
  // For a source log whose end is not known.
  static constexpr UpstreamOffset kNoEnd{std::numeric_limits<int64_t>::max()};

  // A run takes 32 bytes. With over `max_runs` (at least 4) the oldest half
  // loses every other run: answers there degrade to lower bounds.
  explicit OffsetRuns(size_t max_runs = 32768)
      : max_runs_(max_runs < 4 ? 4 : max_runs) {}

  // Copying of this partition begins at source position `u`, `first_ever`: the
  // target holds nothing and ends at `d`, so positions before the first run are
  // known, too. Else the target may hold copies from `d` on that are not
  // indexed; Resume() must follow. Ignored if runs are known already.
  void Begin(UpstreamOffset u, DownstreamOffset d, bool first_ever = true);

  // Copying starts again at source position `u`, after the runs known so far.
  void Resume(UpstreamOffset u, UnindexedCopies unindexed);

  // Records u .. u+count-1 became d .. d+count-1 (count >= 1). Offsets that
  // were jumped over since the last Append (or Resume, or Begin) were not
  // copied. False, and nothing is changed, if `d` lies before what was written
  // last: the target's log was replaced, and Clear() must come first. No copy
  // that the index does not tell is of a record at or above `source_end`.
  bool Append(UpstreamOffset u, DownstreamOffset d, int64_t count,
              UpstreamOffset source_end = kNoEnd) {
    if (!lengthens_ || u != passed_ || d != next_downstream_) {
      return AppendSlow(u, d, count, source_end);
    }
    settled_.back().length += count;
    passed_ += count;
    next_downstream_ += count;
    return true;
  }

  // All records below `u` are copied or need no copy: behind the newest run the
  // source has only what no reader sees (markers of transactions, aborted
  // records). Kept as a run of length 0, which the next Append takes over. Ends
  // catching up, if all that could be made again lies below.
  void Pass(UpstreamOffset u);

  // Runs from the index topic; any order, any repetition. Runs that contradict
  // what is known are ignored.
  void Apply(absl::Span<const OffsetRun> runs);

  // A single sampled copy, as MM2 tells them: what follows it is a lower bound.
  // False, and nothing is changed, if it says that the target's log was
  // replaced (source continues, target went back).
  bool ApplySync(UpstreamOffset u, DownstreamOffset d);

  // Nothing was ever copied below `u` (see Begin).
  void ApplyBegin(UpstreamOffset u) {
    began_at_ = std::min(u, began_at_.value_or(u));
  }

  // Forgets runs of which every record lies below `log_start`, the first offset
  // the source still has.
  void DropBelow(UpstreamOffset log_start);

  // Forgets the runs that lie within [begin, end) of the target.
  void Erase(DownstreamOffset begin, DownstreamOffset end);

  void Clear();

  Translation Translate(UpstreamOffset u) const;
  BackTranslation TranslateBack(DownstreamOffset d) const;

  // The runs that start at or after `from` on the target, in the order they
  // were written.
  std::vector<OffsetRun> RunsFrom(DownstreamOffset from) const;
  // Whether nothing was copied below the oldest run known.
  bool begin_known() const {
    return began_at_ && !settled_.empty() &&
           settled_.front().start() <= *began_at_;
  }
  bool empty() const { return settled_.empty(); }
  // The run that is written now; nullopt if there is none, or while catching
  // up.
  std::optional<OffsetRun> newest_settled() const {
    return empty() || catching_up() ? std::nullopt
                                    : std::make_optional(settled_.back());
  }
  size_t size() const { return settled_.size() + catching_up_.size(); }
  bool catching_up() const { return !catching_up_.empty(); }
  // Runs forgotten for lack of memory.
  int64_t thinned() const { return thinned_; }
  // Where the oldest run starts and the newest ends on the target; 0 if empty.
  DownstreamOffset downstream_begin() const {
    return empty() ? DownstreamOffset() : settled_.front().downstream;
  }
  DownstreamOffset downstream_end() const { return next_downstream_; }
  UpstreamOffset upstream_end() const { return next_upstream(); }

 private:
  using Runs = std::vector<OffsetRun>;

  bool AppendSlow(UpstreamOffset u, DownstreamOffset d, int64_t count,
                  UpstreamOffset source_end);
  // Adds a run that lies at or behind next_downstream_.
  void Add(OffsetRun run);
  void AddCatchingUp(OffsetRun run);
  // For a run that replaces others while catching up: the unindexed copies
  // that it and those tell of.
  uint32_t UnindexedBefore(const OffsetRun& run) const;
  // How many records of the run lie past the settled ones.
  int64_t CountRecopied(const OffsetRun& run) const;
  void SettleIfCaughtUp();
  void Settle();
  // Takes over what a later version of a run knows about unindexed copies.
  void UpdateCatchingUp(const OffsetRun& run);
  // Applies what needs no re-ordering; false if the run does.
  bool ApplyInOrder(const OffsetRun& run);
  bool IsKnownOrSuperseded(OffsetRun run) const;
  void ApplyOutOfOrder(const Runs& late);
  void ThinIfOverCap();
  // Re-derives what is cached, after a change of the newest run or of passed_.
  void Refresh();
  const OffsetRun* newest() const;
  UpstreamOffset next_upstream() const;

  size_t max_runs_;
  Runs settled_;
  Runs catching_up_;
  // While catching up: how many records past the settled ones must be copied
  // until none of them has its only copy unindexed, and how many have been.
  int64_t needed_ = 0;
  int64_t recopied_ = 0;
  // No record at or above it has a copy that is not indexed.
  UpstreamOffset unindexed_end_;
  std::optional<UpstreamOffset> began_at_;
  // Up to where the mirror that appends has passed; negative if the newest run
  // is not its own.
  UpstreamOffset passed_{-1};
  // Set by Resume for the next Append.
  bool expect_unindexed_ = false;
  int64_t thinned_ = 0;
  // Cached: the end of the newest run on the target, and whether what follows
  // it on both sides may simply lengthen it.
  DownstreamOffset next_downstream_;
  bool lengthens_ = false;
};

}  // namespace mirror::internal

#endif  // MIRROR_SYNC_OFFSET_RUNS_H_
