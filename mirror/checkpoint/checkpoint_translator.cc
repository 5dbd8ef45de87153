// SPDX-License-Identifier: Apache-2.0

#include "mirror/checkpoint/checkpoint_translator.h"

#include <utility>

#include "mirror/model/offset.h"

namespace mirror::internal {

std::optional<TopicPartition> SourcePartition(const ReplicationPolicy& policy,
                                              const std::string& source_alias,
                                              const TopicPartition& target) {
  std::optional<std::string> upstream = policy.UpstreamTopic(target.topic);
  if (policy.TopicSource(target.topic) != source_alias) {
    // Names that do not tell the source can still be read back.
    if (!upstream.has_value()) upstream = target.topic;
    if (policy.FormatRemoteTopic(source_alias, *upstream) != target.topic) {
      return std::nullopt;
    }
  }
  if (!upstream.has_value()) return std::nullopt;
  return TopicPartition{*std::move(upstream), target.partition};
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

std::optional<TopicPartition> CheckpointTranslator::SourcePartition(
    const TopicPartition& target) const {
  auto source =
      mirror::internal::SourcePartition(*policy_, source_alias_, target);
  if (source.has_value()) return source;
  std::string copy = policy_->FormatRemoteTopic(target_alias_, target.topic);
  if (TargetTopic(copy) != target.topic) return std::nullopt;
  return TopicPartition{std::move(copy), target.partition};
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
