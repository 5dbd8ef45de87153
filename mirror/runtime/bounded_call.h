// SPDX-License-Identifier: Apache-2.0
//
// A call into code that may never return, such as the destructor of a client
// library, without hanging the host for ever.
//
//   if (!CallWithin(absl::Seconds(5), [rk] { rd_kafka_destroy(rk); })) ...

#ifndef MIRROR_RUNTIME_BOUNDED_CALL_H_
#define MIRROR_RUNTIME_BOUNDED_CALL_H_

#include <functional>

#include "absl/time/time.h"

namespace mirror {

// Runs `call` on a thread of its own and returns true when it has returned. If
// that takes longer than `timeout` of real time, returns false and leaves the
// thread behind, so `call` must own all it uses. Thread-safe.
bool CallWithin(absl::Duration timeout, std::function<void()> call);

}  // namespace mirror

#endif  // MIRROR_RUNTIME_BOUNDED_CALL_H_
