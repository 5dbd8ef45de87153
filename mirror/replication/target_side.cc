// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/target_side.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mirror/replication/partition_problem.h"
#include "mirror/sync/offset_runs.h"

namespace mirror::internal {

SendWindow::Result TargetSide::Send(RecordSink* sink, const SinkShare& share) {
  if (core_->rejected.letter_in_flight()) return SendWindow::Result::kWaits;
  SendWindow::Result result = core_->window.Send(sink, core_->now, share);
  while (result == SendWindow::Result::kRejected) {
    OnRejected(core_->window.failure());
    if (core_->rejected.letter_in_flight()) return SendWindow::Result::kWaits;
    result = core_->window.Send(sink, core_->now, share);
  }
  core_->UpdateDone();
  if (result == SendWindow::Result::kFailed) {
    Ack failed;
    failed.first = core_->window.FirstUnsent();
    failed.count = 1;
    failed.status = core_->window.failure();
    OnWriteFailed(failed);
    return SendWindow::Result::kDone;
  }
  Unchoke();
  const auto* const running = core_->state.get<CopyState::Running>();
  if (result == SendWindow::Result::kWaits && running != nullptr &&
      !running->choked_above.has_value() &&
      core_->window.held_bytes() >= core_->options->max_in_flight_bytes) {
    On(event::HoldsTooMuch{});
  }
  return result;
}

void TargetSide::On(event::HoldsTooMuch) {
  auto* const running = core_->state.get<CopyState::Running>();
  if (running == nullptr) return;
  running->choked_above = core_->window.held_bytes() / 2;
}

void TargetSide::Unchoke() {
  auto* const running = core_->state.get<CopyState::Running>();
  if (running == nullptr || !running->choked_above.has_value()) return;
  if (core_->window.held_bytes() <= *running->choked_above) {
    running->choked_above.reset();
  }
}

void TargetSide::On(event::Acked event) {
  const Ack& ack = *event.ack;
  const auto* const draining = core_->state.get<CopyState::Draining>();
  const bool counts = draining == nullptr || ack.first < draining->resume;
  const int64_t bytes = core_->window.in_flight_bytes();
  switch (core_->window.OnAck(ack, counts, core_->now)) {
    case SendWindow::Fate::kCopied:
      OnCopied(ack, bytes);
      return;
    case SendWindow::Fate::kRejected:
      OnRejected(ack.status);
      return;
    case SendWindow::Fate::kFailed:
      OnWriteFailed(ack);
      return;
    case SendWindow::Fate::kIgnored:
    case SendWindow::Fate::kPending:
      if (!core_->state.is<CopyState::Running>() || !core_->HasHeld()) return;
      // Copies that do not count may precede those that will.
      core_->guard.ForgetEnd();
      core_->BeginRun(core_->window.FirstUnsent());
      return;
  }
}

void TargetSide::OnCopied(const Ack& ack, int64_t bytes) {
  auto change = core_->guard.OnCopied(
      ack.base, ack.count, core_->run_is_new && !core_->CopiesAreLost());
  core_->progress.OnCopied();
  core_->UpdateDone();
  core_->acked = ack.first + (ack.count - 1);
  if (auto* const running = core_->state.get<CopyState::Running>()) {
    running->stalled = false;
  }
  core_->Recovered();
  core_->stats.OnRecords(ack.count);
  if (ack.retimed > 0) {
    if (core_->stats.retimed() == 0) {
      core_->Report(EngineEvent::Kind::kTimestampChanged, LogLevel::kWarning,
                    core_->text.TimestampAdjusted(ack));
    }
    core_->stats.OnRetimed(ack.retimed);
  }
  while (const auto sent = core_->window.PopSent()) {
    core_->stats.OnBatch(sent->value_bytes, sent->last_timestamp_ms,
                         core_->now);
  }
  if (change.has_value()) Judge(*change);
  // As long as no one has decided, a restart must find it out again.
  if (core_->CopiesAreLost()) return;
  UpstreamOffset source_end = OffsetRuns::kNoEnd;
  if (std::exchange(core_->run_is_new, false)) {
    source_end = core_->log.KnownEnd().value_or(OffsetRuns::kNoEnd);
  }
  core_->Emit(effect::Copied{{ack.first, ack.base, ack.count},
                             source_end,
                             bytes - core_->window.in_flight_bytes()});
}

void TargetSide::OnWriteFailed(const Ack& ack) {
  // Which record is at fault shows when they are sent in smaller pieces.
  const bool is_rejection = ack.rejection != Rejection::kNone;
  const PartitionProblem problem =
      is_rejection ? PROBLEM_RECORD_REFUSED : TargetProblem(ack.status);
  core_->Fail(problem, ack.first, PartitionCore::Side::kTarget,
              is_rejection ? PartitionCore::Reporting::kLater
                           : PartitionCore::Reporting::kNow,
              core_->text.WriteFailed(ack, problem), ack.status);
}

void TargetSide::OnRejected(const absl::Status& status) {
  const SendWindow::Rejected rejected = *core_->window.rejected();
  const absl::Time wall = core_->clock->ToWallTime(core_->now);
  std::string why = core_->text.Rejected(
      rejected.offset, status,
      core_->window.limits().WhyNot(rejected.bounds, wall));
  const bool in_place = core_->state.is<CopyState::Running>() ||
                        core_->state.is<CopyState::Draining>();
  if (core_->options->delivery.on_rejected_record ==
          RejectedRecordPolicy::kStop ||
      !in_place) {
    core_->Fail(PROBLEM_RECORD_REFUSED, rejected.offset,
                PartitionCore::Side::kTarget, PartitionCore::Reporting::kNow,
                core_->text.WaitsForRejected(why, status), status);
  } else if (core_->options->delivery.on_rejected_record ==
             RejectedRecordPolicy::kSkip) {
    core_->Settle({rejected.offset, std::move(why)}, SkipReason::kRefused);
  } else {
    core_->Emit(effect::DeadLetter{
        core_->rejected.BeginLetter(rejected, std::move(why), wall)});
  }
}

void TargetSide::On(event::DeadLettered event) {
  const auto letter = core_->rejected.TakeLetter();
  if (!letter.has_value()) return;
  if (event.status.ok()) {
    core_->Settle(*letter, SkipReason::kDeadLettered);
    return;
  }
  // The target may have been changed meanwhile, so it is asked again, too.
  core_->Fail(PROBLEM_RECORD_REFUSED, letter->offset,
              PartitionCore::Side::kTarget, PartitionCore::Reporting::kNow,
              core_->text.NotDeadLettered(letter->why, event.status),
              event.status);
}

void TargetSide::OnSilence() {
  const absl::Duration silence = core_->now - core_->window.last_ack();
  if (core_->HasHeld() && silence >= core_->options->stall_timeout) {
    core_->state.get<CopyState::Running>()->stalled = true;
  }
  if (silence < core_->options->silence_timeout) return;
  if (core_->health.problem() == PROBLEM_TARGET_STALLED) return;
  core_->health.Set(
      PROBLEM_TARGET_STALLED,
      core_->text.Silent(core_->clock->ToWallTime(core_->window.last_ack())));
  core_->health.OnReported();
  core_->Report(EngineEvent::Kind::kPartitionProblem, LogLevel::kWarning,
                core_->health.reason());
}

void TargetSide::On(event::TargetChanged event) {
  core_->guard.ForgetEnd();
  Judge(event.change);
}

void TargetSide::Judge(const TargetChange& change) {
  const auto lost =
      core_->guard.LostCopies(change, core_->progress.LastCopied());
  // Nothing was there to lose.
  if (!change.foreign() && !lost.has_value()) return;
  if (auto* const stopped = core_->state.get<CopyState::Stopped>()) {
    // The first of the two ways to notice it counts. What happens while another
    // decision is awaited is decided after that.
    const bool is_new = !stopped->lost_copies.has_value() && !change.foreign();
    if (is_new) stopped->target_change = change;
    return;
  }
  switch (const auto decision = core_->guard.Decide(change, core_->now)) {
    case TargetGuard::Decision::kNothing:
      return;
    case TargetGuard::Decision::kWarn:
      core_->Report(
          EngineEvent::Kind::kTargetWrittenByOthers, LogLevel::kWarning,
          absl::StrCat(change.what,
                       ", or a previous run of this mirror whose last "
                       "requests came late; copying continues, unless it "
                       "happens again"));
      return;
    case TargetGuard::Decision::kStop:
      core_->Stop(
          change.problem,
          absl::StrCat(change.what,
                       "; set on.target.change to skip (continue) or reseed "
                       "(copy the source from its start again)"));
      core_->state.get<CopyState::Stopped>()->lost_copies = lost;
      return;
    case TargetGuard::Decision::kContinue:
    case TargetGuard::Decision::kReseed:
      if (lost.has_value()) {
        // Positions of the lost copies are void; later copies bring their own.
        core_->Emit(effect::ForgetCopies{});
        core_->guard.OnCopiesForgotten();
        core_->NoteSkipped(*lost);
      } else {
        core_->Report(EngineEvent::Kind::kTargetWrittenByOthers,
                      LogLevel::kWarning,
                      absl::StrCat(change.what, "; copying continues"));
      }
      if (decision == TargetGuard::Decision::kReseed) {
        core_->StartOver(core_->topic_id);
        core_->progress.Restart();
      }
      if (lost.has_value() && !core_->progress.LastCopied().has_value()) {
        core_->progress.StartOver();
      }
  }
}

void TargetSide::On(event::TargetEndSeen event) {
  // Records that were sent since explain any difference.
  if (core_->HasInFlight() || core_->guard.end() != event.expected) return;
  const auto change = core_->guard.CheckEnd(event.expected, event.end);
  if (!change.has_value()) return;
  // More may happen to the log before the next copy.
  core_->guard.NoteEnd(event.end);
  Judge(*change);
}

void TargetSide::On(event::SinkLost) {
  core_->window.OnSinkLost();
  core_->guard.ForgetEnd();
  core_->rejected.Clear();
  const auto& done = core_->progress.done();
  const UpstreamOffset resume = done.has_value() ? *done + 1 : core_->base;
  core_->log.Seek(resume);
  const bool in_flight = core_->state.is<CopyState::Running>() ||
                         core_->state.is<CopyState::Draining>();
  if (in_flight) core_->stats.OnRestart();
  core_->state.LoseInFlight(resume, core_->now + core_->options->min_backoff);
}

}  // namespace mirror::internal
