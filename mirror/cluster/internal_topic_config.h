// SPDX-License-Identifier: Apache-2.0
//
// The topics that a flow keeps for itself and their configs: the one place that
// says so. MirrorMaker 2 and Connect create theirs with cleanup.policy=compact
// and nothing else, and ask for no more than that.

#ifndef MIRROR_CLUSTER_INTERNAL_TOPIC_CONFIG_H_
#define MIRROR_CLUSTER_INTERNAL_TOPIC_CONFIG_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "mirror/cluster/topic_config.h"

namespace mirror::internal {

enum class InternalTopicKind {
  kProgress,     // mm2-offsets.S.internal
  kOffsetIndex,  // mm2-offset-index.S.internal
  kOffsetSyncs,  // mm2-offset-syncs.X.internal
  kCheckpoints,  // S.checkpoints.internal
  kHeartbeats,   // heartbeats
  kAclLedger,    // mm2-acls.S.internal
};

// What a topic of that kind is created with, by the name of the config.
std::map<std::string, std::string> InternalTopicConfigs(InternalTopicKind kind);

// A config of a topic that was there before which should be another.
struct InternalConfigChange {
  std::string name;
  std::string now;
  std::string then;

  friend bool operator==(const InternalConfigChange& a,
                         const InternalConfigChange& b) {
    return a.name == b.name && a.now == b.now && a.then == b.then;
  }
};

struct InternalTopicPlan {
  // Without it data is lost: cleanup.policy.
  std::optional<InternalConfigChange> policy;
  // Without them the topic grows, and a flow starts slowly: segment settings
  // that are Kafka's defaults. Others are the operator's choice and stay.
  std::vector<InternalConfigChange> segments;
};

// Pure. `configs` are those in force. Heartbeats are left as they are.
InternalTopicPlan PlanInternalTopic(InternalTopicKind kind,
                                    absl::Span<const TopicConfig> configs);

// The command of Kafka's tools that makes `changes`.
std::string AlterCommand(absl::string_view cluster, absl::string_view topic,
                         absl::Span<const InternalConfigChange> changes);

// "segment.ms is 604800000 instead of 3600000, ...".
std::string Describe(absl::Span<const InternalConfigChange> changes);

}  // namespace mirror::internal

#endif  // MIRROR_CLUSTER_INTERNAL_TOPIC_CONFIG_H_
