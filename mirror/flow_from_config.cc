// SPDX-License-Identifier: Apache-2.0

#include "mirror/flow_from_config.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "mirror/cluster/credential_source.h"
#include "mirror/java/config_value.h"
#include "mirror/policy/config_property_filter.h"
#include "mirror/policy/default_replication_policy.h"
#include "mirror/policy/group_filter.h"
#include "mirror/policy/identity_replication_policy.h"
#include "mirror/policy/renaming_replication_policy.h"
#include "mirror/policy/topic_filter.h"

namespace mirror {
namespace {

// Beyond it threads and connections cost more than they bring. MM2 never runs
// more tasks than there are partitions, so its files may say any number.
constexpr int64_t kMaxShards = 64;
constexpr absl::Duration kDefaultAdminTimeout = absl::Minutes(1);

std::map<std::string, std::string> Texts(const SettingMap& settings) {
  std::map<std::string, std::string> texts;
  for (const auto& [name, value] : settings) texts.emplace(name, value.text);
  return texts;
}

absl::Status Refuse(const FlowConfig& config, const std::string& property,
                    const std::string& reason) {
  for (const auto& [name, value] : config.effective) {
    if (name == property) {
      return absl::InvalidArgumentError(value.Message(reason));
    }
  }
  return absl::InvalidArgumentError(
      absl::StrCat(config.Name(), ".", property, ": ", reason));
}

absl::StatusOr<std::shared_ptr<const ReplicationPolicy>> Mm2Policy(
    const FlowConfig& config) {
  if (config.policy == "IdentityReplicationPolicy") {
    IdentityReplicationPolicy::Options options;
    options.source_alias = config.source_alias;
    options.separator = config.separator;
    options.internal_topic_separator_enabled = config.internal_topic_separator;
    return IdentityReplicationPolicy::Create(std::move(options));
  }
  DefaultReplicationPolicy::Options options;
  options.separator = config.separator;
  options.internal_topic_separator_enabled = config.internal_topic_separator;
  auto policy = DefaultReplicationPolicy::Create(std::move(options));
  if (!policy.ok()) {
    return Refuse(config, "replication.policy.separator",
                  std::string(policy.status().message()));
  }
  return *std::move(policy);
}

absl::StatusOr<std::shared_ptr<const ReplicationPolicy>> Policy(
    const FlowConfig& config) {
  auto mm2 = Mm2Policy(config);
  if (!mm2.ok() || config.renamed_topics.empty()) return mm2;
  const std::string property = "replication.policy.rename";
  auto names = ParseRenamedTopics(config.renamed_topics);
  if (!names.ok()) {
    return Refuse(config, property, std::string(names.status().message()));
  }
  RenamingReplicationPolicy::Options options;
  options.names = *std::move(names);
  options.inner = *std::move(mm2);
  auto policy = RenamingReplicationPolicy::Create(std::move(options));
  if (!policy.ok()) {
    return Refuse(config, property, std::string(policy.status().message()));
  }
  return *std::move(policy);
}

bool IsCredential(const std::string& name) {
  return absl::StartsWith(name, "sasl.") || absl::StartsWith(name, "ssl.");
}

// The settings of one kind of client on one side.
const ClientConfig& ClientOf(const FlowConfig& config, ClusterSide side,
                             ClientKind kind) {
  const bool source = side == ClusterSide::kSource;
  switch (kind) {
    case ClientKind::kConsumer:
      return source ? config.source_consumer : config.target_consumer;
    case ClientKind::kProducer:
      return source ? config.offset_syncs_producer : config.data_producer;
    case ClientKind::kAdmin:
      break;
  }
  return source ? config.source_admin : config.target_admin;
}

CredentialSource CredentialsOf(const FlowConfigReader& read, ClusterSide side) {
  if (read == nullptr) return nullptr;
  return [read, side](ClientKind kind)
             -> absl::StatusOr<std::map<std::string, std::string>> {
    const auto config = read();
    if (!config.ok()) return config.status();
    std::map<std::string, std::string> credentials;
    for (const auto& [name, value] :
         ClientOf(**config, side, kind).librdkafka) {
      if (IsCredential(name)) credentials.emplace(name, value.text);
    }
    return credentials;
  };
}

void SetClients(const FlowConfig& config, Flow* flow) {
  flow->source.consumer_properties = Texts(config.source_consumer.librdkafka);
  flow->source.admin_properties = Texts(config.source_admin.librdkafka);
  flow->target.consumer_properties = Texts(config.target_consumer.librdkafka);
  flow->target.producer_properties = Texts(config.data_producer.librdkafka);
  flow->target.admin_properties = Texts(config.target_admin.librdkafka);
  // On the target the data's producer writes the offset syncs too.
  if (config.offset_syncs_location == ClusterSide::kSource) {
    flow->source.producer_properties =
        Texts(config.offset_syncs_producer.librdkafka);
  }
  // What kinds of client are not named above still need an address.
  for (FlowCluster* side : {&flow->source, &flow->target}) {
    const auto servers = side->admin_properties.find("bootstrap.servers");
    if (servers != side->admin_properties.end()) {
      side->properties.insert(*servers);
    }
  }
  flow->source.credentials =
      CredentialsOf(config.read_again, ClusterSide::kSource);
  flow->target.credentials =
      CredentialsOf(config.read_again, ClusterSide::kTarget);
  const auto isolation =
      flow->source.consumer_properties.find("isolation.level");
  if (isolation != flow->source.consumer_properties.end()) {
    flow->read_committed = isolation->second != "read_uncommitted";
  }
}

GapPolicy ToGapPolicy(LossPolicy policy) {
  return policy == LossPolicy::kSkip     ? GapPolicy::kSkip
         : policy == LossPolicy::kReseed ? GapPolicy::kReseed
                                         : GapPolicy::kStop;
}

void SetTopics(const FlowConfig& config, Flow* flow) {
  flow->replicate = config.enabled;
  flow->replicate_heartbeats = config.replicate_heartbeats;
  flow->start_at = config.start == InitialPosition::kLatest
                       ? StartAt::kLatest
                       : StartAt::kEarliest;
  flow->on_source_gap = ToGapPolicy(config.on_source_gap);
  flow->on_target_change = ToGapPolicy(config.on_target_change);
  flow->on_refused_record =
      config.on_refused_record == RefusedRecordPolicy::kSkip
          ? RefusedPolicy::kSkip
      : config.on_refused_record == RefusedRecordPolicy::kDeadLetter
          ? RefusedPolicy::kDeadLetter
          : RefusedPolicy::kStop;
  flow->dead_letter_topic = config.dead_letter_topic;
  flow->refresh_topics_interval = config.refresh_topics_interval;
  flow->replication_factor = static_cast<int32_t>(config.replication_factor);
}

void SetBookkeeping(const FlowConfig& config, Flow* flow) {
  flow->shards = static_cast<int>(std::min(config.tasks_max, kMaxShards));
  flow->offset_flush_interval = config.offset_flush_interval;
  flow->offset_flush_bytes = config.offset_flush_bytes;
  flow->forget_deleted_topics_after = config.forget_deleted_topics_after;
  flow->progress_topic = config.offset_storage_topic;
  flow->progress_partitions =
      static_cast<int32_t>(config.offset_storage_partitions);
  flow->progress_replication_factor =
      static_cast<int32_t>(config.offset_storage_replication_factor);
  flow->heartbeats.enabled = config.emit_heartbeats;
  flow->heartbeats.interval = config.emit_heartbeats_interval;
  flow->heartbeats.replication_factor =
      static_cast<int32_t>(config.heartbeats_replication_factor);
  flow->offset_syncs.enabled = config.emit_offset_syncs;
  flow->offset_syncs.location =
      config.offset_syncs_location == ClusterSide::kSource
          ? OffsetSyncOptions::Location::kSource
          : OffsetSyncOptions::Location::kTarget;
  flow->offset_syncs.lag_max = config.offset_lag_max;
  flow->offset_syncs.replication_factor =
      static_cast<int32_t>(config.offset_syncs_replication_factor);
}

void SetCheckpoints(const FlowConfig& config, Flow* flow) {
  constexpr absl::Duration kNever = absl::InfiniteDuration();
  CheckpointOptions& checkpoints = flow->checkpoints;
  checkpoints.enabled = config.emit_checkpoints_interval != kNever;
  if (!checkpoints.enabled) return;
  checkpoints.interval = config.emit_checkpoints_interval;
  checkpoints.refresh_groups_interval = config.refresh_groups_interval;
  checkpoints.replication_factor =
      static_cast<int32_t>(config.checkpoints_replication_factor);
  checkpoints.sync_group_offsets = config.sync_group_offsets_interval != kNever;
  checkpoints.sync_group_offsets_interval = config.sync_group_offsets_interval;
  checkpoints.follow_rewinds = config.follow_rewinds;
}

void SetAcls(const FlowConfig& config, Flow* flow) {
  flow->acls.enabled =
      config.sync_topic_acls_interval != absl::InfiniteDuration();
  if (flow->acls.enabled) flow->acls.interval = config.sync_topic_acls_interval;
  flow->acls.prefixed = config.sync_prefixed_acls;
  flow->acls.groups = config.sync_group_acls;
  flow->acls.remove = config.remove_acls;
}

absl::Status SetTopicConfigs(const FlowConfig& config, Flow* flow) {
  TopicConfigSyncOptions& configs = flow->topic_configs;
  configs.enabled =
      config.sync_topic_configs_interval != absl::InfiniteDuration();
  if (configs.enabled) configs.interval = config.sync_topic_configs_interval;
  auto filter = RegexConfigPropertyFilter::Create(
      config.config_properties_exclude,
      config.use_defaults_from == ClusterSide::kSource
          ? UseDefaultsFrom::kSource
          : UseDefaultsFrom::kTarget);
  if (!filter.ok()) {
    return Refuse(config, "config.properties.exclude",
                  std::string(filter.status().message()));
  }
  configs.filter = *std::move(filter);
  return absl::OkStatus();
}

// Settings of the offset syncs' producer without effect, by name.
std::vector<std::string> IdleSettings(const FlowConfig& config) {
  std::vector<std::string> names;
  if (config.offset_syncs_location == ClusterSide::kSource) return names;
  const auto data = Texts(config.data_producer.librdkafka);
  for (const auto& setting : Texts(config.offset_syncs_producer.librdkafka)) {
    const auto same = data.find(setting.first);
    if (same == data.end() || *same != setting) names.push_back(setting.first);
  }
  return names;
}

}  // namespace

absl::StatusOr<Flow> FlowFromConfig(const FlowConfig& config) {
  if (config.exactly_once) {
    return Refuse(
        config, "exactly.once.source.support",
        "exactly-once is not supported yet; write disabled to copy at "
        "least once");
  }
  Flow flow(config.source_alias, config.target_alias);
  flow.source.name = config.source;
  flow.target.name = config.target;
  auto policy = Policy(config);
  if (!policy.ok()) return policy.status();
  flow.policy = *std::move(policy);
  auto topics = RegexTopicFilter::Create(config.topics, config.topics_exclude);
  if (!topics.ok()) {
    return Refuse(config, "topics", std::string(topics.status().message()));
  }
  flow.topics = *std::move(topics);
  auto groups = RegexGroupFilter::Create(config.groups, config.groups_exclude);
  if (!groups.ok()) {
    return Refuse(config, "groups", std::string(groups.status().message()));
  }
  flow.groups = *std::move(groups);
  SetClients(config, &flow);
  SetTopics(config, &flow);
  SetBookkeeping(config, &flow);
  SetCheckpoints(config, &flow);
  SetAcls(config, &flow);
  if (absl::Status status = SetTopicConfigs(config, &flow); !status.ok()) {
    return status;
  }
  return flow;
}

std::vector<std::string> LeftOutOfFlow(const FlowConfig& config) {
  std::vector<std::string> result;
  if (!config.enabled) return result;
  if (config.tasks_max > kMaxShards) {
    result.push_back(absl::StrCat("tasks.max = ", config.tasks_max,
                                  " is clamped to ", kMaxShards));
  }
  if (config.admin_timeout != kDefaultAdminTimeout) {
    result.push_back(
        "admin.timeout.ms has no effect: no call waits longer than the "
        "request.timeout.ms of the admin client");
  }
  const std::vector<std::string> idle = IdleSettings(config);
  if (!idle.empty()) {
    result.push_back(absl::StrCat(
        "with offset-syncs.topic.location = target one producer writes records "
        "and offset syncs, with the settings for records; no effect: ",
        absl::StrJoin(idle, ", ")));
  }
  return result;
}

}  // namespace mirror
