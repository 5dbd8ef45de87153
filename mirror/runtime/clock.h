// SPDX-License-Identifier: Apache-2.0
//
// Time as a dependency: nothing in the library asks the system for the time or
// waits except through a Clock, so tests own time
// (mirror/testing/SimulatedClock).
//
// There are two times. Intervals use steady time, which cannot be set; what
// people and other machines read has calendar time (ADR 16).
//
//   const absl::Time deadline = clock->Now() + absl::Seconds(10);
//   record.timestamp_ms = absl::ToUnixMillis(clock->WallTime());

#ifndef MIRROR_RUNTIME_CLOCK_H_
#define MIRROR_RUNTIME_CLOCK_H_

#include <functional>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "mirror/runtime/mutex.h"

namespace mirror {

// Purpose: what time it is, and waiting for a time.
// Thread safety: thread-safe.
// Lifetime: must outlive everything it is given to; System() lives forever.
class Clock {
 public:
  virtual ~Clock() = default;

  // The machine's clock.
  static Clock* System();

  // Steady time, for intervals, deadlines, back-offs and time-outs: begins as
  // WallTime() and never jumps, whatever happens to that one. Time for which
  // the machine was suspended counts. Means nothing outside this process, so
  // it is never written, shown, or compared with the timestamp of a record.
  virtual absl::Time Now() = 0;

  // Calendar time, for what is written or shown (records, ledgers, log lines,
  // events), and for comparing with other machines' timestamps. May jump in
  // both directions, so no interval is measured with it.
  virtual absl::Time WallTime() = 0;

  // The calendar time of a reading of Now().
  absl::Time ToWallTime(absl::Time now) { return now + (WallTime() - Now()); }

  // Blocks until `done` holds or Now() reaches `deadline`; returns whether
  // `done` holds. `done` reads state guarded by `mu`, which is released while
  // waiting. On a machine that is suspended meanwhile it may last longer, by as
  // much as that took.
  virtual bool AwaitUntil(Mutex* mu, absl::Time deadline,
                          absl::FunctionRef<bool()> done)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) = 0;
};

namespace internal {

// A clock on these readings: calendar time, and the time since some fixed
// moment, which never goes back. System() is one on the machine's.
std::unique_ptr<Clock> NewClock(std::function<absl::Time()> wall_time,
                                std::function<absl::Duration()> elapsed);

}  // namespace internal
}  // namespace mirror

#endif  // MIRROR_RUNTIME_CLOCK_H_
