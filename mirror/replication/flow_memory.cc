// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/flow_memory.h"

#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "mirror/cluster/errors.h"
#include "mirror/cluster/internal_topic.h"
#include "mirror/sync/offset_sync.h"

namespace mirror {
namespace {

constexpr absl::Duration kReadTimeout = absl::Minutes(1);

std::optional<absl::string_view> Value(const Record& record) {
  if (!record.value.has_value()) return std::nullopt;
  return *record.value;
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
      progress_(source->alias()) {}

absl::Status FlowMemory::Load(ClusterAdmin* target_admin) {
  warnings_.clear();
  if (absl::Status status = LoadProgress(target_admin); !status.ok()) {
    return status;
  }
  return LoadIndex(target_admin);
}

void FlowMemory::Cancel() {
  MutexLock lock(&mu_);
  cancelled_ = true;
  if (follower_ != nullptr) follower_->Cancel();
}

absl::Status FlowMemory::LoadProgress(ClusterAdmin* target_admin) {
  const absl::StatusOr<InternalTopic> topic = EnsureInternalTopic(
      target_admin, options_.progress_topic, options_.progress_partitions,
      options_.progress_replication_factor);
  if (!topic.ok()) return AtCluster(topic.status(), *target_);
  ProgressStore progress(source_->alias());
  if (!topic->created) {
    absl::Status status =
        Read(target_, options_.progress_topic,
             [&progress](const Record& record) { progress.Apply(record); });
    if (!status.ok()) return status;
  }
  progress_partitions_ = topic->partitions;
  progress_ = std::move(progress);
  WarnOfGarbage(options_.progress_topic, progress_.unreadable());
  return absl::OkStatus();
}

absl::Status FlowMemory::LoadIndex(ClusterAdmin* target_admin) {
  const absl::StatusOr<InternalTopic> topic = EnsureInternalTopic(
      target_admin, options_.index_topic, options_.index_partitions,
      options_.index_replication_factor);
  if (!topic.ok()) return AtCluster(topic.status(), *target_);
  int64_t unreadable = 0;
  if (!topic->created) {
    absl::Status status =
        Read(target_, options_.index_topic, [&](const Record& record) {
          const absl::Status applied =
              index_->ApplyIndexRecord(record.key.value_or(""), Value(record));
          if (!applied.ok()) ++unreadable;
        });
    if (!status.ok()) return status;
  }
  index_partitions_ = topic->partitions;
  WarnOfGarbage(options_.index_topic, unreadable);
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

void FlowMemory::LoadOffsetSyncs() {
  if (options_.offset_syncs_topic.empty()) return;
  int64_t unreadable = 0;
  const absl::Status status =
      Read(options_.offset_syncs_on_source ? source_ : target_,
           options_.offset_syncs_topic, [&](const Record& record) {
             const absl::StatusOr<std::optional<OffsetSync>> sync =
                 OffsetSync::Decode(record.key.value_or(""), Value(record));
             if (!sync.ok()) {
               ++unreadable;
             } else if (sync->has_value()) {
               index_->ApplySync(**sync);
             }
           });
  WarnOfGarbage(options_.offset_syncs_topic, unreadable);
  // Nothing of ours depends on them.
  if (status.ok() || absl::IsNotFound(status)) return;
  Warn(options_.offset_syncs_topic,
       absl::StrCat("was not read: ", status.message(),
                    "; offsets that MirrorMaker 2 copied are not translated"));
}

absl::Status FlowMemory::Read(Cluster* cluster, const std::string& topic,
                              Visit visit) {
  absl::StatusOr<std::unique_ptr<TopicFollower>> made = TopicFollower::Create(
      cluster, topic, absl::StrCat(options_.flow, "|memory"), clock_);
  if (!made.ok()) return AtCluster(made.status(), *cluster);
  const std::shared_ptr<TopicFollower> follower = *std::move(made);
  {
    MutexLock lock(&mu_);
    if (cancelled_) return absl::CancelledError("stopped");
    follower_ = follower;
  }
  const absl::Status status = follower->CatchUp(
      clock_->Now() + kReadTimeout,
      [&visit](const TopicPartition&, const Record& record) { visit(record); },
      [] {});
  MutexLock lock(&mu_);
  follower_.reset();
  return status;
}

void FlowMemory::Warn(const std::string& topic, std::string message) {
  warnings_.emplace_back(topic, std::move(message));
}

void FlowMemory::WarnOfGarbage(const std::string& topic, int64_t records) {
  if (records == 0) return;
  Warn(topic, absl::StrCat(records,
                           " records are none of a mirror's and were passed "
                           "over; nothing but mirrors should write there"));
}

}  // namespace mirror
