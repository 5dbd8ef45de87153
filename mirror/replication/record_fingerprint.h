// SPDX-License-Identifier: Apache-2.0
//
// 64 bits that stand for what a record holds, to find a record again in another
// log.

#ifndef MIRROR_REPLICATION_RECORD_FINGERPRINT_H_
#define MIRROR_REPLICATION_RECORD_FINGERPRINT_H_

#include <cstdint>
#include <optional>

#include "mirror/cluster/record_batch.h"

namespace mirror::internal {

// Whether the log keeps the timestamps of its writers. One with
// message.timestamp.type = LogAppendTime does not.
enum class Timestamps { kKept, kReplaced };

// Of key, value, headers in their order, and the timestamp if it is kept; null
// and empty differ. The same for a record and its copy, where librdkafka writes
// a timestamp of 0 as 1. nullopt if the batch does not show all of the record.
// Values are good for this process only.
std::optional<uint64_t> FingerprintOf(const RecordBatch& batch, int64_t index,
                                      Timestamps timestamps);

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_RECORD_FINGERPRINT_H_
