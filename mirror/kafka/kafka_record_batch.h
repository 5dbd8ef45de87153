// SPDX-License-Identifier: Apache-2.0
//
// A batch of consumed librdkafka messages, as they came: nothing is copied
// until a single record is asked for.

#ifndef MIRROR_KAFKA_KAFKA_RECORD_BATCH_H_
#define MIRROR_KAFKA_KAFKA_RECORD_BATCH_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "mirror/cluster/record_batch.h"
#include "mirror/kafka/handles.h"
#include "mirror/model/offset.h"
#include "mirror/model/record.h"
#include "mirror/model/topic_partition.h"

namespace mirror::internal {

// A copy of one consumed message. A header name with a NUL in it is whole if
// the header has a value; if it has none, the name ends at the NUL.
Record ToRecord(const rd_kafka_message_t& message);

// What a header costs in memory beyond its name and value: librdkafka's own
// bytes, and the allocator's.
inline constexpr int64_t kHeaderBytes = 64;

// Bytes of all headers of a message in memory; 0 without any.
int64_t HeaderBytes(const rd_kafka_message_t& message);

// Thread safety: thread-compatible.
// Lifetime: must be destroyed before the client that consumed it.
class KafkaRecordBatch final : public RecordBatch {
 public:
  // Takes the messages over. They are records (no errors) of one partition and
  // one leader epoch in offset order, at least one.
  KafkaRecordBatch(TopicPartition topic_partition,
                   absl::Span<rd_kafka_message_t* const> messages);
  ~KafkaRecordBatch() override;

  Record ToRecord(int64_t index) const override;
  RecordView View(int64_t index) const override;
  absl::Status Shows(int64_t index) const override;
  UpstreamOffset OffsetAt(int64_t index) const override {
    return UpstreamOffset(messages_[index]->offset);
  }
  RecordBounds BoundsAt(int64_t index) const override;

  // The message itself, which stays owned by the batch.
  rd_kafka_message_t* message(int64_t index) const { return messages_[index]; }

 private:
  std::vector<rd_kafka_message_t*> messages_;
};

}  // namespace mirror::internal

#endif  // MIRROR_KAFKA_KAFKA_RECORD_BATCH_H_
