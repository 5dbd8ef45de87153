// SPDX-License-Identifier: Apache-2.0

#include "mirror/checkpoint/checkpoint_topic.h"

#include <algorithm>
#include <utility>

namespace mirror {
namespace {

constexpr absl::Duration kReadTimeout = absl::Minutes(1);
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

CheckpointUpdate CheckpointUpdate::Delete(const CheckpointKey& key) {
  CheckpointUpdate update;
  update.record_.key = Checkpoint{key.group, key.topic_partition, {}, {}, ""}
                           .EncodeKey()
                           .value();
  update.record_.value = std::string(kDeletedCheckpoint);
  update.key_ = key;
  return update;
}

absl::StatusOr<std::unique_ptr<CheckpointTopic>> CheckpointTopic::Create(
    Cluster* cluster, const std::string& name, int32_t replication_factor,
    const std::string& client_id, Clock* clock) {
  absl::StatusOr<std::unique_ptr<TopicFollower>> follower =
      TopicFollower::Create(cluster, name, client_id, clock);
  if (!follower.ok()) return follower.status();
  absl::StatusOr<std::unique_ptr<InternalTopicWriter>> writer =
      InternalTopicWriter::Create(cluster, name, replication_factor, client_id,
                                  clock);
  if (!writer.ok()) return writer.status();
  return std::unique_ptr<CheckpointTopic>(new CheckpointTopic(
      name, *std::move(follower), *std::move(writer), clock));
}

absl::Status CheckpointTopic::Read() {
  const absl::StatusOr<bool> created = writer_->EnsureTopic();
  if (!created.ok()) return created.status();
  if (*created) {
    MutexLock lock(&mu_);
    store_ = CheckpointStore();
    return absl::OkStatus();
  }
  std::vector<Record> news;
  bool all_is_void = false;
  const absl::Status status = follower_->CatchUp(
      clock_->Now() + kReadTimeout,
      [&](const TopicPartition&, const Record& record) {
        news.push_back(record);
      },
      [&] { all_is_void = true; });
  MutexLock lock(&mu_);
  if (all_is_void) store_ = CheckpointStore();
  for (const Record& record : news) {
    if (!store_.Apply(record.key, record.value).ok()) ++counts_.unreadable;
  }
  // Made just now: not every broker knows it yet.
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

void CheckpointTopic::NoteAcked(CheckpointUpdate update) {
  if (!update.next_.has_value()) {
    ++counts_.deleted;
    store_.Deleted(update.key_);
    return;
  }
  Checkpoint& next = update.next_->checkpoint;
  const Checkpoint* last = store_.Find(next.group, next.topic_partition);
  if (last != nullptr) {
    rewinds_.OnCheckpoint(*last, next,
                          update.next_->exactness == Exactness::kExact);
  }
  ++counts_.emitted;
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
  return {it->second, rewinds_.Of(group)};
}

void CheckpointTopic::RewindFollowed(const std::string& group,
                                     const TopicPartition& tp) {
  MutexLock lock(&mu_);
  rewinds_.Followed(group, tp);
}

CheckpointTopic::Counts CheckpointTopic::counts() const {
  MutexLock lock(&mu_);
  return counts_;
}

}  // namespace mirror
