// SPDX-License-Identifier: Apache-2.0
//
// One record of MM2's checkpoints topic (S.checkpoints.internal): "a group that
// was at u on the source can resume at d on the target" (KIP-382). Bytes:
// docs/formats/checkpoint.md.
//
//   Checkpoint checkpoint{"billing", {"A.orders", 3}, UpstreamOffset(1000),
//                         DownstreamOffset(998), ""};
//   sink.Send(*checkpoint.EncodeKey(), *checkpoint.EncodeValue());

#ifndef MIRROR_CHECKPOINT_CHECKPOINT_H_
#define MIRROR_CHECKPOINT_CHECKPOINT_H_

#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <tuple>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "mirror/model/offset.h"
#include "mirror/model/topic_partition.h"

namespace mirror::internal {

// What a checkpoint is about, as in the record's key.
struct CheckpointKey {
  std::string group;
  // The partition's name on the TARGET, such as A.orders-3.
  TopicPartition topic_partition;

  friend bool operator==(const CheckpointKey& a, const CheckpointKey& b) {
    return a.group == b.group && a.topic_partition == b.topic_partition;
  }
};

// What we write to delete a checkpoint. A null value would end MM2's own
// readers with an exception; an empty one they log and skip.
inline constexpr absl::string_view kDeletedCheckpoint = "";

// Both offsets are positions: of the next record to read. A value type;
// thread-compatible.
struct Checkpoint {
  std::string group;
  // The partition's name on the TARGET, such as A.orders-3.
  TopicPartition topic_partition;
  UpstreamOffset upstream;
  DownstreamOffset downstream;
  // What the group stored beside its offset; mostly empty.
  std::string metadata;
  // Not in MM2, whose readers ignore it: what the group has committed on the
  // target up to here may be of a log that is gone, since this checkpoint took
  // the place of one of that log. GroupOffsetSyncer corrects the commit, once.
  std::optional<DownstreamOffset> stale_through = std::nullopt;

  // Reads a record of the topic; nullopt if it deletes what DecodeKey() tells:
  // a null value, or kDeletedCheckpoint. Bytes after the last field are
  // ignored, as in MM2, unless they are an offset. InvalidArgument if the bytes
  // are no checkpoint (a null key counts as an empty one); Unimplemented if the
  // value's version is not 0.
  static absl::StatusOr<std::optional<Checkpoint>> Decode(
      absl::string_view key, std::optional<absl::string_view> value);
  static absl::StatusOr<CheckpointKey> DecodeKey(absl::string_view key);

  // InvalidArgument if a string is over 32767 bytes.
  absl::StatusOr<std::string> EncodeKey() const;
  absl::StatusOr<std::string> EncodeValue() const;

  // The line MM2's CheckpointFormatter prints.
  std::string ToString() const;

  friend bool operator==(const Checkpoint& a, const Checkpoint& b) {
    return std::tie(a.group, a.topic_partition, a.upstream, a.downstream,
                    a.metadata, a.stale_through) ==
           std::tie(b.group, b.topic_partition, b.upstream, b.downstream,
                    b.metadata, b.stale_through);
  }
  friend std::ostream& operator<<(std::ostream& os, const Checkpoint& c) {
    return os << c.ToString();
  }
};

// The newest checkpoint of each of one group's partitions.
using GroupCheckpoints = std::map<TopicPartition, Checkpoint>;

}  // namespace mirror::internal

#endif  // MIRROR_CHECKPOINT_CHECKPOINT_H_
