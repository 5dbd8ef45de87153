// SPDX-License-Identifier: Apache-2.0
//
// One record of the topic in which MM2 (Kafka Connect) keeps its progress
// (mm2-offsets.S.internal): JSON, in exactly the bytes Java writes, since a
// Java MM2 finds its offsets by the bytes of the key. See
// docs/formats/connect-source-offsets.md.
//
//   const SourceOffsetKey key{"A", {"orders", 3}};
//   key.Encode();   // ["MirrorSourceConnector",{"cluster":"A",...}]
//   EncodeConnectOffsetValue(UpstreamOffset(1000));  // {"offset":1000}

#ifndef MIRROR_PROGRESS_CONNECT_OFFSET_H_
#define MIRROR_PROGRESS_CONNECT_OFFSET_H_

#include <optional>
#include <string>
#include <tuple>
#include <variant>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "mirror/model/offset.h"
#include "mirror/model/topic_partition.h"

namespace mirror::internal {

// The three kinds of key. `connector` is the connector's name: as below in
// MM2's dedicated mode, anything in a Connect cluster. Value types;
// thread-compatible. Encode() writes what is not UTF-8 as Java does: U+FFFD.

// Of the source connector: how far a partition is copied.
struct SourceOffsetKey {
  std::string cluster;  // alias of the source
  TopicPartition topic_partition;
  std::string connector = "MirrorSourceConnector";

  std::string Encode() const;
  friend bool operator==(const SourceOffsetKey& a, const SourceOffsetKey& b) {
    return std::tie(a.cluster, a.topic_partition, a.connector) ==
           std::tie(b.cluster, b.topic_partition, b.connector);
  }
};

// Of the checkpoint connector. MM2 writes offset 0 and never reads it.
struct CheckpointOffsetKey {
  std::string group;
  TopicPartition topic_partition;  // on the TARGET
  std::string connector = "MirrorCheckpointConnector";

  std::string Encode() const;
  friend bool operator==(const CheckpointOffsetKey& a,
                         const CheckpointOffsetKey& b) {
    return std::tie(a.group, a.topic_partition, a.connector) ==
           std::tie(b.group, b.topic_partition, b.connector);
  }
};

// Of the heartbeat connector. MM2 writes offset 0 and never reads it.
struct HeartbeatOffsetKey {
  std::string source_alias;
  std::string target_alias;
  std::string connector = "MirrorHeartbeatConnector";

  std::string Encode() const;
  friend bool operator==(const HeartbeatOffsetKey& a,
                         const HeartbeatOffsetKey& b) {
    return std::tie(a.source_alias, a.target_alias, a.connector) ==
           std::tie(b.source_alias, b.target_alias, b.connector);
  }
};

// A record of the topic.
struct ConnectOffset {
  std::variant<SourceOffsetKey, CheckpointOffsetKey, HeartbeatOffsetKey> key;
  // The LAST record copied and acknowledged: copying continues one after it.
  // -1: none; it begins at the log's start, or at 0 if nothing was `copied`.
  // nullopt: the offset was removed (a tombstone).
  std::optional<UpstreamOffset> offset;
  // False: the offset says where copying begins, and no copy stands on the
  // target yet.
  bool copied = true;

  // Reads members in any order and spacing; a null key counts as an empty one.
  // InvalidArgument if the record would not pass Connect's own check of edited
  // offsets (KIP-875): a member missing, not a string or not an integer from 0
  // on (an offset may be -1, though), or an offset other than 0 where MM2
  // writes 0; also if the key has other members, since no MM2 would find it.
  static absl::StatusOr<ConnectOffset> Decode(
      absl::string_view key, std::optional<absl::string_view> value);
};

// The value of a record that is no tombstone.
std::string EncodeConnectOffsetValue(UpstreamOffset offset, bool copied = true);

}  // namespace mirror::internal

#endif  // MIRROR_PROGRESS_CONNECT_OFFSET_H_
