// SPDX-License-Identifier: Apache-2.0
//
// What target topics take, as far as it was asked, and where that seems wrong.

#ifndef MIRROR_REPLICATION_KNOWN_LIMITS_H_
#define MIRROR_REPLICATION_KNOWN_LIMITS_H_

#include <map>
#include <set>
#include <string>
#include <utility>

#include "mirror/cluster/topic_limits.h"

namespace mirror::internal {

// Thread safety: thread-compatible.
class KnownLimits {
 public:
  // Null if they are not known.
  const TopicLimits* Find(const std::string& topic) const {
    const auto it = limits_.find(topic);
    return it == limits_.end() ? nullptr : &it->second;
  }
  void Set(const std::map<std::string, TopicLimits>& limits) {
    for (const auto& [topic, limit] : limits) limits_[topic] = limit;
  }
  // Nothing is copied into the topic any more.
  void Forget(const std::string& topic) {
    limits_.erase(topic);
    doubted_.erase(topic);
  }
  // The topic did not do what its limits say.
  void Doubt(const std::string& topic) { doubted_.insert(topic); }
  // Those since the last call.
  std::set<std::string> TakeDoubted() { return std::exchange(doubted_, {}); }

 private:
  std::map<std::string, TopicLimits> limits_;
  std::set<std::string> doubted_;
};

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_KNOWN_LIMITS_H_
