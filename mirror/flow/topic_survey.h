// SPDX-License-Identifier: Apache-2.0
//
// Looks at the topics of both clusters: one full list of each, and the ids of
// the topics that are mirrored, not of all.
//
//   absl::StatusOr<TopicSurvey> survey = SurveyTopics(source, target, plan);

#ifndef MIRROR_FLOW_TOPIC_SURVEY_H_
#define MIRROR_FLOW_TOPIC_SURVEY_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "mirror/cluster/cluster_admin.h"
#include "mirror/metadata/topic_plan.h"

namespace mirror::internal {

struct TopicSurvey {
  // With the ids of source topics.
  TopicPlan plan;
  std::set<std::string> on_source;
  // The topics on the target; with their ids, if they hold copies and the
  // cluster tells.
  std::map<std::string, std::string> on_target;
};

struct SurveyedCluster {
  ClusterAdmin* admin;
  std::string alias;
};

// `plan` is PlanTopics() with the flow's selection. What is deleted in between
// is omitted. An error of a cluster names it.
absl::StatusOr<TopicSurvey> SurveyTopics(
    const SurveyedCluster& source, const SurveyedCluster& target,
    absl::FunctionRef<TopicPlan(const std::vector<TopicDescription>& source,
                                const std::vector<TopicDescription>& target)>
        plan);

// Those of the topics that the cluster says are not there. A list of all topics
// lacks what may not be described as well.
std::set<std::string> NotFound(ClusterAdmin* admin,
                               const std::set<std::string>& topics);

}  // namespace mirror::internal

#endif  // MIRROR_FLOW_TOPIC_SURVEY_H_
