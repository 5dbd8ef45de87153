// SPDX-License-Identifier: Apache-2.0

#include "mirror/sync/offset_sync_publisher.h"

#include <optional>
#include <string>
#include <utility>

#include "mirror/model/record.h"

namespace mirror::internal {
namespace {

// Per write. MM2 keeps at most 10 in flight; waiting for all of a larger
// batch costs no more.
constexpr size_t kBatch = 1000;

// The record of a sync; nullopt for a topic whose name no sync can hold.
std::optional<Record> Encoded(const OffsetSync& sync) {
  absl::StatusOr<std::string> key = sync.EncodeKey();
  if (!key.ok()) return std::nullopt;
  Record record;
  record.key = *std::move(key);
  record.value = sync.EncodeValue();
  return record;
}

}  // namespace

absl::StatusOr<std::unique_ptr<OffsetSyncPublisher>>
OffsetSyncPublisher::Create(Cluster* cluster,
                            OffsetSyncPublisherOptions options, Clock* clock) {
  absl::StatusOr<std::unique_ptr<InternalTopicWriter>> writer =
      InternalTopicWriter::Create(
          cluster, options.topic, InternalTopicKind::kOffsetSyncs,
          options.offset_syncs.replication_factor, options.client_id, clock);
  if (!writer.ok()) return writer.status();
  return std::unique_ptr<OffsetSyncPublisher>(
      new OffsetSyncPublisher(std::move(options), *std::move(writer), clock));
}

OffsetSyncPublisher::OffsetSyncPublisher(
    OffsetSyncPublisherOptions options,
    std::unique_ptr<InternalTopicWriter> writer, Clock* clock)
    : options_(std::move(options)),
      writer_(std::move(writer)),
      clock_(clock),
      last_promotion_(clock->Now()),
      promote_interval_(options_.promote_interval),
      emitter_(options_.offset_syncs.lag_max) {}

void OffsetSyncPublisher::OnCopied(const TopicPartition& source,
                                   UpstreamOffset first, DownstreamOffset base,
                                   int64_t count) {
  MutexLock lock(&mu_);
  emitter_.OnCopied(source, first, base, count);
}

void OffsetSyncPublisher::Forget(const TopicPartition& source) {
  MutexLock lock(&mu_);
  emitter_.Forget(source);
}

void OffsetSyncPublisher::SetPace(int64_t lag_max,
                                  absl::Duration promote_interval) {
  MutexLock lock(&mu_);
  emitter_.SetLagMax(lag_max);
  promote_interval_ = promote_interval;
}

std::vector<OffsetSync> OffsetSyncPublisher::TakeDue() {
  std::vector<OffsetSync> syncs;
  {
    MutexLock lock(&mu_);
    if (clock_->Now() - last_promotion_ >= promote_interval_) {
      last_promotion_ = clock_->Now();
      emitter_.Promote();
    }
    syncs = emitter_.Take(kBatch);
  }
  if (!options_.may_write) return syncs;
  std::vector<OffsetSync> writable;
  std::vector<OffsetSync> waiting;
  // Asked once per partition, whose syncs follow each other: an answer that
  // changed in between would write the newer one without the older one.
  std::optional<TopicPartition> asked;
  bool may_write = false;
  for (OffsetSync& sync : syncs) {
    if (asked != sync.topic_partition) {
      asked = sync.topic_partition;
      may_write = options_.may_write(*asked);
    }
    (may_write ? writable : waiting).push_back(std::move(sync));
  }
  MutexLock lock(&mu_);
  emitter_.GiveBack(waiting);
  return writable;
}

absl::Status OffsetSyncPublisher::RunOnce() {
  const std::vector<OffsetSync> syncs = TakeDue();
  std::vector<Record> records;
  for (const OffsetSync& sync : syncs) {
    if (std::optional<Record> record = Encoded(sync)) {
      records.push_back(*std::move(record));
    }
  }
  const absl::Status status = writer_->Write(std::move(records));
  if (status.ok()) {
    count_ += static_cast<int64_t>(syncs.size());
    return status;
  }
  MutexLock lock(&mu_);
  emitter_.GiveBack(syncs);
  return status;
}

}  // namespace mirror::internal
