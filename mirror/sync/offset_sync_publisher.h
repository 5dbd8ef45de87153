// SPDX-License-Identifier: Apache-2.0
//
// Writes MM2-style offset syncs while records are copied, so that Java's tools
// and a Java MM2 can translate offsets too: MM2's OffsetSyncWriter. Nothing of
// ours depends on them, so a cluster that refuses them stops nothing.

#ifndef MIRROR_SYNC_OFFSET_SYNC_PUBLISHER_H_
#define MIRROR_SYNC_OFFSET_SYNC_PUBLISHER_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mirror/cluster/cluster.h"
#include "mirror/cluster/internal_topic.h"
#include "mirror/flow_options.h"
#include "mirror/model/offset.h"
#include "mirror/model/topic_partition.h"
#include "mirror/runtime/clock.h"
#include "mirror/runtime/mutex.h"
#include "mirror/sync/offset_sync.h"
#include "mirror/sync/offset_sync_emitter.h"

namespace mirror::internal {

struct OffsetSyncPublisherOptions {
  // The policy's OffsetSyncsTopic().
  std::string topic;
  OffsetSyncOptions offset_syncs;
  // How often each partition that moved gets a sync at least.
  absl::Duration promote_interval = absl::Seconds(1);
  std::string client_id;
  // Whether syncs of the partition may be written yet; else they stay due.
  // None: always. Called by RunOnce().
  std::function<bool(const TopicPartition&)> may_write;
};

// Thread safety: OnCopied(), Forget() and count() are thread-safe; RunOnce()
// belongs to one thread. Lifetime: `cluster` and `clock` must outlive the
// publisher.
class OffsetSyncPublisher {
 public:
  // `cluster` keeps the topic. Contacts no cluster. InvalidArgument for
  // settings that the clients refuse.
  static absl::StatusOr<std::unique_ptr<OffsetSyncPublisher>> Create(
      Cluster* cluster, OffsetSyncPublisherOptions options, Clock* clock);

  // Records first, first+1, ... were copied to base, base+1, ...
  void OnCopied(const TopicPartition& source, UpstreamOffset first,
                DownstreamOffset base, int64_t count);

  // Drops what it knows of the partition. What the topic has of it stays, as
  // Java's readers fail on records without a value.
  void Forget(const TopicPartition& source);

  // How often syncs are written from now on.
  void SetPace(int64_t lag_max, absl::Duration promote_interval);

  // Writes the syncs that are due and may be written, creating the topic if it
  // is missing; waits for the acknowledgements, for at most 10 seconds. After
  // an error the newest sync of each partition is written at the next call.
  absl::Status RunOnce();

  // Syncs acknowledged.
  int64_t count() const { return count_; }

  // Makes RunOnce() return soon, now and later.
  void Cancel() { writer_->Cancel(); }

 private:
  OffsetSyncPublisher(OffsetSyncPublisherOptions options,
                      std::unique_ptr<InternalTopicWriter> writer,
                      Clock* clock);
  std::vector<OffsetSync> TakeDue();

  const OffsetSyncPublisherOptions options_;
  const std::unique_ptr<InternalTopicWriter> writer_;
  Clock* const clock_;
  absl::Time last_promotion_;  // of RunOnce()'s thread
  std::atomic<int64_t> count_{0};

  Mutex mu_;
  absl::Duration promote_interval_ ABSL_GUARDED_BY(mu_);
  OffsetSyncEmitter emitter_ ABSL_GUARDED_BY(mu_);
};

}  // namespace mirror::internal

#endif  // MIRROR_SYNC_OFFSET_SYNC_PUBLISHER_H_
