// SPDX-License-Identifier: Apache-2.0
//
// What a flow must not forget beside its offsets: that it has looked at its
// source once, and which topics are gone. A record of the progress topic, under
// a key that MM2 (Kafka Connect) reads and leaves alone. MM2 has no such notes:
// it does not know a new partition from one that it skipped. Bytes:
// docs/formats/connect-source-offsets.md.
//
//   FlowNote{"A", "orders", clock->WallTime()}.EncodeKey();
//   // ["MirrorFlow",{"cluster":"A","topic":"orders"}]

#ifndef MIRROR_PROGRESS_FLOW_NOTE_H_
#define MIRROR_PROGRESS_FLOW_NOTE_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace mirror::internal {

// A value type; thread-compatible.
struct FlowNote {
  std::string cluster;  // alias of the source
  // Empty: the flow has looked at its source, and whatever has no progress is
  // copied from its log's start. Else: this topic is gone from the source.
  std::string topic;
  // Since when, in calendar time; kept to the millisecond. nullopt: no longer
  // (a tombstone).
  std::optional<absl::Time> since;

  std::string EncodeKey() const;
  // Not of a tombstone.
  std::string EncodeValue() const;
  // InvalidArgument if the record is no note.
  static absl::StatusOr<FlowNote> Decode(
      absl::string_view key, std::optional<absl::string_view> value);
};

}  // namespace mirror::internal

#endif  // MIRROR_PROGRESS_FLOW_NOTE_H_
