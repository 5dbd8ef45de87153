// SPDX-License-Identifier: Apache-2.0

#include "mirror/cluster/record_batch.h"

namespace mirror {
namespace {

int64_t ValueBytes(const std::vector<Record>& records) {
  int64_t bytes = 0;
  for (const Record& record : records) {
    if (record.value.has_value()) bytes += record.value->size();
  }
  return bytes;
}

}  // namespace

std::vector<std::unique_ptr<RecordBatch>> RecordBatch::Split() {
  std::vector<std::unique_ptr<RecordBatch>> batches;
  for (int64_t i = 0; i < count(); ++i) {
    batches.push_back(std::make_unique<OwnedRecordBatch>(
        topic_partition(), std::vector<Record>{ToRecord(i)}, leader_epoch()));
  }
  return batches;
}

OwnedRecordBatch::OwnedRecordBatch(TopicPartition topic_partition,
                                   std::vector<Record> records,
                                   int32_t leader_epoch)
    : RecordBatch(std::move(topic_partition),
                  {records.front().offset, records.back().offset,
                   static_cast<int64_t>(records.size()), ValueBytes(records),
                   records.back().timestamp_ms, leader_epoch}),
      records_(std::move(records)) {}

}  // namespace mirror
