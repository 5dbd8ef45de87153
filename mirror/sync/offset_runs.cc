// SPDX-License-Identifier: Apache-2.0

#include "mirror/sync/offset_runs.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

namespace mirror::internal {
namespace {

using Runs = std::vector<OffsetRun>;

constexpr UpstreamOffset kUnknown(-1);

uint32_t Saturate(int64_t count) {
  constexpr int64_t kMax = std::numeric_limits<uint32_t>::max();
  return static_cast<uint32_t>(std::clamp<int64_t>(count, 0, kMax));
}

// The first run that starts after the offset.
Runs::const_iterator After(const Runs& runs, UpstreamOffset u) {
  return std::upper_bound(runs.begin(), runs.end(), u,
                          [](UpstreamOffset value, const OffsetRun& run) {
                            return value < run.upstream;
                          });
}
Runs::const_iterator After(const Runs& runs, DownstreamOffset d) {
  return std::upper_bound(runs.begin(), runs.end(), d,
                          [](DownstreamOffset value, const OffsetRun& run) {
                            return value < run.downstream;
                          });
}

// Whether nothing was copied between the two.
bool Joined(const OffsetRun& run, const OffsetRun& next) {
  return run.upstream_end() >= next.start();
}

bool SameDiagonal(const OffsetRun& a, const OffsetRun& b) {
  return a.upstream.value() - b.upstream.value() ==
         a.downstream.value() - b.downstream.value();
}

// Whether all that is known is the mark of a begin behind copies of another
// life.
bool MarksOthers(const Runs& runs, bool begin_known) {
  return runs.front().length == 0 && runs.size() == 1 && !begin_known;
}

// Translates over ascending runs, of which none is missing below the first if
// `begin_known`.
Translation Lookup(const Runs& runs, bool begin_known, UpstreamOffset u) {
  if (runs.empty()) return {};
  const auto next = After(runs, u);
  const bool first = next == runs.begin();
  if (first && !begin_known && u < next->start()) return {};
  if (MarksOthers(runs, begin_known)) {
    return {runs.front().downstream, Exactness::kLowerBound};
  }
  if (first) return {next->downstream, Exactness::kExact};
  const OffsetRun& run = *std::prev(next);
  const int64_t past = u - run.upstream;
  // At the very end every later copy is of a record at or above u.
  if (past <= run.length) return {run.downstream + past, Exactness::kExact};
  const bool exact = next != runs.end() && Joined(run, *next);
  return {run.downstream_end(),
          exact ? Exactness::kExact : Exactness::kLowerBound};
}

BackTranslation LookupBack(const Runs& runs, bool begin_known,
                           DownstreamOffset d) {
  if (runs.empty()) return {};
  const auto next = After(runs, d);
  if (next == runs.begin()) {
    if (!begin_known) return {};
    return {next->upstream, Exactness::kExact};
  }
  const OffsetRun& run = *std::prev(next);
  if (MarksOthers(runs, begin_known)) return {};
  const int64_t past = d - run.downstream;
  if (past <= run.length) return {run.upstream + past, Exactness::kExact};
  const bool exact = next != runs.end() && Joined(run, *next);
  return {run.upstream_end(),
          exact ? Exactness::kExact : Exactness::kLowerBound};
}

// Cuts off what `newer` copied again, which takes over what the first run it
// replaces knew about the offsets below.
void Supersede(Runs* runs, OffsetRun* newer) {
  const UpstreamOffset from = newer->start();
  UpstreamOffset start = from;
  while (!runs->empty() && runs->back().upstream >= from) {
    start = std::min(start, runs->back().start());
    runs->pop_back();
  }
  if (!runs->empty() && runs->back().upstream_end() > from) {
    runs->back().length = from - runs->back().upstream;
  }
  newer->skipped = Saturate(newer->upstream - start);
}

}  // namespace

void OffsetRuns::Begin(UpstreamOffset u, DownstreamOffset d, bool first_ever) {
  if (!empty()) return;
  if (first_ever) ApplyBegin(u);
  passed_ = u;
  Add({u, d, 0});
}

void OffsetRuns::Resume(UpstreamOffset u, UnindexedCopies unindexed) {
  passed_ = u;
  expect_unindexed_ = unindexed == UnindexedCopies::kPossible && !empty();
  Refresh();
}

bool OffsetRuns::AppendSlow(UpstreamOffset u, DownstreamOffset d, int64_t count,
                            UpstreamOffset source_end) {
  if (d < next_downstream_) return false;
  OffsetRun run{u, d, count};
  if (passed_ != kUnknown) run.skipped = Saturate(u - passed_);
  if (expect_unindexed_) run.unindexed = Saturate(d - next_downstream_);
  if (catching_up() && u < next_upstream()) {
    run.unindexed = UnindexedBefore(run);
  }
  if (run.unindexed > 0) {
    // They need not be of the next records. But copies made over and over are
    // still of no more records than there are.
    run.unindexed = Saturate(run.unindexed + kMaxRecordsInFlight);
    const UpstreamOffset from = std::max(u, settled_.back().upstream_end());
    run.unindexed = std::min(run.unindexed, Saturate(source_end - from));
  }
  passed_ = run.upstream_end();
  expect_unindexed_ = false;
  Add(run);
  // Copies that are not indexed were read from the source, too.
  if (catching_up() && source_end != kNoEnd) unindexed_end_ = source_end;
  return true;
}

void OffsetRuns::Pass(UpstreamOffset u) {
  // After a Resume() too: had anything been copied from there, it would have
  // been met again.
  if (empty() || passed_ == kUnknown) return;
  passed_ = std::max(passed_, u);
  const bool all_again =
      passed_ >= std::max(unindexed_end_, settled_.back().upstream_end());
  if (catching_up() && all_again) Settle();
  const UpstreamOffset end = next_upstream();
  if (!catching_up() && u > end) {
    Add({u, next_downstream_, 0, Saturate(u - end)});
  }
  Refresh();
}

void OffsetRuns::Add(OffsetRun run) {
  if (run.upstream >= next_upstream() && run.start() < next_upstream()) {
    run.skipped = Saturate(run.upstream - next_upstream());
  }
  // The mark of a begin or a pass has served once there is a run behind it.
  if (catching_up_.empty() && !empty() && settled_.back().length == 0 &&
      run.unindexed == 0 && run.start() <= settled_.back().upstream &&
      run.upstream >= settled_.back().upstream) {
    run.skipped = Saturate(run.upstream - settled_.back().start());
    settled_.pop_back();
  }
  if (empty()) {
    settled_.push_back(run);
    settled_.back().unindexed = 0;
  } else if (catching_up_.empty() && run.upstream == next_upstream() &&
             run.downstream == next_downstream_) {
    settled_.back().length += run.length;
  } else if (catching_up_.empty() && run.upstream >= next_upstream() &&
             run.unindexed == 0) {
    settled_.push_back(run);
  } else {
    AddCatchingUp(run);
    SettleIfCaughtUp();
  }
  ThinIfOverCap();
  Refresh();
}

void OffsetRuns::AddCatchingUp(OffsetRun run) {
  if (catching_up_.empty()) {
    needed_ = recopied_ = 0;
  } else if (run.upstream < next_upstream()) {
    Supersede(&catching_up_, &run);
    recopied_ = 0;
    for (const OffsetRun& r : catching_up_) recopied_ += CountRecopied(r);
  }
  if (run.unindexed > 0) {
    unindexed_end_ = kNoEnd;
    needed_ = std::max(needed_, recopied_ + run.unindexed);
  }
  recopied_ += CountRecopied(run);
  const bool lengthens = !catching_up_.empty() &&
                         run.upstream == catching_up_.back().upstream_end() &&
                         run.downstream == catching_up_.back().downstream_end();
  if (lengthens) {
    catching_up_.back().length += run.length;
  } else {
    catching_up_.push_back(run);
  }
}

uint32_t OffsetRuns::UnindexedBefore(const OffsetRun& run) const {
  int64_t kept = 0;
  int64_t all = 0;
  int64_t unindexed = 0;
  for (const OffsetRun& r : catching_up_) {
    if (r.upstream >= run.start() && r.unindexed > 0) {
      unindexed = std::max(unindexed, all - kept + r.unindexed);
    }
    all += CountRecopied(r);
    OffsetRun rest = r;
    rest.length = std::clamp<int64_t>(run.start() - r.upstream, 0, r.length);
    kept += CountRecopied(rest);
  }
  if (run.unindexed > 0) {
    unindexed = std::max(unindexed, all - kept + run.unindexed);
  }
  return Saturate(unindexed);
}

int64_t OffsetRuns::CountRecopied(const OffsetRun& run) const {
  const UpstreamOffset from =
      std::max(run.upstream, settled_.back().upstream_end());
  return std::max<int64_t>(run.upstream_end() - from, 0);
}

void OffsetRuns::SettleIfCaughtUp() {
  if (recopied_ < needed_ || next_upstream() < settled_.back().upstream_end()) {
    return;
  }
  Settle();
}

void OffsetRuns::Settle() {
  unindexed_end_ = UpstreamOffset();
  Supersede(&settled_, &catching_up_.front());
  for (OffsetRun& run : catching_up_) {
    run.unindexed = 0;
    settled_.push_back(run);
  }
  catching_up_.clear();
}

void OffsetRuns::Apply(absl::Span<const OffsetRun> runs) {
  Runs late;
  for (const OffsetRun& run : runs) {
    if (!ApplyInOrder(run)) late.push_back(run);
  }
  if (!late.empty()) ApplyOutOfOrder(late);
}

void OffsetRuns::UpdateCatchingUp(const OffsetRun& run) {
  const auto known = std::find_if(
      catching_up_.begin(), catching_up_.end(), [&run](const OffsetRun& r) {
        return r.upstream == run.upstream && r.downstream == run.downstream;
      });
  if (known == catching_up_.end() || known->unindexed <= run.unindexed) return;
  known->unindexed = run.unindexed;
  needed_ = recopied_ = 0;
  for (const OffsetRun& r : catching_up_) {
    if (r.unindexed > 0) needed_ = std::max(needed_, recopied_ + r.unindexed);
    recopied_ += CountRecopied(r);
  }
  SettleIfCaughtUp();
  Refresh();
}

bool OffsetRuns::ApplyInOrder(const OffsetRun& run) {
  UpdateCatchingUp(run);
  // A mark tells nothing once more is known.
  if (run.length == 0 && !empty() && run.upstream <= next_upstream()) {
    return true;
  }
  OffsetRun rest = run;
  const OffsetRun* const tail = newest();
  if (tail != nullptr && run.downstream < next_downstream_) {
    const bool lengthens = SameDiagonal(*tail, run) &&
                           run.upstream >= tail->upstream &&
                           run.upstream_end() > tail->upstream_end();
    if (!lengthens) return IsKnownOrSuperseded(run);
    rest = {tail->upstream_end(), tail->downstream_end(),
            run.upstream_end() - tail->upstream_end()};
  }
  if (rest.length > 0 || empty()) passed_ = kUnknown;
  Add(rest);
  return true;
}

bool OffsetRuns::IsKnownOrSuperseded(OffsetRun run) const {
  for (const Runs* runs : {&catching_up_, &settled_}) {
    const auto next = After(*runs, run.downstream);
    if (next == runs->begin()) continue;
    const OffsetRun& before = *std::prev(next);
    if (SameDiagonal(before, run) && run.upstream <= before.upstream_end()) {
      if (run.upstream_end() <= before.upstream_end()) return true;
      run = {before.upstream_end(), before.downstream_end(),
             run.upstream_end() - before.upstream_end()};
    }
    // Later copies went over all of it again.
    return runs == &settled_ && catching_up_.empty() && next != runs->end() &&
           next->start() <= run.start() &&
           run.downstream_end() <= next->downstream &&
           run.upstream_end() <= next_upstream();
  }
  return false;
}

void OffsetRuns::ApplyOutOfOrder(const Runs& late) {
  Runs all = RunsFrom(DownstreamOffset());
  all.insert(all.end(), late.begin(), late.end());
  std::sort(all.begin(), all.end(), [](const OffsetRun& a, const OffsetRun& b) {
    return std::make_pair(a.downstream, a.length) <
           std::make_pair(b.downstream, b.length);
  });
  const UpstreamOffset old_upstream = next_upstream();
  const DownstreamOffset old_downstream = next_downstream_;
  const UpstreamOffset old_passed = passed_;
  settled_.clear();
  catching_up_.clear();
  Refresh();
  for (const OffsetRun& run : all) ApplyInOrder(run);
  // A mirror that appends continues where it was.
  if (next_upstream() == old_upstream && next_downstream_ == old_downstream) {
    passed_ = old_passed;
    Refresh();
  }
}

bool OffsetRuns::ApplySync(UpstreamOffset u, DownstreamOffset d) {
  const OffsetRun sync{u, d, 1};
  if (empty() || d >= next_downstream_) {
    passed_ = kUnknown;
    Add(sync);
    return true;
  }
  if (IsKnownOrSuperseded(sync)) return true;
  if (u >= next_upstream()) return false;
  // An older sync: it counts only if it fits between what is known.
  const auto next = After(settled_, u);
  if (next == settled_.end() || next->downstream <= d || next->start() <= u ||
      (next == settled_.begin() && begin_known())) {
    return true;
  }
  if (next != settled_.begin() && (std::prev(next)->upstream_end() > u ||
                                   std::prev(next)->downstream_end() > d)) {
    return true;
  }
  settled_.insert(next, sync);
  ThinIfOverCap();
  return true;
}

void OffsetRuns::DropBelow(UpstreamOffset log_start) {
  const auto next = After(settled_, log_start);
  if (next == settled_.begin()) return;
  settled_.erase(settled_.begin(), std::prev(next));
}

void OffsetRuns::Erase(DownstreamOffset begin, DownstreamOffset end) {
  const auto within = [begin, end](const OffsetRun& run) {
    return run.downstream >= begin && run.downstream_end() <= end;
  };
  for (Runs* runs : {&settled_, &catching_up_}) {
    runs->erase(std::remove_if(runs->begin(), runs->end(), within),
                runs->end());
  }
  if (settled_.empty()) settled_.swap(catching_up_);
  Refresh();
}

void OffsetRuns::Clear() { *this = OffsetRuns(max_runs_); }

Translation OffsetRuns::Translate(UpstreamOffset u) const {
  if (catching_up_.empty() || u < catching_up_.front().start()) {
    return Lookup(settled_, begin_known(), u);
  }
  // Records from `reached` on have their newest copies in the old place.
  const UpstreamOffset reached = std::max(u, next_upstream());
  if (recopied_ >= needed_ && reached >= settled_.back().upstream_end()) {
    return {next_downstream_, Exactness::kLowerBound};
  }
  Translation old = Lookup(settled_, begin_known(), reached);
  if (old.known()) old.exactness = Exactness::kLowerBound;
  return old;
}

BackTranslation OffsetRuns::TranslateBack(DownstreamOffset d) const {
  if (catching_up_.empty()) return LookupBack(settled_, begin_known(), d);
  const bool old = d < catching_up_.front().downstream;
  // Of those that catch up nothing below the first is asked, and none marks
  // others: the settled ones are known.
  BackTranslation back =
      old ? LookupBack(settled_, begin_known(), d)
          : LookupBack(catching_up_, /*begin_known=*/true, d);
  // From the old place on, the reader meets the new copies too.
  const UpstreamOffset start = catching_up_.front().start();
  if (back.known() && (!old || back.offset > start)) {
    back.exactness = Exactness::kLowerBound;
    if (old) back.offset = start;
  }
  return back;
}

std::vector<OffsetRun> OffsetRuns::RunsFrom(DownstreamOffset from) const {
  Runs result;
  for (const Runs* runs : {&settled_, &catching_up_}) {
    const auto first =
        std::lower_bound(runs->begin(), runs->end(), from,
                         [](const OffsetRun& run, DownstreamOffset value) {
                           return run.downstream < value;
                         });
    result.insert(result.end(), first, runs->end());
  }
  return result;
}

void OffsetRuns::ThinIfOverCap() {
  if (size() <= max_runs_) return;
  Runs& runs = settled_.size() >= catching_up_.size() ? settled_ : catching_up_;
  // Never the first run (before it all is unknown), nor the newest ones.
  const size_t half = runs.size() / 2;
  size_t kept = 1;
  uint32_t unindexed = 0;  // of forgotten runs, handed to the next one
  for (size_t i = 1; i < runs.size(); ++i) {
    unindexed = std::max(unindexed, runs[i].unindexed);
    if (i < half && i % 2 == 1) continue;
    runs[kept] = runs[i];
    runs[kept++].unindexed = std::exchange(unindexed, 0);
  }
  thinned_ += static_cast<int64_t>(runs.size() - kept);
  runs.resize(kept);
}

void OffsetRuns::Refresh() {
  const OffsetRun* const run = newest();
  next_downstream_ =
      run == nullptr ? DownstreamOffset() : run->downstream_end();
  lengthens_ = run != nullptr && catching_up_.empty() && !expect_unindexed_ &&
               passed_ == run->upstream_end();
}

const OffsetRun* OffsetRuns::newest() const {
  if (!catching_up_.empty()) return &catching_up_.back();
  return settled_.empty() ? nullptr : &settled_.back();
}

UpstreamOffset OffsetRuns::next_upstream() const {
  const OffsetRun* const run = newest();
  return run == nullptr ? UpstreamOffset() : run->upstream_end();
}

}  // namespace mirror::internal
