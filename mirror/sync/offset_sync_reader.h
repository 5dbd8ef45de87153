// SPDX-License-Identifier: Apache-2.0
//
// Fills an OffsetSyncStore from an offset-syncs topic, MirrorMaker 2's or ours:
// the part of MM2's OffsetSyncStore that reads.
//
//   mirror::OffsetSyncStore store;
//   auto reader = mirror::OffsetSyncReader::Create(
//       &source, "mm2-offset-syncs.B.internal", "my-reader", &store, clock);
//   absl::Status status = (*reader)->CatchUp();
//   store.Translate({"orders", 3}, mirror::UpstreamOffset(1000));

#ifndef MIRROR_SYNC_OFFSET_SYNC_READER_H_
#define MIRROR_SYNC_OFFSET_SYNC_READER_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mirror/cluster/cluster.h"
#include "mirror/cluster/topic_follower.h"
#include "mirror/runtime/clock.h"
#include "mirror/sync/offset_sync_store.h"

namespace mirror {

// Purpose: keeps a store in step with the topic.
// Thread safety: CatchUp() belongs to one thread at a time; the rest is
// thread-safe. Others may ask the store meanwhile.
// Lifetime: `cluster`, `store` and `clock` must outlive the reader.
// Errors: a record that is no offset sync is skipped and counted.
class OffsetSyncReader {
 public:
  // `topic` is on `cluster`: the policy's OffsetSyncsTopic() for the cluster on
  // the other side. Does not connect. InvalidArgument for settings that the
  // clients reject.
  static absl::StatusOr<std::unique_ptr<OffsetSyncReader>> Create(
      Cluster* cluster, std::string topic, const std::string& client_id,
      OffsetSyncStore* store, Clock* clock);

  // Applies what was added since the last call, up to the topic's end now.
  // Blocks while records come. If the topic was recreated, what it said before
  // is forgotten. NotFound: there is no such topic. DeadlineExceeded: nothing
  // came for 30 seconds. Others are those of the cluster. After any error the
  // next call continues; messages name cluster and topic.
  absl::Status CatchUp();

  // Records that were skipped.
  int64_t unreadable() const { return unreadable_; }

  // Makes a CatchUp() in flight and all later ones return Cancelled soon.
  void Cancel() { follower_->Cancel(); }

 private:
  OffsetSyncReader(std::unique_ptr<internal::TopicFollower> follower,
                   OffsetSyncStore* store);

  const std::unique_ptr<internal::TopicFollower> follower_;
  OffsetSyncStore* const store_;
  std::atomic<int64_t> unreadable_{0};
};

}  // namespace mirror

#endif  // MIRROR_SYNC_OFFSET_SYNC_READER_H_
