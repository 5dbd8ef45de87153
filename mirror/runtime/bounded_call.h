// SPDX-License-Identifier: Apache-2.0
//
// A call into code that may never return, such as the destructor of a client
// library, without hanging the host forever.
//
//   if (!CallWithin(absl::Seconds(5), [rk] { rd_kafka_destroy(rk); })) ...

#ifndef MIRROR_RUNTIME_BOUNDED_CALL_H_
#define MIRROR_RUNTIME_BOUNDED_CALL_H_

#include <functional>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "mirror/runtime/mutex.h"
#include "mirror/runtime/thread.h"

namespace mirror::internal {

// Runs `call` on a thread of its own and returns true when it has returned. If
// that takes longer than `timeout` of real time, returns false and leaves the
// thread behind, so `call` must own all it uses. Where no thread is to be had
// it is called here, however long it takes. Thread-safe.
bool CallWithin(absl::Duration timeout, std::function<void()> call);

// A call on a thread of its own, to be awaited a little at a time, where it
// cannot be ended but the caller must be able to stop waiting. If it is
// destroyed before the call has returned, the thread is left behind, so the
// call must own all it uses. Where no thread is to be had, the constructor
// calls. Used by one thread.
class PendingCall {
 public:
  explicit PendingCall(std::function<void()> call);
  ~PendingCall();
  PendingCall(const PendingCall&) = delete;
  PendingCall& operator=(const PendingCall&) = delete;

  // Returns whether the call has returned, at the latest after `timeout` of
  // real time.
  bool Await(absl::Duration timeout);

 private:
  struct State {
    Mutex mu;
    bool done ABSL_GUARDED_BY(mu) = false;
  };
  const std::shared_ptr<State> state_ = std::make_shared<State>();
  Thread thread_;
};

}  // namespace mirror::internal

#endif  // MIRROR_RUNTIME_BOUNDED_CALL_H_
