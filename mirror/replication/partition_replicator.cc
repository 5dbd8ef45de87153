// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/partition_replicator.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mirror/cluster/errors.h"
#include "mirror/replication/dead_letter.h"
#include "mirror/replication/partition_problem.h"
#include "mirror/replication/transform_batch.h"

namespace mirror {

PartitionReplicator::PartitionReplicator(PartitionPlan plan,
                                         const PartitionOptions* options,
                                         Clock* clock)
    : plan_(std::move(plan)),
      options_(options),
      clock_(clock),
      topic_id_(plan_.topic_id),
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
  return state_ == PARTITION_RUNNING && !paused_ && !stalled_;
}

bool PartitionReplicator::NeedsBounds() const {
  return state_ == PARTITION_RESOLVING;
}

std::optional<UpstreamOffset> PartitionReplicator::passed() const {
  const bool idle =
      state_ == PARTITION_RUNNING && held_.empty() && in_flight_records_ == 0;
  return idle ? source_end_ : std::nullopt;
}

void PartitionReplicator::SettlePassed() {
  const std::optional<UpstreamOffset> end = passed();
  if (!end.has_value() || *end <= next_read_) return;
  next_read_ = *end;
  progress_.Dropped(*end - 1);
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
  StartDecision decision =
      DecideStart(question, decision_.value_or(options_->on_gap));
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
    held_.push_back({std::move(batch), first, last});
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
         now);
  }
  held_.push_back(
      {std::move(result.kept), batch->first_offset(), result.through});
}

void PartitionReplicator::OnEvent(const PartitionEvent& event, absl::Time now) {
  if (!WantsToRead()) return;
  if (event.kind == PartitionEvent::Kind::kEnd) {
    if (event.offset >= next_read_) source_end_ = event.offset;
    if (held_.empty() && in_flight_records_ == 0) Recovered();
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
       now);
}

bool PartitionReplicator::InIsolation() const {
  const Held& held = held_.front();
  const bool probed =
      isolate_through_.has_value() && held.first <= *isolate_through_;
  // Until the refused record is settled, nothing may pass it.
  return probed || (refused_.has_value() && held.through >= *refused_);
}

void PartitionReplicator::SplitFirstHeld() {
  const Held whole = std::move(held_.front());
  held_.pop_front();
  UpstreamOffset through = whole.through;
  std::vector<std::unique_ptr<RecordBatch>> ones = whole.batch->Split();
  for (auto one = ones.rbegin(); one != ones.rend(); ++one) {
    const UpstreamOffset offset = (*one)->first_offset();
    held_.push_front({std::move(*one), offset, through});
    through = offset - 1;
  }
}

bool PartitionReplicator::HoldsDeadLetter() const {
  return options_->on_refused == RefusedPolicy::kDeadLetter &&
         refused_.has_value() &&
         held_.front().batch->first_offset() == *refused_;
}

void PartitionReplicator::SendDeadLetter(absl::Time now) {
  const RecordBatch& batch = *held_.front().batch;
  const absl::Status shows = batch.Shows(0);
  if (!shows.ok())
    absl::StrAppend(&refusal_, "; kept in part: ", shows.message());
  dead_letter_ = ToDeadLetter(batch.ToRecord(0), plan_.source, refusal_,
                              clock_->ToWallTime(now));
  held_.pop_front();
  ++in_flight_records_;
  last_ack_ = now;
}

bool PartitionReplicator::IsLookup(const absl::Status& status, absl::Time now) {
  if (!absl::IsNotFound(status)) {
    unknown_since_ = absl::InfiniteFuture();
    return false;
  }
  unknown_since_ = std::min(unknown_since_, now);
  return now - unknown_since_ < options_->lookup_timeout;
}

absl::Status PartitionReplicator::SendFirstHeld(RecordSink* sink) {
  Held& held = held_.front();
  const int64_t before = held.next;
  const absl::Status status =
      sink->Send(plan_.target, held.batch.get(), &held.next);
  if (before == 0 && held.next > 0) {
    const RecordBatch& batch = *held.batch;
    progress_.Sent(batch.first_offset(), batch.last_offset(), batch.count())
        .IgnoreError();  // in order, as OnBatch and Reset() see to it
    sent_.push_back(
        {batch.last_offset(), batch.value_bytes(), batch.last_timestamp_ms()});
    in_flight_bytes_ += batch.value_bytes();
  }
  in_flight_records_ += held.next - before;
  return status;
}

