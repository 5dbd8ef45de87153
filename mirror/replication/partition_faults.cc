// SPDX-License-Identifier: Apache-2.0
//
// The half of partition_replicator.h that deals with failures: what goes wrong
// is drained, reported, retried, settled or left to the operator.

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mirror/cluster/errors.h"
#include "mirror/model/utf8.h"
#include "mirror/replication/dead_letter.h"
#include "mirror/replication/partition_problem.h"
#include "mirror/replication/partition_replicator.h"
#include "mirror/replication/skip_status.h"

namespace mirror::internal {
namespace {

EngineEvent::Kind KindOf(SkipReason reason) {
  switch (reason) {
    case SkipReason::kSourceTruncated:
      return EngineEvent::Kind::kSourceTruncated;
    case SkipReason::kSourceRecreated:
      return EngineEvent::Kind::kSourceRecreated;
    case SkipReason::kRefused:
    case SkipReason::kDeadLettered:
      return EngineEvent::Kind::kRecordSkipped;
    case SkipReason::kTargetLost:
      return EngineEvent::Kind::kTargetChanged;
    case SkipReason::kSourceLost:
    case SkipReason::kBeforeStart:
      break;
  }
  return EngineEvent::Kind::kSourceGap;
}

}  // namespace

void PartitionReplicator::OnDeadLettered(const absl::Status& status,
                                         absl::Time now) {
  const auto letter = std::exchange(letter_, std::nullopt);
  if (!letter.has_value()) return;
  if (status.ok()) {
    NoteRejected(*letter, SkipReason::kDeadLettered, letter_why_, now);
    return;
  }
  // The target may have been changed meanwhile, so it is asked again, too.
  Fail(PROBLEM_RECORD_REFUSED, *letter, /*from_target=*/true, /*quiet=*/false,
       absl::StrCat(
           letter_why_, "; nor was it written to the dead-letter topic ",
           options_->delivery.dead_letter_topic, ": ",
           WithGrant(status, absl::StrCat("WRITE on topic ",
                                          options_->delivery.dead_letter_topic))
               .message()),
       status, now);
}

void PartitionReplicator::NoteRejected(UpstreamOffset offset, SkipReason reason,
                                       const std::string& why, absl::Time now) {
  SkippedRange range;
  range.first = offset;
  range.end = offset + 1;
  range.records = 1;
  range.reason = reason;
  range.detail =
      reason == SkipReason::kRefused
          ? absl::StrCat("left out: ", why)
          : absl::StrCat("put into topic ",
                         options_->delivery.dead_letter_topic, ": ", why);
  NoteSkipped(std::move(range), now);
  window_.SettleRejected(offset);
  UpdateCommittable();
  stalled_ = false;
  if (state_ == PARTITION_STOPPED) return;  // for another reason meanwhile
  problem_ = PROBLEM_NONE;
  reason_.clear();
  backoff_ = absl::ZeroDuration();
}

void PartitionReplicator::OnTargetChange(
    const TargetChange& change, const std::optional<SkippedRange>& lost,
    absl::Time now) {
  target_end_.reset();
  if (state_ == PARTITION_STOPPED) {
    // The first of the two ways to notice it counts. What happens while another
    // decision is awaited has its turn after that.
    if (!lost_.has_value() && !change.foreign()) target_change_ = change;
    return;
  }
  if (change.foreign() && !OthersKeepWriting(now)) {
    if (foreign_since_ < now) return;  // told
    Report(EngineEvent::Kind::kTargetWrittenByOthers, LogLevel::kWarning,
           absl::StrCat(change.what,
                        ", or an earlier run of this mirror whose last "
                        "requests came late; goes on, unless it continues"));
    return;
  }
  if (options_->delivery.on_target_change == LossPolicy::kStop) {
    Suspend(change.problem,
            absl::StrCat(change.what,
                         "; set on.target.change to skip (go on) or reseed "
                         "(copy the source from its start again)"));
    lost_ = lost;
    return;
  }
  if (lost.has_value()) {
    NoteSkipped(*lost, now);
  } else {
    Report(change.foreign() ? EngineEvent::Kind::kTargetWrittenByOthers
                            : EngineEvent::Kind::kTargetChanged,
           LogLevel::kWarning, absl::StrCat(change.what, "; goes on"));
  }
  // What others wrote took nothing away.
  if (options_->delivery.on_target_change == LossPolicy::kReseed &&
      !change.foreign()) {
    StartOver(topic_id_);
    committable_ = UpstreamOffset(-1);
  }
}

bool PartitionReplicator::OthersKeepWriting(absl::Time now) {
  if (now - foreign_last_ > options_->foreign_memory) foreign_since_ = now;
  foreign_last_ = now;
  return now - foreign_since_ >= options_->foreign_grace;
}

void PartitionReplicator::OnFailed(const Ack& ack, absl::Time now) {
  // Which record is at fault shows when they are sent in smaller pieces.
  const bool is_rejection = ack.rejection != Rejection::kNone;
  const PartitionProblem problem =
      is_rejection ? PROBLEM_RECORD_REFUSED : TargetProblem(ack.status);
  const UpstreamOffset last = ack.first + (ack.count - 1);
  Fail(problem, ack.first, /*from_target=*/true, /*quiet=*/is_rejection,
       absl::StrCat("records from offset ", ack.first.value(), " to ",
                    last.value(), " were not written to ",
                    plan_.target.ToString(), " on cluster ",
                    options_->target_alias, ": ", ack.status.message(),
                    TargetRemedy(problem, ack.status, options_->target_alias,
                                 plan_.target.topic)),
       ack.status, now);
}

void PartitionReplicator::OnRejected(const absl::Status& status,
                                     absl::Time now) {
  const SendWindow::Rejected rejected = *window_.rejected();
  std::string why = absl::StrCat(
      "the record at offset ", rejected.offset.value(), " of ",
      plan_.source.ToString(), " was rejected by ", plan_.target.ToString(),
      " on cluster ", options_->target_alias, ": ", status.message());
  const absl::Time wall = clock_->ToWallTime(now);
  const std::string limit = window_.limits().WhyNot(rejected.bounds, wall);
  if (!limit.empty()) absl::StrAppend(&why, "; ", limit);
  const bool in_place =
      state_ == PARTITION_RUNNING || state_ == PARTITION_DRAINING;
  if (options_->delivery.on_rejected_record == RejectedRecordPolicy::kStop ||
      !in_place) {
    Fail(PROBLEM_RECORD_REFUSED, rejected.offset, /*from_target=*/true,
         /*quiet=*/false,
         absl::StrCat(why,
                      TargetRemedy(PROBLEM_RECORD_REFUSED, status,
                                   options_->target_alias, plan_.target.topic)),
         status, now);
    return;
  }
  if (options_->delivery.on_rejected_record == RejectedRecordPolicy::kSkip) {
    NoteRejected(rejected.offset, SkipReason::kRefused, why, now);
    return;
  }
  const absl::Status shows = rejected.batch->Shows(rejected.index);
  if (!shows.ok()) {
    absl::StrAppend(&why, "; kept in part: ", shows.message());
  }
  dead_letter_ = ToDeadLetter(rejected.batch->ToRecord(rejected.index),
                              plan_.source, why, wall);
  letter_ = rejected.offset;
  letter_why_ = std::move(why);
}

void PartitionReplicator::OnHidden(UpstreamOffset offset,
                                   const absl::Status& why, absl::Time now) {
  const std::string what = absl::StrCat(
      "the record at offset ", offset.value(), " of ", plan_.source.ToString(),
      " on cluster ", options_->source_alias,
      " cannot be shown to the flow's transforms: ", why.message());
  // A dead letter would not be what it was, either.
  const bool settles =
      options_->delivery.on_rejected_record == RejectedRecordPolicy::kSkip;
  if (settles) {
    hidden_ = offset;
    hidden_why_ = what;
  }
  Fail(PROBLEM_RECORD_REFUSED, offset, /*from_target=*/false, settles,
       absl::StrCat(what,
                    "; a flow without transforms copies it, and one with "
                    "on.rejected.record = skip leaves it out"),
       absl::InvalidArgumentError(what), now);
}

void PartitionReplicator::OnRetimed(const Ack& ack) {
  if (stats_.retimed() == 0) {
    Report(EngineEvent::Kind::kTimestampChanged, LogLevel::kWarning,
           absl::StrCat(
               "among the records at offsets ", ack.first.value(), " to ",
               (ack.first + (ack.count - 1)).value(), " are ", ack.retimed,
               " with timestamp 0 (1970-01-01), which librdkafka "
               "cannot write; in ",
               plan_.target.ToString(), " on cluster ", options_->target_alias,
               " they have 1, a millisecond later, as all others of "
               "the partition will; records_retimed counts them"));
  }
  stats_.OnRetimed(ack.retimed);
}

void PartitionReplicator::Fail(PartitionProblem problem, UpstreamOffset resume,
                               bool from_target, bool quiet, std::string reason,
                               const absl::Status& cause, absl::Time now) {
  if (from_target && state_ == PARTITION_STOPPED) {
    // The operator's decision is still awaited; only the place is noted.
    window_.DropHeld();
    next_read_ = std::min(next_read_, resume);
    return;
  }
  const bool first = state_ != PARTITION_DRAINING;
  if (!first && resume >= resume_) return;  // fails in the wake of the first
  if (from_target) window_.DropHeld();
  resume_ = resume;
  next_read_ = resume;
  problem_ = problem;
  reason_ = ToUtf8(reason);
  state_ = PARTITION_DRAINING;
  stalled_ = false;
  if (!first) return;
  if (quiet) {
    retry_at_ = now;
    return;
  }
  stats_.OnRestart();
  backoff_ =
      std::clamp(backoff_ * 2, options_->min_backoff, options_->max_backoff);
  retry_at_ = now + backoff_;
  problem_reported_ = true;
  Report(
      EngineEvent::Kind::kPartitionProblem, LogLevel::kError,
      absl::StrCat(reason_, "; retried in ", absl::FormatDuration(backoff_)));
  events_.back().cause = cause;
}

void PartitionReplicator::AfterDrain(absl::Time now) {
  window_.Begin();
  stalled_ = false;
  choked_above_.reset();
  const auto hidden = std::exchange(hidden_, std::nullopt);
  if (hidden == resume_) {
    NoteRejected(*hidden, SkipReason::kRefused, hidden_why_, now);
    window_.Dropped(*hidden);
    UpdateCommittable();
    resume_ = resume_ + 1;
  }
  next_read_ = resume_;
  source_end_.reset();
  target_end_.reset();
  if (!from_start_) stretch_ = {resume_};
  if (asks_bounds_ || from_start_) {
    state_ = PARTITION_RESOLVING;
  } else if (now >= retry_at_) {
    state_ = PARTITION_RUNNING;
  } else {
    state_ = PARTITION_BACKING_OFF;
  }
}

void PartitionReplicator::CheckSilence(absl::Duration silence) {
  if (HasHeld() && silence >= options_->stall_timeout) stalled_ = true;
  if (silence < options_->silence_timeout) return;
  if (problem_ == PROBLEM_TARGET_STALLED) return;
  problem_ = PROBLEM_TARGET_STALLED;
  reason_ = absl::StrCat(
      "no acknowledgement from cluster ", options_->target_alias, " for ",
      plan_.target.ToString(), " since ",
      absl::FormatTime(clock_->ToWallTime(window_.last_ack()),
                       absl::UTCTimeZone()),
      "; continues by itself once the partition has a leader and as many "
      "replicas in sync as min.insync.replicas says");
  problem_reported_ = true;
  Report(EngineEvent::Kind::kPartitionProblem, LogLevel::kWarning, reason_);
}

void PartitionReplicator::Recovered() {
  if (problem_ == PROBLEM_NONE || state_ != PARTITION_RUNNING) return;
  problem_ = PROBLEM_NONE;
  reason_.clear();
  backoff_ = absl::ZeroDuration();
  if (!std::exchange(problem_reported_, false)) return;
  Report(EngineEvent::Kind::kPartitionRunning, LogLevel::kInfo,
         absl::StrCat("continues; copied up to offset ",
                      committable_.has_value() ? committable_->value() : -1));
}

void PartitionReplicator::NoteSkipped(SkippedRange range, absl::Time now) {
  range.time = clock_->ToWallTime(now);
  Report(KindOf(range.reason), LogLevel::kWarning, range.detail);
  events_.back().skipped = ToStatus(range);
  skipped_.push_back(std::move(range));
}

void PartitionReplicator::ForgetHeld() {
  if (!HasHeld()) return;
  // A batch that went out in part counts as under way as a whole, so the
  // partition drains and starts afresh behind the part.
  const UpstreamOffset unsent = window_.FirstUnsent();
  window_.DropHeld();
  next_read_ = unsent;
  if (state_ == PARTITION_RUNNING) {
    state_ = PARTITION_DRAINING;
    resume_ = unsent;
    retry_at_ = absl::InfinitePast();
  } else if (state_ == PARTITION_DRAINING) {
    resume_ = std::min(resume_, unsent);
  }
}

void PartitionReplicator::Leave() {
  leaving_ = true;
  ForgetHeld();
}

void PartitionReplicator::OnSinkLost(absl::Time now) {
  window_.OnSinkLost();
  target_end_.reset();
  stalled_ = false;
  choked_above_.reset();
  hidden_.reset();
  letter_.reset();
  dead_letter_.reset();
  resume_ = committable_.has_value() ? *committable_ + 1 : base_;
  next_read_ = resume_;
  if (state_ != PARTITION_RUNNING && state_ != PARTITION_DRAINING) return;
  stats_.OnRestart();
  state_ = PARTITION_DRAINING;
  retry_at_ = now + options_->min_backoff;
}

void PartitionReplicator::Suspend(PartitionProblem problem,
                                  const std::string& reason) {
  // Somebody is to decide already; that the source is gone changes nothing.
  if (state_ == PARTITION_STOPPED &&
      (problem_ == problem || problem == PROBLEM_SOURCE_TOPIC_MISSING)) {
    return;
  }
  if (HasHeld()) {
    next_read_ = window_.FirstUnsent();
    window_.DropHeld();
  }
  state_ = PARTITION_STOPPED;
  problem_ = problem;
  reason_ = reason;
  stalled_ = false;
  Report(EngineEvent::Kind::kPartitionStopped, LogLevel::kError, reason_);
}

void PartitionReplicator::Restart() {
  if (state_ == PARTITION_STOPPED && !AwaitsDecision()) LeaveStopped();
}

bool PartitionReplicator::AwaitsDecision() const {
  return state_ == PARTITION_STOPPED &&
         problem_ != PROBLEM_SOURCE_TOPIC_MISSING;
}

void PartitionReplicator::LeaveStopped() {
  asks_bounds_ = true;
  resume_ = next_read_;
  state_ = PARTITION_DRAINING;
}

void PartitionReplicator::OnSourceRecreated(
    const std::string& topic_id, std::optional<UpstreamOffset> known_end,
    absl::Time now) {
  const std::string what = absl::StrCat(
      "topic ", plan_.source.topic,
      " was deleted and created again on cluster ", options_->source_alias);
  SkippedRange range;
  range.first = committable_.has_value() ? *committable_ + 1 : base_;
  range.end = std::max(range.first, known_end.value_or(range.first));
  range.records = range.end - range.first;
  range.reason = SkipReason::kSourceRecreated;
  range.detail = absl::StrCat(what, "; the old one was copied up to offset ",
                              range.first.value() - 1,
                              ", the new one is copied from its start");
  if (options_->delivery.on_source_gap == LossPolicy::kStop) {
    Suspend(PROBLEM_SOURCE_RECREATED,
            absl::StrCat(what,
                         "; set on.source.gap to reseed to copy the new one "
                         "behind the old one"));
  } else if (!AwaitsDecision()) {
    NoteSkipped(std::move(range), now);
    StartOver(topic_id);
    return;
  } else if (!recreated_.has_value()) {
    // The policy for the source must not decide about the target.
    absl::StrAppend(&reason_, "; ", what,
                    ", and the new one is copied from its start after that");
    Report(EngineEvent::Kind::kPartitionStopped, LogLevel::kError, reason_);
  }
  new_topic_id_ = topic_id;
  // Of one that came and went meanwhile nothing is known.
  if (!recreated_.has_value()) recreated_ = std::move(range);
}

void PartitionReplicator::StartOver(const std::string& topic_id) {
  topic_id_ = topic_id;
  window_.DropHeld();
  from_start_ = true;
  asks_bounds_ = false;
  diverged_at_.reset();
  hidden_.reset();
  letter_.reset();
  // What is still on its way belongs to what is left behind.
  resume_ = UpstreamOffset(0);
  next_read_ = resume_;
  problem_ = PROBLEM_NONE;
  reason_.clear();
  state_ = PARTITION_DRAINING;
}

absl::Status PartitionReplicator::Resolve(LossPolicy decision, absl::Time now) {
  if (state_ != PARTITION_STOPPED) {
    return absl::FailedPreconditionError(
        absl::StrCat(plan_.source.ToString(), " is not stopped"));
  }
  if (const auto lost = std::exchange(lost_, std::nullopt)) {
    NoteSkipped(*lost, now);
  }
  if (auto recreated = std::exchange(recreated_, std::nullopt)) {
    NoteSkipped(*std::move(recreated), now);
    StartOver(new_topic_id_);
  } else if (decision == LossPolicy::kReseed) {
    StartOver(topic_id_);
  } else {
    decision_ = decision;
    LeaveStopped();
  }
  if (from_start_) committable_ = UpstreamOffset(-1);
  return absl::OkStatus();
}

}  // namespace mirror::internal
