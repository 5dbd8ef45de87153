// SPDX-License-Identifier: Apache-2.0
//
// One record of MM2's heartbeats topic: "the flow source->target was alive at
// this time" (KIP-382). Bytes: docs/formats/heartbeat.md.
//
//   Heartbeat heartbeat{"A", "B", clock.WallTime()};
//   sink.Send(*heartbeat.EncodeKey(), heartbeat.EncodeValue());

#ifndef MIRROR_HEARTBEAT_HEARTBEAT_H_
#define MIRROR_HEARTBEAT_HEARTBEAT_H_

#include <optional>
#include <ostream>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace mirror::internal {

// What a heartbeat is about, as in the record's key.
struct HeartbeatKey {
  std::string source_alias;
  std::string target_alias;

  friend bool operator==(const HeartbeatKey& a, const HeartbeatKey& b) {
    return a.source_alias == b.source_alias && a.target_alias == b.target_alias;
  }
};

// A value type; thread-compatible.
struct Heartbeat {
  std::string source_alias;
  std::string target_alias;
  // Written in milliseconds.
  absl::Time timestamp;

  // Reads a record of the topic; nullopt if it is a tombstone (null value) of
  // what DecodeKey() tells. Bytes after the last field are ignored, as in MM2.
  // InvalidArgument if the bytes are no heartbeat (a null key counts as an
  // empty one); Unimplemented if the value's version is not 0.
  static absl::StatusOr<std::optional<Heartbeat>> Decode(
      absl::string_view key, std::optional<absl::string_view> value);
  static absl::StatusOr<HeartbeatKey> DecodeKey(absl::string_view key);

  // InvalidArgument if an alias is over 32767 bytes.
  absl::StatusOr<std::string> EncodeKey() const;
  std::string EncodeValue() const;

  // The line MM2's HeartbeatFormatter prints.
  std::string ToString() const;

  friend bool operator==(const Heartbeat& a, const Heartbeat& b) {
    return a.source_alias == b.source_alias &&
           a.target_alias == b.target_alias && a.timestamp == b.timestamp;
  }
  friend std::ostream& operator<<(std::ostream& os, const Heartbeat& h) {
    return os << h.ToString();
  }
};

}  // namespace mirror::internal

#endif  // MIRROR_HEARTBEAT_HEARTBEAT_H_
