// SPDX-License-Identifier: Apache-2.0
//
// Source records that will never be copied, and why: no gap is silent. Kept in
// the offset index topic. Bytes: docs/formats/offset-index.md. MM2 has nothing
// like it; it continues behind a gap silently.
//
//   store.Skip({"orders", 3},
//              {UpstreamOffset(40), UpstreamOffset(90), 50,
//               SkipReason::kSourceLost, clock->WallTime(), "retention"});
//   for (const SkippedRange& range : store.Skipped({"orders", 3}))
//     LOG << range;  // "[40, 90) source-lost, at most 50 records: retention"

#ifndef MIRROR_SYNC_SKIPPED_RANGE_H_
#define MIRROR_SYNC_SKIPPED_RANGE_H_

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "mirror/model/offset.h"
#include "mirror/model/position.h"
#include "mirror/model/topic_partition.h"

namespace mirror::internal {

// The key of a range in the index topic. Never taken for an IndexSegmentKey,
// not by earlier versions of this library either. A value type.
struct SkippedRangeKey {
  // The partition's name on the SOURCE.
  TopicPartition topic_partition;
  // Of the partition, as in IndexSegment.
  uint32_t generation = 0;
  UpstreamOffset first;
  SkipReason reason = SkipReason::kSourceLost;

  // InvalidArgument if the bytes are no such key; Unimplemented if they are of
  // a reason that this version does not know.
  static absl::StatusOr<SkippedRangeKey> Decode(absl::string_view bytes);
  // InvalidArgument if the topic name is over 32767 bytes.
  absl::StatusOr<std::string> Encode() const;

  friend bool operator==(const SkippedRangeKey& a, const SkippedRangeKey& b) {
    return a.topic_partition == b.topic_partition &&
           a.generation == b.generation && a.first == b.first &&
           a.reason == b.reason;
  }
};

// A range as it is in the index topic. A value type.
struct SkippedRangeRecord {
  static constexpr size_t kMaxBytes = 1024;

  SkippedRange range;
  // Stands for several ranges, and for all that lie within it and are older.
  bool merged = false;

  // InvalidArgument if the bytes are no such value; Unimplemented if a newer
  // version of this library wrote them. Allocates no more than kMaxBytes.
  static absl::StatusOr<SkippedRangeRecord> Decode(const SkippedRangeKey& key,
                                                   absl::string_view value);
  // The value. Only of a range as Bounded() returns it.
  std::string Encode() const;

  friend bool operator==(const SkippedRangeRecord& a,
                         const SkippedRangeRecord& b) {
    return a.range == b.range && a.merged == b.merged;
  }
};

// `range` as the topic can keep it: offsets within a log, milliseconds, a
// detail that is short and printable.
SkippedRange Bounded(SkippedRange range);

}  // namespace mirror::internal

#endif  // MIRROR_SYNC_SKIPPED_RANGE_H_
