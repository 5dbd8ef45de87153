// SPDX-License-Identifier: Apache-2.0

#include "mirror/policy/remote_topics.h"

#include <algorithm>
#include <utility>

namespace mirror::internal {

std::vector<std::string> UpstreamClusters(const ReplicationPolicy& policy,
                                          absl::string_view topic) {
  std::vector<std::string> aliases;
  std::optional<std::string> source = policy.TopicSource(topic);
  if (!source) return aliases;
  aliases.push_back(*std::move(source));
  for (const std::string& upstream : internal::UpstreamTopics(policy, topic)) {
    source = policy.TopicSource(upstream);
    if (!source) break;
    aliases.push_back(*std::move(source));
  }
  return aliases;
}

std::optional<int> ReplicationHops(const ReplicationPolicy& policy,
                                   absl::string_view topic,
                                   absl::string_view alias) {
  const std::vector<std::string> aliases = UpstreamClusters(policy, topic);
  const auto found = std::find(aliases.begin(), aliases.end(), alias);
  if (found == aliases.end()) return std::nullopt;
  return static_cast<int>(found - aliases.begin()) + 1;
}

}  // namespace mirror::internal
