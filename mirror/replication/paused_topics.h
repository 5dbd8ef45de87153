// SPDX-License-Identifier: Apache-2.0
//
// Which source topics an operator has paused, by itself or with all others:
// MirrorEngine::PauseTopic() and PauseFlow().
//
//   paused.Set("orders", true);
//   paused.Set(std::nullopt, true);
//   paused.Set(std::nullopt, false);
//   paused.Has("orders");  // true

#ifndef MIRROR_REPLICATION_PAUSED_TOPICS_H_
#define MIRROR_REPLICATION_PAUSED_TOPICS_H_

#include <optional>
#include <set>
#include <string>

namespace mirror::internal {

// Thread safety: thread-compatible.
class PausedTopics {
 public:
  // nullopt: the flow as a whole; topics that are paused stay so.
  void Set(const std::optional<std::string>& topic, bool paused) {
    if (!topic.has_value()) {
      all_ = paused;
    } else if (paused) {
      topics_.insert(*topic);
    } else {
      topics_.erase(*topic);
    }
  }
  bool Has(const std::string& topic) const {
    return all_ || topics_.count(topic) > 0;
  }

 private:
  bool all_ = false;
  std::set<std::string> topics_;
};

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_PAUSED_TOPICS_H_
