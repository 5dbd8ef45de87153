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

void CommitCycle::Add(CommitMember* member) {
  members_[member->partition->source()] = member;
}

void CommitCycle::Remove(CommitMember* member) {
  members_.erase(member->partition->source());
  acked_.erase(std::remove(acked_.begin(), acked_.end(), member), acked_.end());
}

void CommitCycle::OnAcked(CommitMember* member, int64_t records,
                          int64_t value_bytes, absl::Time now) {
  member->last_acked = now;
  acked_bytes_ += value_bytes + records * kBytesBesideValue;
  if (!std::exchange(member->acked, true)) acked_.push_back(member);
}

std::vector<CommitMember*> CommitCycle::Due(absl::Time now) const {
  if (!writer_.ready()) return {};
  if (now - last_commit_ < options_.interval) {
    return acked_bytes_ < options_.max_bytes ? std::vector<CommitMember*>()
                                             : acked_;
  }
  std::vector<CommitMember*> all;
  all.reserve(members_.size());
  for (const auto& [source, member] : members_) all.push_back(member);
  return all;
}

std::vector<CommitMember*> CommitCycle::Uncommitted() const {
  std::vector<CommitMember*> uncommitted;
  for (const auto& [source, member] : members_) {
    if (member->partition->HasUncommitted() ||
        store_->Growth(source).has_value()) {
      uncommitted.push_back(member);
    }
  }
  return uncommitted;
}

std::optional<RunGrowth> CommitCycle::GrowthToDefer(CommitMember* member,
                                                    absl::Time now) {
  if (now - member->last_acked < kStopsGrowing &&
      now - member->index_written < kGrowthInterval) {
    const auto growth = store_->Growth(member->partition->source());
    if (growth.has_value()) return growth;
  }
  member->index_written = now;
  return std::nullopt;
}

void CommitCycle::Begin(absl::Span<const Answer> answers, absl::Time now,
                        bool last) {
  if (answers.empty()) return;
  if (now - last_commit_ >= options_.interval) last_commit_ = now;
  acked_bytes_ = 0;
  for (CommitMember* member : acked_) member->acked = false;
  acked_.clear();
  std::vector<CopiedThrough> copied;
  std::vector<TopicPartition> indexed;
  for (const auto& [member, through] : answers) {
    const TopicPartition& source = member->partition->source();
    if (through.log_start.has_value()) {
      store_->DropBelow(source, *through.log_start);
    }
    if (through.passed.has_value()) store_->Pass(source, *through.passed);
    if (through.done.has_value()) {
      store_->SetLeaderEpoch(source, through.leader_epoch, *through.done + 1);
    }
    if (through.topic_id.has_value()) {
      store_->SetSource(source, {*through.topic_id, through.leader_epoch});
    }
    std::optional<RunGrowth> growth;
    if (through.store_index && !last) growth = GrowthToDefer(member, now);
    if (through.store_index && !growth.has_value()) indexed.push_back(source);
    if (through.store_progress) {
      copied.push_back({source, *through.done, through.has_copies, growth});
    }
  }
  writer_.Begin(std::move(copied), indexed, now);
}

std::vector<CopiedThrough> CommitCycle::Step(RecordSink* sink, absl::Time now) {
  writer_.Step(sink, now);
  return writer_.TakeCommitted();
}

}  // namespace mirror::internal
