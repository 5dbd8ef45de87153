// SPDX-License-Identifier: Apache-2.0
//
// A batch that waits in a SendWindow, and how much of it is handed over.

#ifndef MIRROR_REPLICATION_HELD_BATCH_H_
#define MIRROR_REPLICATION_HELD_BATCH_H_

#include <cstdint>
#include <memory>
#include <utility>

#include "absl/time/time.h"
#include "mirror/cluster/record_batch.h"
#include "mirror/cluster/topic_limits.h"
#include "mirror/model/offset.h"
#include "mirror/replication/record_isolation.h"

namespace mirror::internal {

// What the client library and the window need per record.
inline constexpr int64_t kRecordCost = 200;

// Thread safety: thread-compatible.
struct HeldBatch {
  // Takes records that settle the offsets first..through, copied or, where
  // `records` lacks them or is null, dropped.
  HeldBatch(std::unique_ptr<RecordBatch> records, UpstreamOffset first_offset,
            UpstreamOffset last_offset)
      : batch(std::move(records)),
        first(first_offset),
        through(last_offset),
        count(batch == nullptr ? 0 : batch->count()),
        cost(count == 0 ? 0 : batch->encoded_bytes() + count * kRecordCost) {
    if (count == 0) return;
    first_record = batch->first_offset();
    last_record = batch->last_offset();
    value_bytes = batch->value_bytes();
    last_timestamp_ms = batch->last_timestamp_ms();
  }

  // Whether records are left to hand over.
  bool HasRecords() const { return next < count; }
  UpstreamOffset FirstUnsent() const;
  // Moves clean_end as far as no record may be rejected.
  void FindCleanEnd(const TopicLimits& limits, const RecordIsolation& isolation,
                    absl::Time wall);
  // The end of a piece from `next` on, at least one record of those below
  // clean_end.
  int64_t PieceEnd(int64_t max_records, int64_t max_bytes) const;

  // Of the records from index `begin` to, not including, `end`.
  RecordBounds BoundsOf(int64_t begin, int64_t end) const;

  // Null if there are no records, or once the sink has taken it over.
  std::unique_ptr<RecordBatch> batch;
  UpstreamOffset first;
  UpstreamOffset through;
  int64_t count = 0;
  int64_t cost = 0;  // of memory, about
  // As RecordBatch has them, if there are records.
  UpstreamOffset first_record;
  UpstreamOffset last_record;
  int64_t value_bytes = 0;
  int64_t last_timestamp_ms = -1;

  int64_t next = 0;       // index of the first record not handed over
  int64_t clean_end = 0;  // none from `next` to here may be rejected
  bool counted = false;   // the window has counted it as in flight
};

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_HELD_BATCH_H_
