// SPDX-License-Identifier: Apache-2.0

#include "mirror/policy/topic_selection.h"

#include "absl/strings/str_cat.h"
#include "mirror/policy/remote_topics.h"

namespace mirror::internal {
namespace {

constexpr size_t kMaxTopicNameLength = 249;  // Kafka's own limit, in bytes.

// Whether the name says that the topic was once copied out of the source. Names
// tell nothing under a policy that gives even an original topic a source, as
// IdentityReplicationPolicy does.
bool CameFromTheSource(const TopicSelection& selection,
                       absl::string_view topic) {
  const ReplicationPolicy& policy = *selection.policy;
  return ReplicationHops(policy, topic, selection.source_alias).has_value() &&
         !policy.TopicSource(policy.OriginalTopic(topic)).has_value();
}

}  // namespace

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
  if (CameFromTheSource(selection, topic)) return TopicVerdict::kSourceCycle;
  if (policy.FormatRemoteTopic(selection.source_alias, topic).size() >
      kMaxTopicNameLength) {
    return TopicVerdict::kNameTooLong;
  }
  return TopicVerdict::kReplicate;
}

bool ShouldReplicateTopic(const TopicSelection& selection,
                          absl::string_view topic) {
  return JudgeTopic(selection, topic) == TopicVerdict::kReplicate;
}

std::string Complaint(const TopicSelection& selection, absl::string_view topic,
                      TopicVerdict verdict) {
  if (verdict == TopicVerdict::kSourceCycle) {
    return absl::StrCat(
        "topic ", topic,
        " is not mirrored: its name says that it was copied "
        "from cluster ",
        selection.source_alias,
        ", which it is on. Either another mirror copies it back under another "
        "alias: give the cluster one alias everywhere. Or an application made "
        "the name: leave it out in topics.exclude, or change the alias or "
        "replication.policy.separator");
  }
  if (verdict == TopicVerdict::kNameTooLong) {
    const std::string remote =
        selection.policy->FormatRemoteTopic(selection.source_alias, topic);
    return absl::StrCat(
        "topic ", topic, " is not mirrored: its name on cluster ",
        selection.target_alias, " would have ", remote.size(),
        " bytes, and Kafka allows ", kMaxTopicNameLength,
        "; rename it by replication.policy.rename, or leave it out in "
        "topics.exclude");
  }
  return "";
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
    case TopicVerdict::kSourceCycle:
      return "source-cycle";
    case TopicVerdict::kNameTooLong:
      return "name-too-long";
  }
  return "unknown";
}

}  // namespace mirror::internal
