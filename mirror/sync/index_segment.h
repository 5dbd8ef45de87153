// SPDX-License-Identifier: Apache-2.0
//
// A record of the offset index topic (mm2-offset-index.S.internal on the
// target): some runs of one partition. Bytes: docs/formats/offset-index.md. MM2
// has no such topic; its answer is a sampled OffsetSync.
//
//   IndexSegmentKey key{{"orders", 3}, UpstreamOffset(0)};
//   IndexSegment segment;
//   segment.runs = {{UpstreamOffset(0), DownstreamOffset(500), 1000}};
//   sink.Send(*key.Encode(), segment.Encode());

#ifndef MIRROR_SYNC_INDEX_SEGMENT_H_
#define MIRROR_SYNC_INDEX_SEGMENT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "mirror/model/offset.h"
#include "mirror/model/topic_partition.h"
#include "mirror/sync/offset_runs.h"

namespace mirror::internal {

// The index topic of a flow from `source_alias`, on its target.
std::string OffsetIndexTopic(absl::string_view source_alias);

// Names a segment: a later record with the same key replaces it, one without a
// value deletes it. A value type.
struct IndexSegmentKey {
  // The partition's name on the SOURCE.
  TopicPartition topic_partition;
  // Where the segment's first run started when the segment was opened; without
  // runs, the source offset that is copied next.
  UpstreamOffset first;

  // InvalidArgument if the bytes are no such key.
  static absl::StatusOr<IndexSegmentKey> Decode(absl::string_view bytes);
  // InvalidArgument if the topic name is over 32767 bytes.
  absl::StatusOr<std::string> Encode() const;

  friend bool operator==(const IndexSegmentKey& a, const IndexSegmentKey& b) {
    return a.topic_partition == b.topic_partition && a.first == b.first;
  }
};

// Which incarnation of the source partition the offsets belong to.
struct SourceIdentity {
  // Of the topic, as Kafka prints it; empty if unknown.
  std::string topic_id;
  // Of the records before the one that is copied next; -1 if unknown.
  int32_t leader_epoch = -1;

  friend bool operator==(const SourceIdentity& a, const SourceIdentity& b) {
    return a.topic_id == b.topic_id && a.leader_epoch == b.leader_epoch;
  }
};

// A value type; thread-compatible.
struct IndexSegment {
  // No segment holds more runs, no value more bytes.
  static constexpr size_t kMaxRuns = 1024;
  static constexpr size_t kMaxBytes = 64 << 10;

  uint32_t generation = 0;
  SourceIdentity source;
  // Of the target topic, as Kafka prints it; empty if unknown.
  std::string target_topic_id;
  // Copying of the partition began at the first run.
  bool began_here = false;
  // Ascending on the target and without overlap there. Empty: no copy is there,
  // and the record only says of which source the stored progress is.
  std::vector<OffsetRun> runs;

  // InvalidArgument if the bytes are no segment; Unimplemented if a newer
  // version of this library wrote them. Never allocates more than a small
  // multiple of kMaxBytes.
  static absl::StatusOr<IndexSegment> Decode(absl::string_view bytes);
  std::string Encode() const;

  friend bool operator==(const IndexSegment& a, const IndexSegment& b) {
    return a.generation == b.generation && a.source == b.source &&
           a.target_topic_id == b.target_topic_id &&
           a.began_here == b.began_here && a.runs == b.runs;
  }
};

}  // namespace mirror::internal

#endif  // MIRROR_SYNC_INDEX_SEGMENT_H_
