// SPDX-License-Identifier: Apache-2.0

#include "mirror/runtime/bounded_call.h"

#include <memory>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "mirror/runtime/mutex.h"

namespace mirror {
namespace {

struct State {
  Mutex mu;
  bool done ABSL_GUARDED_BY(mu) = false;
};

}  // namespace

bool CallWithin(absl::Duration timeout, std::function<void()> call) {
  auto state = std::make_shared<State>();
  std::thread thread([state, call = std::move(call)]() mutable {
    call();
    call = nullptr;  // what it owns is gone before the caller goes on
    MutexLock lock(&state->mu);
    state->done = true;
  });
  bool done = false;
  {
    MutexLock lock(&state->mu);
    done = state->mu.AwaitFor([&state]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(
                                  state->mu) { return state->done; },
                              timeout);
  }
  if (done) {
    thread.join();
  } else {
    thread.detach();
  }
  return done;
}

}  // namespace mirror
