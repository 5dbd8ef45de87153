// SPDX-License-Identifier: Apache-2.0

#include "mirror/heartbeat/heartbeat_emitter.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "mirror/heartbeat/heartbeat.h"
#include "mirror/model/record.h"

namespace mirror {

absl::StatusOr<std::unique_ptr<HeartbeatEmitter>> HeartbeatEmitter::Create(
    Cluster* target, const std::string& source_alias, std::string topic,
    const HeartbeatOptions& options, Clock* clock) {
  const absl::StatusOr<std::string> key =
      internal::Heartbeat{source_alias, target->alias(), absl::UnixEpoch()}
          .EncodeKey();
  if (!key.ok()) return key.status();
  absl::StatusOr<std::unique_ptr<internal::InternalTopicWriter>> writer =
      internal::InternalTopicWriter::Create(
          target, std::move(topic), internal::InternalTopicKind::kHeartbeats,
          options.replication_factor,
          absl::StrCat(source_alias, "->", target->alias(), "|heartbeats"),
          clock);
  if (!writer.ok()) return writer.status();
  return std::unique_ptr<HeartbeatEmitter>(new HeartbeatEmitter(
      source_alias, target->alias(), *key, *std::move(writer), clock));
}

HeartbeatEmitter::HeartbeatEmitter(
    std::string source_alias, std::string target_alias, std::string key,
    std::unique_ptr<internal::InternalTopicWriter> writer, Clock* clock)
    : source_alias_(std::move(source_alias)),
      target_alias_(std::move(target_alias)),
      key_(std::move(key)),
      writer_(std::move(writer)),
      clock_(clock) {}

absl::Status HeartbeatEmitter::RunOnce() {
  const absl::Time now = clock_->WallTime();
  const int64_t now_ms = absl::ToUnixMillis(now);
  Record record;
  record.timestamp_ms = now_ms;
  record.key = key_;
  record.value =
      internal::Heartbeat{source_alias_, target_alias_, now}.EncodeValue();
  std::vector<Record> records;
  records.push_back(std::move(record));
  const absl::Status status = writer_->Write(std::move(records));
  if (status.ok()) {
    ++count_;
    last_ms_ = now_ms;
  }
  return status;
}

}  // namespace mirror
