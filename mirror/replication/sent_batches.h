// SPDX-License-Identifier: Apache-2.0
//
// The batches of a partition of which something is in flight, oldest first.

#ifndef MIRROR_REPLICATION_SENT_BATCHES_H_
#define MIRROR_REPLICATION_SENT_BATCHES_H_

#include <cstdint>
#include <deque>
#include <optional>

#include "mirror/model/offset.h"
#include "mirror/replication/held_batch.h"

namespace mirror::internal {

// Thread safety: thread-compatible.
class SentBatches {
 public:
  struct Sent {
    UpstreamOffset last_offset;
    int64_t cost = 0;
    int64_t value_bytes = 0;
    int64_t last_timestamp_ms = -1;
  };

  // What they cost together.
  int64_t bytes() const { return bytes_; }
  void Add(const HeldBatch& batch) {
    sent_.push_back({batch.last_record, batch.cost, batch.value_bytes,
                     batch.last_timestamp_ms});
    bytes_ += batch.cost;
  }
  // The oldest, if all of it is copied: up to `accepted`.
  std::optional<Sent> Pop(UpstreamOffset accepted) {
    if (sent_.empty() || sent_.front().last_offset > accepted) {
      return std::nullopt;
    }
    const Sent sent = sent_.front();
    sent_.pop_front();
    bytes_ -= sent.cost;
    return sent;
  }
  void Clear() {
    sent_.clear();
    bytes_ = 0;
  }

 private:
  std::deque<Sent> sent_;
  int64_t bytes_ = 0;
};

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_SENT_BATCHES_H_
