// SPDX-License-Identifier: Apache-2.0
//
// What a cluster can tell about the offsets of one source: the offset index
// and, where they are kept on this side, MM2's offset syncs.

#ifndef MIRROR_CLIENT_OFFSET_VIEW_H_
#define MIRROR_CLIENT_OFFSET_VIEW_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mirror/client/deadline.h"
#include "mirror/client/followed_topic.h"
#include "mirror/cluster/cluster.h"
#include "mirror/runtime/clock.h"
#include "mirror/runtime/log.h"
#include "mirror/sync/offset_sync_store.h"

namespace mirror::internal {

// Thread safety: thread-safe. Lifetime: `cluster` and `clock` must outlive it.
class OffsetView {
 public:
  OffsetView(Cluster* cluster, std::string index_topic,
             std::string offset_syncs_topic, Clock* clock, const Logger& log);

  // Reads what is new in both topics and returns all that is known. NotFound:
  // neither is there, or there no longer. Others as FollowedTopic::CatchUp.
  absl::StatusOr<std::shared_ptr<const OffsetSyncStore>> CatchUp(
      absl::Time deadline);

  int64_t skipped() const { return index_.skipped() + syncs_.skipped(); }
  void Cancel();

 private:
  void StartOver() ABSL_EXCLUSIVE_LOCKS_REQUIRED(turn_);
  absl::Status ReadBoth(absl::Time deadline)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(turn_);

  Turn turn_;
  FollowedTopic index_;
  FollowedTopic syncs_;
  // Not changed in place when it starts over: others may be asking it.
  std::shared_ptr<OffsetSyncStore> store_ ABSL_GUARDED_BY(turn_);
  // A topic was replaced, so what the store has of it is void. Both are read
  // again, since syncs count only beside the index.
  bool stale_ ABSL_GUARDED_BY(turn_) = false;
};

}  // namespace mirror::internal

#endif  // MIRROR_CLIENT_OFFSET_VIEW_H_
