// SPDX-License-Identifier: Apache-2.0
//
// A mutex whose waits are on predicates, in the manner of absl::Mutex. Ours
// because the distribution's abseil is built without the thread sanitizer,
// which therefore cannot see absl::Mutex and reports every correct program (ADR
// 0003).
//
//   MutexLock lock(&mu_);
//   mu_.Await([this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return done_; });

#ifndef MIRROR_RUNTIME_MUTEX_H_
#define MIRROR_RUNTIME_MUTEX_H_

#include <condition_variable>
#include <mutex>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/time/time.h"

namespace mirror {

// Purpose: mutual exclusion plus waiting for a condition over the guarded
// state. A change of that state needs no signal: Unlock() wakes the
// waiters. Thread safety: thread-safe. Conditions are evaluated with the mutex
// held, by the waiting thread, and must not block.
class ABSL_LOCKABLE Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void Lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() { mu_.lock(); }
  void Unlock() ABSL_UNLOCK_FUNCTION() {
    if (waiters_ > 0) changed_.notify_all();
    mu_.unlock();
  }

  // Blocks until `condition` holds.
  void Await(absl::FunctionRef<bool()> condition)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(this) {
    AwaitFor(condition, absl::InfiniteDuration());
  }

  // Blocks until `condition` holds or `timeout` of real time has passed;
  // returns whether the condition holds. Code that must follow an injected
  // clock uses Clock::AwaitUntil instead.
  bool AwaitFor(absl::FunctionRef<bool()> condition, absl::Duration timeout)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(this);

 private:
  std::mutex mu_;
  std::condition_variable changed_;
  int waiters_ = 0;  // guarded by mu_
};

// Holds a mutex for a scope.
class ABSL_SCOPED_LOCKABLE MutexLock {
 public:
  explicit MutexLock(Mutex* mu) ABSL_EXCLUSIVE_LOCK_FUNCTION(mu) : mu_(mu) {
    mu_->Lock();
  }
  ~MutexLock() ABSL_UNLOCK_FUNCTION() { mu_->Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex* const mu_;
};

}  // namespace mirror

#endif  // MIRROR_RUNTIME_MUTEX_H_
