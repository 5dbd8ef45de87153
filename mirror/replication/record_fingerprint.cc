// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/record_fingerprint.h"

#include "absl/hash/hash.h"
#include "mirror/model/record.h"

namespace mirror::internal {

std::optional<uint64_t> FingerprintOf(const RecordBatch& batch, int64_t index,
                                      Timestamps timestamps) {
  if (!batch.Shows(index).ok()) return std::nullopt;
  const Record record = batch.ToRecord(index);
  int64_t timestamp_ms = record.timestamp_ms == 0 ? 1 : record.timestamp_ms;
  if (timestamps == Timestamps::kReplaced) timestamp_ms = 0;
  uint64_t fingerprint = absl::HashOf(record.key, record.value, timestamp_ms,
                                      record.headers.size());
  for (const Header& header : record.headers) {
    fingerprint = absl::HashOf(fingerprint, header.key, header.value);
  }
  return fingerprint;
}

}  // namespace mirror::internal
