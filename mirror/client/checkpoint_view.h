// SPDX-License-Identifier: Apache-2.0
//
// The checkpoints that a cluster has from one source.

#ifndef MIRROR_CLIENT_CHECKPOINT_VIEW_H_
#define MIRROR_CLIENT_CHECKPOINT_VIEW_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mirror/checkpoint/checkpoint.h"
#include "mirror/checkpoint/checkpoint_store.h"
#include "mirror/client/deadline.h"
#include "mirror/client/followed_topic.h"
#include "mirror/cluster/cluster.h"
#include "mirror/runtime/clock.h"
#include "mirror/runtime/log.h"

namespace mirror::internal {

// Thread safety: thread-safe. Lifetime: `cluster` and `clock` must outlive it.
class CheckpointView {
 public:
  CheckpointView(Cluster* cluster, std::string topic, Clock* clock,
                 const Logger& log);

  // Reads what is new and returns the newest checkpoints of `group`; none if
  // it has none. NotFound: there is no such topic. Others as
  // FollowedTopic::CatchUp.
  absl::StatusOr<GroupCheckpoints> Read(const std::string& group,
                                        absl::Time deadline);

  // The groups that have checkpoints, in order. Errors as Read().
  absl::StatusOr<std::vector<std::string>> Groups(absl::Time deadline);

  const std::string& topic() const { return topic_.topic(); }
  int64_t skipped() const { return topic_.skipped(); }
  void Cancel() { topic_.Cancel(); }

 private:
  absl::Status CatchUp(absl::Time deadline)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(turn_);
  absl::Status Busy() const;

  Turn turn_;
  FollowedTopic topic_;
  CheckpointStore store_ ABSL_GUARDED_BY(turn_);
};

}  // namespace mirror::internal

#endif  // MIRROR_CLIENT_CHECKPOINT_VIEW_H_
