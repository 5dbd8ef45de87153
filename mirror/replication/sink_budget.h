// SPDX-License-Identifier: Apache-2.0
//
// How the partitions of a copy loop share the sink's buffer: five eighths
// belong to the first to ask, a quarter to all partitions alike, a few bytes
// each. So partitions whose target acknowledges nothing fill five eighths and
// what is their own, and all others copy. The rest is for the library's own
// records.
//
//   SinkBudget budget(32 << 20);
//   partition->Send(sink, now, budget.Share(partitions, crowded));
//   budget.Note(partition->sink_bytes(), &entry->sink_bytes);

#ifndef MIRROR_REPLICATION_SINK_BUDGET_H_
#define MIRROR_REPLICATION_SINK_BUDGET_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>

namespace mirror::internal {

// What one partition may take of the sink's buffer.
struct SinkShare {
  // Partitions without answers hold too much of it together.
  bool crowded = false;
  // So much is free for the first to ask; may be negative.
  int64_t free_bytes = std::numeric_limits<int64_t>::max();
  // If nothing is free, a partition with nothing in flight may send so much,
  // and at least one record.
  int64_t own_bytes = 0;
};

// Thread safety: thread-compatible.
class SinkBudget {
 public:
  explicit SinkBudget(int64_t buffer_bytes) : buffer_bytes_(buffer_bytes) {}

  SinkShare Share(size_t partitions, bool crowded) const {
    const auto count = static_cast<int64_t>(std::max<size_t>(partitions, 1));
    return {crowded, buffer_bytes_ / 8 * 5 - used_, buffer_bytes_ / 4 / count};
  }
  // A partition takes `bytes` now; `*noted` is what it took at the last call.
  void Note(int64_t bytes, int64_t* noted) {
    used_ += bytes - std::exchange(*noted, bytes);
  }

 private:
  const int64_t buffer_bytes_;
  int64_t used_ = 0;
};

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_SINK_BUDGET_H_
