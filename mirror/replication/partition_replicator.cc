// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/partition_replicator.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mirror/replication/partition_problem.h"

namespace mirror {
namespace {

double AgeMs(int64_t timestamp_ms, absl::Time now) {
  return absl::ToDoubleMilliseconds(now - absl::FromUnixMillis(timestamp_ms));
}

void FillWindow(const WindowedStat& stat, absl::Time now, WindowedMs* status) {
  if (!stat.last().has_value()) return;
  status->set_last(*stat.last());
  if (const auto window = stat.Window(now); window.has_value()) {
    status->set_min(window->min);
    status->set_max(window->max);
    status->set_avg(window->avg);
  }
}

}  // namespace

PartitionReplicator::PartitionReplicator(PartitionPlan plan,
                                         const PartitionOptions* options)
    : plan_(std::move(plan)), options_(options) {
  if (plan_.start.has_value()) {
    Jump(*plan_.start);
    state_ = PARTITION_RUNNING;
  }
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

std::optional<UpstreamOffset> PartitionReplicator::committable() const {
  return committable_;
}

void PartitionReplicator::OnBounds(const PartitionBounds& bounds) {
  if (state_ != PARTITION_RESOLVING) return;
  std::optional<UpstreamOffset> wanted;
  if (out_of_range_) wanted = next_read_;
  if (from_start_) wanted = bounds.log_start;
  const StartDecision decision =
      DecideStart(wanted, bounds, options_->on_gap, options_->start_at);
  if (!decision.start.has_value()) {
    Suspend(PROBLEM_SOURCE_GAP,
            absl::StrCat(decision.gap,
                         "; set on.source.gap to skip (go on with what is "
                         "there) or reseed (copy it from its start)"));
    return;
  }
  if (!decision.gap.empty()) {
    Report(
        EngineEvent::Kind::kSourceGap, LogLevel::kWarning,
        absl::StrCat(decision.gap, "; goes on at ", decision.start->value()));
    // Durable at the next commit: a restart does not find the gap again.
    committable_.reset();
    if (*decision.start > UpstreamOffset(0)) committable_ = *decision.start - 1;
  }
  Jump(*decision.start);
  stretch_->anew = from_start_;
  state_ = PARTITION_RUNNING;
  out_of_range_ = false;
  from_start_ = false;
}

void PartitionReplicator::OnBatch(std::unique_ptr<RecordBatch> batch,
                                  absl::Time now) {
  // What was read before a failure is read again from the right place.
  if (!WantsToRead() || batch->first_offset() < next_read_) return;
  next_read_ = batch->last_offset() + 1;
  source_end_.reset();
  if (batch->last_timestamp_ms() >= 0) {
    record_age_.Record(AgeMs(batch->last_timestamp_ms(), now), now);
  }
  if (options_->transforms.empty()) {
    const UpstreamOffset first = batch->first_offset();
    const UpstreamOffset last = batch->last_offset();
    held_.push_back({std::move(batch), first, last});
  } else {
    HoldTransformed(std::move(batch), now);
  }
}

void PartitionReplicator::HoldTransformed(std::unique_ptr<RecordBatch> batch,
                                          absl::Time now) {
  std::vector<Record> kept;
  const UpstreamOffset first = batch->first_offset();
  UpstreamOffset through = batch->last_offset();
  for (int64_t i = 0; i < batch->count(); ++i) {
    Record record = batch->ToRecord(i);
    const UpstreamOffset offset = record.offset;
    absl::StatusOr<RecordVerdict> verdict = RecordVerdict::kKeep;
    for (const auto& transform : options_->transforms) {
      verdict = transform->Transform(plan_.source, record);
      if (!verdict.ok() || *verdict == RecordVerdict::kDrop) break;
    }
    if (!verdict.ok()) {
      Fail(PROBLEM_TRANSFORM_FAILED, offset, /*from_target=*/false,
           /*probing=*/false,
           absl::StrCat("a RecordTransform failed at offset ", offset.value(),
                        ": ", verdict.status().ToString()),
           now);
      through = offset - 1;
      break;
    }
    if (*verdict == RecordVerdict::kDrop) {
      ++dropped_;
      continue;
    }
    record.offset = offset;  // not the transform's to change
    kept.push_back(std::move(record));
  }
  std::unique_ptr<RecordBatch> left;
  if (!kept.empty()) {
    left = std::make_unique<OwnedRecordBatch>(plan_.source, std::move(kept));
  }
  held_.push_back({std::move(left), first, through});
}

void PartitionReplicator::OnEvent(const PartitionEvent& event, absl::Time now) {
  if (!WantsToRead()) return;
  if (event.kind == PartitionEvent::Kind::kEnd) {
    if (event.offset >= next_read_) source_end_ = event.offset;
    if (held_.empty() && in_flight_records_ == 0) Recovered();
    return;
  }
  const PartitionProblem problem = SourceProblem(event.status);
  out_of_range_ = problem == PROBLEM_SOURCE_GAP;
  Fail(problem, next_read_, /*from_target=*/false, /*probing=*/false,
       absl::StrCat("reading at offset ", next_read_.value(), " from cluster ",
                    options_->source_alias, ": ", event.status.message()),
       now);
}

bool PartitionReplicator::InIsolation() const {
  const RecordBatch* batch = held_.front().batch.get();
  return batch != nullptr && isolate_through_.has_value() &&
         batch->first_offset() <= *isolate_through_;
}

void PartitionReplicator::SplitFirstHeld() {
  const Held whole = std::move(held_.front());
  held_.pop_front();
  UpstreamOffset through = whole.through;
  for (int64_t i = whole.batch->count() - 1; i >= 0; --i) {
    std::vector<Record> one = {whole.batch->ToRecord(i)};
    const UpstreamOffset offset = one.front().offset;
    held_.push_front(
        {std::make_unique<OwnedRecordBatch>(plan_.source, std::move(one)),
         offset, through});
    through = offset - 1;
  }
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
    if (held.batch != nullptr) {
      if (in_flight_records_ == 0) last_ack_ = now;
      const bool isolated = InIsolation();
      // A batch that went out in part counts whole, so bytes alone do not say
      // that there is something to wait for.
      if (in_flight_records_ > 0 &&
          (isolated || in_flight_bytes_ >= options_->max_in_flight_bytes ||
           in_flight_records_ + held.batch->count() > kMaxRecordsOnTheirWay)) {
        return SendResult::kAtLimit;
      }
      if (isolated && held.batch->count() > 1) {
        SplitFirstHeld();
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
  if (done.has_value()) committable_ = done;
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
  progress_.Acked(ack.first, ack.count);
  UpdateCommittable();
  acked_ = last;
  stalled_ = false;
  Recovered();
  records_ += ack.count;
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
    bytes_ += sent.bytes;
    if (sent.last_timestamp_ms >= 0) {
      replication_latency_.Record(AgeMs(sent.last_timestamp_ms, now), now);
    }
    sent_.pop_front();
  }
}

void PartitionReplicator::OnRefused(const absl::Status& status,
                                    UpstreamOffset first, UpstreamOffset last,
                                    absl::Time now) {
  const PartitionProblem problem = TargetProblem(status);
  const bool alone = last == first;
  // A broker refuses a whole batch for one record in it; which one shows when
  // they are sent one by one.
  const bool probing = problem == PROBLEM_RECORD_REFUSED && !alone;
  if (probing) isolate_through_ = last;
  Fail(problem, first, /*from_target=*/true, probing,
       absl::StrCat(
           alone ? "the record at offset " : "a record from offset ",
           first.value(), alone ? "" : absl::StrCat(" to ", last.value()),
           " was not written to ", plan_.target.ToString(), " on cluster ",
           options_->target_alias, ": ", status.message(),
           TargetRemedy(problem, options_->target_alias, plan_.target.topic)),
       now);
}

void PartitionReplicator::Fail(PartitionProblem problem, UpstreamOffset resume,
                               bool from_target, bool probing,
                               std::string reason, absl::Time now) {
  if (from_target && state_ == PARTITION_STOPPED) {
    // The operator's decision is still awaited; only the place is noted.
    held_.clear();
    next_read_ = std::min(next_read_, resume);
    return;
  }
  const bool first = state_ != PARTITION_DRAINING;
  if (!first && resume >= resume_) return;  // fails in the wake of the first
  if (from_target) held_.clear();
  resume_ = resume;
  next_read_ = resume;
  problem_ = problem;
  reason_ = std::move(reason);
  state_ = PARTITION_DRAINING;
  stalled_ = false;
  if (!first) return;
  if (probing) {
    retry_at_ = now;
    return;
  }
  ++restarts_;
  backoff_ =
      std::clamp(backoff_ * 2, options_->min_backoff, options_->max_backoff);
  retry_at_ = now + backoff_;
  if (problem == PROBLEM_SOURCE_GAP) return;  // OnBounds() tells
  problem_reported_ = true;
  Report(EngineEvent::Kind::kPartitionProblem, LogLevel::kError,
         absl::StrCat(reason_, "; tried again in ",
                      absl::FormatDuration(backoff_)));
}

void PartitionReplicator::AfterDrain(absl::Time now) {
  progress_.Reset();
  sent_.clear();
  in_flight_bytes_ = 0;
  next_read_ = resume_;
  source_end_.reset();
  stretch_ = {resume_};
  if (out_of_range_ || from_start_) {
    state_ = PARTITION_RESOLVING;
  } else if (now >= retry_at_) {
    state_ = PARTITION_RUNNING;
  } else {
    state_ = PARTITION_BACKING_OFF;
  }
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

void PartitionReplicator::CheckSilence(absl::Duration silence) {
  if (HasHeld() && silence >= options_->stall_timeout) stalled_ = true;
  if (!stalled_ && silence < options_->silence_timeout) return;
  if (problem_ == PROBLEM_TARGET_STALLED) return;
  problem_ = PROBLEM_TARGET_STALLED;
  reason_ = absl::StrCat(
      "no acknowledgement from cluster ", options_->target_alias, " for ",
      plan_.target.ToString(), " since ",
      absl::FormatTime(last_ack_, absl::UTCTimeZone()),
      "; goes on by itself once the partition has a leader and as many "
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
         absl::StrCat("goes on; copied up to offset ",
                      committable_.has_value() ? committable_->value() : -1));
}

void PartitionReplicator::Jump(UpstreamOffset to) {
  base_ = to;
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

void PartitionReplicator::ForgetHeld() {
  if (held_.empty()) return;
  const Held& held = held_.front();
  // A batch that went out in part counts as under way as a whole, so the
  // partition drains and starts afresh behind the part.
  const UpstreamOffset unsent =
      held.next > 0 ? held.batch->ToRecord(held.next).offset : held.first;
  held_.clear();
  next_read_ = unsent;
  if (state_ == PARTITION_RUNNING) {
    state_ = PARTITION_DRAINING;
    resume_ = unsent;
    retry_at_ = absl::InfinitePast();
  } else if (state_ == PARTITION_DRAINING) {
    resume_ = std::min(resume_, unsent);
  }
}

void PartitionReplicator::OnSinkLost(absl::Time now) {
  held_.clear();
  sent_.clear();
  in_flight_records_ = 0;
  in_flight_bytes_ = 0;
  stalled_ = false;
  resume_ = committable_.has_value() ? *committable_ + 1 : base_;
  next_read_ = resume_;
  if (state_ != PARTITION_RUNNING && state_ != PARTITION_DRAINING) return;
  ++restarts_;
  state_ = PARTITION_DRAINING;
  retry_at_ = now + options_->min_backoff;
}

void PartitionReplicator::Suspend(PartitionProblem problem,
                                  const std::string& reason) {
  if (state_ == PARTITION_STOPPED && problem_ == problem) return;
  state_ = PARTITION_STOPPED;
  problem_ = problem;
  reason_ = reason;
  stalled_ = false;
  Report(EngineEvent::Kind::kPartitionStopped, LogLevel::kError, reason_);
}

void PartitionReplicator::Restart(bool from_start) {
  if (state_ != PARTITION_STOPPED) return;
  from_start_ = from_start;
  out_of_range_ = !from_start;
  resume_ = next_read_;
  state_ = PARTITION_DRAINING;
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
  status->set_records(records_);
  status->set_bytes(bytes_);
  status->set_records_dropped(dropped_);
  status->set_restarts(restarts_);
  if (acked_.has_value()) status->set_acked_offset(acked_->value());
  if (bounds.has_value() && state_ != PARTITION_RESOLVING) {
    const UpstreamOffset read =
        std::max(next_read_, source_end_.value_or(next_read_));
    const int64_t read_lag = bounds->end - read;
    status->set_lag(std::max<int64_t>(read_lag, 0) + in_flight_records_);
  }
  FillWindow(record_age_, now, status->mutable_record_age());
  FillWindow(replication_latency_, now, status->mutable_replication_latency());
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
