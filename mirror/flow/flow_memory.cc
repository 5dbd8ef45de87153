// SPDX-License-Identifier: Apache-2.0

#include "mirror/flow/flow_memory.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "mirror/cluster/errors.h"
#include "mirror/progress/shard_of.h"
#include "mirror/sync/index_segment.h"
#include "mirror/sync/offset_sync.h"
#include "mirror/sync/skipped_range.h"

namespace mirror::internal {
namespace {

absl::Status AtCluster(const absl::Status& status, const Cluster& cluster) {
  return Annotate(status, absl::StrCat("cluster ", cluster.alias()));
}

// The source partition that a record of the index topic is about.
std::optional<TopicPartition> SourceIn(absl::string_view key) {
  const auto skip = SkippedRangeKey::Decode(key);
  if (skip.ok()) return skip->topic_partition;
  const auto segment = IndexSegmentKey::Decode(key);
  if (segment.ok()) return segment->topic_partition;
  return std::nullopt;
}

}  // namespace

FlowMemory::FlowMemory(FlowMemoryOptions options, Cluster* source,
                       Cluster* target, OffsetSyncStore* index, Clock* clock)
    : options_(std::move(options)),
      source_(source),
      target_(target),
      index_(index),
      reader_(absl::StrCat(options_.flow, "|memory"), clock),
      progress_(NoProgress()),
      topic_progress_(NoProgress()),
      stored_progress_{options_.progress.offset_storage_topic, {{}, true}},
      stored_index_{options_.index_topic, {{}, true}},
      stored_syncs_{options_.offset_syncs_topic} {}

ProgressStore FlowMemory::NoProgress() const {
  return ProgressStore(source_->alias(),
                       options_.progress.offset_storage_connector);
}

absl::Status FlowMemory::Prepare(ClusterAdmin* target_admin) {
  return EnsureTopics(target_admin).status();
}

absl::Status FlowMemory::Load(ClusterAdmin* target_admin) {
  const absl::StatusOr<Topics> topics = EnsureTopics(target_admin);
  if (!topics.ok()) return topics.status();
  absl::Status status;
  if (!topics->progress.created) status = ReadProgress();
  if (status.ok() && !topics->index.created) {
    status = reader_.Read(target_, &stored_index_, [] {});
  }
  if (!status.ok()) return status;
  std::set<int32_t> all;
  for (int32_t i = 0; i < index_partitions_; ++i) all.insert(i);
  Apply(all, &stored_index_);
  // No shard is loaded later.
  stored_progress_.follower.reset();
  topic_progress_ = NoProgress();
  return absl::OkStatus();
}

absl::Status FlowMemory::LoadShards(ClusterAdmin* target_admin,
                                    const std::set<int32_t>& shards) {
  absl::Status status = Prepare(target_admin);
  if (status.ok()) status = ReadProgress();
  if (!status.ok()) return status;
  if (loading_ != shards) {
    loading_ = shards;
    loading_index_ = {options_.index_topic, {shards, true}};
  }
  status = reader_.Read(target_, &loading_index_, [] {});
  if (!status.ok()) return status;
  Apply(shards, &loading_index_);
  loading_.clear();
  return absl::OkStatus();
}

void FlowMemory::ForgetShard(int32_t shard) {
  if (loading_.count(shard) > 0) loading_.clear();
  shards_.erase(shard);
  without_syncs_.erase(shard);
  Forget({shard});
}

void FlowMemory::Forget(const std::set<int32_t>& shards) {
  for (const TopicPartition& source : index_->Partitions()) {
    if (IsOf(shards, source)) index_->Forget(source);
  }
  progress_.Drop(
      [&](const TopicPartition& source) { return IsOf(shards, source); });
}

absl::Status FlowMemory::LoadOffsetSyncs(ClusterAdmin* source_admin) {
  if (options_.offset_syncs_topic.empty() || without_syncs_.empty()) {
    return absl::OkStatus();
  }
  if (options_.offset_syncs_on_source) {
    absl::Status status =
        Correct(source_admin, *source_, options_.offset_syncs_topic,
                InternalTopicKind::kOffsetSyncs);
    if (!status.ok()) return status;
  }
  ReadOffsetSyncs();
  return absl::OkStatus();
}

absl::Status FlowMemory::Correct(ClusterAdmin* admin, const Cluster& cluster,
                                 const std::string& topic,
                                 InternalTopicKind kind) {
  // Once, or every attempt would report it again.
  if (corrected_.count(topic) > 0) return absl::OkStatus();
  absl::Status status =
      CorrectInternalTopic(admin, cluster.alias(), topic, kind, &warnings_);
  if (status.ok()) corrected_.insert(topic);
  return status;
}

absl::StatusOr<FlowMemory::Topics> FlowMemory::EnsureTopics(
    ClusterAdmin* admin) {
  std::map<std::string, InternalTopicKind> kinds = options_.others;
  kinds[options_.progress.offset_storage_topic] = InternalTopicKind::kProgress;
  kinds[options_.index_topic] = InternalTopicKind::kOffsetIndex;
  if (!options_.offset_syncs_topic.empty() &&
      !options_.offset_syncs_on_source) {
    kinds[options_.offset_syncs_topic] = InternalTopicKind::kOffsetSyncs;
  }
  for (const auto& [topic, kind] : kinds) {
    absl::Status status = Correct(admin, *target_, topic, kind);
    if (!status.ok()) return status;
  }
  const int32_t factor = options_.progress.offset_storage_replication_factor;
  const absl::StatusOr<InternalTopic> progress =
      EnsureInternalTopic(admin, options_.progress.offset_storage_topic,
                          InternalTopicKind::kProgress,
                          options_.progress.offset_storage_partitions, factor);
  if (!progress.ok()) return AtCluster(progress.status(), *target_);
  const absl::StatusOr<InternalTopic> index = EnsureInternalTopic(
      admin, options_.index_topic, InternalTopicKind::kOffsetIndex,
      options_.index_partitions, factor);
  if (!index.ok()) return AtCluster(index.status(), *target_);
  const Topics topics{*progress, *index};
  // Loops that have partitions go by the counts of their start.
  if (shards_.empty()) NoteCounts(topics);
  return topics;
}

void FlowMemory::NoteCounts(const Topics& topics) {
  progress_partitions_ = topics.progress.partitions;
  const int32_t before =
      std::exchange(index_partitions_, topics.index.partitions);
  if (index_partitions_ == before ||
      index_partitions_ == options_.index_partitions) {
    return;
  }
  Warn(options_.index_topic,
       absl::StrCat("has ", index_partitions_, " partitions while ",
                    options_.index_partitions,
                    " shards are configured (tasks.max); the topic counts: "
                    "the flow has ",
                    index_partitions_, " shards"));
}

absl::Status FlowMemory::ReadProgress() {
  absl::Status status = reader_.Read(
      target_, &stored_progress_, [this] { topic_progress_ = NoProgress(); });
  if (!status.ok()) return status;
  const int64_t unreadable = topic_progress_.unreadable();
  stored_progress_.records.TakeAll(
      [this](const RecordView& record) { topic_progress_.Apply(record); });
  WarnOfGarbage(options_.progress.offset_storage_topic,
                topic_progress_.unreadable() - unreadable);
  return absl::OkStatus();
}

bool FlowMemory::IsOf(const std::set<int32_t>& shards,
                      const TopicPartition& source) const {
  return index_partitions_ > 0 &&
         shards.count(ShardOf(source, index_partitions_)) > 0;
}

void FlowMemory::Apply(const std::set<int32_t>& shards, StoredTopic* index) {
  Forget(shards);
  progress_.Adopt(topic_progress_, [&](const TopicPartition& source) {
    return IsOf(shards, source);
  });
  int64_t unreadable = 0;
  index->records.TakeAll([&](const RecordView& record) {
    const absl::string_view key = record.key.value_or("");
    const std::optional<TopicPartition> source = SourceIn(key);
    // From when the topic had another number of partitions.
    if (source.has_value() && !IsOf(shards, *source)) return;
    if (!index_->ApplyIndexRecord(key, record.value).ok()) ++unreadable;
  });
  // Growth is of runs that the index tells.
  for (const auto& [source, growth] : progress_.growths()) {
    if (IsOf(shards, source)) index_->ApplyGrowth(source, growth);
  }
  WarnOfGarbage(options_.index_topic, unreadable);
  index->follower.reset();
  shards_.insert(shards.begin(), shards.end());
  without_syncs_.insert(shards.begin(), shards.end());
}

void FlowMemory::ReadOffsetSyncs() {
  int64_t unreadable = 0;
  // Each of them, as older syncs of a partition tell of older offsets.
  const absl::Status status = reader_.CatchUp(
      options_.offset_syncs_on_source ? source_ : target_, &stored_syncs_,
      [&](const TopicPartition&, const RecordView& record) {
        const absl::StatusOr<std::optional<OffsetSync>> sync =
            OffsetSync::Decode(record.key.value_or(""), record.value);
        if (!sync.ok()) {
          ++unreadable;
        } else if (sync->has_value() &&
                   IsOf(without_syncs_, (*sync)->topic_partition)) {
          index_->ApplySync(**sync);
        }
      },
      [] {});
  stored_syncs_.follower.reset();
  without_syncs_.clear();
  WarnOfGarbage(options_.offset_syncs_topic, unreadable);
  // Nothing of ours depends on them.
  if (status.ok() || absl::IsNotFound(status)) return;
  Warn(options_.offset_syncs_topic,
       absl::StrCat("was not read: ", status.message(),
                    "; offsets that MirrorMaker 2 copied are not translated"));
}

void FlowMemory::Warn(const std::string& topic, std::string message) {
  warnings_.emplace_back(topic, std::move(message));
}

void FlowMemory::WarnOfGarbage(const std::string& topic, int64_t records) {
  if (records == 0) return;
  Warn(topic, absl::StrCat(records,
                           " records are none of a mirror's and were skipped; "
                           "nothing but mirrors should write there"));
}

}  // namespace mirror::internal
