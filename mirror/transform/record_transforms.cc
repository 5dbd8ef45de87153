// SPDX-License-Identifier: Apache-2.0

#include "mirror/transform/record_transforms.h"

#include <utility>

namespace mirror {

DropByHeader::DropByHeader(std::string key, std::optional<std::string> value)
    : key_(std::move(key)), value_(std::move(value)) {}

absl::StatusOr<RecordVerdict> DropByHeader::Transform(
    const TopicPartition& source, Record& record) const {
  for (const Header& header : record.headers) {
    if (header.key != key_) continue;
    if (!value_ || header.value == value_) return RecordVerdict::kDrop;
  }
  return RecordVerdict::kKeep;
}

ForTopics::ForTopics(std::shared_ptr<const TopicFilter> topics,
                     std::shared_ptr<const RecordTransform> transform)
    : topics_(std::move(topics)), transform_(std::move(transform)) {}

absl::StatusOr<RecordVerdict> ForTopics::Transform(const TopicPartition& source,
                                                   Record& record) const {
  if (!topics_->ShouldReplicateTopic(source.topic)) return RecordVerdict::kKeep;
  return transform_->Transform(source, record);
}

}  // namespace mirror
