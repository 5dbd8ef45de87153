// SPDX-License-Identifier: Apache-2.0

#include "mirror/flow/target_limits.h"

#include <vector>

namespace mirror::internal {
namespace {

constexpr size_t kTopicsPerRequest = 500;
constexpr absl::Duration kInterval = absl::Minutes(10);

}  // namespace

std::map<std::string, TopicLimits> TargetLimits::Ask(absl::Time now) {
  for (const auto& [topic, next] : next_) {
    if (next <= now) wanted_.insert(topic);
  }
  std::vector<std::string> topics;
  while (!wanted_.empty() && topics.size() < kTopicsPerRequest) {
    topics.push_back(*wanted_.begin());
    wanted_.erase(wanted_.begin());
  }
  std::map<std::string, TopicLimits> limits;
  if (topics.empty()) return limits;
  const auto configs = target_->DescribeTopicConfigs(topics);
  for (size_t i = 0; i < topics.size(); ++i) {
    next_[topics[i]] = now + kInterval;
    if (configs[i].ok()) {
      limits[topics[i]] = ParseTopicLimits(*configs[i]);
    } else if (absl::IsNotFound(configs[i].status())) {
      next_.erase(topics[i]);
    }
  }
  return limits;
}

}  // namespace mirror::internal
