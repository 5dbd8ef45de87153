// SPDX-License-Identifier: Apache-2.0
//
// Which topics and ACLs a flow selects, and which topics it keeps for itself
// and where: the names and shapes that follow from a Flow.

#ifndef MIRROR_FLOW_TOPICS_H_
#define MIRROR_FLOW_TOPICS_H_

#include <optional>
#include <string>
#include <vector>

#include "mirror/cluster/cluster_admin.h"
#include "mirror/cluster/internal_topic_config.h"
#include "mirror/flow.h"
#include "mirror/metadata/acl_plan.h"
#include "mirror/policy/topic_selection.h"

namespace mirror::internal {

// All of them are for flows that have their policy and topics set.

TopicSelection SelectionOf(const Flow& flow);
AclRules AclRulesOf(const Flow& flow);

// Progress, in MM2's format.
std::string ProgressTopic(const Flow& flow);
// MM2-style offset syncs; on the source if SyncsOnSource().
std::string OffsetSyncsTopic(const Flow& flow);
bool SyncsOnSource(const Flow& flow);
// The group of the processes that share the flow: that of MM2's workers.
std::string WorkerGroup(const Flow& flow);
// What the target refuses; empty: nothing is put there.
std::string DeadLetterTopicOf(const Flow& flow);

struct FlowTopic {
  bool on_source = false;
  NewTopic topic;
  // Nothing: dead letters, which retention may delete.
  std::optional<InternalTopicKind> kind;
};

// The topics that the flow creates for itself where they are missing; that of
// created ACLs only once there is one.
std::vector<FlowTopic> InternalTopics(const Flow& flow);

}  // namespace mirror::internal

#endif  // MIRROR_FLOW_TOPICS_H_
