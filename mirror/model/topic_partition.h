// SPDX-License-Identifier: Apache-2.0
//
// A topic and a partition number, printed as Kafka prints it: "orders-3".

#ifndef MIRROR_MODEL_TOPIC_PARTITION_H_
#define MIRROR_MODEL_TOPIC_PARTITION_H_

#include <cstdint>
#include <ostream>
#include <string>
#include <tuple>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace mirror {

// Ordered by topic, then partition. A value type; thread-compatible.
struct TopicPartition {
  std::string topic;
  int32_t partition = 0;

  // Reads "orders-3", splitting at the last dash. InvalidArgument if there is
  // no dash or no partition number after it.
  static absl::StatusOr<TopicPartition> Parse(absl::string_view text);

  // "orders-3".
  std::string ToString() const;

  friend bool operator==(const TopicPartition& a, const TopicPartition& b) {
    return a.partition == b.partition && a.topic == b.topic;
  }
  friend bool operator!=(const TopicPartition& a, const TopicPartition& b) {
    return !(a == b);
  }
  friend bool operator<(const TopicPartition& a, const TopicPartition& b) {
    return std::tie(a.topic, a.partition) < std::tie(b.topic, b.partition);
  }
  template <typename H>
  friend H AbslHashValue(H h, const TopicPartition& tp) {
    return H::combine(std::move(h), tp.topic, tp.partition);
  }
  friend std::ostream& operator<<(std::ostream& os, const TopicPartition& tp) {
    return os << tp.ToString();
  }
};

}  // namespace mirror

#endif  // MIRROR_MODEL_TOPIC_PARTITION_H_
