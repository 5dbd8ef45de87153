// SPDX-License-Identifier: Apache-2.0

#include "mirror/runtime/periodic_worker.h"

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "mirror/runtime/mutex.h"
#include "mirror/runtime/thread.h"
#include "mirror/testing/matchers.h"
#include "mirror/testing/simulated_clock.h"

namespace mirror::internal {
namespace {

// Counts runs and lets a test wait for the n-th.
class Counter {
 public:
  void Increment() {
    MutexLock lock(&mu_);
    ++count_;
  }
  void AwaitAtLeast(int n) {
    MutexLock lock(&mu_);
    mu_.Await([&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return count_ >= n; });
  }
  int count() {
    MutexLock lock(&mu_);
    return count_;
  }

 private:
  Mutex mu_;
  int count_ ABSL_GUARDED_BY(mu_) = 0;
};

TEST(PeriodicWorker, RunsAtOnceAndThenWheneverTheClockSaysSo) {
  SimulatedClock clock;
  Counter runs;
  PeriodicWorker worker("test", &clock, [&] {
    runs.Increment();
    return absl::Hours(1);
  });
  ASSERT_THAT(worker.Start(), IsOk());
  runs.AwaitAtLeast(1);
  // Stepping until the worker has seen it: it may not have begun to wait yet.
  while (runs.count() < 2) clock.Advance(absl::Minutes(1));
  worker.Stop();
  EXPECT_GE(clock.Now() - SimulatedClock().Now(), absl::Hours(1));
}

TEST(PeriodicWorker, WakeCutsTheWaitShort) {
  SimulatedClock clock;
  Counter runs;
  PeriodicWorker worker("test", &clock, [&] {
    runs.Increment();
    return absl::InfiniteDuration();
  });
  ASSERT_THAT(worker.Start(), IsOk());
  runs.AwaitAtLeast(1);
  worker.Wake();
  runs.AwaitAtLeast(2);
}

TEST(PeriodicWorker, RunsBackToBackForZero) {
  SimulatedClock clock;
  Counter runs;
  PeriodicWorker worker("test", &clock, [&] {
    runs.Increment();
    return absl::ZeroDuration();
  });
  ASSERT_THAT(worker.Start(), IsOk());
  runs.AwaitAtLeast(1000);
}

TEST(PeriodicWorker, StopIsIdempotentAndFinal) {
  SimulatedClock clock;
  Counter runs;
  PeriodicWorker worker("test", &clock, [&] {
    runs.Increment();
    return absl::ZeroDuration();
  });
  worker.Stop();
  ASSERT_THAT(worker.Start(), IsOk());
  worker.Stop();
  EXPECT_EQ(runs.count(), 0);
}

TEST(PeriodicWorker, AThreadThatCannotBeStartedIsAStatusAndMayBeRetried) {
  SimulatedClock clock;
  Counter runs;
  PeriodicWorker worker("test", &clock, [&] {
    runs.Increment();
    return absl::ZeroDuration();
  });
  {
    internal::ThreadShortage shortage(0);
    EXPECT_THAT(worker.Start(), StatusIs(absl::StatusCode::kResourceExhausted));
  }
  ASSERT_THAT(worker.Start(), IsOk());
  runs.AwaitAtLeast(1);
}

}  // namespace
}  // namespace mirror::internal
