// SPDX-License-Identifier: Apache-2.0
//
// Records of the library's own for one internal topic, in flight in a sink that
// may be full, may carry data too, and may just be looking the topic up.
//
//   TopicQueue queue("mm2-offsets.A.internal");
//   const int64_t id = queue.Add(partition, std::move(records), now);
//   queue.Send(sink, now);                      // every turn
//   if (queue.Owns(ack)) queue.OnAck(ack);      // for each ack
//   for (const TopicQueue::Outcome& outcome : queue.TakeOutcomes()) ...

#ifndef MIRROR_CLUSTER_TOPIC_QUEUE_H_
#define MIRROR_CLUSTER_TOPIC_QUEUE_H_

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "mirror/cluster/record_batch.h"
#include "mirror/cluster/record_sink.h"
#include "mirror/model/record.h"

namespace mirror::internal {

// Purpose: hands records over in the order added, per partition, and tells what
// became of each.
// Thread safety: thread-compatible.
class TopicQueue {
 public:
  // The fate of records first .. first+count-1, by the ids that Add() gave.
  struct Outcome {
    int64_t first = 0;
    int64_t count = 0;
    absl::Status status;
  };

  // Ids count from `first_id` on: of two queues for one topic in one sink, they
  // tell whose record an ack is about.
  explicit TopicQueue(std::string topic, int64_t first_id = 0)
      : topic_(std::move(topic)),
        next_id_(first_id),
        first_valid_id_(first_id) {}

  const std::string& topic() const { return topic_; }

  // Queues records; returns the id of the first, those of the others follow.
  // Offsets in `records` are ignored.
  int64_t Add(int32_t partition, std::vector<Record> records, absl::Time now);

  // Hands over what the sink takes, in smaller batches after one was too large.
  // A sink that does not know the partition for ten seconds is believed: those
  // records fail with NotFound.
  void Send(RecordSink* sink, absl::Time now);

  bool Owns(const Ack& ack) const { return ack.target.topic == topic_; }
  void OnAck(const Ack& ack);

  // What became of records since the last call.
  std::vector<Outcome> TakeOutcomes() { return std::exchange(outcomes_, {}); }

  // Whether every record has its outcome.
  bool idle() const { return unanswered_ == 0; }

  // Forgets all that has no outcome yet; acks for it are ignored.
  void Clear();

 private:
  struct Batch {
    std::unique_ptr<OwnedRecordBatch> records;
    absl::Time added;
    int64_t next = 0;
  };
  // Whether the first batch of the partition is done with.
  bool SendFirst(int32_t partition, Batch* batch, RecordSink* sink,
                 absl::Time now);

  const std::string topic_;
  std::map<int32_t, std::deque<Batch>> queued_;
  std::vector<Outcome> outcomes_;
  int64_t next_id_;
  int64_t first_valid_id_;
  int64_t unanswered_ = 0;
  int64_t in_flight_ = 0;
  SendOptions send_options_;
  // From when nothing is in flight.
  int64_t next_max_batch_bytes_ = SendOptions::kNoLimit;
};

}  // namespace mirror::internal

#endif  // MIRROR_CLUSTER_TOPIC_QUEUE_H_
