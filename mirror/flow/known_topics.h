// SPDX-License-Identifier: Apache-2.0
//
// The source topics that a flow has seen on both sides, and which of their
// partitions loops have.

#ifndef MIRROR_FLOW_KNOWN_TOPICS_H_
#define MIRROR_FLOW_KNOWN_TOPICS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "mirror/model/topic_partition.h"

namespace mirror::internal {

struct KnownTopic {
  std::string id;
  // By partition: whether a loop has it.
  std::vector<bool> added;
  bool missing = false;
  // Of the topic on the target; empty while it is not there.
  std::string target;
  std::string target_id;
  bool target_missing = false;  // at the last look
  bool target_gone = false;

  bool HasAdded(int32_t partition) const {
    return partition < static_cast<int32_t>(added.size()) && added[partition];
  }
};

// Thread safety: thread-compatible.
class KnownTopics {
 public:
  std::map<std::string, KnownTopic>& all() { return topics_; }
  const std::map<std::string, KnownTopic>& all() const { return topics_; }
  KnownTopic& operator[](const std::string& topic) { return topics_[topic]; }
  // Null if there is none.
  KnownTopic* Find(const std::string& topic) {
    const auto it = topics_.find(topic);
    return it == topics_.end() ? nullptr : &it->second;
  }

  // The partitions of a known topic that a loop has.
  std::vector<TopicPartition> Added(const std::string& topic) const {
    const std::vector<bool>& added = topics_.at(topic).added;
    std::vector<TopicPartition> partitions;
    for (size_t i = 0; i < added.size(); ++i) {
      if (added[i]) partitions.push_back({topic, static_cast<int32_t>(i)});
    }
    return partitions;
  }
  // Those of all topics for which `is_wanted` holds.
  std::vector<TopicPartition> Added(
      absl::FunctionRef<bool(const TopicPartition&)> is_wanted) const {
    std::vector<TopicPartition> partitions;
    for (const auto& [topic, known] : topics_) {
      for (TopicPartition& source : Added(topic)) {
        if (is_wanted(source)) partitions.push_back(std::move(source));
      }
    }
    return partitions;
  }
  // Whether of the topic's partitions there is a wanted one that no loop has.
  bool Lacks(const std::string& topic, int32_t partitions,
             absl::FunctionRef<bool(const TopicPartition&)> is_wanted) const {
    const KnownTopic& known = topics_.at(topic);
    for (int32_t i = 0; i < partitions; ++i) {
      if (!known.HasAdded(i) && is_wanted({topic, i})) return true;
    }
    return false;
  }

 private:
  std::map<std::string, KnownTopic> topics_;
};

}  // namespace mirror::internal

#endif  // MIRROR_FLOW_KNOWN_TOPICS_H_
