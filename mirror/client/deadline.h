// SPDX-License-Identifier: Apache-2.0
//
// How the client's calls keep to their deadlines: they wait for each other, and
// for a cluster that may come back, but no longer than that.

#ifndef MIRROR_CLIENT_DEADLINE_H_
#define MIRROR_CLIENT_DEADLINE_H_

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "mirror/runtime/clock.h"
#include "mirror/runtime/mutex.h"

namespace mirror::internal {

// Purpose: a lock for work that takes long; waiting for it ends at a deadline.
// Thread safety: thread-safe. Lifetime: `clock` must outlive it.
class ABSL_LOCKABLE Turn {
 public:
  explicit Turn(Clock* clock) : clock_(clock) {}

  // False: `deadline` came first.
  bool Take(absl::Time deadline) ABSL_EXCLUSIVE_TRYLOCK_FUNCTION(true);
  void Give() ABSL_UNLOCK_FUNCTION();

 private:
  Clock* const clock_;
  Mutex mu_;
  bool taken_ ABSL_GUARDED_BY(mu_) = false;
};

// Waits for `duration`, or until `deadline` if that comes first. False: it has
// come.
bool WaitFor(Clock* clock, absl::Duration duration, absl::Time deadline);

// Calls `attempt` until it succeeds or fails in a way that time does not heal.
// DeadlineExceeded, with the last failure, when `deadline` has come; a running
// attempt is not cut short.
absl::Status TryUntil(Clock* clock, absl::Time deadline,
                      absl::FunctionRef<absl::Status()> attempt);

}  // namespace mirror::internal

#endif  // MIRROR_CLIENT_DEADLINE_H_
