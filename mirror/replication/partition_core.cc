// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/partition_core.h"

#include <variant>

#include "absl/strings/str_cat.h"
#include "mirror/model/utf8.h"
#include "mirror/replication/skip_status.h"

namespace mirror::internal {

PartitionCore::PartitionCore(PartitionPlan partition_plan,
                             const PartitionOptions* partition_options,
                             CopyIndex* copy_index, Clock* partition_clock)
    : plan(std::move(partition_plan)),
      options(partition_options),
      clock(partition_clock),
      text(&plan, options),
      index(copy_index),
      topic_id(plan.topic_id),
      window(plan.target, options, clock),
      rejected(&plan, options),
      guard(&plan, options, copy_index),
      progress(plan.start, plan.has_copies),
      stats(clock) {}

bool PartitionCore::CopiesAreLost() const {
  const auto* const stopped = state.get<CopyState::Stopped>();
  return stopped != nullptr && stopped->lost_copies.has_value();
}

void PartitionCore::Fail(PartitionProblem problem, UpstreamOffset resume,
                         Side side, Reporting reporting, std::string reason,
                         const absl::Status& cause,
                         std::optional<CopyState::Question> question) {
  if (state.is<CopyState::Stopped>() && side == Side::kTarget) {
    // The operator's decision is still awaited; only the place is noted.
    window.DropHeld();
    log.SeekBack(resume);
    return;
  }
  const bool first = !state.is<CopyState::Draining>();
  std::variant<absl::Time, CopyState::Question> next = now;
  absl::Duration backoff;
  if (question.has_value()) {
    next = *question;
  } else if (first && reporting == Reporting::kNow) {
    backoff = health.BackOff(options->min_backoff, options->max_backoff);
    next = now + backoff;
  }
  if (!state.Fail(resume, std::move(next))) return;
  if (side == Side::kTarget) window.DropHeld();
  log.Seek(resume);
  health.Set(problem, ToUtf8(reason));
  if (!first || reporting == Reporting::kLater) return;
  stats.OnRestart();
  health.OnReported();
  Report(EngineEvent::Kind::kPartitionProblem, LogLevel::kError,
         absl::StrCat(health.reason(), "; retried in ",
                      absl::FormatDuration(backoff)))
      .cause = cause;
}

void PartitionCore::Stop(PartitionProblem cause, const std::string& reason) {
  if (!state.Stop(cause)) return;
  DropHeld();
  health.Set(cause, reason);
  Report(EngineEvent::Kind::kPartitionStopped, LogLevel::kError, reason);
}

void PartitionCore::StartOver(const std::string& id) {
  topic_id = id;
  window.DropHeld();
  rejected.Clear();
  // What is still in flight belongs to what is left behind.
  state.StartOver();
  log.Seek(UpstreamOffset(0));
  health.Clear();
}

void PartitionCore::DropHeld() {
  if (!HasHeld()) return;
  // A batch that was sent in part counts as in flight as a whole, so the
  // partition drains and starts again behind the part.
  const UpstreamOffset unsent = window.FirstUnsent();
  window.DropHeld();
  log.Seek(unsent);
  state.Fail(unsent, absl::InfinitePast());
}

void PartitionCore::BeginRun(UpstreamOffset first, bool from_start) {
  run_is_new = true;
  if (from_start) progress.StartOver();
  Emit(effect::BeginRun{first, from_start, guard.log()});
}

void PartitionCore::UpdateDone() {
  const std::optional<UpstreamOffset> done = window.Committable();
  if (!done.has_value()) return;
  progress.SetDone(*done);
  log.ForgetEpochsBelow(*done);
}

void PartitionCore::Settle(const RejectedRecords::Rejected& record,
                           SkipReason reason) {
  NoteSkipped(rejected.RangeOf(record, reason));
  window.SettleRejected(record.offset);
  UpdateDone();
  if (auto* const running = state.get<CopyState::Running>()) {
    running->stalled = false;
  }
  if (!state.is<CopyState::Stopped>()) health.Settle();
}

void PartitionCore::NoteSkipped(SkippedRange range) {
  range.time = clock->ToWallTime(now);
  Report(EventKindOf(range.reason), LogLevel::kWarning, range.detail).skipped =
      ToStatus(range);
  Emit(effect::Skipped{std::move(range)});
}

EngineEvent& PartitionCore::Report(EngineEvent::Kind kind, LogLevel level,
                                   std::string message) {
  EngineEvent event(kind, level, "", std::move(message));
  event.partition = plan.source;
  if (kind == EngineEvent::Kind::kPartitionProblem ||
      kind == EngineEvent::Kind::kPartitionStopped) {
    event.problem = health.problem();
  }
  Emit(effect::Report{std::move(event)});
  return std::get<effect::Report>(effects->back()).event;
}

void PartitionCore::Recovered() {
  if (health.ok() || !state.is<CopyState::Running>()) return;
  if (!health.Recover()) return;
  const auto& done = progress.done();
  Report(EngineEvent::Kind::kPartitionRunning, LogLevel::kInfo,
         absl::StrCat("continues; copied up to offset ",
                      done.has_value() ? done->value() : -1));
}

}  // namespace mirror::internal
