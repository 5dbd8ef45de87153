// SPDX-License-Identifier: Apache-2.0

#include "mirror/metadata/creation_configs.h"

#include <cstddef>
#include <string>

#include "mirror/metadata/topic_config_plan.h"

namespace mirror::internal {

std::vector<absl::Status> AddCreationConfigs(
    ClusterAdmin* source, const ConfigPropertyFilter& filter,
    std::vector<TopicToCreate>* topics) {
  std::vector<std::string> names;
  for (const TopicToCreate& topic : *topics) names.push_back(topic.source);
  std::vector<absl::Status> results;
  const auto answers = source->DescribeTopicConfigs(names);
  for (size_t i = 0; i < answers.size(); ++i) {
    results.push_back(answers[i].status());
    if (!answers[i].ok()) continue;
    (*topics)[i].topic.configs = ConfigsForCreation(*answers[i], filter);
  }
  return results;
}

}  // namespace mirror::internal
