// SPDX-License-Identifier: Apache-2.0
//
// Compares regularly where the logs of target partitions end with where their
// loops believe that they end: a shorter log has lost copies, a longer
// one was written by others.

#ifndef MIRROR_FLOW_TARGET_ENDS_H_
#define MIRROR_FLOW_TARGET_ENDS_H_

#include <deque>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "mirror/cluster/cluster_admin.h"
#include "mirror/replication/copy_loop.h"
#include "mirror/runtime/clock.h"

namespace mirror::internal {

// Thread safety: used by one thread.
// Lifetime: what the constructor takes must outlive it.
class TargetEnds {
 public:
  // All partitions are looked at once per `interval`.
  TargetEnds(absl::Duration interval, std::vector<CopyLoop*> loops,
             ClusterAdmin* target, Clock* clock)
      : interval_(interval),
        loops_(std::move(loops)),
        target_(target),
        clock_(clock) {}

  // Asks about some of them, every turn; loops get event::TargetEndSeen.
  void Check();

 private:
  const absl::Duration interval_;
  const std::vector<CopyLoop*> loops_;
  ClusterAdmin* const target_;
  Clock* const clock_;
  // Still to be compared.
  std::deque<std::pair<CopyLoop*, CopyLoop::TargetEnd>> waiting_;
  absl::Time next_ = absl::InfinitePast();
};

}  // namespace mirror::internal

#endif  // MIRROR_FLOW_TARGET_ENDS_H_
