// SPDX-License-Identifier: Apache-2.0
//
// Time as a dependency: nothing in the library asks the system for the time or
// waits except through a Clock, so tests own time
// (mirror/testing/SimulatedClock).

#ifndef MIRROR_RUNTIME_CLOCK_H_
#define MIRROR_RUNTIME_CLOCK_H_

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "mirror/runtime/mutex.h"

namespace mirror {

// Purpose: what time it is, and waiting for a time.
// Thread safety: thread-safe.
// Lifetime: must outlive everything it is given to; System() lives for ever.
class Clock {
 public:
  virtual ~Clock() = default;

  // The machine's clock.
  static Clock* System();

  // Wall-clock time.
  virtual absl::Time Now() = 0;

  // Blocks until `done` holds or Now() reaches `deadline`; returns whether
  // `done` holds. `done` reads state guarded by `mu`, which is released while
  // waiting.
  virtual bool AwaitUntil(Mutex* mu, absl::Time deadline,
                          absl::FunctionRef<bool()> done)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) = 0;
};

}  // namespace mirror

#endif  // MIRROR_RUNTIME_CLOCK_H_
