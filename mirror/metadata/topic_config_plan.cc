// SPDX-License-Identifier: Apache-2.0

#include "mirror/metadata/topic_config_plan.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace mirror::internal {
namespace {

// Whether the setting is copied at all. What server.properties says is about
// the source's machines rather than about the topic.
bool IsCopied(const TopicConfig& config, const ConfigPropertyFilter& filter) {
  return !config.read_only && !config.sensitive && config.value.has_value() &&
         config.source != ConfigSource::kStaticBroker &&
         filter.ShouldReplicateConfigProperty(config.name);
}

// Whether the target's own default is to hold.
bool IsLeftToTarget(const TopicConfig& config,
                    const ConfigPropertyFilter& filter) {
  return config.source == ConfigSource::kDefault &&
         !filter.ShouldReplicateSourceDefault(config.name);
}

}  // namespace

std::map<std::string, std::string> ConfigsForCreation(
    absl::Span<const TopicConfig> source, const ConfigPropertyFilter& filter) {
  std::map<std::string, std::string> configs;
  for (const TopicConfig& config : source) {
    if (!IsCopied(config, filter) || IsLeftToTarget(config, filter)) continue;
    configs[config.name] = *config.value;
  }
  return configs;
}

std::vector<ConfigChange> PlanConfigChanges(
    absl::Span<const TopicConfig> source, absl::Span<const TopicConfig> target,
    const ConfigPropertyFilter& filter) {
  std::map<std::string, const TopicConfig*> on_target;
  for (const TopicConfig& config : target) on_target[config.name] = &config;
  std::map<std::string, ConfigChange> changes;
  for (const TopicConfig& config : source) {
    if (!IsCopied(config, filter)) continue;
    ConfigChange change;
    change.name = config.name;
    const auto it = on_target.find(config.name);
    if (it != on_target.end()) {
      change.in_force = it->second->value.value_or("");
      if (it->second->source == ConfigSource::kTopic) {
        change.before = it->second->value;
      }
    }
    if (!IsLeftToTarget(config, filter)) change.after = config.value;
    if (change.before == change.after) continue;
    changes[config.name] = std::move(change);
  }
  std::vector<ConfigChange> result;
  for (auto& [name, change] : changes) result.push_back(std::move(change));
  return result;
}

std::map<std::string, std::string> Overrides(
    absl::Span<const TopicConfig> configs) {
  std::map<std::string, std::string> overrides;
  for (const TopicConfig& config : configs) {
    if (config.source != ConfigSource::kTopic) continue;
    overrides[config.name] = config.value.value_or("");
  }
  return overrides;
}

std::string DescribeOverride(const std::optional<std::string>& value,
                             const std::string& in_force) {
  if (value.has_value()) return value->empty() ? "\"\"" : *value;
  if (in_force.empty()) return "the default";
  return absl::StrCat("the default (", in_force, ")");
}

}  // namespace mirror::internal
