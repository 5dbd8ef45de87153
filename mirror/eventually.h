// SPDX-License-Identifier: Apache-2.0
//
// How the tests of the engine, whose threads run on the real clock, wait.

#ifndef MIRROR_EVENTUALLY_H_
#define MIRROR_EVENTUALLY_H_

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "mirror/runtime/mutex.h"

namespace mirror::internal {

// Waits for `condition`, for as long as a slow machine may need.
template <typename Condition>
bool Eventually(Condition condition) {
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  Mutex mu;
  MutexLock lock(&mu);
  while (!condition()) {
    if (absl::Now() > deadline) return false;
    mu.AwaitFor([] { return false; }, absl::Milliseconds(5));
  }
  return true;
}

}  // namespace mirror::internal

#endif  // MIRROR_EVENTUALLY_H_
