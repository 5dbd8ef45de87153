// SPDX-License-Identifier: Apache-2.0
//
// Which segments of one partition the index topic holds, and which records must
// be written to bring it up to date. A clean partition rewrites one record.
//
//   SegmentLedger ledger;
//   SegmentLedger::Plan plan = ledger.PlanFlush(runs, rewrite, next);
//   ... write plan.writes and plan.tombstones, then ...
//   ledger.Commit(plan);

#ifndef MIRROR_SYNC_SEGMENT_LEDGER_H_
#define MIRROR_SYNC_SEGMENT_LEDGER_H_

#include <cstddef>
#include <optional>
#include <tuple>
#include <vector>

#include "mirror/model/offset.h"
#include "mirror/sync/offset_runs.h"

namespace mirror::internal {

// Purpose: cuts runs into segments. The newest segment is open: it is rewritten
// under its key as it grows, until it holds kRunsPerSegment runs; then it is
// closed and the next one opened. A plan changes nothing until it is committed,
// so a failed write or an aborted transaction is simply planned again.
//
// Invariants:
//   1. segments_ ascends on the target; the last one is open.
//   2. A segment holds the runs that start at or after its `first` and before
//      the next one's. It may have more than its key tells: after a restart
//      that went back, the copies made again, with lower source offsets.
//   3. No two live segments have one key.
//
// Thread safety: not thread-safe; see OffsetSyncStore.
class SegmentLedger {
 public:
  static constexpr size_t kRunsPerSegment = 512;
  // Live segments of a partition; beyond, the older half loses every other one.
  // Answers between those that are left are lower bounds.
  static constexpr size_t kMaxSegments = 256;

  struct Segment {
    UpstreamOffset key;
    DownstreamOffset first;
    DownstreamOffset end;
    bool has_runs = true;
  };
  struct Write {
    UpstreamOffset key;
    std::vector<OffsetRun> runs;
    bool began_here = false;
  };
  // What makes a flush due when it changes: where the newest run ends, whether
  // it catches up, and where it starts.
  using End = std::tuple<UpstreamOffset, DownstreamOffset, bool, UpstreamOffset,
                         DownstreamOffset>;
  struct Plan {
    std::vector<UpstreamOffset> tombstones;
    std::vector<Write> writes;
    bool empty() const { return tombstones.empty() && writes.empty(); }

   private:
    friend class SegmentLedger;
    void ThinIfOverCap();
    void DropRewrittenTombstones();
    std::vector<Segment> segments_;
    std::optional<End> flushed_;
  };

  // A segment was read from the topic. `runs` is what it holds.
  void OnRead(UpstreamOffset key, const std::vector<OffsetRun>& runs);
  // A tombstone was read: the segment that is gone, if it was known.
  std::optional<Segment> OnTombstone(UpstreamOffset key);
  // The topic was replaced: every live segment is void.
  void OnStartedOver();
  // Of all segments that the topic may hold, void ones too.
  std::vector<UpstreamOffset> Keys() const;

  // What to write so that the topic has `runs`; the open segment in any case if
  // `rewrite` (what is stored beside the runs has changed): one without runs if
  // there are none, and it is known that `next` is copied next.
  Plan PlanFlush(const OffsetRuns& runs, bool rewrite,
                 std::optional<UpstreamOffset> next) const;
  void Commit(const Plan& plan);
  // All that `runs` tells is in the topic: it was read from there.
  void SetFlushed(const OffsetRuns& runs) { flushed_ = EndOf(runs); }
  bool IsFlushed(const OffsetRuns& runs) const {
    return runs.empty() || flushed_ == EndOf(runs);
  }
  // Whether the topic has any run.
  bool HasRuns() const {
    return !segments_.empty() && segments_.back().has_runs;
  }
  // Whether all that the topic lacks of `runs` is that the newest run, whose
  // start it tells, has grown since.
  bool OnlyGrew(const OffsetRuns& runs) const;

 private:
  static End EndOf(const OffsetRuns& runs) {
    const OffsetRun newest = runs.newest_settled().value_or(OffsetRun());
    return {runs.upstream_end(), runs.downstream_end(), runs.catching_up(),
            newest.upstream, newest.downstream};
  }

  std::vector<Segment> segments_;
  // Keys of void segments that no tombstone was written for yet.
  std::vector<UpstreamOffset> void_keys_;
  // Where the newest run ended when the topic was last brought up to date.
  std::optional<End> flushed_;
};

}  // namespace mirror::internal

#endif  // MIRROR_SYNC_SEGMENT_LEDGER_H_
