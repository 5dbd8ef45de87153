// SPDX-License-Identifier: Apache-2.0

#include "mirror/checkpoint/checkpoint_translator.h"

#include <utility>

#include "mirror/model/offset.h"

namespace mirror::internal {

std::optional<TopicPartition> SourcePartition(const ReplicationPolicy& policy,
                                              const std::string& source_alias,
                                              const TopicPartition& target) {
  std::optional<std::string> topic;
  if (policy.TopicSource(target.topic) == source_alias) {
    topic = policy.UpstreamTopic(target.topic);
  } else if (policy.FormatRemoteTopic(source_alias, target.topic) ==
             target.topic) {
    topic = target.topic;
  }
  if (!topic.has_value()) return std::nullopt;
  return TopicPartition{*std::move(topic), target.partition};
}

CheckpointTranslator::CheckpointTranslator(
    std::string source_alias, std::string target_alias,
    std::shared_ptr<const ReplicationPolicy> policy,
    std::shared_ptr<const TopicFilter> topics, const OffsetSyncStore* offsets)
    : source_alias_(std::move(source_alias)),
      target_alias_(std::move(target_alias)),
      policy_(std::move(policy)),
      topics_(std::move(topics)),
      offsets_(offsets) {}

bool CheckpointTranslator::Accepts(absl::string_view topic) const {
  return topics_->ShouldReplicateTopic(topic);
}

std::string CheckpointTranslator::TargetTopic(absl::string_view topic) const {
  return policy_->TopicSource(topic) == target_alias_
             ? policy_->OriginalTopic(topic)
             : policy_->FormatRemoteTopic(source_alias_, topic);
}

std::optional<TranslatedCheckpoint> CheckpointTranslator::Translate(
    const std::string& group, const TopicPartition& source,
    const GroupOffset& offset) const {
  if (!Accepts(source.topic)) return std::nullopt;
  const UpstreamOffset upstream(offset.offset);
  const Translation position = offsets_->Translate(source, upstream);
  return TranslatedCheckpoint{{group,
                               {TargetTopic(source.topic), source.partition},
                               upstream,
                               position.offset,
                               offset.metadata},
                              position.exactness};
}

}  // namespace mirror::internal
