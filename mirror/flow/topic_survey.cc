// SPDX-License-Identifier: Apache-2.0

#include "mirror/flow/topic_survey.h"

#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mirror/cluster/errors.h"

namespace mirror::internal {
namespace {

using Descriptions = std::vector<absl::StatusOr<TopicDescription>>;

absl::Status At(const SurveyedCluster& cluster, const absl::Status& status) {
  return Annotate(status, absl::StrCat("cluster ", cluster.alias));
}

// Better no answer than one without ids.
absl::StatusOr<Descriptions> Describe(const SurveyedCluster& cluster,
                                      const std::vector<std::string>& topics) {
  Descriptions descriptions = cluster.admin->DescribeTopics(topics);
  for (const auto& topic : descriptions) {
    const absl::Status& status = topic.status();
    if (IsRetriable(status) || absl::IsCancelled(status)) {
      return At(cluster, status);
    }
  }
  return descriptions;
}

// Moves on to the next description, and fills in the id that is there. False:
// there is no such topic.
bool TakeId(Descriptions::const_iterator* next, std::string* id) {
  const absl::StatusOr<TopicDescription>& topic = *(*next)++;
  if (topic.ok()) *id = topic->id;
  return !absl::IsNotFound(topic.status());
}

absl::Status AddSourceIds(const SurveyedCluster& source, TopicPlan* plan) {
  std::vector<std::string> names;
  for (const MirroredTopic& topic : plan->ready) names.push_back(topic.source);
  for (const TopicToCreate& topic : plan->create) names.push_back(topic.source);
  const absl::StatusOr<Descriptions> topics = Describe(source, names);
  if (!topics.ok()) return topics.status();
  auto next = topics->begin();
  std::vector<MirroredTopic> ready;
  for (MirroredTopic& topic : plan->ready) {
    if (TakeId(&next, &topic.id)) ready.push_back(std::move(topic));
  }
  std::vector<TopicToCreate> create;
  for (TopicToCreate& topic : plan->create) {
    if (TakeId(&next, &topic.source_id)) create.push_back(std::move(topic));
  }
  plan->ready = std::move(ready);
  plan->create = std::move(create);
  return absl::OkStatus();
}

absl::Status AddTargetIds(const SurveyedCluster& target, TopicSurvey* survey) {
  std::vector<std::string> names;
  for (const MirroredTopic& topic : survey->plan.ready) {
    names.push_back(topic.target);
  }
  const absl::StatusOr<Descriptions> topics = Describe(target, names);
  if (!topics.ok()) return topics.status();
  auto next = topics->begin();
  for (const std::string& name : names) {
    if (!TakeId(&next, &survey->on_target[name])) survey->on_target.erase(name);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<TopicSurvey> SurveyTopics(
    const SurveyedCluster& source, const SurveyedCluster& target,
    absl::FunctionRef<TopicPlan(const std::vector<TopicDescription>& source,
                                const std::vector<TopicDescription>& target)>
        plan) {
  const auto source_topics = source.admin->ListTopics();
  if (!source_topics.ok()) return At(source, source_topics.status());
  const auto target_topics = target.admin->ListTopics();
  if (!target_topics.ok()) return At(target, target_topics.status());
  TopicSurvey survey;
  survey.plan = plan(*source_topics, *target_topics);
  for (const TopicDescription& topic : *source_topics) {
    survey.on_source.insert(topic.name);
  }
  for (const TopicDescription& topic : *target_topics) {
    survey.on_target[topic.name] = "";
  }
  absl::Status status = AddSourceIds(source, &survey.plan);
  if (status.ok()) status = AddTargetIds(target, &survey);
  if (!status.ok()) return status;
  return survey;
}

std::set<std::string> NotFound(ClusterAdmin* admin,
                               const std::set<std::string>& topics) {
  const std::vector<std::string> names(topics.begin(), topics.end());
  const auto answers = admin->DescribeTopics(names);
  std::set<std::string> missing;
  for (size_t i = 0; i < names.size(); ++i) {
    if (absl::IsNotFound(answers[i].status())) missing.insert(names[i]);
  }
  return missing;
}

}  // namespace mirror::internal
