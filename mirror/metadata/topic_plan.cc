// SPDX-License-Identifier: Apache-2.0

#include "mirror/metadata/topic_plan.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace mirror::internal {
namespace {

// Their records would be mixed, and their progress with them.
std::string OneCopyOfTwo(
    absl::string_view topic,
    const std::pair<const std::string, std::string>& copy_and_source) {
  return absl::StrCat(
      "topic ", topic,
      " is not mirrored: the replication policy names its copy ",
      copy_and_source.first, ", as that of topic ", copy_and_source.second,
      "; correct the policy, or leave one of the two out in "
      "topics.exclude");
}

}  // namespace

TopicPlan PlanTopics(const TopicSelection& selection,
                     absl::Span<const TopicDescription> source_topics,
                     absl::Span<const TopicDescription> target_topics,
                     int32_t replication_factor) {
  absl::flat_hash_map<absl::string_view, int32_t> on_target;
  for (const TopicDescription& topic : target_topics) {
    on_target[topic.name] = topic.partitions;
  }
  TopicPlan plan;
  absl::flat_hash_map<std::string, std::string> source_of;
  for (const TopicDescription& topic : source_topics) {
    const TopicVerdict verdict = JudgeTopic(selection, topic.name);
    std::string complaint = Complaint(selection, topic.name, verdict);
    if (!complaint.empty()) {
      plan.refused.push_back({topic.name, std::move(complaint)});
    }
    if (verdict != TopicVerdict::kReplicate) continue;
    std::string remote =
        selection.policy->FormatRemoteTopic(selection.source_alias, topic.name);
    const auto [other, is_first] = source_of.try_emplace(remote, topic.name);
    if (!is_first) {
      plan.refused.push_back({topic.name, OneCopyOfTwo(topic.name, *other)});
      continue;
    }
    const auto it = on_target.find(remote);
    const int32_t there = it == on_target.end() ? 0 : it->second;
    if (there == 0) {
      plan.create.push_back(
          {topic.name, {remote, topic.partitions, replication_factor, {}}});
      continue;
    }
    if (there < topic.partitions)
      plan.add.push_back({remote, topic.partitions});
    plan.ready.push_back(
        {topic.name, std::move(remote), std::min(there, topic.partitions)});
  }
  return plan;
}

}  // namespace mirror::internal
