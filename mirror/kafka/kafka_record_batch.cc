// SPDX-License-Identifier: Apache-2.0

#include "mirror/kafka/kafka_record_batch.h"

#include <optional>
#include <string>
#include <utility>

namespace mirror::internal {
namespace {

std::optional<std::string> Bytes(const void* data, size_t size) {
  if (data == nullptr) return std::nullopt;
  return std::string(static_cast<const char*>(data), size);
}

int64_t TimestampOf(const rd_kafka_message_t& message) {
  rd_kafka_timestamp_type_t type;
  return rd_kafka_message_timestamp(&message, &type);
}

int64_t ValueBytes(absl::Span<rd_kafka_message_t* const> messages) {
  int64_t bytes = 0;
  for (const rd_kafka_message_t* message : messages) {
    bytes += static_cast<int64_t>(message->len);
  }
  return bytes;
}

}  // namespace

Record ToRecord(const rd_kafka_message_t& message) {
  Record record;
  record.offset = UpstreamOffset(message.offset);
  record.timestamp_ms = TimestampOf(message);
  record.key = Bytes(message.key, message.key_len);
  record.value = Bytes(message.payload, message.len);
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) !=
      RD_KAFKA_RESP_ERR_NO_ERROR) {
    return record;
  }
  const char* name = nullptr;
  const void* value = nullptr;
  size_t size = 0;
  for (size_t i = 0;
       rd_kafka_header_get_all(headers, i, &name, &value, &size) ==
       RD_KAFKA_RESP_ERR_NO_ERROR;
       ++i) {
    record.headers.push_back({name, Bytes(value, size)});
  }
  return record;
}

KafkaRecordBatch::KafkaRecordBatch(
    TopicPartition topic_partition,
    absl::Span<rd_kafka_message_t* const> messages)
    : RecordBatch(std::move(topic_partition),
                  {UpstreamOffset(messages.front()->offset),
                   UpstreamOffset(messages.back()->offset),
                   static_cast<int64_t>(messages.size()), ValueBytes(messages),
                   TimestampOf(*messages.back()),
                   rd_kafka_message_leader_epoch(messages.front())}),
      messages_(messages.begin(), messages.end()) {}

KafkaRecordBatch::~KafkaRecordBatch() {
  for (rd_kafka_message_t* message : messages_) {
    rd_kafka_message_destroy(message);
  }
}

Record KafkaRecordBatch::ToRecord(int64_t index) const {
  return internal::ToRecord(*messages_[index]);
}

}  // namespace mirror::internal
