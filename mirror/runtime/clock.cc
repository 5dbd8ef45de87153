// SPDX-License-Identifier: Apache-2.0

#include "mirror/runtime/clock.h"

#include "absl/time/clock.h"

namespace mirror {
namespace {

class SystemClock final : public Clock {
 public:
  absl::Time Now() override { return absl::Now(); }

  bool AwaitUntil(Mutex* mu, absl::Time deadline,
                  absl::FunctionRef<bool()> done)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) override {
    return mu->AwaitFor(done, deadline == absl::InfiniteFuture()
                                  ? absl::InfiniteDuration()
                                  : deadline - absl::Now());
  }
};

}  // namespace

Clock* Clock::System() {
  static SystemClock* const kClock = new SystemClock;
  return kClock;
}

}  // namespace mirror
