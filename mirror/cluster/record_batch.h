// SPDX-License-Identifier: Apache-2.0
//
// What crosses the ports: a batch of records of one partition. Locks, wake-ups
// and bookkeeping are paid per batch; single records appear only where a
// RecordTransform or a test asks for them (ToRecord). A later path that passes
// compressed batches through untouched fits behind the same class.

#ifndef MIRROR_CLUSTER_RECORD_BATCH_H_
#define MIRROR_CLUSTER_RECORD_BATCH_H_

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "mirror/model/offset.h"
#include "mirror/model/record.h"
#include "mirror/model/topic_partition.h"

namespace mirror {

// What a target judges records by: of one record, or of several together.
struct RecordBounds {
  // Key, value and headers, of all and of the largest.
  int64_t bytes = 0;
  int64_t max_bytes = 0;
  // In milliseconds since the epoch, of those that have one.
  int64_t min_timestamp_ms = std::numeric_limits<int64_t>::max();
  int64_t max_timestamp_ms = -1;
  bool has_null_key = false;

  void Add(int64_t record_bytes, int64_t timestamp_ms, bool null_key);
  void Add(const RecordBounds& other);
};

// The header that this library gives to records of internal topics.
inline constexpr char kOwnHeader[] = "mirror-index-run";

// One record of a batch where it is, without other headers than the library's
// own: what readers of internal topics need, without a copy. Valid as long as
// the batch.
struct RecordView {
  UpstreamOffset offset;
  int64_t timestamp_ms = -1;
  std::optional<absl::string_view> key;
  std::optional<absl::string_view> value;
  std::optional<absl::string_view> own_header = std::nullopt;
  int32_t partition = 0;
};

// Purpose: one or more records of one source partition in offset order.
// Thread safety: thread-compatible.
// Lifetime: may outlive the RecordSource's next Poll, but not the source
// itself.
class RecordBatch {
 public:
  virtual ~RecordBatch() = default;

  // The source partition.
  const TopicPartition& topic_partition() const { return topic_partition_; }
  UpstreamOffset first_offset() const { return summary_.first_offset; }
  UpstreamOffset last_offset() const { return summary_.last_offset; }
  // At least 1.
  int64_t count() const { return summary_.count; }
  // Values only, as MM2's byte-count metric counts.
  int64_t value_bytes() const { return summary_.value_bytes; }
  // Of the last record, in milliseconds since the epoch; negative if unknown.
  int64_t last_timestamp_ms() const { return summary_.last_timestamp_ms; }
  // The leader epoch in which the source's broker took the records (KIP-320),
  // the same for all of them; -1 if unknown.
  int32_t leader_epoch() const { return summary_.leader_epoch; }
  const RecordBounds& bounds() const { return summary_.bounds; }
  // What the batch holds in memory: the keys, values and headers of all records
  // as they came, so compressed if the batch is.
  virtual int64_t encoded_bytes() const { return summary_.bounds.bytes; }
  // Whether no offset between first and last is missing: one run of the index.
  bool dense() const { return last_offset() - first_offset() + 1 == count(); }

  // A copy of the record at `index`, 0 <= index < count().
  virtual Record ToRecord(int64_t index) const = 0;
  // Of that record, without a copy.
  virtual UpstreamOffset OffsetAt(int64_t index) const = 0;
  virtual RecordBounds BoundsAt(int64_t index) const = 0;

  // The record at `index` where it is.
  virtual RecordView View(int64_t index) const = 0;

  // Whether ToRecord() shows all of that record. Unimplemented says what is
  // missing; a batch that is sent on as it came keeps it.
  virtual absl::Status Shows(int64_t /*index*/) const {
    return absl::OkStatus();
  }

 protected:
  struct Summary {
    UpstreamOffset first_offset;
    UpstreamOffset last_offset;
    int64_t count = 0;
    int64_t value_bytes = 0;
    int64_t last_timestamp_ms = -1;
    int32_t leader_epoch = -1;
    RecordBounds bounds;
  };
  RecordBatch(TopicPartition topic_partition, Summary summary)
      : topic_partition_(std::move(topic_partition)), summary_(summary) {}

 private:
  const TopicPartition topic_partition_;
  const Summary summary_;
};

// A batch of records in memory: what transforms leave, what fakes deliver, and
// how the library's own internal records are sent (their offset is then a
// number of the sender's choice, which comes back in the Ack). `records` is not
// empty and in strictly ascending offset order.
class OwnedRecordBatch final : public RecordBatch {
 public:
  OwnedRecordBatch(TopicPartition topic_partition, std::vector<Record> records,
                   int32_t leader_epoch = -1);

  Record ToRecord(int64_t index) const override { return records_[index]; }
  UpstreamOffset OffsetAt(int64_t index) const override {
    return records_[index].offset;
  }
  RecordBounds BoundsAt(int64_t index) const override;
  RecordView View(int64_t index) const override;
  const std::vector<Record>& records() const { return records_; }

 private:
  const std::vector<Record> records_;
};

}  // namespace mirror

#endif  // MIRROR_CLUSTER_RECORD_BATCH_H_
