// SPDX-License-Identifier: Apache-2.0

#include "mirror/flow/flow_memory.h"

#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "mirror/cluster/errors.h"
#include "mirror/cluster/internal_topic.h"
#include "mirror/sync/offset_sync.h"

namespace mirror::internal {
namespace {

// "1,200,000".
std::string WithCommas(int64_t number) {
  std::string text = absl::StrCat(number);
  for (int64_t at = static_cast<int64_t>(text.size()) - 3; at > 0; at -= 3) {
    text.insert(static_cast<size_t>(at), ",");
  }
  return text;
}

absl::Status AtCluster(const absl::Status& status, const Cluster& cluster) {
  return Annotate(status, absl::StrCat("cluster ", cluster.alias()));
}

}  // namespace

FlowMemory::FlowMemory(FlowMemoryOptions options, Cluster* source,
                       Cluster* target, OffsetSyncStore* index, Clock* clock)
    : options_(std::move(options)),
      source_(source),
      target_(target),
      index_(index),
      clock_(clock),
      progress_(source->alias(), options_.progress.offset_storage_connector) {}

absl::Status FlowMemory::Load(ClusterAdmin* target_admin) {
  std::map<std::string, InternalTopicKind> topics = options_.others;
  topics[options_.progress.offset_storage_topic] = InternalTopicKind::kProgress;
  topics[options_.index_topic] = InternalTopicKind::kOffsetIndex;
  if (!options_.offset_syncs_topic.empty() &&
      !options_.offset_syncs_on_source) {
    topics[options_.offset_syncs_topic] = InternalTopicKind::kOffsetSyncs;
  }
  for (const auto& [topic, kind] : topics) {
    absl::Status status = Correct(target_admin, *target_, topic, kind);
    if (!status.ok()) return status;
  }
  absl::Status status = LoadProgress(target_admin);
  return status.ok() ? LoadIndex(target_admin) : status;
}

absl::Status FlowMemory::LoadOffsetSyncs(ClusterAdmin* source_admin) {
  if (options_.offset_syncs_topic.empty()) return absl::OkStatus();
  if (options_.offset_syncs_on_source) {
    absl::Status status =
        Correct(source_admin, *source_, options_.offset_syncs_topic,
                InternalTopicKind::kOffsetSyncs);
    if (!status.ok()) return status;
  }
  ReadOffsetSyncs();
  return absl::OkStatus();
}

void FlowMemory::Cancel() {
  MutexLock lock(&mu_);
  cancelled_ = true;
  if (follower_ != nullptr) follower_->Cancel();
}

std::string FlowMemory::Doing() const {
  MutexLock lock(&mu_);
  if (follower_ == nullptr) return "";
  const FollowerPosition position = follower_->position();
  return absl::StrCat("reading ", topic_, ": ", WithCommas(position.read),
                      " of ", WithCommas(position.total), " records");
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

absl::Status FlowMemory::LoadProgress(ClusterAdmin* target_admin) {
  const absl::StatusOr<InternalTopic> topic = EnsureInternalTopic(
      target_admin, options_.progress.offset_storage_topic,
      InternalTopicKind::kProgress, options_.progress.offset_storage_partitions,
      options_.progress.offset_storage_replication_factor);
  if (!topic.ok()) return AtCluster(topic.status(), *target_);
  if (!topic->created) {
    absl::Status status = Read(target_, options_.progress.offset_storage_topic,
                               &progress_reading_);
    if (!status.ok()) return status;
  }
  progress_partitions_ = topic->partitions;
  return absl::OkStatus();
}

absl::Status FlowMemory::LoadIndex(ClusterAdmin* target_admin) {
  const absl::StatusOr<InternalTopic> topic = EnsureInternalTopic(
      target_admin, options_.index_topic, InternalTopicKind::kOffsetIndex,
      options_.index_partitions,
      options_.progress.offset_storage_replication_factor);
  if (!topic.ok()) return AtCluster(topic.status(), *target_);
  if (!topic->created) {
    absl::Status status = Read(target_, options_.index_topic, &index_reading_);
    if (!status.ok()) return status;
  }
  index_partitions_ = topic->partitions;
  Apply();
  if (index_partitions_ != options_.index_partitions) {
    Warn(options_.index_topic,
         absl::StrCat("has ", index_partitions_, " partitions while ",
                      options_.index_partitions,
                      " shards are configured (tasks.max); the topic counts: "
                      "the flow has ",
                      index_partitions_, " shards"));
  }
  return absl::OkStatus();
}

void FlowMemory::Apply() {
  progress_reading_.records.TakeAll(
      [this](const RecordView& record) { progress_.Apply(record); });
  WarnOfGarbage(options_.progress.offset_storage_topic, progress_.unreadable());
  int64_t unreadable = 0;
  index_reading_.records.TakeAll([&](const RecordView& record) {
    const absl::Status applied =
        index_->ApplyIndexRecord(record.key.value_or(""), record.value);
    if (!applied.ok()) ++unreadable;
  });
  for (const auto& [source, growth] : progress_.growths()) {
    index_->ApplyGrowth(source, growth);
  }
  WarnOfGarbage(options_.index_topic, unreadable);
  progress_reading_ = {};
  index_reading_ = {};
}

void FlowMemory::ReadOffsetSyncs() {
  int64_t unreadable = 0;
  // Each of them, as older syncs of a partition tell of older offsets.
  syncs_reading_.topic = options_.offset_syncs_topic;
  const absl::Status status = CatchUp(
      options_.offset_syncs_on_source ? source_ : target_, &syncs_reading_,
      [&](const TopicPartition&, const RecordView& record) {
        const absl::StatusOr<std::optional<OffsetSync>> sync =
            OffsetSync::Decode(record.key.value_or(""), record.value);
        if (!sync.ok()) {
          ++unreadable;
        } else if (sync->has_value()) {
          index_->ApplySync(**sync);
        }
      },
      [] {});
  syncs_reading_ = {};
  WarnOfGarbage(options_.offset_syncs_topic, unreadable);
  // Nothing of ours depends on them.
  if (status.ok() || absl::IsNotFound(status)) return;
  Warn(options_.offset_syncs_topic,
       absl::StrCat("was not read: ", status.message(),
                    "; offsets that MirrorMaker 2 copied are not translated"));
}

absl::Status FlowMemory::Read(Cluster* cluster, const std::string& topic,
                              Reading* reading) {
  reading->topic = topic;
  CompactedRecords* const records = &reading->records;
  return CatchUp(
      cluster, reading,
      [records](const TopicPartition& tp, const RecordView& record) {
        records->Add(tp.partition, record);
      },
      [records] { records->Clear(); });
}

absl::Status FlowMemory::CatchUp(Cluster* cluster, Reading* reading,
                                 Visit visit,
                                 absl::FunctionRef<void()> on_reset) {
  if (absl::Status status = Open(cluster, reading); !status.ok()) {
    return status;
  }
  const absl::Status status = reading->follower->CatchUp(visit, on_reset);
  MutexLock lock(&mu_);
  follower_.reset();
  return status;
}

absl::Status FlowMemory::Open(Cluster* cluster, Reading* reading) {
  if (reading->follower == nullptr) {
    auto made =
        TopicFollower::Create(cluster, reading->topic,
                              absl::StrCat(options_.flow, "|memory"), clock_);
    if (!made.ok()) return AtCluster(made.status(), *cluster);
    reading->follower = *std::move(made);
  }
  MutexLock lock(&mu_);
  if (cancelled_) return absl::CancelledError("stopped");
  follower_ = reading->follower;
  topic_ = reading->topic;
  return absl::OkStatus();
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
