// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/held_batch.h"

namespace mirror::internal {

UpstreamOffset HeldBatch::FirstUnsent() const {
  if (next == 0) return first;
  return HasRecords() ? batch->OffsetAt(next) : through + 1;
}

void HeldBatch::FindCleanEnd(const TopicLimits& limits,
                             const RecordIsolation& isolation,
                             absl::Time wall) {
  if (limits.Admits(batch->bounds(), wall) &&
      !isolation.HasSuspects(batch->first_offset(), batch->last_offset())) {
    clean_end = count;
    return;
  }
  int64_t end = next;
  while (end < count && limits.Admits(batch->BoundsAt(end), wall) &&
         !isolation.IsSuspect(batch->OffsetAt(end))) {
    ++end;
  }
  clean_end = end;
}

int64_t HeldBatch::PieceEnd(int64_t max_records, int64_t max_bytes) const {
  int64_t bytes = 0;
  int64_t end = next;
  while (end < clean_end && end - next < max_records) {
    bytes += batch->BoundsAt(end).bytes + kRecordCost;
    if (bytes > max_bytes && end > next) break;
    ++end;
  }
  return end;
}

RecordBounds HeldBatch::BoundsOf(int64_t begin, int64_t end) const {
  RecordBounds bounds;
  for (int64_t i = begin; i < end; ++i) bounds.Add(batch->BoundsAt(i));
  return bounds;
}

}  // namespace mirror::internal
