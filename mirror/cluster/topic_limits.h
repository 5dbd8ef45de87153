// SPDX-License-Identifier: Apache-2.0
//
// What a topic takes, as far as records can be judged by it before they are
// sent. MM2 has nothing like it: a rejected record ends its task.
//
//   TopicLimits limits =
//   ParseTopicLimits(*admin->DescribeTopicConfigs(...)[0]); if
//   (!limits.Admits(batch->BoundsAt(i), now)) ...  // is sent alone

#ifndef MIRROR_CLUSTER_TOPIC_LIMITS_H_
#define MIRROR_CLUSTER_TOPIC_LIMITS_H_

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "mirror/cluster/record_batch.h"
#include "mirror/cluster/topic_config.h"

namespace mirror::internal {

// Kafka's defaults where nothing is known.
struct TopicLimits {
  int64_t max_message_bytes = 1048588;
  ConfigSource max_message_bytes_source = ConfigSource::kUnknown;
  // Records without a key are rejected.
  bool compacted = false;
  // How far timestamps may lie behind and ahead of the broker's time.
  int64_t before_max_ms = std::numeric_limits<int64_t>::max();
  int64_t after_max_ms = 3600000;
  // Records get the broker's time in place of their own.
  bool replaces_timestamps = false;

  // Whether the topic takes each of the records, as far as this tells. False
  // may be wrong: compression makes records smaller, and clocks differ.
  bool Admits(const RecordBounds& bounds, absl::Time now) const;
  // Why it does not: the sizes, or the config. Empty if it does.
  std::string WhyNot(const RecordBounds& bounds, absl::Time now) const;

  friend bool operator==(const TopicLimits& a, const TopicLimits& b) {
    return a.max_message_bytes == b.max_message_bytes &&
           a.max_message_bytes_source == b.max_message_bytes_source &&
           a.compacted == b.compacted && a.before_max_ms == b.before_max_ms &&
           a.after_max_ms == b.after_max_ms &&
           a.replaces_timestamps == b.replaces_timestamps;
  }
  friend bool operator!=(const TopicLimits& a, const TopicLimits& b) {
    return !(a == b);
  }

 private:
  bool FitsInSize(const RecordBounds& bounds) const;
  bool FitsInTime(const RecordBounds& bounds, absl::Time now) const;
};

// From all configs of a topic. What is missing, or no number, has its default.
TopicLimits ParseTopicLimits(const std::vector<TopicConfig>& configs);

}  // namespace mirror::internal

#endif  // MIRROR_CLUSTER_TOPIC_LIMITS_H_
