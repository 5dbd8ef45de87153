// SPDX-License-Identifier: Apache-2.0
//
// One record of MM2's offset-syncs topic (mm2-offset-syncs.*.internal): "source
// record u of this partition is target record d". Bytes: docs/formats.
//
//   OffsetSync sync{{"orders", 3}, UpstreamOffset(1000),
//   DownstreamOffset(998)}; sink.Send(*sync.EncodeKey(), sync.EncodeValue());

#ifndef MIRROR_SYNC_OFFSET_SYNC_H_
#define MIRROR_SYNC_OFFSET_SYNC_H_

#include <optional>
#include <ostream>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "mirror/model/offset.h"
#include "mirror/model/topic_partition.h"

namespace mirror::internal {

// `upstream` and `downstream` are the offsets of one and the same record, not
// of the next one. A value type; thread-compatible.
struct OffsetSync {
  // The partition's name on the SOURCE.
  TopicPartition topic_partition;
  UpstreamOffset upstream;
  DownstreamOffset downstream;

  // Reads a record of the topic; nullopt if it is a tombstone (null value),
  // whose partition DecodeKey() tells. Bytes after the last field are ignored,
  // as in MM2. InvalidArgument if the bytes are no offset sync; a null key
  // counts as an empty one.
  static absl::StatusOr<std::optional<OffsetSync>> Decode(
      absl::string_view key, std::optional<absl::string_view> value);
  static absl::StatusOr<TopicPartition> DecodeKey(absl::string_view key);

  // InvalidArgument if the topic name is over 32767 bytes.
  absl::StatusOr<std::string> EncodeKey() const;
  std::string EncodeValue() const;

  // The line MM2's OffsetSyncFormatter prints.
  std::string ToString() const;

  friend bool operator==(const OffsetSync& a, const OffsetSync& b) {
    return a.topic_partition == b.topic_partition && a.upstream == b.upstream &&
           a.downstream == b.downstream;
  }
  friend std::ostream& operator<<(std::ostream& os, const OffsetSync& sync) {
    return os << sync.ToString();
  }
};

}  // namespace mirror::internal

#endif  // MIRROR_SYNC_OFFSET_SYNC_H_
