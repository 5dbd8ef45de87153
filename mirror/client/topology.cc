// SPDX-License-Identifier: Apache-2.0

#include "mirror/client/topology.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "mirror/policy/remote_topics.h"

namespace mirror::internal {

Topology::Topology(const ReplicationPolicy* policy,
                   std::vector<std::string> topics)
    : policy_(policy), topics_(std::move(topics)) {}

std::vector<std::string> Topology::Where(
    absl::FunctionRef<bool(const std::string&)> condition) const {
  std::vector<std::string> result;
  for (const std::string& topic : topics_) {
    if (condition(topic)) result.push_back(topic);
  }
  return result;
}

std::optional<int> Topology::ReplicationHops(
    absl::string_view upstream_alias) const {
  std::optional<int> least;
  for (const std::string& topic : HeartbeatTopics()) {
    const std::optional<int> hops =
        mirror::internal::ReplicationHops(*policy_, topic, upstream_alias);
    if (hops.has_value()) least = std::min(*hops, least.value_or(*hops));
  }
  return least;
}

std::vector<std::string> Topology::HeartbeatTopics() const {
  return Where([this](const std::string& topic) {
    return policy_->IsHeartbeatsTopic(topic);
  });
}

std::vector<std::string> Topology::CheckpointTopics() const {
  return Where([this](const std::string& topic) {
    return policy_->IsCheckpointsTopic(topic);
  });
}

std::vector<std::string> Topology::UpstreamClusters() const {
  std::set<std::string> clusters;
  for (const std::string& topic : HeartbeatTopics()) {
    for (std::string& alias :
         mirror::internal::UpstreamClusters(*policy_, topic)) {
      clusters.insert(std::move(alias));
    }
  }
  return {clusters.begin(), clusters.end()};
}

std::vector<std::string> Topology::RemoteTopics() const {
  return Where([this](const std::string& topic) {
    return !policy_->IsInternalTopic(topic) && policy_->TopicSource(topic);
  });
}

std::vector<std::string> Topology::RemoteTopics(
    absl::string_view source_alias) const {
  return Where([&](const std::string& topic) {
    return !policy_->IsInternalTopic(topic) &&
           policy_->TopicSource(topic) == source_alias;
  });
}

std::vector<std::string> Topology::ClientTopics() const {
  return Where([this](const std::string& topic) {
    return policy_->IsCheckpointsTopic(topic) ||
           absl::StartsWith(topic, "mm2-offset-index.");
  });
}

}  // namespace mirror::internal
