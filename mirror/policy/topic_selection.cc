// SPDX-License-Identifier: Apache-2.0

#include "mirror/policy/topic_selection.h"

#include "mirror/policy/remote_topics.h"

namespace mirror {

TopicVerdict JudgeTopic(const TopicSelection& selection,
                        absl::string_view topic) {
  const ReplicationPolicy& policy = *selection.policy;
  const bool wanted =
      selection.filter->ShouldReplicateTopic(topic) ||
      (selection.replicate_heartbeats && policy.IsHeartbeatsTopic(topic));
  if (!wanted) return TopicVerdict::kFiltered;
  if (policy.IsInternalTopic(topic)) return TopicVerdict::kInternal;
  if (ReplicationHops(policy, topic, selection.target_alias)) {
    return TopicVerdict::kCycle;
  }
  return TopicVerdict::kReplicate;
}

bool ShouldReplicateTopic(const TopicSelection& selection,
                          absl::string_view topic) {
  return JudgeTopic(selection, topic) == TopicVerdict::kReplicate;
}

absl::string_view ToString(TopicVerdict verdict) {
  switch (verdict) {
    case TopicVerdict::kReplicate:
      return "replicate";
    case TopicVerdict::kFiltered:
      return "filtered";
    case TopicVerdict::kInternal:
      return "internal";
    case TopicVerdict::kCycle:
      return "cycle";
  }
  return "unknown";
}

}  // namespace mirror
