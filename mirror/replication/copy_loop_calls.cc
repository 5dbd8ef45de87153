// SPDX-License-Identifier: Apache-2.0
//
// The half of copy_loop.h that other threads call; the other is the loop.

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mirror/replication/copy_loop.h"
#include "mirror/replication/skip_status.h"

namespace mirror::internal {

void CopyLoop::SetPartitions(int32_t progress, int32_t index) {
  MutexLock lock(&mu_);
  progress_partitions_ = progress;
  index_partitions_ = index;
}

void CopyLoop::DeleteProgress(const TopicPartition& source,
                              int32_t progress_partition) {
  MutexLock lock(&mu_);
  CycleFor(source)->DeleteProgress(source, progress_partition, clock_->Now());
}

void CopyLoop::Add(std::vector<PartitionPlan> plans) {
  MutexLock lock(&mu_);
  for (PartitionPlan& plan : plans) {
    const auto [it, is_new] = entries_.try_emplace(plan.source);
    if (!is_new) continue;
    Entry& entry = it->second;
    if (plan.start.has_value()) entry.committed = *plan.start - 1;
    entry.index_is_void = plan.from_log_start;
    by_source_[plan.source] = &entry;
    by_target_[plan.target] = &entry;
    Touch(&entry);
    const bool paused = paused_topics_.count(plan.source.topic) > 0;
    const std::optional<TargetChange> change = plan.target_change;
    entry.partition = std::make_unique<PartitionReplicator>(
        std::move(plan), &options_.partition, clock_);
    CycleFor(it->first)->Add(&entry);
    if (paused) entry.partition->SetPaused(true);
    const auto limits = limits_.find(entry.partition->target().topic);
    if (limits != limits_.end()) entry.partition->SetLimits(limits->second);
    if (change.has_value()) HandleTargetChange(&entry, *change);
  }
  sweep_now_ = true;
}

void CopyLoop::SetLimits(const std::map<std::string, TopicLimits>& limits) {
  MutexLock lock(&mu_);
  for (const auto& [topic, limit] : limits) limits_[topic] = limit;
  for (auto& [source, entry] : entries_) {
    const auto it = limits.find(entry.partition->target().topic);
    if (it != limits.end()) entry.partition->SetLimits(it->second);
  }
}

std::set<std::string> CopyLoop::TakeDoubtedLimits() {
  MutexLock lock(&mu_);
  return std::exchange(doubted_limits_, {});
}

void CopyLoop::ForgetLimits(const std::string& topic) {
  MutexLock lock(&mu_);
  limits_.erase(topic);
  doubted_limits_.erase(topic);
}

bool CopyLoop::Release(const TopicPartition& source) {
  MutexLock lock(&mu_);
  Entry* const entry = Find(source);
  const bool undecided =
      entry != nullptr && entry->partition->WaitsForOperator();
  if (entry != nullptr) entry->partition->Leave();
  leaving_.push_back(source);
  sweep_now_ = true;
  return undecided;
}

std::vector<TopicPartition> CopyLoop::TakeReleased() {
  MutexLock lock(&mu_);
  return std::exchange(released_, {});
}

void CopyLoop::LetGo() {
  std::vector<TopicPartition> staying;
  for (TopicPartition& source : leaving_) {
    Entry* const entry = Find(source);
    if (entry != nullptr) {
      if (!entry->partition->HasLeft() || entry->HasUncommitted() ||
          entry->commits->Writes(source) || entry->assigned) {
        staying.push_back(std::move(source));
        continue;
      }
      for (std::vector<Entry*>* pointers : {&holding_, &touched_}) {
        pointers->erase(std::remove(pointers->begin(), pointers->end(), entry),
                        pointers->end());
      }
      resolving_.erase(source);
      entry->commits->Remove(entry);
      by_target_.erase(entry->partition->target());
      by_source_.erase(source);
      entries_.erase(source);
    }
    released_.push_back(std::move(source));
  }
  leaving_ = std::move(staying);
}

void CopyLoop::Suspend(const TopicPartition& source, PartitionProblem problem,
                       const std::string& reason) {
  MutexLock lock(&mu_);
  if (Entry* entry = Find(source)) entry->partition->Suspend(problem, reason);
  sweep_now_ = true;
}

void CopyLoop::Restart(const TopicPartition& source) {
  MutexLock lock(&mu_);
  if (Entry* entry = Find(source)) entry->partition->Restart();
  sweep_now_ = true;
}

void CopyLoop::OnSourceRecreated(const TopicPartition& source,
                                 const std::string& topic_id) {
  MutexLock lock(&mu_);
  Entry* entry = Find(source);
  if (entry == nullptr) return;
  std::optional<UpstreamOffset> known_end;
  if (entry->bounds.has_value()) known_end = entry->bounds->end;
  entry->partition->OnSourceRecreated(topic_id, known_end, clock_->Now());
  entry->bounds.reset();
  TakeEvents(entry);
  sweep_now_ = true;
}

void CopyLoop::OnTargetChange(const TopicPartition& source,
                              const TargetChange& change) {
  MutexLock lock(&mu_);
  if (Entry* entry = Find(source)) HandleTargetChange(entry, change);
}

absl::Status CopyLoop::Resolve(const TopicPartition& source,
                               LossPolicy decision) {
  MutexLock lock(&mu_);
  Entry* entry = Find(source);
  if (entry == nullptr) {
    return absl::NotFoundError(
        absl::StrCat(source.ToString(), " is not mirrored"));
  }
  const bool copies_are_lost = entry->partition->copies_are_lost();
  absl::Status status = entry->partition->Resolve(decision, clock_->Now());
  if (status.ok() && copies_are_lost) ForgetCopies(entry);
  TakeEvents(entry);
  if (status.ok()) options_.store->SetLeaderEpoch(source, -1);
  sweep_now_ = true;
  return status;
}

bool CopyLoop::TargetIsUndecided(const TopicPartition& source) const {
  MutexLock lock(&mu_);
  const auto it = entries_.find(source);
  return it != entries_.end() && it->second.partition->target_is_undecided();
}

std::vector<CopyLoop::TargetEnd> CopyLoop::TargetEnds() const {
  MutexLock lock(&mu_);
  std::vector<TargetEnd> ends;
  for (const auto& [source, entry] : entries_) {
    const auto end = entry.partition->target_end();
    if (!end.has_value()) continue;
    ends.push_back({source, entry.partition->target(), *end});
  }
  return ends;
}

void CopyLoop::JudgeTargetEnd(const TargetEnd& expected, DownstreamOffset end) {
  MutexLock lock(&mu_);
  Entry* entry = Find(expected.source);
  // Records that were sent since explain any difference.
  if (entry == nullptr || entry->partition->target_end() != expected.end) {
    return;
  }
  const auto change = entry->partition->JudgeTargetEnd(expected.end, end);
  if (change.has_value()) HandleTargetChange(entry, *change);
}

void CopyLoop::SetPaused(const std::string& topic, bool paused) {
  MutexLock lock(&mu_);
  if (paused) {
    paused_topics_.insert(topic);
  } else {
    paused_topics_.erase(topic);
  }
  for (auto& [source, entry] : entries_) {
    if (source.topic != topic) continue;
    entry.partition->SetPaused(paused);
    Touch(&entry);
  }
  sweep_now_ = true;
}

void CopyLoop::OnTopicRecreated(const std::string& topic) {
  MutexLock lock(&mu_);
  recreated_topics_.insert(topic);
  sweep_now_ = true;
}

std::vector<TopicPartition> CopyLoop::NeedBounds() const {
  MutexLock lock(&mu_);
  std::vector<TopicPartition> waiting;
  const auto add = [&waiting](const Entry& entry) {
    // Once the first is copied again, what happened to the copies may no longer
    // show.
    if (entry.partition->NeedsBounds() && !entry.IsAhead()) {
      waiting.push_back(entry.partition->source());
    }
  };
  for (const TopicPartition& source : resolving_) add(*by_source_.at(source));
  for (const Entry* entry : touched_) {
    if (resolving_.count(entry->partition->source()) == 0) add(*entry);
  }
  return waiting;
}

void CopyLoop::OnBounds(const TopicPartition& source,
                        const PartitionBounds& bounds) {
  MutexLock lock(&mu_);
  if (Entry* entry = Find(source)) {
    entry->partition->OnBounds(bounds, clock_->Now());
    entry->bounds = bounds;
  }
  sweep_now_ = true;
}

void CopyLoop::OnNoBounds(const TopicPartition& source,
                          const absl::Status& why) {
  MutexLock lock(&mu_);
  if (Entry* entry = Find(source)) entry->partition->OnNoBounds(why);
}

void CopyLoop::FillStatus(WorkerStatus* status) const {
  MutexLock lock(&mu_);
  status->set_index(options_.index);
  status->set_records_in_flight(in_flight_);
  const absl::Time now = clock_->Now();
  for (const auto& [source, entry] : entries_) {
    PartitionStatus* partition = status->add_partitions();
    entry.partition->FillStatus(entry.bounds, now, partition);
    FillSkipped(*options_.store, source, partition);
    if (entry.committed.value_or(UpstreamOffset(-1)) >= UpstreamOffset(0)) {
      partition->set_committed_offset(entry.committed->value());
    }
  }
}

}  // namespace mirror::internal
