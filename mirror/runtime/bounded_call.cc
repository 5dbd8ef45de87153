// SPDX-License-Identifier: Apache-2.0

#include "mirror/runtime/bounded_call.h"

#include <utility>

#include "absl/status/statusor.h"

namespace mirror::internal {

bool CallWithin(absl::Duration timeout, std::function<void()> call) {
  return PendingCall(std::move(call)).Await(timeout);
}

PendingCall::PendingCall(std::function<void()> call) {
  const auto body =
      [state = state_,
       owned = std::make_shared<std::function<void()>>(std::move(call))] {
        (*owned)();
        *owned = nullptr;  // what it owns is gone before the caller continues
        MutexLock lock(&state->mu);
        state->done = true;
      };
  absl::StatusOr<Thread> thread = Thread::Start("bounded-call", body);
  if (thread.ok()) {
    thread_ = *std::move(thread);
  } else {
    body();
  }
}

PendingCall::~PendingCall() {
  if (!thread_.joinable()) return;
  if (Await(absl::ZeroDuration())) {
    thread_.Join();
  } else {
    thread_.Detach();
  }
}

bool PendingCall::Await(absl::Duration timeout) {
  State* state = state_.get();
  MutexLock lock(&state->mu);
  return state->mu.AwaitFor([state]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(
                                state->mu) { return state->done; },
                            timeout);
}

}  // namespace mirror::internal
