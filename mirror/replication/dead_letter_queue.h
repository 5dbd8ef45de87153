// SPDX-License-Identifier: Apache-2.0
//
// A loop's dead letters: records in flight to the dead-letter topic, and which
// partition each is of.

#ifndef MIRROR_REPLICATION_DEAD_LETTER_QUEUE_H_
#define MIRROR_REPLICATION_DEAD_LETTER_QUEUE_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "mirror/cluster/record_sink.h"
#include "mirror/cluster/topic_queue.h"
#include "mirror/model/record.h"
#include "mirror/model/topic_partition.h"

namespace mirror::internal {

// Thread safety: thread-compatible.
class DeadLetterQueue {
 public:
  explicit DeadLetterQueue(std::string topic) : queue_(std::move(topic)) {}

  void Add(const TopicPartition& source, Record letter, absl::Time now) {
    source_of_.emplace(queue_.Add(0, {std::move(letter)}, now), source);
  }
  // Hands over what the sink takes, and returns what became of letters.
  std::vector<std::pair<TopicPartition, absl::Status>> Step(RecordSink* sink,
                                                            absl::Time now) {
    queue_.Send(sink, now);
    std::vector<std::pair<TopicPartition, absl::Status>> outcomes;
    for (const TopicQueue::Outcome& outcome : queue_.TakeOutcomes()) {
      for (int64_t i = 0; i < outcome.count; ++i) {
        const auto letter = source_of_.find(outcome.first + i);
        if (letter == source_of_.end()) continue;
        outcomes.emplace_back(std::move(letter->second), outcome.status);
        source_of_.erase(letter);
      }
    }
    return outcomes;
  }
  bool Owns(const Ack& ack) const { return queue_.Owns(ack); }
  void OnAck(const Ack& ack) { queue_.OnAck(ack); }
  // The sink is gone, and with it what was not answered.
  void Clear() {
    queue_.Clear();
    source_of_.clear();
  }

 private:
  TopicQueue queue_;
  std::map<int64_t, TopicPartition> source_of_;  // by id
};

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_DEAD_LETTER_QUEUE_H_
