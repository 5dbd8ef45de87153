// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/source_side.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mirror/replication/gap_policy.h"
#include "mirror/replication/partition_problem.h"

namespace mirror::internal {

void SourceSide::On(event::BoundsKnown event) {
  core_->log.SetBounds(event.bounds);
  const auto* const resolving = core_->state.get<CopyState::Resolving>();
  if (resolving == nullptr) return;
  if (core_->health.problem() == PROBLEM_SOURCE_UNAVAILABLE)
    core_->health.Clear();
  const CopyState::Question asked = resolving->question;
  const bool from_start = asked.kind == CopyState::Question::Kind::kFromStart;
  StartQuestion question{std::nullopt, asked.diverged_at, event.bounds};
  if (asked.kind == CopyState::Question::Kind::kNext)
    question.wanted = core_->log.next();
  if (from_start) question.wanted = event.bounds.log_start;
  StartDecision decision = DecideStart(
      question,
      asked.decision.value_or(core_->options->delivery.on_source_gap));
  if (!decision.start.has_value()) {
    core_->Stop(
        PROBLEM_SOURCE_GAP,
        absl::StrCat(decision.gap->detail,
                     "; set on.source.gap to skip (continue with what is "
                     "there) or reseed (copy it from its start)"));
    return;
  }
  const bool is_gap = decision.gap.has_value();
  if (is_gap) {
    absl::StrAppend(&decision.gap->detail, "; continues at ",
                    decision.start->value());
    core_->NoteSkipped(*std::move(decision.gap));
  }
  const bool is_first = asked.kind == CopyState::Question::Kind::kFirst;
  if (is_first || from_start || is_gap) {
    // Durable at the next commit: a restart does not find the gap again, and
    // notices one that comes before the first record is copied.
    core_->progress.SetDone(*decision.start - 1);
    core_->log.Jump(*decision.start, decision.truncated_above);
  }
  Jump(*decision.start);
  if (is_first) {
    comparing_->Begin(*decision.start);
  } else {
    core_->state.StartAt();
    core_->BeginRun(*decision.start, from_start);
  }
}

void SourceSide::On(event::BoundsUnknown event) {
  const bool first = core_->health.ok() ||
                     core_->health.problem() == PROBLEM_SOURCE_UNAVAILABLE;
  if (!core_->state.is<CopyState::Resolving>() || !first) return;
  core_->health.Set(PROBLEM_SOURCE_UNAVAILABLE,
                    std::string(event.why.message()));
}

void SourceSide::On(event::Read event) {
  const RecordBatch& batch = *event.batch;
  core_->log.NoteRead(batch.last_offset() + 1);
  // What was read before a failure is read again from the right place.
  if (!core_->MayRead() || batch.first_offset() < core_->log.next()) return;
  core_->log.Take(batch);
  core_->stats.OnRead(batch.last_timestamp_ms(), core_->now);
  if (event.transformed.has_value()) {
    Take(*std::move(event.transformed), batch.first_offset());
  } else if (comparing_->comparing()) {
    comparing_->Compare(&batch);
  } else {
    const UpstreamOffset first = batch.first_offset();
    const UpstreamOffset last = batch.last_offset();
    core_->window.Hold(std::move(event.batch), first, last);
  }
}

void SourceSide::Take(TransformedBatch result, UpstreamOffset first) {
  core_->stats.OnDropped(result.dropped);
  const UpstreamOffset failed = result.through + 1;
  if (comparing_->comparing()) {
    comparing_->Compare(result.kept.get(), result.failure.ok()
                                               ? std::nullopt
                                               : std::make_optional(failed));
    return;
  }
  if (result.hidden) {
    const std::string why = core_->text.Unrepresentable(failed, result.failure);
    // A dead letter would not be complete, either.
    const bool skips = core_->options->delivery.on_rejected_record ==
                       RejectedRecordPolicy::kSkip;
    if (skips) core_->rejected.SkipWhenDrained(failed, why);
    core_->Fail(
        PROBLEM_RECORD_REFUSED, failed, PartitionCore::Side::kSource,
        skips ? PartitionCore::Reporting::kLater
              : PartitionCore::Reporting::kNow,
        absl::StrCat(why,
                     "; a flow without transforms copies it, and one with "
                     "on.rejected.record = skip skips it"),
        absl::InvalidArgumentError(why));
  } else if (!result.failure.ok()) {
    core_->Fail(PROBLEM_TRANSFORM_FAILED, failed, PartitionCore::Side::kSource,
                PartitionCore::Reporting::kNow,
                core_->text.TransformFailed(failed, result.failure),
                result.failure);
  }
  core_->window.Hold(std::move(result.kept), first, result.through);
}

void SourceSide::On(event::FromSource event) {
  const PartitionEvent& from = *event.event;
  const bool is_end = from.kind == PartitionEvent::Kind::kEnd;
  if (is_end) core_->log.NoteEnd(from.offset);
  if (!core_->MayRead()) return;
  if (is_end) {
    core_->log.ReachEnd(from.offset);
    // Nothing behind it can have been copied.
    comparing_->Finish();
    if (!core_->HasHeld() && !core_->HasInFlight()) core_->Recovered();
    return;
  }
  comparing_->Abandon();
  const PartitionProblem problem = SourceProblem(from.status);
  std::optional<CopyState::Question> question;
  if (problem == PROBLEM_SOURCE_GAP || problem == PROBLEM_SOURCE_RECREATED) {
    // The source has the last word: its bounds, or its topic's id.
    question =
        CopyState::Question{CopyState::Question::Kind::kNext, from.diverged_at};
  }
  const PartitionCore::Reporting reporting =
      question.has_value() ? PartitionCore::Reporting::kLater
                           : PartitionCore::Reporting::kNow;
  core_->Fail(problem, core_->log.next(), PartitionCore::Side::kSource,
              reporting, core_->text.ReadFailed(core_->log.next(), from.status),
              from.status, question);
}

void SourceSide::On(event::SourceBack) {
  const auto* const stopped = core_->state.get<CopyState::Stopped>();
  if (stopped == nullptr || core_->state.AwaitsDecision()) return;
  auto change = stopped->target_change;
  core_->state.LeaveStopped(core_->log.next(), std::nullopt);
  if (change.has_value()) target_->On(event::TargetChanged{*std::move(change)});
}

void SourceSide::On(event::SourceRecreated event) {
  const std::string what = core_->text.SourceRecreated();
  const auto& done = core_->progress.done();
  SkippedRange range;
  range.first = done.has_value() ? *done + 1 : core_->base;
  range.end = range.first;
  if (core_->log.bounds().has_value()) {
    range.end = std::max(range.first, core_->log.bounds()->end);
  }
  core_->log.ForgetBounds();
  range.records = range.end - range.first;
  range.reason = SkipReason::kSourceRecreated;
  range.detail = absl::StrCat(what, "; the old one was copied up to offset ",
                              range.first.value() - 1,
                              ", the new one is copied from its start");
  auto* stopped = core_->state.get<CopyState::Stopped>();
  if (core_->options->delivery.on_source_gap == LossPolicy::kStop) {
    core_->Stop(
        PROBLEM_SOURCE_RECREATED,
        absl::StrCat(what,
                     "; set on.source.gap to reseed to copy the new one "
                     "behind the old one"));
    stopped = core_->state.get<CopyState::Stopped>();
  } else if (!core_->state.AwaitsDecision()) {
    auto change = stopped == nullptr ? std::nullopt : stopped->target_change;
    core_->NoteSkipped(std::move(range));
    core_->StartOver(event.topic_id);
    if (change.has_value())
      target_->On(event::TargetChanged{*std::move(change)});
    return;
  } else if (!stopped->recreated.has_value()) {
    // The policy for the source must not decide about the target.
    core_->health.Append(absl::StrCat(
        "; ", what, ", and the new one is copied from its start after that"));
    core_->Report(EngineEvent::Kind::kPartitionStopped, LogLevel::kError,
                  core_->health.reason());
  }
  if (stopped->recreated.has_value()) {
    // Of one that came and went meanwhile nothing is known.
    stopped->recreated->topic_id = event.topic_id;
  } else {
    stopped->recreated = {event.topic_id, std::move(range)};
  }
}

void SourceSide::Jump(UpstreamOffset to) {
  core_->base = to;
  core_->window.Begin();
  core_->window.ForgetRejections();
  core_->rejected.Clear();
  core_->guard.ForgetEnd();
  core_->log.Seek(to);
}

}  // namespace mirror::internal
