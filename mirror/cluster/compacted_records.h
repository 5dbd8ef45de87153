// SPDX-License-Identifier: Apache-2.0
//
// What compaction would leave of records that are being read: the last one of
// each key. Most records of a progress or index topic are superseded, and what
// is superseded need not be decoded.

#ifndef MIRROR_CLUSTER_COMPACTED_RECORDS_H_
#define MIRROR_CLUSTER_COMPACTED_RECORDS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "mirror/cluster/record_batch.h"

namespace mirror::internal {

// Purpose: takes the records of a compacted topic in the order in which they
// are read, and gives back the last one of each key and partition. That is
// right for topics whose readers must be content with what compaction leaves,
// since a broker may do at any time what this does. Not for MM2's offset syncs:
// older ones of a key say more than the last one alone.
//
//   CompactedRecords records;
//   follower->CatchUp([&](const TopicPartition& tp, const RecordView& record) {
//     records.Add(tp.partition, record);
//   }, [&] { records.Clear(); });
//   records.TakeAll([&](const RecordView& record) { store.Apply(record); });
//
// Memory: that of the live records.
// Thread safety: thread-compatible.
class CompactedRecords {
 public:
  void Add(int32_t partition, const RecordView& record);

  // Visits what is left, in the order in which the records came, and forgets
  // it. A record without a key counts as one with an empty key.
  void TakeAll(absl::FunctionRef<void(const RecordView&)> visit);

  void Clear() { partitions_.clear(); }
  size_t size() const;

 private:
  struct Entry {
    int64_t sequence = 0;
    UpstreamOffset offset;
    int64_t timestamp_ms = -1;
    std::optional<std::string> value;
    std::optional<std::string> own_header;
    int32_t partition = 0;
  };
  using ByKey = absl::flat_hash_map<std::string, Entry>;

  // By partition. Two partitions may hold the same key if the topic got more of
  // them; which of the two counts is for the reader to say.
  std::vector<ByKey> partitions_;
  int64_t next_sequence_ = 0;
};

}  // namespace mirror::internal

#endif  // MIRROR_CLUSTER_COMPACTED_RECORDS_H_
