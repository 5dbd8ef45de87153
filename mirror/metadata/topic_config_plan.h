// SPDX-License-Identifier: Apache-2.0
//
// Compares the settings of a source topic and its remote topic and says what is
// to be done, with no I/O: the rules of MirrorSourceConnector's
// syncTopicConfigs and createNewTopics, applied by difference. MM2 writes every
// setting at every round; what it would leave on the target is the same.

#ifndef MIRROR_METADATA_TOPIC_CONFIG_PLAN_H_
#define MIRROR_METADATA_TOPIC_CONFIG_PLAN_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "mirror/cluster/topic_config.h"
#include "mirror/policy/filters.h"

namespace mirror::internal {

// An override of the target topic that has to change.
struct ConfigChange {
  std::string name;
  // The target topic's own override; nothing if it has none.
  std::optional<std::string> before;
  // Nothing: taken away.
  std::optional<std::string> after;
  // The value in force on the target before, for people to read.
  std::string in_force;
};

// What a remote topic is created with: the source topic's settings that the
// filter allows, without those at Kafka's defaults unless it asks for them,
// and never read-only or secret ones or what server.properties says there.
std::map<std::string, std::string> ConfigsForCreation(
    absl::Span<const TopicConfig> source, const ConfigPropertyFilter& filter);

// What makes the target topic's overrides what MM2 would make them, by name.
// Values differ if their text does; an override that the filter excludes, or
// whose setting server.properties decides on the source, is left alone.
std::vector<ConfigChange> PlanConfigChanges(
    absl::Span<const TopicConfig> source, absl::Span<const TopicConfig> target,
    const ConfigPropertyFilter& filter);

// The topic's own overrides, by name.
std::map<std::string, std::string> Overrides(
    absl::Span<const TopicConfig> configs);

// "1000", or "the default (-1)" without an override, for people to read.
std::string DescribeOverride(const std::optional<std::string>& value,
                             const std::string& in_force = "");

}  // namespace mirror::internal

#endif  // MIRROR_METADATA_TOPIC_CONFIG_PLAN_H_
