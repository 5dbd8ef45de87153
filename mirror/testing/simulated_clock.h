// SPDX-License-Identifier: Apache-2.0
//
// A clock that moves only when a test says so.
//
//   SimulatedClock clock;
//   clock.Advance(absl::Minutes(10));     // whose time has come continues
//   clock.SetWallClock(-absl::Hours(1));  // who waits does not notice

#ifndef MIRROR_TESTING_SIMULATED_CLOCK_H_
#define MIRROR_TESTING_SIMULATED_CLOCK_H_

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "mirror/runtime/clock.h"
#include "mirror/runtime/mutex.h"

namespace mirror {

// Thread safety: thread-safe. Single-threaded simulations never block in it:
// they advance the clock themselves.
class SimulatedClock final : public Clock {
 public:
  // Starts at 2023-11-14T22:13:20Z, the 1700000000 of MM2's examples.
  SimulatedClock() : now_(absl::FromUnixSeconds(1700000000)) {}

  absl::Time Now() override {
    MutexLock lock(&mu_);
    return now_;
  }

  absl::Time WallTime() override {
    MutexLock lock(&mu_);
    return now_ + wall_offset_;
  }

  bool AwaitUntil(Mutex* mu, absl::Time deadline,
                  absl::FunctionRef<bool()> done)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) override {
    // Advance() cannot know the waiters' mutexes, so waiters look again every
    // millisecond; the outcome depends on simulated time alone.
    while (!done() && Now() < deadline) {
      mu->AwaitFor(done, absl::Milliseconds(1));
    }
    return done();
  }

  void Advance(absl::Duration by) {
    MutexLock lock(&mu_);
    now_ += by;
  }

  // Moves the wall clock forward, or back if negative.
  void SetWallClock(absl::Duration by) {
    MutexLock lock(&mu_);
    wall_offset_ += by;
  }

 private:
  Mutex mu_;
  absl::Time now_ ABSL_GUARDED_BY(mu_);
  absl::Duration wall_offset_ ABSL_GUARDED_BY(mu_);
};

}  // namespace mirror

#endif  // MIRROR_TESTING_SIMULATED_CLOCK_H_
