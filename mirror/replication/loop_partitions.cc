// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/loop_partitions.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <variant>

#include "mirror/replication/skip_status.h"

namespace mirror::internal {
LoopPartitions::LoopPartitions(const CopyLoopOptions* options, Clock* clock)
    : options_(options),
      clock_(clock),
      recorder_(options->store, options->on_copied),
      shards_(*options, clock),
      dead_letters_(options->partition.delivery.dead_letter_topic),
      sink_budget_(options->sink.max_buffered_bytes) {}

LoopEntry* LoopPartitions::Find(const TopicPartition& source) {
  const auto it = by_source_.find(source);
  return it == by_source_.end() ? nullptr : it->second;
}

void LoopPartitions::Add(PartitionPlan plan, absl::Time now) {
  CommitCycle* const commits = shards_.For(plan.source);
  if (commits == nullptr) return;
  const auto [it, is_new] = entries_.try_emplace(plan.source);
  if (!is_new) return;
  LoopEntry& entry = it->second;
  by_source_[plan.source] = &entry;
  by_target_[plan.target] = &entry;
  const bool paused = paused_topics_.Has(plan.source.topic);
  const TopicLimits* const limits = limits_.Find(plan.target.topic);
  entry.owned = std::make_unique<Partition>(
      std::move(plan), &options_->partition, &recorder_, clock_);
  entry.partition = entry.owned.get();
  if (limits != nullptr) entry.partition->SetLimits(*limits);
  entry.commits = commits;
  entry.commits->Add(&entry);
  Handle(&entry, event::Added{paused}, now);
}

bool LoopPartitions::Release(const TopicPartition& source, absl::Time now) {
  LoopEntry* const entry = Find(source);
  const bool waited = entry != nullptr && entry->partition->WaitsForOperator();
  if (entry != nullptr) Handle(entry, event::Released{}, now);
  leaving_.push_back(source);
  wants_sweep_ = true;
  return waited;
}

void LoopPartitions::RemoveLeft() {
  std::vector<TopicPartition> staying;
  for (TopicPartition& source : std::exchange(leaving_, {})) {
    LoopEntry* const entry = Find(source);
    std::optional<UpstreamOffset> committed;
    if (entry != nullptr) {
      if (!entry->left || entry->commits->Writes(source) || entry->assigned) {
        staying.push_back(std::move(source));
        continue;
      }
      committed = entry->partition->committed();
      Remove(entry);
    }
    released_.push_back({std::move(source), committed});
  }
  leaving_ = std::move(staying);
}

void LoopPartitions::Remove(LoopEntry* entry) {
  const TopicPartition source = entry->partition->source();
  for (auto* list : {&holding_, &touched_, &changes_}) {
    list->erase(std::remove(list->begin(), list->end(), entry), list->end());
  }
  leaving_.erase(std::remove(leaving_.begin(), leaving_.end(), source),
                 leaving_.end());
  sink_budget_.Note(0, &entry->sink_bytes);
  asking_.erase(source);
  entry->commits->Remove(entry);
  by_target_.erase(entry->partition->target());
  by_source_.erase(source);
  entries_.erase(source);
}

std::vector<LoopEntry*> LoopPartitions::OfShard(int32_t shard) {
  const Shard* const found = shards_.Find(shard);
  std::vector<LoopEntry*> entries;
  for (auto& [source, entry] : entries_) {
    if (found != nullptr && entry.commits == &found->commits) {
      entries.push_back(&entry);
    }
  }
  return entries;
}

void LoopPartitions::FillStatus(absl::Time now, WorkerStatus* status) const {
  for (const auto& [source, entry] : entries_) {
    PartitionStatus* const partition = status->add_partitions();
    entry.partition->FillStatus(now, partition);
    FillSkipped(*options_->store, source, partition);
  }
}

void LoopPartitions::SetPaused(const std::optional<std::string>& topic,
                               bool paused, absl::Time now) {
  paused_topics_.Set(topic, paused);
  for (auto& [source, entry] : entries_) {
    Handle(&entry, event::Paused{paused_topics_.Has(source.topic)}, now);
  }
}

void LoopPartitions::SetLimits(
    const std::map<std::string, TopicLimits>& limits) {
  limits_.Set(limits);
  for (auto& [source, entry] : entries_) {
    const auto it = limits.find(entry.partition->target().topic);
    if (it != limits.end()) entry.partition->SetLimits(it->second);
  }
}

bool LoopPartitions::Handle(LoopEntry* entry, Event event, absl::Time now) {
  effects_.clear();
  entry->partition->Handle(std::move(event), now, &effects_);
  return Carry(entry, now);
}

bool LoopPartitions::Carry(LoopEntry* entry, absl::Time now) {
  bool copied = false;
  for (Effect& effect : effects_) {
    if (const auto* copies = std::get_if<effect::Copied>(&effect)) {
      recorder_.Copied(entry->partition->source(), *copies);
      entry->commits->OnAcked(entry, copies->range.count, copies->bytes, now);
      copied = true;
    } else {
      CarryOne(entry, effect, now);
    }
  }
  if (entry->partition->wants_ticks()) Touch(entry);
  return copied;
}

void LoopPartitions::CarryOne(LoopEntry* entry, Effect& effect,
                              absl::Time now) {
  const TopicPartition& source = entry->partition->source();
  if (auto* assign = std::get_if<effect::Assign>(&effect)) {
    Change(entry, std::move(assign->position));
  } else if (std::holds_alternative<effect::Unassign>(effect)) {
    Change(entry, std::nullopt);
  } else if (const auto* ask = std::get_if<effect::AskBounds>(&effect)) {
    if (ask->ask) {
      asking_.insert(source);
    } else {
      asking_.erase(source);
    }
  } else if (const auto* range = std::get_if<effect::ReadBack>(&effect)) {
    read_backs_.push_back({source, entry->partition->target(), *range});
  } else if (auto* letter = std::get_if<effect::DeadLetter>(&effect)) {
    dead_letters_.Add(source, std::move(letter->record), now);
  } else if (auto* skipped = std::get_if<effect::Skipped>(&effect)) {
    recorder_.Skipped(source, std::move(skipped->range));
  } else if (std::holds_alternative<effect::ForgetCopies>(effect)) {
    recorder_.ForgetCopies(source);
  } else if (const auto* run = std::get_if<effect::BeginRun>(&effect)) {
    recorder_.BeginRun(source, *run);
  } else if (auto* commit = std::get_if<effect::CommitThrough>(&effect)) {
    commit_answers_.push_back({entry, std::move(*commit)});
  } else if (std::holds_alternative<effect::DoubtLimits>(effect)) {
    limits_.Doubt(entry->partition->target().topic);
  } else if (auto* report = std::get_if<effect::Report>(&effect)) {
    Report(std::move(report->event));
  } else if (std::holds_alternative<effect::Left>(effect)) {
    entry->left = true;
    wants_sweep_ = true;
  }
}

void LoopPartitions::Change(LoopEntry* entry,
                            std::optional<StartPosition> assign) {
  entry->assign = std::move(assign);
  if (!std::exchange(entry->changes, true)) changes_.push_back(entry);
  wants_sweep_ = true;
}

void LoopPartitions::Touch(LoopEntry* entry) {
  if (!std::exchange(entry->touched, true)) touched_.push_back(entry);
}

void LoopPartitions::OnFetched(
    std::vector<event::Read> reads, const std::vector<PartitionEvent>& events,
    absl::FunctionRef<std::optional<PartitionBounds>(const TopicPartition&)>
        bounds,
    absl::Time now) {
  for (event::Read& read : reads) {
    LoopEntry* const entry = Find(read.batch->topic_partition());
    if (entry == nullptr) continue;
    if (entry->partition->LacksBounds() && entry->assigned) {
      const auto known = bounds(entry->partition->source());
      if (known.has_value()) entry->partition->NoteBounds(*known);
    }
    Handle(entry, std::move(read), now);
    if (!entry->holding && entry->partition->HasHeld()) {
      entry->holding = true;
      holding_.push_back(entry);
    }
  }
  for (const PartitionEvent& event : events) {
    LoopEntry* const entry = Find(event.topic_partition);
    if (entry != nullptr) Handle(entry, event::FromSource{&event}, now);
  }
}

void LoopPartitions::OnAcks(const std::vector<Ack>& acks, absl::Time now) {
  for (const Ack& ack : acks) {
    if (shards_.OnAck(ack)) continue;
    if (dead_letters_.Owns(ack)) {
      dead_letters_.OnAck(ack);
      continue;
    }
    const auto it = by_target_.find(ack.target);
    if (it == by_target_.end()) continue;
    LoopEntry* const entry = it->second;
    // What failed may have been the last in flight.
    if (!Handle(entry, event::Acked{&ack}, now)) wants_sweep_ = true;
    sink_budget_.Note(entry->partition->sink_bytes(), &entry->sink_bytes);
  }
  recorder_.Flush();
}

bool LoopPartitions::SendHeld(RecordSink* sink, absl::Time now) {
  using Result = Partition::SendResult;
  bool blocked = false;
  bool is_full = false;
  int64_t slow_bytes = 0;
  auto still_holding = holding_.begin();
  for (LoopEntry* entry : holding_) {
    Result result = Result::kBlocked;
    if (!is_full) result = SendOne(entry, sink, now);
    if (result == Result::kWaits) {
      slow_bytes += entry->partition->held_bytes();
      if (slow_bytes > SlowShare()) Handle(entry, event::HoldsTooMuch{}, now);
    }
    is_full |= result == Result::kBlocked;
    blocked |=
        is_full || result == Result::kAtLimit || result == Result::kLookingUp;
    if (entry->partition->HasHeld()) {
      *still_holding++ = entry;
    } else {
      entry->holding = false;
    }
  }
  holding_.erase(still_holding, holding_.end());
  return blocked;
}

Partition::SendResult LoopPartitions::SendOne(LoopEntry* entry,
                                              RecordSink* sink,
                                              absl::Time now) {
  const bool crowded = overdue_bytes_ >= SlowShare();
  effects_.clear();
  const auto result = entry->partition->Send(
      sink, now, sink_budget_.Share(entries_.size(), crowded), &effects_);
  Carry(entry, now);
  sink_budget_.Note(entry->partition->sink_bytes(), &entry->sink_bytes);
  return result;
}

void LoopPartitions::OnSourceClientLost(
    absl::FunctionRef<bool(const TopicPartition&)> loses_client,
    absl::Time now) {
  for (auto& [source, entry] : entries_) {
    if (!loses_client(source)) continue;
    Handle(&entry, event::SourceClientLost{}, now);
  }
}

void LoopPartitions::OnSinkLost(absl::Time now) {
  for (auto& [number, shard] : shards_.all()) {
    if (shard.writer == nullptr) shard.commits.OnSinkLost();
  }
  dead_letters_.Clear();
  for (auto& [source, entry] : entries_) {
    Handle(&entry, event::SinkLost{}, now);
    sink_budget_.Note(entry.partition->sink_bytes(), &entry.sink_bytes);
    entry.holding = false;
  }
  holding_.clear();
  wants_sweep_ = true;
}

void LoopPartitions::StepLetters(RecordSink* sink, absl::Time now) {
  for (const auto& [source, status] : dead_letters_.Step(sink, now)) {
    LoopEntry* const entry = Find(source);
    if (entry != nullptr) Handle(entry, event::DeadLettered{status}, now);
    wants_sweep_ = true;
  }
}

SourceChanges LoopPartitions::Sweep(absl::Time now) {
  wants_sweep_ = false;
  overdue_bytes_ = 0;
  for (LoopEntry* entry : std::exchange(touched_, {})) {
    entry->touched = false;
    Handle(entry, event::Tick{}, now);
    overdue_bytes_ += entry->partition->OverdueBytes(now);
  }
  SourceChanges changes;
  for (LoopEntry* entry : std::exchange(changes_, {})) {
    entry->changes = false;
    if (std::exchange(entry->assigned, entry->assign.has_value())) {
      changes.unassign.push_back(entry->partition->source());
    }
    if (!entry->assign.has_value()) continue;
    changes.assign.push_back(*std::exchange(entry->assign, std::nullopt));
  }
  RemoveLeft();
  return changes;
}

void LoopPartitions::Report(EngineEvent event) {
  event.flow = options_->flow;
  events_.push_back(std::move(event));
}

}  // namespace mirror::internal
