// SPDX-License-Identifier: Apache-2.0
//
// A value that one thread may replace while others use it.
//
//   LiveValue<absl::Duration> interval(absl::Seconds(1));
//   interval.Set(absl::Seconds(5));  // any thread
//   next = now + interval.Get();     // any thread

#ifndef MIRROR_RUNTIME_LIVE_VALUE_H_
#define MIRROR_RUNTIME_LIVE_VALUE_H_

#include <utility>

#include "absl/base/thread_annotations.h"
#include "mirror/runtime/mutex.h"

namespace mirror::internal {

// Thread safety: thread-safe. No copy is made or destroyed under the lock but
// the one that Get() returns, so T should be cheap to copy.
template <typename T>
class LiveValue {
 public:
  explicit LiveValue(T value) : value_(std::move(value)) {}

  T Get() const {
    MutexLock lock(&mu_);
    return value_;
  }
  void Set(T value) {
    MutexLock lock(&mu_);
    std::swap(value_, value);  // the old one ends without the lock
  }

 private:
  mutable Mutex mu_;
  T value_ ABSL_GUARDED_BY(mu_);
};

}  // namespace mirror::internal

#endif  // MIRROR_RUNTIME_LIVE_VALUE_H_
