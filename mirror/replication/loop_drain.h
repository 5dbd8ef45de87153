// SPDX-License-Identifier: Apache-2.0
//
// How a loop ends: no more is read or sent; what is acknowledged is committed.

#ifndef MIRROR_REPLICATION_LOOP_DRAIN_H_
#define MIRROR_REPLICATION_LOOP_DRAIN_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "mirror/cluster/record_sink.h"
#include "mirror/replication/loop_commits.h"

namespace mirror::internal {

// Thread safety: thread-compatible; the loop's lock guards it.
// Lifetime: the commits must outlive it.
class LoopDrain {
 public:
  // `what` drains, in the words of an error: "flow A->B, loop 0".
  LoopDrain(std::string what, std::string target, LoopCommits* commits)
      : what_(std::move(what)), target_(std::move(target)), commits_(commits) {}

  // One turn, after the acknowledgements. Returns how the drain went once it is
  // over: OK, or DeadlineExceeded.
  std::optional<absl::Status> Step(RecordSink* sink, absl::Time now,
                                   absl::Time deadline);

 private:
  const std::string what_;
  const std::string target_;
  LoopCommits* const commits_;
  int turns_ = 0;
};

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_LOOP_DRAIN_H_
