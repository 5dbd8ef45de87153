// SPDX-License-Identifier: Apache-2.0

#include "mirror/sync/segment_ledger.h"

#include <algorithm>
#include <utility>

#include "mirror/sync/index_segment.h"

namespace mirror::internal {
namespace {

using Segment = SegmentLedger::Segment;

std::vector<Segment>::iterator Find(std::vector<Segment>* segments,
                                    UpstreamOffset key) {
  return std::find_if(segments->begin(), segments->end(),
                      [key](const Segment& s) { return s.key == key; });
}

bool IsUsed(const std::vector<Segment>& segments, UpstreamOffset key) {
  return std::any_of(segments.begin(), segments.end(),
                     [key](const Segment& s) { return s.key == key; });
}

}  // namespace

void SegmentLedger::OnRead(UpstreamOffset key,
                           const std::vector<OffsetRun>& runs) {
  Segment segment;
  segment.key = key;
  segment.has_runs = !runs.empty();
  if (segment.has_runs) {
    segment.first = runs.front().downstream;
    segment.end = runs.back().downstream_end();
  }
  if (const auto known = Find(&segments_, key); known != segments_.end()) {
    // What was planned here may be ahead of what is read back.
    segment.first = std::min(segment.first, known->first);
    segment.end = std::max(segment.end, known->end);
    segment.has_runs |= known->has_runs;
    segments_.erase(known);
  }
  const auto after = std::find_if(
      segments_.begin(), segments_.end(),
      [&segment](const Segment& s) { return segment.first < s.first; });
  segments_.insert(after, segment);
}

std::optional<Segment> SegmentLedger::OnTombstone(UpstreamOffset key) {
  const auto known = Find(&segments_, key);
  if (known == segments_.end()) return std::nullopt;
  const Segment segment = *known;
  segments_.erase(known);
  return segment;
}

void SegmentLedger::OnStartedOver() {
  for (const Segment& segment : segments_) void_keys_.push_back(segment.key);
  segments_.clear();
  flushed_.reset();
}

std::vector<UpstreamOffset> SegmentLedger::Keys() const {
  std::vector<UpstreamOffset> keys = void_keys_;
  for (const Segment& segment : segments_) keys.push_back(segment.key);
  return keys;
}

bool SegmentLedger::OnlyGrew(const OffsetRuns& runs) const {
  if (!flushed_.has_value() || runs.catching_up() || !void_keys_.empty() ||
      IsFlushed(runs)) {
    return false;
  }
  // Segments that the source has outlived are due for tombstones.
  if (segments_.size() > 1 &&
      segments_.front().end <= runs.downstream_begin()) {
    return false;
  }
  const auto& [upstream, downstream, catching_up, run_upstream,
               run_downstream] = *flushed_;
  const OffsetRun run = runs.newest_settled().value_or(OffsetRun());
  return !catching_up && run.upstream == run_upstream &&
         run.downstream == run_downstream && run.length > 0;
}

SegmentLedger::Plan SegmentLedger::PlanFlush(
    const OffsetRuns& runs, bool rewrite,
    std::optional<UpstreamOffset> next) const {
  Plan plan;
  plan.flushed_ = flushed_;
  plan.tombstones = void_keys_;
  for (const Segment& segment : segments_) {
    const bool open = segment.key == segments_.back().key;
    if (!open && segment.end <= runs.downstream_begin()) {
      plan.tombstones.push_back(segment.key);
    } else {
      plan.segments_.push_back(segment);
    }
  }
  if (runs.empty() && rewrite && next.has_value()) {
    const UpstreamOffset key =
        plan.segments_.empty() ? *next : plan.segments_.back().key;
    plan.segments_ = {{key, DownstreamOffset(), DownstreamOffset(), false}};
    plan.writes.push_back({key, {}});
    plan.DropRewrittenTombstones();
    return plan;
  }
  if (IsFlushed(runs) && !(rewrite && !runs.empty())) return plan;

  DownstreamOffset from;
  std::optional<UpstreamOffset> open_key;
  if (!plan.segments_.empty()) {
    from = plan.segments_.back().first;
    open_key = plan.segments_.back().key;
    plan.segments_.pop_back();
  }
  const std::vector<OffsetRun> all = runs.RunsFrom(from);
  size_t begin = 0;
  while (begin < all.size()) {
    const UpstreamOffset key = open_key.value_or(all[begin].upstream);
    open_key.reset();
    const auto taken = [&](UpstreamOffset k) {
      return k == key || IsUsed(plan.segments_, k);
    };
    size_t end = std::min(begin + kRunsPerSegment, all.size());
    // The run at `end` will name the next segment.
    while (end < all.size() && end - begin < IndexSegment::kMaxRuns &&
           taken(all[end].upstream)) {
      ++end;
    }
    Write write{key, {all.begin() + begin, all.begin() + end}};
    write.began_here =
        runs.begin_known() && all[begin].downstream == runs.downstream_begin();
    plan.segments_.push_back(
        {key, all[begin].downstream, all[end - 1].downstream_end()});
    plan.writes.push_back(std::move(write));
    begin = end;
  }
  plan.flushed_ = EndOf(runs);
  plan.ThinIfOverCap();
  plan.DropRewrittenTombstones();
  return plan;
}

void SegmentLedger::Plan::DropRewrittenTombstones() {
  const auto rewritten = [this](UpstreamOffset k) {
    return IsUsed(segments_, k);
  };
  tombstones.erase(
      std::remove_if(tombstones.begin(), tombstones.end(), rewritten),
      tombstones.end());
}

void SegmentLedger::Plan::ThinIfOverCap() {
  if (segments_.size() <= kMaxSegments) return;
  // Never the first one, before which all would be unknown.
  size_t kept = 1;
  for (size_t i = 1; i < segments_.size(); ++i) {
    if (i < segments_.size() / 2 && i % 2 == 1) {
      tombstones.push_back(segments_[i].key);
    } else {
      segments_[kept++] = segments_[i];
    }
  }
  segments_.resize(kept);
  const auto thinned = [this](const Write& w) {
    return !IsUsed(segments_, w.key);
  };
  writes.erase(std::remove_if(writes.begin(), writes.end(), thinned),
               writes.end());
}

void SegmentLedger::Commit(const Plan& plan) {
  segments_ = plan.segments_;
  void_keys_.clear();
  flushed_ = plan.flushed_;
}

}  // namespace mirror::internal
