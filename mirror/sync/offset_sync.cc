// SPDX-License-Identifier: Apache-2.0

#include "mirror/sync/offset_sync.h"

#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mirror/model/wire.h"

namespace mirror::internal {

absl::StatusOr<TopicPartition> OffsetSync::DecodeKey(absl::string_view key) {
  internal::WireReader reader("offset sync key", key);
  absl::string_view topic;
  int32_t partition;
  if (!reader.ReadString(&topic) || !reader.ReadPartition(&partition)) {
    return reader.status();
  }
  return TopicPartition{std::string(topic), partition};
}

absl::StatusOr<std::optional<OffsetSync>> OffsetSync::Decode(
    absl::string_view key, std::optional<absl::string_view> value) {
  absl::StatusOr<TopicPartition> topic_partition = DecodeKey(key);
  if (!topic_partition.ok()) return topic_partition.status();
  if (!value.has_value()) return std::nullopt;
  internal::WireReader reader("offset sync value", *value);
  int64_t upstream;
  int64_t downstream;
  if (!reader.ReadOffset(&upstream) || !reader.ReadOffset(&downstream)) {
    return reader.status();
  }
  return OffsetSync{*std::move(topic_partition), UpstreamOffset(upstream),
                    DownstreamOffset(downstream)};
}

absl::StatusOr<std::string> OffsetSync::EncodeKey() const {
  internal::WireWriter writer;
  writer.PutString(topic_partition.topic);
  writer.PutInt32(topic_partition.partition);
  return std::move(writer).Finish();
}

std::string OffsetSync::EncodeValue() const {
  internal::WireWriter writer;
  writer.PutInt64(upstream.value());
  writer.PutInt64(downstream.value());
  return *std::move(writer).Finish();  // no string in it that could be too long
}

std::string OffsetSync::ToString() const {
  return absl::StrCat("OffsetSync{topicPartition=", topic_partition.ToString(),
                      ", upstreamOffset=", upstream.value(),
                      ", downstreamOffset=", downstream.value(), "}");
}

}  // namespace mirror::internal
