// SPDX-License-Identifier: Apache-2.0

#include "mirror/heartbeat/heartbeat.h"

#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mirror/model/wire.h"

namespace mirror::internal {

absl::StatusOr<HeartbeatKey> Heartbeat::DecodeKey(absl::string_view key) {
  internal::WireReader reader("heartbeat key", key);
  absl::string_view source;
  absl::string_view target;
  if (!reader.ReadString(&source) || !reader.ReadString(&target)) {
    return reader.status();
  }
  return HeartbeatKey{std::string(source), std::string(target)};
}

absl::StatusOr<std::optional<Heartbeat>> Heartbeat::Decode(
    absl::string_view key, std::optional<absl::string_view> value) {
  absl::StatusOr<HeartbeatKey> about = DecodeKey(key);
  if (!about.ok()) return about.status();
  if (!value.has_value()) return std::nullopt;
  internal::WireReader reader("heartbeat value", *value);
  int64_t timestamp_ms;
  if (!reader.ReadVersion0() || !reader.ReadInt64(&timestamp_ms)) {
    return reader.status();
  }
  return Heartbeat{std::move(about->source_alias),
                   std::move(about->target_alias),
                   absl::FromUnixMillis(timestamp_ms)};
}

absl::StatusOr<std::string> Heartbeat::EncodeKey() const {
  internal::WireWriter writer;
  writer.PutString(source_alias);
  writer.PutString(target_alias);
  return std::move(writer).Finish();
}

std::string Heartbeat::EncodeValue() const {
  internal::WireWriter writer;
  writer.PutInt16(0);
  writer.PutInt64(absl::ToUnixMillis(timestamp));
  return *std::move(writer).Finish();  // no string in it that could be too long
}

std::string Heartbeat::ToString() const {
  return absl::StrCat("Heartbeat{sourceClusterAlias=", source_alias,
                      ", targetClusterAlias=", target_alias,
                      ", timestamp=", absl::ToUnixMillis(timestamp), "}");
}

}  // namespace mirror::internal