PartitionReplicator::SendResult PartitionReplicator::Send(RecordSink* sink,
                                                          absl::Time now) {
  while (!held_.empty()) {
    Held& held = held_.front();
    const bool isolated = InIsolation();
    if (isolated && in_flight_records_ > 0) return SendResult::kAtLimit;
    if (held.batch != nullptr) {
      if (in_flight_records_ == 0) last_ack_ = now;
      // A batch that went out in part counts whole, so bytes alone do not say
      // that there is something to wait for.
      if (in_flight_records_ > 0 &&
          (in_flight_bytes_ >= options_->max_in_flight_bytes ||
           in_flight_records_ + held.batch->count() > kMaxRecordsOnTheirWay)) {
        return SendResult::kAtLimit;
      }
      if (isolated && held.batch->count() > 1) {
        SplitFirstHeld();
        continue;
      }
      // It was taken at another try, or is no longer in the source's log.
      if (refused_.has_value() && *refused_ < held.batch->first_offset()) {
        refused_.reset();
      }
      if (HoldsDeadLetter()) {
        SendDeadLetter(now);
        continue;
      }
      const absl::Status status = SendFirstHeld(sink);
      if (IsLookup(status, now)) return SendResult::kLookingUp;
      if (!status.ok()) {
        const UpstreamOffset refused = held.batch->ToRecord(held.next).offset;
        OnRefused(status, refused, refused, now);
        return SendResult::kDone;
      }
      if (held.next < held.batch->count()) return SendResult::kBlocked;
    }
    progress_.Dropped(held.through);
    held_.pop_front();
    UpdateCommittable();
  }
  return SendResult::kDone;
}

void PartitionReplicator::UpdateCommittable() {
  const std::optional<UpstreamOffset> done = progress_.Committable();
  if (!done.has_value()) return;
  committable_ = done;
  epochs_.Forget(*done);
}

bool PartitionReplicator::OnAck(const Ack& ack, absl::Time now) {
  in_flight_records_ -= ack.count;
  last_ack_ = now;
  const UpstreamOffset last = ack.first + (ack.count - 1);
  if (!ack.status.ok()) {
    OnRefused(ack.status, ack.first, last, now);
    return false;
  }
  if (resume_ <= ack.first && state_ == PARTITION_DRAINING) return false;
  CheckTarget(ack);
  has_copies_ = true;
  progress_.Acked(ack.first, ack.count);
  UpdateCommittable();
  acked_ = last;
  stalled_ = false;
  Recovered();
  stats_.OnRecords(ack.count);
  if (ack.retimed > 0) OnRetimed(ack);
  if (isolate_through_.has_value() && last >= *isolate_through_) {
    isolate_through_.reset();
  }
  PopSent(last, now);
  return true;
}

void PartitionReplicator::PopSent(UpstreamOffset through, absl::Time now) {
  while (!sent_.empty() && sent_.front().last_offset <= through) {
    const Sent& sent = sent_.front();
    in_flight_bytes_ -= sent.bytes;
    stats_.OnBatch(sent.bytes, sent.last_timestamp_ms, now);
    sent_.pop_front();
  }
}

void PartitionReplicator::CheckTarget(const Ack& ack) {
  const auto expected = std::exchange(target_end_, ack.base + ack.count);
  if (!expected.has_value()) return;
  auto change = JudgeTargetEnd(*expected, ack.base);
  if (change.has_value()) target_change_ = std::move(change);
}

std::optional<TargetChange> PartitionReplicator::JudgeTargetEnd(
    DownstreamOffset expected, DownstreamOffset end) const {
  auto change = mirror::JudgeTargetEnd(plan_.target, options_->target_alias,
                                       expected, end);
  const bool meant =
      change.has_value() && change->foreign() && options_->target_is_shared;
  return meant ? std::nullopt : change;
}

void PartitionReplicator::Tick(absl::Time now) {
  if (state_ == PARTITION_DRAINING && held_.empty() &&
      in_flight_records_ == 0) {
    AfterDrain(now);
  } else if (state_ == PARTITION_BACKING_OFF && now >= retry_at_) {
    state_ = PARTITION_RUNNING;
  } else if (state_ == PARTITION_RUNNING && HasInFlight()) {
    CheckSilence(now - last_ack_);
  }
}

void PartitionReplicator::Jump(UpstreamOffset to) {
  base_ = to;
  isolate_through_.reset();
  refused_.reset();
  target_end_.reset();
  stretch_ = {to};
  next_read_ = to;
  source_end_.reset();
  resume_ = to;
  progress_.Reset();
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
    status->set_lag(std::max<int64_t>(read_lag, 0) + in_flight_records_);
  }
}

std::vector<EngineEvent> PartitionReplicator::TakeEvents() {
  return std::exchange(events_, {});
}

void PartitionReplicator::Report(EngineEvent::Kind kind, LogLevel level,
                                 std::string message) {
  EngineEvent event;
  event.kind = kind;
  event.level = level;
  event.subject = plan_.source.ToString();
  event.message = std::move(message);
  events_.push_back(std::move(event));
}

}  // namespace mirror
