// SPDX-License-Identifier: Apache-2.0
//
// One topic that the client follows: TopicFollower, with the client's patience
// and its care for garbage.

#ifndef MIRROR_CLIENT_FOLLOWED_TOPIC_H_
#define MIRROR_CLIENT_FOLLOWED_TOPIC_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mirror/cluster/cluster.h"
#include "mirror/cluster/record_batch.h"
#include "mirror/cluster/topic_follower.h"
#include "mirror/runtime/clock.h"
#include "mirror/runtime/log.h"
#include "mirror/runtime/mutex.h"

namespace mirror::internal {

// Thread safety: CatchUp() and ReadAgain() belong to one thread at a time, the
// others are thread-safe.
// Lifetime: `cluster` and `clock` must outlive it.
class FollowedTopic {
 public:
  FollowedTopic(Cluster* cluster, std::string topic, Clock* clock, Logger log);

  // Applies what was added since the last call. A record that `apply` refuses
  // is skipped, counted and logged. `on_reset` and errors as
  // TopicFollower::CatchUp, but what may recover automatically is retried
  // until `deadline`.
  absl::Status CatchUp(absl::Time deadline,
                       absl::FunctionRef<absl::Status(const RecordView&)> apply,
                       absl::FunctionRef<void()> on_reset);
  // The next CatchUp() begins at the topic's start.
  void ReadAgain();

  const std::string& topic() const { return topic_; }
  // Records skipped so far; those read again count again.
  int64_t skipped() const { return skipped_; }
  // Makes a running CatchUp() and all later ones return Cancelled soon.
  void Cancel();

 private:
  absl::StatusOr<TopicFollower*> Follower();
  void LogSkipped(int64_t count, const std::string& last) const;

  Cluster* const cluster_;
  const std::string topic_;
  Clock* const clock_;
  const Logger log_;
  std::atomic<int64_t> skipped_{0};

  Mutex mu_;
  // Replaced only by the thread that reads.
  std::unique_ptr<TopicFollower> follower_ ABSL_GUARDED_BY(mu_);
  bool cancelled_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace mirror::internal

#endif  // MIRROR_CLIENT_FOLLOWED_TOPIC_H_
