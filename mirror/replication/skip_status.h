// SPDX-License-Identifier: Apache-2.0
//
// What was never copied, in the status: how many records, and the newest ranges
// with their reasons. MM2 skips without a word.

#ifndef MIRROR_REPLICATION_SKIP_STATUS_H_
#define MIRROR_REPLICATION_SKIP_STATUS_H_

#include <cstddef>

#include "mirror/model/topic_partition.h"
#include "mirror/sync/offset_sync_store.h"
#include "mirror/sync/skipped_range.h"
#include "mirror/telemetry/status.pb.h"

namespace mirror::internal {

// So many ranges are in the status of a partition.
inline constexpr size_t kSkippedRangesShown = 20;

SkippedRangeStatus ToStatus(const SkippedRange& range);

// Fills skipped_records and skipped from what `store` knows of `source`.
void FillSkipped(const OffsetSyncStore& store, const TopicPartition& source,
                 PartitionStatus* status);

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_SKIP_STATUS_H_
