// SPDX-License-Identifier: Apache-2.0

#include "mirror/kafka/kafka_record_batch.h"

#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace mirror::internal {
namespace {

std::optional<std::string> Bytes(const void* data, size_t size) {
  if (data == nullptr) return std::nullopt;
  return std::string(static_cast<const char*>(data), size);
}

std::optional<absl::string_view> ViewOf(const void* data, size_t size) {
  if (data == nullptr) return std::nullopt;
  return absl::string_view(static_cast<const char*>(data), size);
}

using OnHeader =
    absl::FunctionRef<void(const char* name, const void* value, size_t size)>;

// The headers as they came, or null.
rd_kafka_headers_t* HeadersOf(const rd_kafka_message_t& message) {
  rd_kafka_headers_t* headers = nullptr;
  return rd_kafka_message_headers(&message, &headers) ==
                 RD_KAFKA_RESP_ERR_NO_ERROR
             ? headers
             : nullptr;
}

void ForEach(const rd_kafka_headers_t* headers, OnHeader on_header) {
  if (headers == nullptr) return;
  const char* name = nullptr;
  const void* value = nullptr;
  size_t size = 0;
  for (size_t i = 0;
       rd_kafka_header_get_all(headers, i, &name, &value, &size) ==
       RD_KAFKA_RESP_ERR_NO_ERROR;
       ++i) {
    on_header(name, value, size);
  }
}

// librdkafka shows the name of a header as a C string, but keeps all of it, and
// behind its own NUL the value. Asked of the library that runs, once.
bool ValueFollowsName() {
  static const bool kFollows = [] {
    const HeadersPtr headers(rd_kafka_headers_new(1));
    rd_kafka_header_add(headers.get(), "a\0b", 3, "v", 1);
    bool found = false;
    ForEach(headers.get(), [&](const char* name, const void* value, size_t) {
      found = value == name + 4;
    });
    return found;
  }();
  return kFollows;
}

absl::string_view Name(const char* name, const void* value) {
  if (value == nullptr || !ValueFollowsName()) return name;
  return {name,
          static_cast<size_t>(static_cast<const char*>(value) - name) - 1};
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

RecordBounds BoundsOf(absl::Span<rd_kafka_message_t* const> messages) {
  RecordBounds bounds;
  for (const rd_kafka_message_t* message : messages) {
    // Headers count with what they cost in memory, which is more than in the
    // log: a record may be thought larger than it is, never smaller.
    bounds.Add(static_cast<int64_t>(message->key_len + message->len) +
                   HeaderBytes(*message),
               TimestampOf(*message), message->key == nullptr);
  }
  return bounds;
}

}  // namespace

Record ToRecord(const rd_kafka_message_t& message) {
  Record record;
  record.offset = UpstreamOffset(message.offset);
  record.timestamp_ms = TimestampOf(message);
  record.key = Bytes(message.key, message.key_len);
  record.value = Bytes(message.payload, message.len);
  ForEach(HeadersOf(message),
          [&record](const char* name, const void* value, size_t size) {
            record.headers.push_back(
                {std::string(Name(name, value)), Bytes(value, size)});
          });
  return record;
}

int64_t HeaderBytes(const rd_kafka_message_t& message) {
  int64_t bytes = 0;
  ForEach(HeadersOf(message),
          [&bytes](const char* name, const void* value, size_t size) {
            bytes += static_cast<int64_t>(Name(name, value).size() + size) +
                     kHeaderBytes;
          });
  return bytes;
}

KafkaRecordBatch::KafkaRecordBatch(
    TopicPartition topic_partition,
    absl::Span<rd_kafka_message_t* const> messages)
    : RecordBatch(std::move(topic_partition),
                  {UpstreamOffset(messages.front()->offset),
                   UpstreamOffset(messages.back()->offset),
                   static_cast<int64_t>(messages.size()), ValueBytes(messages),
                   TimestampOf(*messages.back()),
                   rd_kafka_message_leader_epoch(messages.front()),
                   BoundsOf(messages)}),
      messages_(messages.begin(), messages.end()) {}

KafkaRecordBatch::~KafkaRecordBatch() {
  for (rd_kafka_message_t* message : messages_) {
    rd_kafka_message_destroy(message);
  }
}

absl::Status KafkaRecordBatch::Shows(int64_t index) const {
  const rd_kafka_headers_t* headers = HeadersOf(*messages_[index]);
  // By the name that is shown: how many headers librdkafka must find under it,
  // as it compares names in full.
  std::map<absl::string_view, size_t> expected;
  ForEach(headers, [&](const char* name, const void* value, size_t) {
    if (value == nullptr || !ValueFollowsName()) expected[name] = 0;
  });
  if (expected.empty()) return absl::OkStatus();
  ForEach(headers, [&](const char* name, const void* value, size_t) {
    if (Name(name, value).size() != std::strlen(name)) return;
    const auto it = expected.find(name);
    if (it != expected.end()) ++it->second;
  });
  for (const auto& [name, count] : expected) {
    const void* value = nullptr;
    size_t size = 0;
    if (rd_kafka_header_get(headers, count - 1, name.data(), &value, &size) ==
        RD_KAFKA_RESP_ERR_NO_ERROR) {
      continue;
    }
    return absl::UnimplementedError(absl::StrCat(
        "the name of a header without a value continues after \"", name,
        "\" with a NUL, and librdkafka shows no more of it"));
  }
  return absl::OkStatus();
}

RecordBounds KafkaRecordBatch::BoundsAt(int64_t index) const {
  return BoundsOf(absl::MakeConstSpan(&messages_[index], 1));
}

Record KafkaRecordBatch::ToRecord(int64_t index) const {
  return internal::ToRecord(*messages_[index]);
}

RecordView KafkaRecordBatch::View(int64_t index) const {
  const rd_kafka_message_t& message = *messages_[index];
  RecordView view{UpstreamOffset(message.offset),
                  TimestampOf(message),
                  ViewOf(message.key, message.key_len),
                  ViewOf(message.payload, message.len),
                  std::nullopt,
                  message.partition};
  rd_kafka_headers_t* headers = nullptr;
  const void* value = nullptr;
  size_t size = 0;
  if (rd_kafka_message_headers(&message, &headers) ==
          RD_KAFKA_RESP_ERR_NO_ERROR &&
      rd_kafka_header_get_last(headers, kOwnHeader, &value, &size) ==
          RD_KAFKA_RESP_ERR_NO_ERROR) {
    view.own_header = ViewOf(value, size);
  }
  return view;
}

}  // namespace mirror::internal
