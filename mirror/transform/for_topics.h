// SPDX-License-Identifier: Apache-2.0
//
// Limits a RecordTransform to some topics, as predicates do in Connect. What
// does not match passes as it is.
//
//   std::make_shared<mirror::ForTopics>(
//       mirror::RegexTopicFilter::Create("customers.*").value(), mask);

#ifndef MIRROR_TRANSFORM_FOR_TOPICS_H_
#define MIRROR_TRANSFORM_FOR_TOPICS_H_

#include <memory>

#include "absl/status/statusor.h"
#include "mirror/model/record.h"
#include "mirror/model/topic_partition.h"
#include "mirror/policy/topic_filter.h"
#include "mirror/transform/record_transform.h"

namespace mirror {

// Runs another transform on records of the source topics that a filter chooses.
//
// Thread safety, lifetime and errors: as RecordTransform.
class ForTopics final : public RecordTransform {
 public:
  // Neither may be null.
  ForTopics(std::shared_ptr<const TopicFilter> topics,
            std::shared_ptr<const RecordTransform> transform);

  absl::StatusOr<RecordVerdict> Transform(const TopicPartition& source,
                                          Record& record) const override;

 private:
  const std::shared_ptr<const TopicFilter> topics_;
  const std::shared_ptr<const RecordTransform> transform_;
};

}  // namespace mirror

#endif  // MIRROR_TRANSFORM_FOR_TOPICS_H_
