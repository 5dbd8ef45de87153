// SPDX-License-Identifier: Apache-2.0

#include "mirror/checkpoint/checkpoint_topic.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "mirror/cluster/compacted_records.h"
#include "mirror/cluster/record_batch.h"

namespace mirror::internal {
namespace {

// Records per write. All of one are acknowledged, or none counts as such.
constexpr size_t kChunk = 5000;

}  // namespace

absl::StatusOr<CheckpointUpdate> CheckpointUpdate::Write(
    TranslatedCheckpoint next) {
  const absl::StatusOr<std::string> key = next.checkpoint.EncodeKey();
  if (!key.ok()) return key.status();
  const absl::StatusOr<std::string> value = next.checkpoint.EncodeValue();
  if (!value.ok()) return value.status();
  CheckpointUpdate update;
  update.record_.key = *key;
  update.record_.value = *value;
  update.key_ = {next.checkpoint.group, next.checkpoint.topic_partition};
  update.next_ = std::move(next);
  return update;
}

absl::StatusOr<CheckpointUpdate> CheckpointUpdate::Correct(
    TranslatedCheckpoint next) {
  absl::StatusOr<CheckpointUpdate> update = Write(std::move(next));
  if (update.ok()) update->corrects_ = true;
  return update;
}

CheckpointUpdate CheckpointUpdate::Delete(
    const CheckpointKey& key, std::optional<DownstreamOffset> stale_through) {
  CheckpointUpdate update;
  update.record_.key = Checkpoint{key.group, key.topic_partition, {}, {}, ""}
                           .EncodeKey()
                           .value();
  update.record_.value = std::string(kDeletedCheckpoint);
  update.key_ = key;
  update.stale_through_ = stale_through;
  return update;
}

absl::StatusOr<std::unique_ptr<CheckpointTopic>> CheckpointTopic::Create(
    Cluster* cluster, const std::string& name, int32_t replication_factor,
    const std::string& client_id, Clock* clock) {
  absl::StatusOr<std::unique_ptr<TopicFollower>> follower =
      TopicFollower::Create(cluster, name, client_id, clock);
  if (!follower.ok()) return follower.status();
  absl::StatusOr<std::unique_ptr<InternalTopicWriter>> writer =
      InternalTopicWriter::Create(cluster, name,
                                  InternalTopicKind::kCheckpoints,
                                  replication_factor, client_id, clock);
  if (!writer.ok()) return writer.status();
  return std::unique_ptr<CheckpointTopic>(
      new CheckpointTopic(name, *std::move(follower), *std::move(writer)));
}

absl::Status CheckpointTopic::Read() {
  const absl::StatusOr<bool> created = writer_->EnsureTopic();
  if (!created.ok()) return created.status();
  if (*created) {
    MutexLock lock(&mu_);
    store_ = CheckpointStore();
    return absl::OkStatus();
  }
  // Applied at the end, as others look at the store meanwhile.
  bool all_is_void = false;
  CompactedRecords news;
  const absl::Status status = follower_->CatchUp(
      [&](const TopicPartition& tp, const RecordView& record) {
        news.Add(tp.partition, record);
      },
      [&] { all_is_void = true; });
  MutexLock lock(&mu_);
  if (all_is_void) store_ = CheckpointStore();
  news.TakeAll([&](const RecordView& record)
                   ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
                     if (!store_.Apply(record.key, record.value).ok())
                       ++counts_.unreadable;
                   });
  // Created just now: not every broker knows it yet.
  return absl::IsNotFound(status) ? absl::OkStatus() : status;
}

absl::Status CheckpointTopic::Write(std::vector<CheckpointUpdate> updates,
                                    absl::Time when) {
  for (size_t begin = 0; begin < updates.size(); begin += kChunk) {
    const size_t end = std::min(begin + kChunk, updates.size());
    std::vector<Record> records;
    for (size_t i = begin; i < end; ++i) {
      records.push_back(std::move(updates[i].record_));
      records.back().timestamp_ms = absl::ToUnixMillis(when);
    }
    const absl::Status status = writer_->Write(std::move(records));
    if (!status.ok()) return status;
    MutexLock lock(&mu_);
    for (size_t i = begin; i < end; ++i) NoteAcked(std::move(updates[i]));
  }
  return absl::OkStatus();
}

