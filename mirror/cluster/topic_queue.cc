// SPDX-License-Identifier: Apache-2.0

#include "mirror/cluster/topic_queue.h"

#include <algorithm>
#include <iterator>

#include "mirror/model/offset.h"
#include "mirror/model/topic_partition.h"

namespace mirror::internal {
namespace {

// Within it a client that has just started learns of a topic, and brokers of
// one that was just created.
constexpr absl::Duration kLookupTimeout = absl::Seconds(10);

// librdkafka's batch.size: what was too large was no larger.
constexpr int64_t kBatchBytes = 1000000;
constexpr int64_t kMinBatchBytes = 1000;

}  // namespace

int64_t TopicQueue::Add(int32_t partition, std::vector<Record> records,
                        absl::Time now) {
  const int64_t first = next_id_;
  if (records.empty()) return first;
  for (Record& record : records) record.offset = UpstreamOffset(next_id_++);
  unanswered_ += next_id_ - first;
  queued_[partition].push_back(
      {std::make_unique<OwnedRecordBatch>(TopicPartition{topic_, partition},
                                          std::move(records)),
       now});
  return first;
}

void TopicQueue::Send(RecordSink* sink, absl::Time now) {
  if (in_flight_ == 0) send_options_.max_batch_bytes = next_max_batch_bytes_;
  for (auto it = queued_.begin(); it != queued_.end();) {
    auto& [partition, batches] = *it;
    while (!batches.empty() &&
           SendFirst(partition, &batches.front(), sink, now)) {
      batches.pop_front();
    }
    it = batches.empty() ? queued_.erase(it) : std::next(it);
  }
}

bool TopicQueue::SendFirst(int32_t partition, Batch* batch, RecordSink* sink,
                           absl::Time now) {
  const int64_t begin = batch->next;
  const absl::Status status = sink->Send(
      {topic_, partition}, batch->records.get(), &batch->next, send_options_);
  in_flight_ += batch->next - begin;
  const int64_t left = batch->records->count() - batch->next;
  if (left == 0) return true;
  const bool wait = status.ok() || (absl::IsNotFound(status) &&
                                    now - batch->added < kLookupTimeout);
  if (wait) return false;
  unanswered_ -= left;
  const UpstreamOffset first = batch->records->records()[batch->next].offset;
  outcomes_.push_back({first.value(), left, status});
  return true;
}

void TopicQueue::OnAck(const Ack& ack) {
  if (ack.first.value() < first_valid_id_) return;
  in_flight_ -= ack.count;
  if (ack.rejection == Rejection::kTooLarge) {
    next_max_batch_bytes_ =
        std::max(std::min(send_options_.max_batch_bytes, kBatchBytes) / 4,
                 kMinBatchBytes);
  }
  unanswered_ -= ack.count;
  outcomes_.push_back({ack.first.value(), ack.count, ack.status});
}

void TopicQueue::Clear() {
  queued_.clear();
  outcomes_.clear();
  unanswered_ = 0;
  in_flight_ = 0;
  first_valid_id_ = next_id_;
}

}  // namespace mirror::internal
