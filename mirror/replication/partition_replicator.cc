// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/partition_replicator.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mirror/cluster/errors.h"
#include "mirror/replication/gap_policy.h"
#include "mirror/replication/partition_problem.h"
#include "mirror/transform/transform_batch.h"

namespace mirror::internal {

PartitionReplicator::PartitionReplicator(PartitionPlan plan,
                                         const PartitionOptions* options,
                                         Clock* clock)
    : plan_(std::move(plan)),
      options_(options),
      clock_(clock),
      topic_id_(plan_.topic_id),
      window_(plan_.target, options, clock),
      has_copies_(plan_.has_copies),
      stats_(clock) {
  if (!plan_.start.has_value()) return;
  Jump(*plan_.start);
  if (plan_.leader_epoch >= 0) {
    epochs_.Note(*plan_.start - 1, plan_.leader_epoch);
  }
  state_ = PARTITION_RUNNING;
}

bool PartitionReplicator::WantsToRead() const {
  return state_ == PARTITION_RUNNING && !paused_ && !stalled_ && !leaving_ &&
         !choked_above_.has_value();
}

bool PartitionReplicator::NeedsBounds() const {
  return state_ == PARTITION_RESOLVING;
}

std::optional<UpstreamOffset> PartitionReplicator::passed() const {
  const bool idle = state_ == PARTITION_RUNNING && !HasHeld() && !HasInFlight();
  return idle ? source_end_ : std::nullopt;
}

void PartitionReplicator::SettlePassed() {
  const std::optional<UpstreamOffset> end = passed();
  if (!end.has_value() || *end <= next_read_) return;
  next_read_ = *end;
  window_.Dropped(*end - 1);
  epochs_.Note(*end - 1, -1);
  UpdateCommittable();
}

std::optional<UpstreamOffset> PartitionReplicator::committable() const {
  return committable_;
}

void PartitionReplicator::OnBounds(const PartitionBounds& bounds,
                                   absl::Time now) {
  if (state_ != PARTITION_RESOLVING) return;
  if (problem_ == PROBLEM_SOURCE_UNAVAILABLE) {
    problem_ = PROBLEM_NONE;
    reason_.clear();
  }
  StartQuestion question{std::nullopt, diverged_at_, bounds};
  if (asks_bounds_) question.wanted = next_read_;
  if (from_start_) question.wanted = bounds.log_start;
  StartDecision decision = DecideStart(
      question, decision_.value_or(options_->delivery.on_source_gap));
  if (!decision.start.has_value()) {
    Suspend(PROBLEM_SOURCE_GAP,
            absl::StrCat(decision.gap->detail,
                         "; set on.source.gap to skip (go on with what is "
                         "there) or reseed (copy it from its start)"));
    return;
  }
  if (decision.gap.has_value()) {
    absl::StrAppend(&decision.gap->detail, "; goes on at ",
                    decision.start->value());
    NoteSkipped(*std::move(decision.gap), now);
  }
  const bool is_first = !question.wanted.has_value();
  if (is_first || decision.start != next_read_ || from_start_) {
    // Durable at the next commit: a restart does not find the gap again, and
    // notices one that comes before the first record is copied.
    committable_ = *decision.start - 1;
    epochs_.Clear();
  }
  Jump(*decision.start);
  stretch_->anew = from_start_;
  state_ = PARTITION_RUNNING;
  asks_bounds_ = false;
  diverged_at_.reset();
  from_start_ = false;
  decision_.reset();
}

void PartitionReplicator::OnNoBounds(const absl::Status& why) {
  const bool first =
      problem_ == PROBLEM_NONE || problem_ == PROBLEM_SOURCE_UNAVAILABLE;
  if (state_ != PARTITION_RESOLVING || !first) return;
  problem_ = PROBLEM_SOURCE_UNAVAILABLE;
  reason_ = std::string(why.message());
}

void PartitionReplicator::OnBatch(std::unique_ptr<RecordBatch> batch,
                                  absl::Time now) {
  // What was read before a failure is read again from the right place.
  if (!WantsToRead() || batch->first_offset() < next_read_) return;
  next_read_ = batch->last_offset() + 1;
  source_end_.reset();
  epochs_.Note(batch->first_offset(), batch->leader_epoch());
  stats_.OnRead(batch->last_timestamp_ms(), now);
  if (options_->transforms.empty() || plan_.is_heartbeats) {
    const UpstreamOffset first = batch->first_offset();
    const UpstreamOffset last = batch->last_offset();
    window_.Hold(std::move(batch), first, last);
  } else {
    HoldTransformed(std::move(batch), now);
  }
}

void PartitionReplicator::HoldTransformed(std::unique_ptr<RecordBatch> batch,
                                          absl::Time now) {
  TransformedBatch result = TransformBatch(*batch, options_->transforms);
  stats_.OnDropped(result.dropped);
  if (result.hidden) {
    OnHidden(result.through + 1, result.failure, now);
  } else if (!result.failure.ok()) {
    const UpstreamOffset failed = result.through + 1;
    Fail(PROBLEM_TRANSFORM_FAILED, failed, /*from_target=*/false,
         /*quiet=*/false,
         absl::StrCat("a RecordTransform failed at offset ", failed.value(),
                      ": ", result.failure.ToString()),
         result.failure, now);
  }
  window_.Hold(std::move(result.kept), batch->first_offset(), result.through);
}

void PartitionReplicator::OnEvent(const PartitionEvent& event, absl::Time now) {
  if (!WantsToRead()) return;
  if (event.kind == PartitionEvent::Kind::kEnd) {
    if (event.offset >= next_read_) source_end_ = event.offset;
    if (!HasHeld() && !HasInFlight()) Recovered();
    return;
  }
  const PartitionProblem problem = SourceProblem(event.status);
  asks_bounds_ =
      problem == PROBLEM_SOURCE_GAP || problem == PROBLEM_SOURCE_RECREATED;
  diverged_at_ = event.diverged_at;
  // Where the source has the last word, OnBounds() or StartOver() tells.
  Fail(problem, next_read_, /*from_target=*/false, /*quiet=*/asks_bounds_,
       absl::StrCat("reading at offset ", next_read_.value(), " from cluster ",
                    options_->source_alias, ": ",
                    WithGrant(event.status, absl::StrCat("READ on topic ",
                                                         plan_.source.topic))
                        .message()),
       event.status, now);
}

PartitionReplicator::SendResult PartitionReplicator::Send(
    RecordSink* sink, absl::Time now, const SinkShare& share) {
  if (letter_.has_value()) return SendResult::kWaits;
  SendResult result = window_.Send(sink, now, share);
  while (result == SendResult::kRejected) {
    OnRejected(window_.failure(), now);
    if (letter_.has_value()) return SendResult::kWaits;
    result = window_.Send(sink, now, share);
  }
  UpdateCommittable();
  if (result == SendResult::kFailed) {
    Ack failed;
    failed.first = window_.FirstUnsent();
    failed.count = 1;
    failed.status = window_.failure();
    OnFailed(failed, now);
    return SendResult::kDone;
  }
  Unchoke();
  if (result == SendResult::kWaits && !choked_above_.has_value() &&
      window_.held_bytes() >= options_->max_in_flight_bytes) {
    Choke();
  }
  return result;
}

void PartitionReplicator::Unchoke() {
  const bool drained =
      choked_above_.has_value() && window_.held_bytes() <= *choked_above_;
  if (drained) choked_above_.reset();
}

void PartitionReplicator::UpdateCommittable() {
  const std::optional<UpstreamOffset> done = window_.Committable();
  if (!done.has_value()) return;
  committable_ = done;
  epochs_.Forget(*done);
}

bool PartitionReplicator::OnAck(const Ack& ack, absl::Time now) {
  const bool counts = state_ != PARTITION_DRAINING || ack.first < resume_;
  const SendWindow::Fate fate = window_.OnAck(ack, counts, now);
  switch (fate) {
    case SendWindow::Fate::kCopied:
      break;
    case SendWindow::Fate::kRejected:
      OnRejected(ack.status, now);
      return false;
    case SendWindow::Fate::kFailed:
      OnFailed(ack, now);
      return false;
    case SendWindow::Fate::kIgnored:
    case SendWindow::Fate::kPending:
      if (state_ != PARTITION_RUNNING || !HasHeld()) return false;
      // Copies that do not count may stand before those that will.
      target_end_.reset();
      stretch_ = {window_.FirstUnsent()};
      return false;
  }
  CheckTarget(ack);
  has_copies_ = true;
  UpdateCommittable();
  acked_ = ack.first + (ack.count - 1);
  stalled_ = false;
  Recovered();
  stats_.OnRecords(ack.count);
  if (ack.retimed > 0) OnRetimed(ack);
  while (const auto sent = window_.PopSent()) {
    stats_.OnBatch(sent->value_bytes, sent->last_timestamp_ms, now);
  }
  return true;
}

void PartitionReplicator::CheckTarget(const Ack& ack) {
  const auto expected = std::exchange(target_end_, ack.base + ack.count);
  if (!expected.has_value()) return;
  auto change = JudgeTargetEnd(*expected, ack.base);
  if (change.has_value()) target_change_ = std::move(change);
}

std::optional<TargetChange> PartitionReplicator::JudgeTargetEnd(
    DownstreamOffset expected, DownstreamOffset end) const {
  auto change = mirror::internal::JudgeTargetEnd(
      plan_.target, options_->target_alias, expected, end);
  const bool meant = change.has_value() && change->foreign() &&
                     options_->delivery.target_is_shared;
  return meant ? std::nullopt : change;
}

void PartitionReplicator::Tick(absl::Time now) {
  Unchoke();
  if (state_ == PARTITION_DRAINING && !HasHeld() && !HasInFlight()) {
    AfterDrain(now);
  } else if (state_ == PARTITION_BACKING_OFF && now >= retry_at_) {
    state_ = PARTITION_RUNNING;
  } else if (state_ == PARTITION_RUNNING && HasInFlight()) {
    CheckSilence(now - window_.last_ack());
  }
}

void PartitionReplicator::Jump(UpstreamOffset to) {
  base_ = to;
  window_.Begin();
  window_.ForgetRejections();
  hidden_.reset();
  letter_.reset();
  target_end_.reset();
  stretch_ = {to};
  next_read_ = to;
  source_end_.reset();
  resume_ = to;
}

void PartitionReplicator::SetPaused(bool paused) {
  if (paused_ == paused) return;
  paused_ = paused;
  Report(paused ? EngineEvent::Kind::kPartitionPaused
                : EngineEvent::Kind::kPartitionRunning,
         LogLevel::kInfo, paused ? "paused" : "resumed");
}

PartitionState PartitionReplicator::state() const {
  return paused_ && state_ == PARTITION_RUNNING ? PARTITION_PAUSED : state_;
}

void PartitionReplicator::FillStatus(
    const std::optional<PartitionBounds>& bounds, absl::Time now,
    PartitionStatus* status) const {
  status->set_topic(plan_.source.topic);
  status->set_partition(plan_.source.partition);
  status->set_target_topic(plan_.target.topic);
  status->set_state(state());
  status->set_problem(problem_);
  status->set_reason(reason_);
  stats_.FillStatus(now, status);
  if (acked_.has_value()) status->set_acked_offset(acked_->value());
  if (bounds.has_value() && state_ != PARTITION_RESOLVING) {
    const UpstreamOffset read =
        std::max(next_read_, source_end_.value_or(next_read_));
    const int64_t read_lag = bounds->end - read;
    status->set_lag(std::max<int64_t>(read_lag, 0) + window_.in_flight());
    const auto age = stats_.AgeOfLastCopied(now);
    if (status->lag() == 0) {
      status->set_lag_ms(0);
    } else if (age.has_value()) {
      status->set_lag_ms(absl::ToInt64Milliseconds(*age));
    }
  }
}

std::vector<EngineEvent> PartitionReplicator::TakeEvents() {
  return std::exchange(events_, {});
}

void PartitionReplicator::Report(EngineEvent::Kind kind, LogLevel level,
                                 std::string message) {
  EngineEvent event(kind, level, "", std::move(message));
  event.partition = plan_.source;
  if (kind == EngineEvent::Kind::kPartitionProblem ||
      kind == EngineEvent::Kind::kPartitionStopped) {
    event.problem = problem_;
  }
  events_.push_back(std::move(event));
}

}  // namespace mirror::internal
