// SPDX-License-Identifier: Apache-2.0
//
// Compares the topics of source and target and says what is to be done: the
// decision half of MirrorSourceConnector's topic refresh, with no I/O.

#ifndef MIRROR_METADATA_TOPIC_PLAN_H_
#define MIRROR_METADATA_TOPIC_PLAN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "mirror/cluster/cluster_admin.h"
#include "mirror/policy/topic_selection.h"

namespace mirror::internal {

// A source topic whose counterpart has a partition for each of its own.
struct MirroredTopic {
  std::string source;
  std::string target;
  int32_t partitions = 0;
  // The source topic's id, which PlanTopics() leaves empty: only topics that
  // are mirrored are described.
  std::string id = {};
};

// A topic that the target lacks. Its configs are left to AddCreationConfigs().
struct TopicToCreate {
  std::string source;
  NewTopic topic;
  // As MirroredTopic::id.
  std::string source_id = {};
};

struct PartitionsToAdd {
  std::string topic;  // on the target
  int32_t partitions = 0;
};

struct RefusedTopic {
  std::string source;
  // Names the topic, and says what to do.
  std::string reason;
};

struct TopicPlan {
  // Topics that can be mirrored as the target is now. A topic that lacks
  // partitions on the target is here with those that are there.
  std::vector<MirroredTopic> ready;
  std::vector<TopicToCreate> create;
  std::vector<PartitionsToAdd> add;
  // Topics that the filter takes and that cannot be mirrored.
  std::vector<RefusedTopic> refused;
};

// `source_topics` and `target_topics` are all topics of the two clusters.
// Partition counts never shrink; more partitions on the target are left alone.
TopicPlan PlanTopics(const TopicSelection& selection,
                     absl::Span<const TopicDescription> source_topics,
                     absl::Span<const TopicDescription> target_topics,
                     int32_t replication_factor);

}  // namespace mirror::internal

#endif  // MIRROR_METADATA_TOPIC_PLAN_H_
