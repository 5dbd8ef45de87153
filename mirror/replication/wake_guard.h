// SPDX-License-Identifier: Apache-2.0
//
// Keeps a loop from copying after its process was stopped for a while (SIGSTOP,
// a suspended machine, swapping): its shards may belong to others meanwhile.
//
//   if (!guard.MayCopy(clock->Now())) return kPollTimeout;  // every turn

#ifndef MIRROR_REPLICATION_WAKE_GUARD_H_
#define MIRROR_REPLICATION_WAKE_GUARD_H_

#include <functional>
#include <optional>
#include <utility>

#include "absl/time/time.h"

namespace mirror::internal {

// Thread safety: used by one thread.
class WakeGuard {
 public:
  // Whether this process is known to have owned its shards at that time or
  // later; asks for proof if it is not. Null: it always owns them.
  using Owned = std::function<bool(absl::Time)>;

  explicit WakeGuard(Owned owned) : owned_(std::move(owned)) {}

  bool MayCopy(absl::Time now) {
    if (owned_ == nullptr) return true;
    if (now - std::exchange(last_turn_, now) > kLongTurn) woken_ = now;
    if (woken_.has_value() && !owned_(*woken_)) return false;
    woken_.reset();
    return true;
  }

 private:
  // No turn of a healthy process takes so long, and no session is so short.
  static constexpr absl::Duration kLongTurn = absl::Seconds(4);

  const Owned owned_;
  absl::Time last_turn_ = absl::InfiniteFuture();
  std::optional<absl::Time> woken_;
};

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_WAKE_GUARD_H_
