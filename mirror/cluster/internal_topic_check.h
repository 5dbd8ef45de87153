// SPDX-License-Identifier: Apache-2.0
//
// Whether internal topics that were there before a flow are configured so that
// they lose nothing and stay small; and setting them right. Connect refuses to
// start on topics that are not compacted; this engine first tries to correct
// them.

#ifndef MIRROR_CLUSTER_INTERNAL_TOPIC_CHECK_H_
#define MIRROR_CLUSTER_INTERNAL_TOPIC_CHECK_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mirror/cluster/cluster_admin.h"
#include "mirror/cluster/internal_topic_config.h"

namespace mirror::internal {

// By topic, for the operator.
using TopicWarnings = std::vector<std::pair<std::string, std::string>>;

// Corrects the configs of a topic; one that does not exist is left to its
// creator. OK: it can be used, and what was altered, or should be and may
// not be, was added to `warnings`. FailedPrecondition: records would be lost,
// and the configs may not be altered; the message has the command that does it.
// Errors of the cluster, such as Unavailable, are worth another call. Messages
// name cluster and topic.
absl::Status CorrectInternalTopic(ClusterAdmin* admin,
                                  const std::string& cluster,
                                  const std::string& topic,
                                  InternalTopicKind kind,
                                  TopicWarnings* warnings);

// The same without altering anything: what a flow would alter, with a warning
// for each. A topic that is not there needs nothing. Errors of the cluster, as
// above.
absl::StatusOr<InternalTopicPlan> ReviewInternalTopic(
    ClusterAdmin* admin, const std::string& cluster, const std::string& topic,
    InternalTopicKind kind, TopicWarnings* warnings);

}  // namespace mirror::internal

#endif  // MIRROR_CLUSTER_INTERNAL_TOPIC_CHECK_H_
