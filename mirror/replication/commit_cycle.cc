// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/commit_cycle.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace mirror::internal {
namespace {

// Key, headers and framing of a record, about: records without values must
// count, too, as a kill copies them again.
constexpr int64_t kBytesBesideValue = 64;
// How far the index topic may lag behind a run that grows, and when it has
// stopped. Who reads the topic meanwhile gets lower bounds for what is newer.
constexpr absl::Duration kGrowthInterval = absl::Seconds(10);
constexpr absl::Duration kStopsGrowing = absl::Seconds(2);

}  // namespace

CommitCycle::CommitCycle(CommitCycleOptions options, OffsetSyncStore* store,
                         Clock* clock)
    : options_(std::move(options)),
      store_(store),
      writer_(options_.writer, store, clock),
      last_commit_(clock->Now()) {}

void CommitCycle::Add(LoopEntry* entry) {
  entry->commits = this;
  entries_[entry->partition->source()] = entry;
}

void CommitCycle::Remove(LoopEntry* entry) {
  entry->commits = nullptr;
  entries_.erase(entry->partition->source());
  acked_.erase(std::remove(acked_.begin(), acked_.end(), entry), acked_.end());
}

void CommitCycle::OnAcked(LoopEntry* entry, int64_t records,
                          int64_t value_bytes, absl::Time now) {
  entry->last_acked = now;
  acked_bytes_ += value_bytes + records * kBytesBesideValue;
  if (!std::exchange(entry->acked, true)) acked_.push_back(entry);
}

std::vector<LoopEntry*> CommitCycle::Due(absl::Time now) const {
  if (!writer_.ready()) return {};
  if (now - last_commit_ < options_.interval) {
    return acked_bytes_ < options_.max_bytes ? std::vector<LoopEntry*>()
                                             : acked_;
  }
  std::vector<LoopEntry*> all;
  for (const auto& [source, entry] : entries_) all.push_back(entry);
  return all;
}

std::vector<LoopEntry*> CommitCycle::Uncommitted() const {
  std::vector<LoopEntry*> uncommitted;
  for (const auto& [source, entry] : entries_) {
    if (entry->HasUncommitted() || store_->Growth(source).has_value()) {
      uncommitted.push_back(entry);
    }
  }
  return uncommitted;
}

std::optional<RunGrowth> CommitCycle::GrowthToDefer(LoopEntry* entry,
                                                    absl::Time now) {
  if (now - entry->last_acked < kStopsGrowing &&
      now - entry->index_written < kGrowthInterval) {
    const auto growth = store_->Growth(entry->partition->source());
    if (growth.has_value()) return growth;
  }
  entry->index_written = now;
  return std::nullopt;
}

void CommitCycle::Begin(absl::Span<LoopEntry* const> entries, absl::Time now,
                        bool last) {
  if (now - last_commit_ >= options_.interval) last_commit_ = now;
  acked_bytes_ = 0;
  for (LoopEntry* entry : acked_) entry->acked = false;
  acked_.clear();
  std::vector<CopiedThrough> copied;
  std::vector<TopicPartition> indexed;
  for (LoopEntry* entry : entries) {
    PartitionReplicator* const partition = entry->partition.get();
    const TopicPartition& source = partition->source();
    if (entry->bounds.has_value()) {
      store_->DropBelow(source, entry->bounds->log_start);
    }
    if (const auto passed = partition->passed()) {
      store_->Pass(source, *passed);
      partition->SettlePassed();
    }
    const int32_t epoch = partition->committable_epoch();
    const std::optional<UpstreamOffset> done = partition->committable();
    if (done.has_value()) store_->SetLeaderEpoch(source, epoch);
    // Once the stored progress holds for what is copied again, too: a crash in
    // between begins once more, rather than somewhere in the middle.
    if (entry->starts_over && done.has_value() && !entry->IsAhead()) {
      entry->starts_over = false;
      store_->SetSource(source, {partition->topic_id(), epoch});
    }
    std::optional<RunGrowth> growth;
    if (!entry->starts_over && !last) growth = GrowthToDefer(entry, now);
    if (!entry->starts_over && !growth.has_value()) indexed.push_back(source);
    if (done.has_value() && done != entry->committed) {
      copied.push_back({source, *done, partition->has_copies(), growth});
    }
  }
  writer_.Begin(std::move(copied), indexed, now);
}

void CommitCycle::Step(RecordSink* sink, absl::Time now) {
  writer_.Step(sink, now);
  for (const CopiedThrough& through : writer_.TakeCommitted()) {
    const auto entry = entries_.find(through.source);
    if (entry != entries_.end()) entry->second->committed = through.offset;
  }
}

}  // namespace mirror::internal
