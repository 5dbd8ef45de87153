// SPDX-License-Identifier: Apache-2.0

#include "mirror/runtime/bounded_call.h"

#include <utility>

namespace mirror {

bool CallWithin(absl::Duration timeout, std::function<void()> call) {
  return PendingCall(std::move(call)).Await(timeout);
}

PendingCall::PendingCall(std::function<void()> call)
    : thread_([state = state_, call = std::move(call)]() mutable {
        call();
        call = nullptr;  // what it owns is gone before the caller goes on
        MutexLock lock(&state->mu);
        state->done = true;
      }) {}

PendingCall::~PendingCall() {
  if (Await(absl::ZeroDuration())) {
    thread_.join();
  } else {
    thread_.detach();
  }
}

bool PendingCall::Await(absl::Duration timeout) {
  State* state = state_.get();
  MutexLock lock(&state->mu);
  return state->mu.AwaitFor(
      [state]()
          ABSL_EXCLUSIVE_LOCKS_REQUIRED(state->mu) { return state->done; },
      timeout);
}

}  // namespace mirror
