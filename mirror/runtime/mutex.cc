// SPDX-License-Identifier: Apache-2.0

#include "mirror/runtime/mutex.h"

#include <chrono>

#include "absl/time/clock.h"

namespace mirror {

bool Mutex::AwaitFor(absl::FunctionRef<bool()> condition,
                     absl::Duration timeout) {
  if (condition()) return true;
  std::unique_lock<std::mutex> lock(mu_, std::adopt_lock);
  // The caller may have changed guarded state since it took the mutex, and
  // waiting releases it: that is an unlock for everybody else.
  if (waiters_ > 0) changed_.notify_all();
  ++waiters_;
  bool holds = false;
  if (timeout == absl::InfiniteDuration()) {
    while (!(holds = condition())) changed_.wait(lock);
  } else {
    const auto deadline =
        std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(timeout);
    while (!(holds = condition())) {
      if (changed_.wait_until(lock, deadline) == std::cv_status::timeout) {
        holds = condition();
        break;
      }
    }
  }
  --waiters_;
  lock.release();
  return holds;
}

}  // namespace mirror
