// SPDX-License-Identifier: Apache-2.0

#include "mirror/client/deadline.h"

#include <algorithm>

#include "mirror/cluster/errors.h"

namespace mirror::internal {
namespace {

constexpr absl::Duration kPause = absl::Milliseconds(100);

}  // namespace

bool Turn::Take(absl::Time deadline) {
  MutexLock lock(&mu_);
  const bool free = clock_->AwaitUntil(
      &mu_, deadline,
      [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return !taken_; });
  if (free) taken_ = true;
  return free;
}

void Turn::Give() {
  MutexLock lock(&mu_);
  taken_ = false;
}

bool WaitFor(Clock* clock, absl::Duration duration, absl::Time deadline) {
  const absl::Time now = clock->Now();
  if (now >= deadline) return false;
  Mutex mu;
  MutexLock lock(&mu);
  clock->AwaitUntil(&mu, std::min(now + duration, deadline),
                    [] { return false; });
  return clock->Now() < deadline;
}

absl::Status TryUntil(Clock* clock, absl::Time deadline,
                      absl::FunctionRef<absl::Status()> attempt) {
  while (true) {
    const absl::Status status = attempt();
    if (status.ok() || !IsRetriable(status)) return status;
    if (!WaitFor(clock, kPause, deadline)) {
      return absl::DeadlineExceededError(status.message());
    }
  }
}

}  // namespace mirror::internal
