// SPDX-License-Identifier: Apache-2.0

#include "mirror/config/plugin_registry.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "mirror/flow_options.h"
#include "mirror/policy/mm2_replication_policies.h"

namespace mirror {
namespace {

// As Java's ConfigDef reads a value.
std::string Text(const PluginProperties& properties, const std::string& name,
                 absl::string_view fallback) {
  const auto it = properties.find(name);
  return std::string(absl::StripAsciiWhitespace(
      it == properties.end() ? fallback : it->second));
}

bool InternalTopicSeparator(const PluginProperties& properties) {
  return !absl::EqualsIgnoreCase(
      Text(properties, "replication.policy.internal.topic.separator.enabled",
           "true"),
      "false");
}

absl::StatusOr<std::shared_ptr<const ReplicationPolicy>> MakeDefaultPolicy(
    const PluginProperties& properties) {
  DefaultReplicationPolicy::Options options;
  options.separator = Text(properties, "replication.policy.separator", ".");
  options.internal_topic_separator_enabled = InternalTopicSeparator(properties);
  return DefaultReplicationPolicy::Create(std::move(options));
}

absl::StatusOr<std::shared_ptr<const ReplicationPolicy>> MakeIdentityPolicy(
    const PluginProperties& properties) {
  IdentityReplicationPolicy::Options options;
  const std::string alias = Text(properties, "source.cluster.alias", "");
  if (!alias.empty()) options.source_alias = alias;
  options.separator = Text(properties, "replication.policy.separator", ".");
  options.internal_topic_separator_enabled = InternalTopicSeparator(properties);
  return IdentityReplicationPolicy::Create(std::move(options));
}

absl::StatusOr<std::shared_ptr<const TopicFilter>> MakeTopicFilter(
    const PluginProperties& properties) {
  return RegexTopicFilter::Create(
      Text(properties, "topics", kDefaultTopics),
      Text(properties, "topics.exclude", kDefaultTopicsExclude));
}

absl::StatusOr<std::shared_ptr<const GroupFilter>> MakeGroupFilter(
    const PluginProperties& properties) {
  return RegexGroupFilter::Create(
      Text(properties, "groups", kDefaultGroups),
      Text(properties, "groups.exclude", kDefaultGroupsExclude));
}

absl::StatusOr<std::shared_ptr<const ConfigPropertyFilter>> MakeConfigFilter(
    const PluginProperties& properties) {
  const bool from_source = absl::EqualsIgnoreCase(
      Text(properties, "use.defaults.from", "target"), "source");
  return RegexConfigPropertyFilter::Create(
      Text(properties, "config.properties.exclude",
           kDefaultConfigPropertiesExclude),
      from_source ? ClusterSide::kSource : ClusterSide::kTarget);
}

}  // namespace

PluginRegistry::PluginRegistry() {
  Add<ReplicationPolicy>("DefaultReplicationPolicy", MakeDefaultPolicy);
  Add<ReplicationPolicy>("IdentityReplicationPolicy", MakeIdentityPolicy);
  Add<TopicFilter>("DefaultTopicFilter", MakeTopicFilter);
  Add<GroupFilter>("DefaultGroupFilter", MakeGroupFilter);
  Add<ConfigPropertyFilter>("DefaultConfigPropertyFilter", MakeConfigFilter);
}

absl::Status PluginRegistry::Check(absl::string_view property,
                                   absl::string_view class_name) const {
  const auto check = [class_name](const auto& table) {
    return table.count(NameIn(table, class_name)) != 0 ? absl::OkStatus()
                                                       : Unknown(table);
  };
  if (property == "replication.policy.class") return check(policies_);
  if (property == "topic.filter.class") return check(topic_filters_);
  if (property == "group.filter.class") return check(group_filters_);
  if (property == "config.property.filter.class") return check(config_filters_);
  return check(transforms_);
}

absl::string_view PluginRegistry::WithoutKafkaPackage(
    absl::string_view class_name) {
  return absl::StartsWith(class_name, "org.apache.kafka.")
             ? class_name.substr(class_name.rfind('.') + 1)
             : class_name;
}

absl::Status PluginRegistry::UnknownBut(absl::string_view known) {
  return absl::InvalidArgumentError(absl::StrCat(
      "unknown class; known: ", known.empty() ? "none" : known,
      ". To run a C++ class under this name, add it to the PluginRegistry of "
      "the program"));
}

}  // namespace mirror
