// SPDX-License-Identifier: Apache-2.0

#include "mirror/metadata/topic_plan.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace mirror {

TopicPlan PlanTopics(const TopicSelection& selection,
                     const std::string& source_alias,
                     absl::Span<const TopicDescription> source_topics,
                     absl::Span<const TopicDescription> target_topics,
                     int32_t replication_factor) {
  absl::flat_hash_map<absl::string_view, int32_t> on_target;
  for (const TopicDescription& topic : target_topics) {
    on_target[topic.name] = topic.partitions;
  }
  TopicPlan plan;
  for (const TopicDescription& topic : source_topics) {
    if (!ShouldReplicateTopic(selection, topic.name)) continue;
    std::string remote =
        selection.policy->FormatRemoteTopic(source_alias, topic.name);
    const auto it = on_target.find(remote);
    const int32_t there = it == on_target.end() ? 0 : it->second;
    if (there == 0) {
      plan.create.push_back(
          {topic.name, {remote, topic.partitions, replication_factor, {}}});
      continue;
    }
    if (there < topic.partitions)
      plan.add.push_back({remote, topic.partitions});
    plan.ready.push_back({topic.name, std::move(remote),
                          std::min(there, topic.partitions), topic.id});
  }
  return plan;
}

}  // namespace mirror
