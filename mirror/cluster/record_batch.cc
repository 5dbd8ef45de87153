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

OwnedRecordBatch::OwnedRecordBatch(TopicPartition topic_partition,
                                   std::vector<Record> records,
                                   int32_t leader_epoch)
    : RecordBatch(std::move(topic_partition),
                  {records.front().offset, records.back().offset,
                   static_cast<int64_t>(records.size()), ValueBytes(records),
                   records.back().timestamp_ms, leader_epoch}),
      records_(std::move(records)) {}

}  // namespace mirror
