// SPDX-License-Identifier: Apache-2.0
//
// The records that bring the index topic up to date, and what was planned to
// get there; see OffsetSyncStore::PrepareFlush().

#ifndef MIRROR_SYNC_INDEX_FLUSH_H_
#define MIRROR_SYNC_INDEX_FLUSH_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "mirror/model/topic_partition.h"
#include "mirror/sync/index_segment.h"
#include "mirror/sync/segment_ledger.h"
#include "mirror/sync/skip_ledger.h"

namespace mirror::internal {

// A record to write to the index topic; no value: a tombstone.
struct IndexRecord {
  TopicPartition topic_partition;
  std::string key;
  std::optional<std::string> value;
};

// Thread safety: thread-compatible. Movable.
class IndexFlush {
 public:
  // What is in the index once the records of one partition are written.
  struct Entry {
    TopicPartition topic_partition;
    uint32_t generation;
    SegmentLedger::Plan plan;
    SkipLedger::Plan skips;
    uint64_t identity_changes;
  };

  absl::Status AddSkips(const TopicPartition& tp, const SkipLedger::Plan& plan);
  // `like`: what all segments have besides their runs. Takes the runs of
  // `plan`.
  absl::Status AddSegments(const TopicPartition& tp, IndexSegment like,
                           SegmentLedger::Plan* plan);
  void AddEntry(Entry entry) { entries_.push_back(std::move(entry)); }

  // To be written in this order.
  const std::vector<IndexRecord>& records() const { return records_; }
  std::vector<IndexRecord> TakeRecords() { return std::move(records_); }
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::vector<IndexRecord> records_;
  std::vector<Entry> entries_;
};

}  // namespace mirror::internal

#endif  // MIRROR_SYNC_INDEX_FLUSH_H_