absl::Status CheckpointTopic::WriteSettled(absl::Time when) {
  std::vector<CheckpointUpdate> updates;
  {
    MutexLock lock(&mu_);
    for (const auto& [group, tp] : settled_) {
      const Checkpoint* last = store_.Find(group, tp);
      if (last == nullptr || !last->stale_through.has_value()) continue;
      TranslatedCheckpoint next{*last, Exactness::kLowerBound};
      next.checkpoint.stale_through.reset();
      auto update = CheckpointUpdate::Write(std::move(next));
      if (!update.ok()) return update.status();
      update->counts_ = false;
      updates.push_back(*std::move(update));
    }
  }
  absl::Status status = Write(std::move(updates), when);
  MutexLock lock(&mu_);
  for (auto it = settled_.begin(); it != settled_.end();) {
    const Checkpoint* last = store_.Find(it->first, it->second);
    const bool open = last != nullptr && last->stale_through.has_value();
    it = open ? std::next(it) : settled_.erase(it);
  }
  return status;
}

void CheckpointTopic::NoteAcked(CheckpointUpdate update) {
  const Key key{update.key_.group, update.key_.topic_partition};
  withdrawn_.erase(key);
  if (update.corrects_) settled_.erase(key);
  if (!update.next_.has_value()) {
    ++counts_.deleted;
    store_.Deleted(update.key_);
    if (update.stale_through_.has_value()) {
      withdrawn_.emplace(key, *update.stale_through_);
    }
    return;
  }
  Checkpoint& next = update.next_->checkpoint;
  const Checkpoint* last = store_.Find(next.group, next.topic_partition);
  if (last != nullptr) {
    rewinds_.OnCheckpoint(*last, next,
                          update.next_->exactness == Exactness::kExact);
  }
  if (update.counts_) ++counts_.emitted;
  store_.Acked(std::move(next));
}

void CheckpointTopic::Cancel() {
  follower_->Cancel();
  writer_->Cancel();
}

bool CheckpointTopic::ShouldEmit(const TranslatedCheckpoint& next) const {
  MutexLock lock(&mu_);
  return store_.ShouldEmit(next.checkpoint, next.exactness);
}

std::vector<std::string> CheckpointTopic::Groups() const {
  MutexLock lock(&mu_);
  std::vector<std::string> groups;
  for (const auto& [group, checkpoints] : store_.by_group()) {
    groups.push_back(group);
  }
  return groups;
}

CheckpointedGroup CheckpointTopic::Of(const std::string& group) const {
  MutexLock lock(&mu_);
  const auto it = store_.by_group().find(group);
  if (it == store_.by_group().end()) return {};
  CheckpointedGroup result{it->second, rewinds_.Of(group)};
  for (auto& [tp, checkpoint] : result.checkpoints) {
    if (settled_.count({group, tp}) > 0) checkpoint.stale_through.reset();
  }
  return result;
}

std::set<TopicPartition> CheckpointTopic::Partitions() const {
  std::set<TopicPartition> partitions;
  MutexLock lock(&mu_);
  for (const auto& [group, checkpoints] : store_.by_group()) {
    for (const auto& [tp, checkpoint] : checkpoints) partitions.insert(tp);
  }
  for (const auto& [key, stale_through] : withdrawn_) {
    partitions.insert(key.second);
  }
  return partitions;
}

void CheckpointTopic::ForgetAllBut(const OwnedPartitions& owned) {
  MutexLock lock(&mu_);
  rewinds_.ForgetAllBut(
      [&owned](const TopicPartition& tp) { return owned.Has(tp); });
  for (auto it = settled_.begin(); it != settled_.end();) {
    it = owned.Has(it->second) ? std::next(it) : settled_.erase(it);
  }
  for (auto it = withdrawn_.begin(); it != withdrawn_.end();) {
    it = owned.Has(it->first.second) ? std::next(it) : withdrawn_.erase(it);
  }
}

void CheckpointTopic::RewindFollowed(const std::string& group,
                                     const TopicPartition& tp) {
  MutexLock lock(&mu_);
  rewinds_.Followed(group, tp);
}

void CheckpointTopic::StaleCommitSettled(const std::string& group,
                                         const TopicPartition& tp) {
  MutexLock lock(&mu_);
  settled_.insert({group, tp});
}

bool CheckpointTopic::HasSettled() const {
  MutexLock lock(&mu_);
  return !settled_.empty();
}

std::optional<DownstreamOffset> CheckpointTopic::StaleThrough(
    const std::string& group, const TopicPartition& tp) const {
  MutexLock lock(&mu_);
  if (settled_.count({group, tp}) > 0) return std::nullopt;
  const auto withdrawn = withdrawn_.find({group, tp});
  if (withdrawn != withdrawn_.end()) return withdrawn->second;
  const Checkpoint* last = store_.Find(group, tp);
  return last == nullptr ? std::nullopt : last->stale_through;
}

CheckpointTopic::Counts CheckpointTopic::counts() const {
  MutexLock lock(&mu_);
  return counts_;
}

}  // namespace mirror::internal
