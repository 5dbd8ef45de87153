// SPDX-License-Identifier: Apache-2.0

#include "mirror/sync/offset_sync_reader.h"

#include <optional>
#include <utility>

#include "mirror/cluster/record_batch.h"
#include "mirror/model/topic_partition.h"
#include "mirror/sync/offset_sync.h"

namespace mirror {

absl::StatusOr<std::unique_ptr<OffsetSyncReader>> OffsetSyncReader::Create(
    Cluster* cluster, std::string topic, const std::string& client_id,
    OffsetSyncStore* store, Clock* clock) {
  auto follower = internal::TopicFollower::Create(cluster, std::move(topic),
                                                  client_id, clock);
  if (!follower.ok()) return follower.status();
  return std::unique_ptr<OffsetSyncReader>(
      new OffsetSyncReader(*std::move(follower), store));
}

OffsetSyncReader::OffsetSyncReader(
    std::unique_ptr<internal::TopicFollower> follower, OffsetSyncStore* store)
    : follower_(std::move(follower)), store_(store) {}

absl::Status OffsetSyncReader::CatchUp() {
  return follower_->CatchUp(
      [this](const TopicPartition&, const RecordView& record) {
        const absl::StatusOr<std::optional<internal::OffsetSync>> sync =
            internal::OffsetSync::Decode(record.key.value_or(""), record.value);
        if (!sync.ok()) {
          ++unreadable_;
        } else if (sync->has_value()) {
          // A sync that is deleted was true nevertheless; MM2 deletes none.
          store_->ApplySync(**sync);
        }
      },
      [this] {
        for (const TopicPartition& tp : store_->Partitions()) {
          store_->StartOver(tp);
        }
      });
}

}  // namespace mirror
