// SPDX-License-Identifier: Apache-2.0

#include "mirror/cluster/record_batch.h"

#include <algorithm>

namespace mirror {
namespace {

int64_t ValueBytes(const std::vector<Record>& records) {
  int64_t bytes = 0;
  for (const Record& record : records) {
    if (record.value.has_value()) bytes += record.value->size();
  }
  return bytes;
}

void AddTo(RecordBounds* bounds, const Record& record) {
  int64_t bytes = 0;
  if (record.key.has_value()) bytes += record.key->size();
  if (record.value.has_value()) bytes += record.value->size();
  for (const Header& header : record.headers) {
    bytes += header.key.size();
    if (header.value.has_value()) bytes += header.value->size();
  }
  bounds->Add(bytes, record.timestamp_ms, !record.key.has_value());
}

RecordBounds BoundsOf(const std::vector<Record>& records) {
  RecordBounds bounds;
  for (const Record& record : records) AddTo(&bounds, record);
  return bounds;
}

}  // namespace

void RecordBounds::Add(int64_t record_bytes, int64_t timestamp_ms,
                       bool null_key) {
  bytes += record_bytes;
  max_bytes = std::max(max_bytes, record_bytes);
  if (timestamp_ms >= 0) {
    min_timestamp_ms = std::min(min_timestamp_ms, timestamp_ms);
    max_timestamp_ms = std::max(max_timestamp_ms, timestamp_ms);
  }
  has_null_key |= null_key;
}

void RecordBounds::Add(const RecordBounds& other) {
  bytes += other.bytes;
  max_bytes = std::max(max_bytes, other.max_bytes);
  min_timestamp_ms = std::min(min_timestamp_ms, other.min_timestamp_ms);
  max_timestamp_ms = std::max(max_timestamp_ms, other.max_timestamp_ms);
  has_null_key |= other.has_null_key;
}

OwnedRecordBatch::OwnedRecordBatch(TopicPartition topic_partition,
                                   std::vector<Record> records,
                                   int32_t leader_epoch)
    : RecordBatch(
          std::move(topic_partition),
          {records.front().offset, records.back().offset,
           static_cast<int64_t>(records.size()), ValueBytes(records),
           records.back().timestamp_ms, leader_epoch, BoundsOf(records)}),
      records_(std::move(records)) {}

RecordBounds OwnedRecordBatch::BoundsAt(int64_t index) const {
  RecordBounds bounds;
  AddTo(&bounds, records_[index]);
  return bounds;
}

RecordView OwnedRecordBatch::View(int64_t index) const {
  const Record& record = records_[index];
  RecordView view{record.offset, record.timestamp_ms,
                  record.key,    record.value,
                  std::nullopt,  topic_partition().partition};
  for (const Header& header : record.headers) {
    if (header.key == kOwnHeader) view.own_header = header.value;
  }
  return view;
}

}  // namespace mirror
