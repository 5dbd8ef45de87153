// SPDX-License-Identifier: Apache-2.0
//
// For tests of what waits for a cluster in one thread.

#ifndef MIRROR_CLUSTER_TICKING_CLOCK_H_
#define MIRROR_CLUSTER_TICKING_CLOCK_H_

#include <functional>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "mirror/runtime/clock.h"
#include "mirror/runtime/mutex.h"

namespace mirror::internal {

// Advances by a second with each call, and says so.
class TickingClock final : public Clock {
 public:
  absl::Time Now() override {
    now_ += absl::Seconds(1);
    on_tick();
    return now_;
  }
  absl::Time WallTime() override { return now_; }
  bool AwaitUntil(Mutex* mu, absl::Time /*deadline*/,
                  absl::FunctionRef<bool()> done)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) override {
    return done();
  }

  std::function<void()> on_tick = [] {};

 private:
  absl::Time now_ = absl::FromUnixSeconds(1700000000);
};

}  // namespace mirror::internal

#endif  // MIRROR_CLUSTER_TICKING_CLOCK_H_
