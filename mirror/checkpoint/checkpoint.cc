// SPDX-License-Identifier: Apache-2.0

#include "mirror/checkpoint/checkpoint.h"

#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mirror/model/wire.h"

namespace mirror::internal {

absl::StatusOr<CheckpointKey> Checkpoint::DecodeKey(absl::string_view key) {
  internal::WireReader reader("checkpoint key", key);
  absl::string_view group;
  absl::string_view topic;
  int32_t partition;
  if (!reader.ReadString(&group) || !reader.ReadString(&topic) ||
      !reader.ReadPartition(&partition)) {
    return reader.status();
  }
  return CheckpointKey{std::string(group), {std::string(topic), partition}};
}

absl::StatusOr<std::optional<Checkpoint>> Checkpoint::Decode(
    absl::string_view key, std::optional<absl::string_view> value) {
  absl::StatusOr<CheckpointKey> about = DecodeKey(key);
  if (!about.ok()) return about.status();
  if (!value.has_value() || *value == kDeletedCheckpoint) return std::nullopt;
  internal::WireReader reader("checkpoint value", *value);
  int64_t upstream;
  int64_t downstream;
  absl::string_view metadata;
  if (!reader.ReadVersion0() || !reader.ReadOffset(&upstream) ||
      !reader.ReadOffset(&downstream) || !reader.ReadString(&metadata)) {
    return reader.status();
  }
  Checkpoint checkpoint{std::move(about->group),
                        std::move(about->topic_partition),
                        UpstreamOffset(upstream), DownstreamOffset(downstream),
                        std::string(metadata)};
  int64_t stale_through;
  if (reader.ReadOffset(&stale_through)) {
    checkpoint.stale_through = DownstreamOffset(stale_through);
  }
  return checkpoint;
}

absl::StatusOr<std::string> Checkpoint::EncodeKey() const {
  internal::WireWriter writer;
  writer.PutString(group);
  writer.PutString(topic_partition.topic);
  writer.PutInt32(topic_partition.partition);
  return std::move(writer).Finish();
}

absl::StatusOr<std::string> Checkpoint::EncodeValue() const {
  internal::WireWriter writer;
  writer.PutInt16(0);
  writer.PutInt64(upstream.value());
  writer.PutInt64(downstream.value());
  writer.PutString(metadata);
  if (stale_through.has_value()) writer.PutInt64(stale_through->value());
  return std::move(writer).Finish();
}

std::string Checkpoint::ToString() const {
  return absl::StrCat("Checkpoint{consumerGroupId=", group,
                      ", topicPartition=", topic_partition.ToString(),
                      ", upstreamOffset=", upstream.value(),
                      ", downstreamOffset=", downstream.value(),
                      ", metadata=", metadata, "}");
}

}  // namespace mirror::internal
