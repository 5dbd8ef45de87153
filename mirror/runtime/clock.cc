// SPDX-License-Identifier: Apache-2.0

#include "mirror/runtime/clock.h"

#include <time.h>

#include <utility>

#include "absl/time/clock.h"

namespace mirror {
namespace {

class AnchoredClock final : public Clock {
 public:
  AnchoredClock(std::function<absl::Time()> wall_time,
                std::function<absl::Duration()> elapsed)
      : wall_time_(std::move(wall_time)),
        elapsed_(std::move(elapsed)),
        anchor_(wall_time_() - elapsed_()) {}

  absl::Time Now() override { return anchor_ + elapsed_(); }

  absl::Time WallTime() override { return wall_time_(); }

  bool AwaitUntil(Mutex* mu, absl::Time deadline,
                  absl::FunctionRef<bool()> done)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) override {
    return mu->AwaitFor(done, deadline == absl::InfiniteFuture()
                                  ? absl::InfiniteDuration()
                                  : deadline - Now());
  }

 private:
  const std::function<absl::Time()> wall_time_;
  const std::function<absl::Duration()> elapsed_;
  const absl::Time anchor_;
};

absl::Duration SinceBoot() {
  timespec time = {};
#ifdef CLOCK_BOOTTIME
  // Unlike CLOCK_MONOTONIC it counts while the machine is suspended. A sandbox
  // may not know it.
  if (clock_gettime(CLOCK_BOOTTIME, &time) == 0) {
    return absl::DurationFromTimespec(time);
  }
#endif
  clock_gettime(CLOCK_MONOTONIC, &time);
  return absl::DurationFromTimespec(time);
}

}  // namespace

namespace internal {

std::unique_ptr<Clock> NewClock(std::function<absl::Time()> wall_time,
                                std::function<absl::Duration()> elapsed) {
  return std::make_unique<AnchoredClock>(std::move(wall_time),
                                         std::move(elapsed));
}

}  // namespace internal

Clock* Clock::System() {
  static Clock* const kClock =
      new AnchoredClock([] { return absl::Now(); }, SinceBoot);
  return kClock;
}

}  // namespace mirror
