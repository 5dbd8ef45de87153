// SPDX-License-Identifier: Apache-2.0
//
// Stopping as a small object: refuse new work, wait for the running work.
//
//   Gate::Pass pass = gate_.Enter();
//   if (!pass) return absl::FailedPreconditionError("stopped");
//   ...                 // Close() in another thread waits for this scope
//
// The word and the idea are Seastar's.

#ifndef MIRROR_RUNTIME_GATE_H_
#define MIRROR_RUNTIME_GATE_H_

#include <utility>

#include "absl/base/thread_annotations.h"
#include "mirror/runtime/mutex.h"

namespace mirror::internal {

// Thread safety: thread-safe. Lifetime: must outlive its passes.
class Gate {
 public:
  // Permission to work, given back when it goes out of scope. False if refused.
  class Pass {
   public:
    Pass() = default;
    Pass(Pass&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
    Pass& operator=(Pass&&) = delete;
    ~Pass() {
      if (gate_ != nullptr) gate_->Leave();
    }
    explicit operator bool() const { return gate_ != nullptr; }

   private:
    friend class Gate;
    explicit Pass(Gate* gate) : gate_(gate) {}
    Gate* gate_ = nullptr;
  };

  // Never blocks. The pass is false once Close() has been called.
  Pass Enter() {
    MutexLock lock(&mu_);
    if (closed_) return Pass();
    ++inside_;
    return Pass(this);
  }

  // Refuses new passes and blocks until those given out are back. Idempotent.
  // Must not be called by a thread that holds a pass.
  void Close() {
    MutexLock lock(&mu_);
    closed_ = true;
    mu_.Await([this]()
                  ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return inside_ == 0; });
  }

 private:
  void Leave() {
    MutexLock lock(&mu_);
    --inside_;
  }

  Mutex mu_;
  bool closed_ ABSL_GUARDED_BY(mu_) = false;
  int inside_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace mirror::internal

#endif  // MIRROR_RUNTIME_GATE_H_
