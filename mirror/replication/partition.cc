// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/partition.h"

#include <string>
#include <utility>
#include <variant>

#include "mirror/replication/gap_policy.h"

namespace mirror::internal {

Partition::Partition(PartitionPlan plan, const PartitionOptions* options,
                     CopyIndex* index, Clock* clock)
    : core_(std::move(plan), options, index, clock),
      target_(&core_),
      comparing_(&core_),
      source_(&core_, &target_, &comparing_) {}

void Partition::Handle(Event event, absl::Time now, Effects* effects) {
  core_.now = now;
  core_.effects = effects;
  std::visit([this](auto& one) { On(std::move(one)); }, event);
  EmitWishes();
}

void Partition::EmitWishes() {
  if (!core_.leaving) comparing_.Resume();
  if (core_.window.TakeDoubt()) core_.Emit(effect::DoubtLimits{});
  if (core_.MayRead() != reads_) {
    reads_ = !reads_;
    if (reads_) {
      const UpstreamOffset next = core_.log.next();
      core_.Emit(effect::Assign{{core_.plan.source, next,
                                 core_.log.EpochBefore(next), core_.topic_id}});
    } else {
      core_.Emit(effect::Unassign{});
    }
  }
  // Once the first record is copied again, what happened to the copies may no
  // longer show, so the stored progress must not be ahead by then.
  const bool asks =
      core_.state.is<CopyState::Resolving>() && !core_.progress.IsAhead();
  if (asks != asks_) core_.Emit(effect::AskBounds{asks_ = asks});
  const bool left = core_.leaving && !core_.HasHeld() && !core_.HasInFlight() &&
                    !core_.progress.HasUncommitted() &&
                    PassedEnd().value_or(core_.log.next()) <= core_.log.next();
  if (left && !std::exchange(left_, true)) core_.Emit(effect::Left{});
}

bool Partition::wants_ticks() const {
  return core_.HasInFlight() || core_.HasHeld() ||
         core_.state.is<CopyState::Draining>() ||
         core_.state.is<CopyState::BackingOff>();
}

bool Partition::TargetIsUndecided() const {
  const auto* const stopped = core_.state.get<CopyState::Stopped>();
  return stopped != nullptr && (stopped->lost_copies.has_value() ||
                                stopped->target_change.has_value());
}

void Partition::On(event::Added event) {
  core_.paused = event.paused;
  const auto& start = core_.plan.start;
  if (start.has_value()) {
    core_.state.StartAt();
    core_.base = *start;
    core_.log.Seek(*start);
    if (core_.plan.leader_epoch >= 0) {
      core_.log.NoteEpoch(*start - 1, core_.plan.leader_epoch);
    }
  }
  if (core_.paused)
    core_.Report(EngineEvent::Kind::kPartitionPaused, LogLevel::kInfo,
                 "paused");
  if (core_.plan.target_change.has_value()) {
    target_.On(event::TargetChanged{*core_.plan.target_change});
  }
  if (!start.has_value()) return;
  if (core_.state.is<CopyState::Running>()) {
    comparing_.Begin(*start);
  } else {
    core_.BeginRun(*start);
  }
}

SendWindow::Result Partition::Send(RecordSink* sink, absl::Time now,
                                   const SinkShare& share, Effects* effects) {
  core_.now = now;
  core_.effects = effects;
  const SendWindow::Result result = target_.Send(sink, share);
  EmitWishes();
  return result;
}

void Partition::On(event::Tick) {
  target_.Unchoke();
  if (core_.state.is<CopyState::Draining>()) {
    if (!core_.HasHeld() && !core_.HasInFlight()) OnDrained();
  } else if (core_.state.is<CopyState::Running>()) {
    if (core_.HasInFlight()) target_.OnSilence();
  } else {
    core_.state.TimePasses(core_.now);
  }
}

void Partition::OnDrained() {
  core_.window.Begin();
  UpstreamOffset resume = core_.state.Drained(core_.now);
  if (const auto hidden = core_.rejected.TakeHidden(resume)) {
    core_.Settle(*hidden, SkipReason::kRefused);
    core_.window.Dropped(hidden->offset);
    core_.UpdateDone();
    resume = resume + 1;
  }
  core_.log.Seek(resume);
  core_.guard.ForgetEnd();
  const auto* const resolving = core_.state.get<CopyState::Resolving>();
  const bool from_start =
      resolving != nullptr &&
      resolving->question.kind == CopyState::Question::Kind::kFromStart;
  if (!from_start) core_.BeginRun(resume);
}

void Partition::On(event::Paused event) {
  if (core_.paused == event.paused) return;
  core_.paused = event.paused;
  core_.Report(core_.paused ? EngineEvent::Kind::kPartitionPaused
                            : EngineEvent::Kind::kPartitionRunning,
               LogLevel::kInfo, core_.paused ? "paused" : "resumed");
}

void Partition::On(event::Released) {
  comparing_.Abandon();
  core_.leaving = true;
  core_.DropHeld();
}

void Partition::On(event::SourceClientLost) {
  core_.DropHeld();
  // It is not assigned at the client that comes next.
  if (std::exchange(reads_, false)) core_.Emit(effect::Unassign{});
}

void Partition::On(event::Suspended event) {
  comparing_.Abandon();
  core_.Stop(event.problem, event.reason);
}

void Partition::On(event::Decided event) {
  comparing_.ExpectNone();
  const CopyState::Stopped stopped = *core_.state.get<CopyState::Stopped>();
  const bool copies_are_lost = stopped.lost_copies.has_value();
  if (copies_are_lost) {
    core_.Emit(effect::ForgetCopies{});
    core_.guard.OnCopiesForgotten();
    core_.NoteSkipped(*stopped.lost_copies);
  }
  bool from_start = true;
  if (stopped.recreated.has_value()) {
    core_.NoteSkipped(stopped.recreated->lost);
    core_.StartOver(stopped.recreated->topic_id);
  } else if (event.decision == LossPolicy::kReseed) {
    core_.StartOver(core_.topic_id);
  } else {
    from_start = stopped.question.kind == CopyState::Question::Kind::kFromStart;
    core_.state.LeaveStopped(core_.log.next(), event.decision);
  }
  if (from_start) core_.progress.Restart();
  if (copies_are_lost && !core_.progress.LastCopied().has_value()) {
    core_.progress.StartOver();
  }
  if (stopped.target_change.has_value()) {
    target_.On(event::TargetChanged{*stopped.target_change});
  }
}

std::optional<UpstreamOffset> Partition::PassedEnd() const {
  const bool idle = core_.state.is<CopyState::Running>() && !core_.HasHeld() &&
                    !core_.HasInFlight();
  return idle ? core_.log.reached_end() : std::nullopt;
}

void Partition::On(event::CommitDue) {
  effect::CommitThrough commit;
  if (core_.log.bounds().has_value())
    commit.log_start = core_.log.bounds()->log_start;
  commit.passed = PassedEnd();
  if (commit.passed.has_value() && *commit.passed > core_.log.next()) {
    // Before retention takes it away.
    core_.log.PassEnd(*commit.passed);
    core_.window.Dropped(*commit.passed - 1);
    core_.UpdateDone();
  }
  commit.done = core_.progress.done();
  commit.has_copies = core_.progress.has_copies();
  // Without what was passed last, dropped or not there, the index would seem to
  // be behind.
  if (!commit.passed.has_value() && commit.done.has_value()) {
    commit.passed = *commit.done + 1;
  }
  if (commit.done.has_value()) {
    commit.leader_epoch = core_.log.EpochBefore(*commit.done + 1);
    // Once the stored progress holds for what is copied again, too: a crash in
    // between begins once more, rather than somewhere in the middle.
    if (core_.progress.starts_over() && !core_.progress.IsAhead()) {
      core_.progress.OnStartStored();
      commit.topic_id = core_.topic_id;
    }
    commit.store_progress = commit.done != core_.progress.committed();
  }
  commit.store_index = !core_.progress.starts_over();
  core_.Emit(std::move(commit));
}

void Partition::On(event::Committed event) {
  core_.progress.OnCommitted(event.through);
}

void Partition::FillStatus(absl::Time now, PartitionStatus* status) const {
  const PartitionState kind = core_.state.kind();
  status->set_topic(core_.plan.source.topic);
  status->set_partition(core_.plan.source.partition);
  status->set_target_topic(core_.plan.target.topic);
  status->set_state(core_.paused && kind == PARTITION_RUNNING ? PARTITION_PAUSED
                                                              : kind);
  status->set_problem(core_.health.problem());
  status->set_reason(core_.health.reason());
  core_.stats.FillStatus(now, status);
  if (core_.acked.has_value()) status->set_acked_offset(core_.acked->value());
  const std::optional<int64_t> lag = core_.log.Lag();
  if (lag.has_value() && kind != PARTITION_RESOLVING) {
    status->set_lag(*lag + core_.window.in_flight());
    const auto age = core_.stats.AgeOfLastCopied(now);
    if (status->lag() == 0) {
      status->set_lag_ms(0);
    } else if (age.has_value()) {
      status->set_lag_ms(absl::ToInt64Milliseconds(*age));
    }
  }
  const auto& committed = core_.progress.committed();
  if (committed.value_or(UpstreamOffset(-1)) >= UpstreamOffset(0)) {
    status->set_committed_offset(committed->value());
  }
}

}  // namespace mirror::internal
