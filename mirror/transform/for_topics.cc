// SPDX-License-Identifier: Apache-2.0

#include "mirror/transform/for_topics.h"

#include <utility>

namespace mirror {

ForTopics::ForTopics(std::shared_ptr<const TopicFilter> topics,
                     std::shared_ptr<const RecordTransform> transform)
    : topics_(std::move(topics)), transform_(std::move(transform)) {}

absl::StatusOr<RecordVerdict> ForTopics::Transform(const TopicPartition& source,
                                                   Record& record) const {
  if (!topics_->ShouldReplicateTopic(source.topic)) return RecordVerdict::kKeep;
  return transform_->Transform(source, record);
}

}  // namespace mirror
