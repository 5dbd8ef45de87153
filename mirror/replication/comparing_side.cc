// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/comparing_side.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "mirror/cluster/errors.h"
#include "mirror/sync/offset_runs.h"

namespace mirror::internal {

void ComparingSide::Begin(UpstreamOffset first) {
  const auto from = ReadFrom(first);
  const auto& end = core_->plan.target_end;
  if (!from.has_value() || (end.has_value() && *from >= *end)) {
    Start(first);
  } else {
    core_->state.AskTarget();
    core_->Emit(effect::ReadBack{*from, end, timestamps()});
  }
}

void ComparingSide::Resume() {
  const bool begins = core_->state.is<CopyState::Running>() &&
                      !core_->HasHeld() && !core_->HasInFlight();
  if (!begins || !std::exchange(unknown_copies_, false)) return;
  const auto from =
      core_->index->CopiesFrom(core_->plan.source, core_->log.next());
  if (!from.has_value()) return;
  core_->state.AskTarget();
  core_->Emit(effect::ReadBack{*from, std::nullopt, timestamps()});
}

void ComparingSide::Start(UpstreamOffset first) {
  core_->state.StartAt();
  core_->BeginRun(first);
}

std::optional<DownstreamOffset> ComparingSide::ReadFrom(
    UpstreamOffset first) const {
  if (!core_->plan.may_have_unknown_copies ||
      core_->plan.target_change.has_value()) {
    return std::nullopt;
  }
  const auto from = core_->index->CopiesFrom(core_->plan.source, first);
  // Nothing is known: a run may have been killed before its first commit.
  const bool is_new =
      !core_->plan.has_copies &&
      core_->index->IndexedEnd(core_->plan.source) == DownstreamOffset(0);
  if (from.has_value() || !is_new || !core_->guard.log().has_value()) {
    return from;
  }
  return core_->guard.log()->start;
}

Timestamps ComparingSide::timestamps() const {
  return core_->window.limits().replaces_timestamps ? Timestamps::kReplaced
                                                    : Timestamps::kKept;
}

void ComparingSide::On(event::TargetRead event) {
  if (!core_->state.is<CopyState::ReadingBack>()) return;
  const UpstreamOffset first = core_->log.next();
  if (!event.records.ok()) {
    core_
        ->Report(EngineEvent::Kind::kClusterTrouble, LogLevel::kWarning,
                 core_->text.NotReadBack(event.records.status()))
        .cause = event.records.status();
    Start(first);
  } else if (event.records->empty()) {
    Start(first);
  } else {
    core_->state.Compare(
        CopyComparison(first, core_->index->IndexedEnd(core_->plan.source),
                       *std::move(event.records)));
  }
}

void ComparingSide::Compare(const RecordBatch* records,
                            std::optional<UpstreamOffset> failed) {
  CopyComparison& comparison =
      core_->state.get<CopyState::Comparing>()->comparison;
  const int64_t count = records == nullptr ? 0 : records->count();
  for (int64_t i = 0; i < count; ++i) {
    if (comparison.over()) {
      Finish(/*reread=*/records->OffsetAt(i));
      return;
    }
    comparison.Next(records->OffsetAt(i),
                    FingerprintOf(*records, i, timestamps()));
  }
  // What is left may be of the record that transforms cannot do, and of those
  // behind it.
  if (failed.has_value()) comparison.Cut();
  if (comparison.over()) Finish(/*reread=*/failed);
}

void ComparingSide::Finish(std::optional<UpstreamOffset> reread) {
  auto* const comparing = core_->state.get<CopyState::Comparing>();
  if (comparing == nullptr) return;
  CopyComparison comparison = std::move(comparing->comparison);
  comparison.Finish();
  Take(comparison);
  const UpstreamOffset read = core_->log.next();
  const UpstreamOffset resume =
      std::min(comparison.resume().value_or(read), reread.value_or(read));
  core_->progress.SetDone(resume - 1);
  core_->log.ForgetEpochsBelow(resume - 1);
  if (resume == read) {
    Start(resume);
  } else {
    core_->state.Fail(resume, core_->now);
    core_->log.Seek(resume);
  }
}

void ComparingSide::Abandon() {
  const auto* const comparing = core_->state.get<CopyState::Comparing>();
  if (comparing != nullptr) {
    core_->log.Seek(comparing->comparison.start());
  } else if (!core_->state.is<CopyState::ReadingBack>()) {
    return;
  }
  unknown_copies_ = true;
  Start(core_->log.next());
}

void ComparingSide::Take(const CopyComparison& comparison) {
  // What is behind nothing but copies was begun on an empty log.
  std::optional<TargetLog> log = core_->guard.log();
  if (log.has_value() && comparison.begins_with_a_copy()) log->end = log->start;
  const UpstreamOffset source_end =
      core_->log.KnownEnd().value_or(OffsetRuns::kNoEnd);
  for (const CopyComparison::Stretch& stretch : comparison.stretches()) {
    if (stretch.ranges.empty()) continue;
    core_->Emit(effect::BeginRun{stretch.first, /*from_start=*/false, log,
                                 UnindexedCopies::kNone});
    for (const CopiedRange& range : stretch.ranges) {
      core_->Emit(effect::Copied{range, source_end});
      core_->acked = range.upstream + (range.count - 1);
    }
  }
  if (comparison.copied() == 0) return;
  core_->progress.OnCopied();
  core_->Report(
      EngineEvent::Kind::kPartitionRunning, LogLevel::kInfo,
      absl::StrCat("the target already holds the next ", comparison.copied(),
                   " records, copied before a crash; continues "
                   "behind them"));
}

}  // namespace mirror::internal
