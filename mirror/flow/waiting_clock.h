// SPDX-License-Identifier: Apache-2.0
//
// For tests in one thread: a clock on which waiting for a cluster that does not
// answer comes to an end, while no simulated time passes for anything else.

#ifndef MIRROR_FLOW_WAITING_CLOCK_H_
#define MIRROR_FLOW_WAITING_CLOCK_H_

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "mirror/runtime/clock.h"
#include "mirror/runtime/mutex.h"

namespace mirror::internal {

// Runs ahead of `base` by 100 ms for each look at it.
class WaitingClock final : public Clock {
 public:
  explicit WaitingClock(Clock* base) : base_(base) {}

  // Who waits next begins at the time of `base`.
  void StartOver() { waited_ = absl::ZeroDuration(); }

  absl::Time Now() override {
    const absl::Time now = base_->Now() + waited_;
    waited_ += absl::Milliseconds(100);
    return now;
  }
  absl::Time WallTime() override { return base_->WallTime(); }
  bool AwaitUntil(Mutex* mu, absl::Time deadline,
                  absl::FunctionRef<bool()> done)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) override {
    return base_->AwaitUntil(mu, deadline, done);
  }

 private:
  Clock* const base_;
  absl::Duration waited_;
};

}  // namespace mirror::internal

#endif  // MIRROR_FLOW_WAITING_CLOCK_H_
