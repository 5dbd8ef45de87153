// SPDX-License-Identifier: Apache-2.0

#include "mirror/checkpoint/group_offset_syncer.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mirror/checkpoint/group_outage.h"
#include "mirror/cluster/errors.h"

namespace mirror::internal {
namespace {

// After an error, and while there is no checkpoint yet.
constexpr absl::Duration kRetry = absl::Seconds(5);
constexpr int kShownPartitions = 20;
// Groups that are looked at and written together.
constexpr size_t kChunk = 200;

std::string ReasonWithFix(const absl::Status& status) {
  std::string text(status.message());
  if (absl::IsPermissionDenied(status)) {
    absl::StrAppend(&text,
                    "; allow READ on the group and READ on the topic there");
  }
  return text;
}

// A line about a partition, while there is room.
PartitionSync* AddDetail(const Checkpoint& checkpoint, GroupSync* sync) {
  if (sync->details_size() >= kShownPartitions) return nullptr;
  PartitionSync* detail = sync->add_details();
  detail->set_topic(checkpoint.topic_partition.topic);
  detail->set_partition(checkpoint.topic_partition.partition);
  detail->set_checkpoint_offset(checkpoint.downstream.value());
  return detail;
}

void NoteAhead(const GroupSyncPlan& plan, const GroupCheckpoints& checkpoints,
               GroupSync* sync) {
  sync->set_ahead(static_cast<int32_t>(plan.ahead.size()));
  for (const auto& [tp, committed] : plan.ahead) {
    PartitionSync* detail = AddDetail(checkpoints.at(tp), sync);
    if (detail == nullptr) return;
    detail->set_committed_offset(committed);
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<GroupOffsetSyncer>> GroupOffsetSyncer::Create(
    Cluster* target, GroupOffsetSyncerOptions options,
    CheckpointEmitter* checkpoints, Clock* clock) {
  absl::StatusOr<std::unique_ptr<GroupAdmin>> admin =
      target->NewGroupAdmin(options.client_id);
  if (!admin.ok()) return admin.status();
  absl::StatusOr<std::unique_ptr<TargetLogs>> logs =
      TargetLogs::Create(target, options.client_id, &checkpoints->translator());
  if (!logs.ok()) return logs.status();
  return std::unique_ptr<GroupOffsetSyncer>(
      new GroupOffsetSyncer(std::move(options), *std::move(admin),
                            *std::move(logs), checkpoints, clock));
}

GroupOffsetSyncer::GroupOffsetSyncer(GroupOffsetSyncerOptions options,
                                     std::unique_ptr<GroupAdmin> admin,
                                     std::unique_ptr<TargetLogs> logs,
                                     CheckpointEmitter* checkpoints,
                                     Clock* clock)
    : options_(std::move(options)),
      admin_(std::move(admin)),
      logs_(std::move(logs)),
      checkpoints_(checkpoints),
      clock_(clock),
      interval_(options_.checkpoints.sync_group_offsets_interval),
      problems_(options_.flow) {}

void GroupOffsetSyncer::Cancel() {
  cancelled_ = true;
  admin_->Cancel();
  logs_->Cancel();
}

absl::Duration GroupOffsetSyncer::TimeToNextTurn() const {
  return std::max(next_ - clock_->Now(), absl::ZeroDuration());
}

absl::Status GroupOffsetSyncer::RunOnce() {
  if (cancelled_) return absl::CancelledError("stopped");
  const absl::Time now = clock_->Now();
  Round round;
  absl::Status status = Turn(&round);
  if (absl::IsCancelled(status)) return status;
  const absl::Duration interval = interval_.Get();
  const absl::Duration retry = std::min(kRetry, interval);
  const bool again = !status.ok() || round.again || round.positions.empty();
  next_ = now + (again ? retry : interval);
  if (status.ok()) {
    TellProblems(round);
  } else {
    status = absl::Status(
        status.code(),
        absl::StrCat(status.message(), "; group offsets are written again in ",
                     absl::FormatDuration(retry)));
  }
  MutexLock lock(&mu_);
  status_ = status;
  if (!status.ok()) return status;
  groups_ = std::move(round.groups);
  last_round_ = clock_->Now() - now;
  return status;
}

absl::Status GroupOffsetSyncer::Turn(Round* round) {
  round->positions = checkpoints_->Positions();
  std::vector<std::string> groups;
  for (const auto& [group, positions] : round->positions) {
    GroupSync& sync = round->groups[group];
    sync.set_group(group);
    sync.set_partitions(static_cast<int32_t>(positions.checkpoints.size()));
    groups.push_back(group);
    if (groups.size() < kChunk) continue;
    if (absl::Status status = SyncSome(groups, round); !status.ok()) {
      return status;
    }
    groups.clear();
  }
  return SyncSome(groups, round);
}

absl::Status GroupOffsetSyncer::SyncSome(const std::vector<std::string>& groups,
                                         Round* round) {
  const absl::StatusOr<std::vector<std::string>> idle = Describe(groups, round);
  if (!idle.ok()) return idle.status();
  const auto committed = admin_->ListGroupOffsets(*idle);
  if (absl::Status status = GroupOutage(committed); !status.ok()) return status;
  // After the commits, so that none of them can be past an end that has moved.
  if (absl::Status status = LookAtTarget(*idle, *round); !status.ok()) {
    return status;
  }
  std::map<std::string, GroupSyncPlan> plans;
  for (size_t i = 0; i < idle->size(); ++i) {
    const std::string& group = (*idle)[i];
    if (committed[i].ok()) {
      plans.emplace(group, Plan(group, *committed[i], round));
    } else {
      SetRefused(committed[i].status(), group, round);
    }
  }
  Write(plans, round);
  return cancelled_ ? absl::CancelledError("stopped") : absl::OkStatus();
}

absl::Status GroupOffsetSyncer::LookAtTarget(
    const std::vector<std::string>& groups, const Round& round) {
  std::set<TopicPartition> targets;
  for (const std::string& group : groups) {
    for (const auto& [tp, checkpoint] : round.positions.at(group).checkpoints) {
      targets.insert(tp);
    }
  }
  return logs_->Look(targets);
}

GroupSyncPlan GroupOffsetSyncer::Plan(const std::string& group,
                                      const GroupOffsets& committed,
                                      Round* round) {
  const CheckpointedGroup& positions = round->positions[group];
  GroupCheckpoints holding;
  LogEnds ends;
  for (const auto& [tp, checkpoint] : positions.checkpoints) {
    if (logs_->Judge(checkpoint) != TargetLogs::Verdict::kHolds) continue;
    holding.emplace(tp, checkpoint);
    const auto end = logs_->End(tp);
    if (end.has_value()) ends.emplace(tp, *end);
  }
  GroupSyncPlan plan = PlanGroupSync(
      holding,
      options_.checkpoints.follow_rewinds ? positions.rewinds : RewoundFrom(),
      ends, committed);
  for (const auto& [tp, checkpoint] : holding) {
    if (checkpoint.stale_through.has_value() && plan.write.count(tp) == 0) {
      checkpoints_->StaleCommitSettled(group, tp);
    }
  }
  GroupSync& sync = round->groups[group];
  sync.set_state(GROUP_SYNCED);
  sync.set_withheld(
      static_cast<int32_t>(positions.checkpoints.size() - holding.size()));
  NoteAhead(plan, positions.checkpoints, &sync);
  return plan;
}

absl::StatusOr<std::vector<std::string>> GroupOffsetSyncer::Describe(
    const std::vector<std::string>& groups, Round* round) {
  const auto states = admin_->DescribeGroups(groups);
  if (absl::Status status = GroupOutage(states); !status.ok()) return status;
  std::vector<std::string> idle;
  for (size_t i = 0; i < groups.size(); ++i) {
    if (!states[i].ok()) {
      SetRefused(states[i].status(), groups[i], round);
    } else if (*states[i] == GroupState::kActive) {
      round->groups[groups[i]].set_state(GROUP_ACTIVE);
      // What it commits from now on is its own.
      for (const auto& [tp, checkpoint] :
           round->positions[groups[i]].checkpoints) {
        if (!checkpoint.stale_through.has_value()) continue;
        checkpoints_->StaleCommitSettled(groups[i], tp);
      }
    } else {
      idle.push_back(groups[i]);
    }
  }
  return idle;
}

void GroupOffsetSyncer::Write(const std::map<std::string, GroupSyncPlan>& plans,
                              Round* round) {
  std::vector<std::pair<std::string, GroupOffsets>> writes;
  for (const auto& [group, plan] : plans) {
    if (!plan.write.empty()) writes.emplace_back(group, plan.write);
  }
  const auto results = admin_->AlterOffsetsOfGroups(writes);
  for (size_t i = 0; i < writes.size(); ++i) {
    const std::string& group = writes[i].first;
    if (results[i].ok()) {
      NoteResults(group, plans.at(group), *results[i], round);
    } else {
      SetRefused(results[i].status(), group, round);
    }
  }
}

void GroupOffsetSyncer::NoteResults(const std::string& group,
                                    const GroupSyncPlan& plan,
                                    const GroupOffsetResults& results,
                                    Round* round) {
  GroupSync& sync = round->groups[group];
  for (const auto& [tp, status] : results) {
    if (status.ok()) {
      ++written_;
      sync.set_written(sync.written() + 1);
      checkpoints_->StaleCommitSettled(group, tp);
      if (plan.rewinds.count(tp) == 0) continue;
      ++reset_;
      checkpoints_->RewindFollowed(group, tp);
      continue;
    }
    SetRefused(status, group, round);
    if (absl::IsFailedPrecondition(status)) return;
    sync.set_refused(sync.refused() + 1);
    PartitionSync* detail =
        AddDetail(round->positions[group].checkpoints.at(tp), &sync);
    if (detail != nullptr) detail->set_refused(ReasonWithFix(status));
  }
}

void GroupOffsetSyncer::SetRefused(const absl::Status& status,
                                   const std::string& group, Round* round) {
  GroupSync* sync = &round->groups[group];
  round->again |= IsRetriable(status);
  // It has got members since it was described.
  if (absl::IsFailedPrecondition(status)) {
    sync->set_state(GROUP_ACTIVE);
    return;
  }
  sync->set_state(GROUP_REFUSED);
  if (sync->reason().empty()) sync->set_reason(ReasonWithFix(status));
}

void GroupOffsetSyncer::TellProblems(const Round& round) {
  std::set<std::string> groups;
  for (const auto& [group, sync] : round.groups) {
    groups.insert(group);
    const bool refused = sync.state() == GROUP_REFUSED;
    problems_.Note(group,
                   refused ? absl::StrCat("its offsets are not set: ",
                                          sync.reason(), "; retried")
                           : "",
                   "its offsets are set again");
  }
  problems_.ForgetAllBut(groups);
  if (options_.on_event == nullptr) return;
  for (EngineEvent& event : problems_.TakeEvents()) {
    options_.on_event(std::move(event));
  }
}

void GroupOffsetSyncer::FillStatus(GroupOffsetSyncStatus* status) const {
  status->set_written(written_);
  status->set_reset(reset_);
  MutexLock lock(&mu_);
  status->set_last_round_ms(absl::ToInt64Milliseconds(last_round_));
  status->set_reason(std::string(status_.message()));
  for (const auto& [group, sync] : groups_) *status->add_groups() = sync;
}

}  // namespace mirror::internal
