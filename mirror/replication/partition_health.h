// SPDX-License-Identifier: Apache-2.0
//
// What is wrong with a partition, and how long it waits before it retries.

#ifndef MIRROR_REPLICATION_PARTITION_HEALTH_H_
#define MIRROR_REPLICATION_PARTITION_HEALTH_H_

#include <algorithm>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "mirror/telemetry/status.pb.h"

namespace mirror::internal {

// Thread safety: thread-compatible.
class PartitionHealth {
 public:
  PartitionProblem problem() const { return problem_; }
  bool ok() const { return problem_ == PROBLEM_NONE; }
  // For people; empty if there is no problem.
  const std::string& reason() const { return reason_; }

  void Set(PartitionProblem problem, std::string reason) {
    problem_ = problem;
    reason_ = std::move(reason);
  }
  void Append(const std::string& more) { reason_ += more; }
  // The problem was reported, so its end must be, too.
  void OnReported() { reported_ = true; }
  // How long to wait before the next attempt: twice as long as before.
  absl::Duration BackOff(absl::Duration least, absl::Duration most) {
    backoff_ = std::clamp(backoff_ * 2, least, most);
    return backoff_;
  }

  // There is no problem any more; the next failure may be the same again.
  void Clear() {
    problem_ = PROBLEM_NONE;
    reason_.clear();
  }
  // A record is settled: what was wrong with it is over.
  void Settle() {
    Clear();
    backoff_ = absl::ZeroDuration();
  }
  // Something went well. Returns whether that ends a problem that was reported.
  bool Recover() {
    Settle();
    return std::exchange(reported_, false);
  }

 private:
  PartitionProblem problem_ = PROBLEM_NONE;
  std::string reason_;
  bool reported_ = false;
  absl::Duration backoff_ = absl::ZeroDuration();
};

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_PARTITION_HEALTH_H_
