// SPDX-License-Identifier: Apache-2.0

#include "mirror/config/flow_resolver.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "mirror/config/client_layers.h"
#include "mirror/config/flow_clients.h"
#include "mirror/config/flow_reader.h"
#include "mirror/config/plugin_reader.h"
#include "mirror/config/property_table.h"
#include "mirror/policy/filters.h"
#include "mirror/policy/renaming_replication_policy.h"
#include "mirror/policy/replication_policy.h"

namespace mirror::internal {
namespace {

using Errors = std::vector<std::string>;

// Beyond it threads and connections cost more than they bring. MM2 never runs
// more tasks than there are partitions, so its files may say any number.
constexpr int64_t kMaxShards = 64;
constexpr absl::Duration kDefaultAdminTimeout = absl::Minutes(1);

// A job is off if NAME.enabled is false or NAME.interval.seconds negative, as
// in MM2.
void ReadJob(const FlowReader& read, absl::string_view name, bool* enabled,
             absl::Duration* interval) {
  const absl::Duration value = read.Interval(name);
  *enabled = value != absl::InfiniteDuration();
  if (*enabled) *interval = value;
}

LossPolicy ReadLossPolicy(const FlowReader& read, absl::string_view property) {
  const std::string text = read.Text(property);
  return text == "skip"     ? LossPolicy::kSkip
         : text == "reseed" ? LossPolicy::kReseed
                            : LossPolicy::kStop;
}

void ReadCopyOptions(const FlowReader& read, Flow* flow) {
  flow->replicate = read.Bool("enabled");
  flow->replicate_heartbeats = read.Bool("heartbeats.replication.enabled");
}

void ReadDeliveryOptions(const FlowReader& read, Flow* flow) {
  flow->on_source_gap = ReadLossPolicy(read, "on.source.gap");
  flow->on_target_change = ReadLossPolicy(read, "on.target.change");
  const std::string rejected = read.Text("on.rejected.record");
  flow->on_rejected_record = rejected == "skip" ? RejectedRecordPolicy::kSkip
                             : rejected == "dead-letter"
                                 ? RejectedRecordPolicy::kDeadLetter
                                 : RejectedRecordPolicy::kStop;
  flow->dead_letter_topic = read.Text("dead.letter.topic");
  flow->offset_flush_interval = read.Duration("offset.flush.interval.ms");
  flow->offset_flush_bytes = read.Int("offset.flush.bytes");
}

void ReadTopicOptions(const FlowReader& read, Flow* flow) {
  flow->refresh_topics_interval = read.Interval("refresh.topics");
  flow->replication_factor = read.Int32("replication.factor");
  const int64_t forget = read.Int("forget.deleted.topics.after.ms");
  flow->forget_deleted_topics_after =
      forget < 0 ? absl::InfiniteDuration() : absl::Milliseconds(forget);
  TopicConfigSyncOptions& configs = flow->topic_configs;
  ReadJob(read, "sync.topic.configs", &configs.enabled, &configs.interval);
  ReadJob(read, "sync.topic.acls", &flow->acls.enabled, &flow->acls.interval);
  flow->acls.prefixed = read.Bool("sync.topic.acls.prefixed.enabled");
  flow->acls.groups = read.Bool("sync.group.acls.enabled");
  flow->acls.remove = read.Bool("sync.topic.acls.remove.enabled");
}

void ReadOwnershipOptions(const FlowReader& read, Flow* flow) {
  flow->ownership = read.Text("mirror.ownership") == "group"
                        ? Ownership::kGroup
                        : Ownership::kAlone;
  flow->group_id = read.Text("group.id");
  flow->group_instance_id = read.Text("group.instance.id");
  flow->session_timeout = read.Duration("session.timeout.ms");
}

void ReadGroupOptions(const FlowReader& read, CheckpointOptions* checkpoints) {
  ReadJob(read, "emit.checkpoints", &checkpoints->enabled,
          &checkpoints->interval);
  checkpoints->refresh_groups_interval = read.Interval("refresh.groups");
  checkpoints->replication_factor =
      read.Int32("checkpoints.topic.replication.factor");
  ReadJob(read, "sync.group.offsets", &checkpoints->sync_group_offsets,
          &checkpoints->sync_group_offsets_interval);
  checkpoints->follow_rewinds = read.Bool("sync.group.offsets.follow.rewinds");
}

void ReadInternalTopics(const FlowReader& read, Flow* flow) {
  flow->offset_storage_topic = read.Text("offset.storage.topic");
  flow->offset_storage_connector = read.Text("offset.storage.connector");
  flow->offset_storage_partitions = read.Int32("offset.storage.partitions");
  flow->offset_storage_replication_factor =
      read.Int32("offset.storage.replication.factor");
  ReadJob(read, "emit.heartbeats", &flow->heartbeats.enabled,
          &flow->heartbeats.interval);
  flow->heartbeats.replication_factor =
      read.Int32("heartbeats.topic.replication.factor");
  flow->offset_syncs.enabled = read.Bool("emit.offset-syncs.enabled");
  flow->offset_syncs.location = read.Side("offset-syncs.topic.location");
  flow->offset_syncs.lag_max = read.Int("offset.lag.max");
  flow->offset_syncs.replication_factor =
      read.Int32("offset-syncs.topic.replication.factor");
}

bool IsTopicText(absl::string_view text) {
  for (const char c : text) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) &&
        !absl::StrContains("._-", c)) {
      return false;
    }
  }
  return true;
}

void ReadAliases(const FlowReader& read, Flow* flow, Errors* errors) {
  const ConfigValue source = read.Alias(ClusterSide::kSource);
  const ConfigValue target = read.Alias(ClusterSide::kTarget);
  flow->source.alias = std::string(absl::StripAsciiWhitespace(source.text));
  flow->target.alias = std::string(absl::StripAsciiWhitespace(target.text));
  for (const ConfigValue& alias : {source, target}) {
    const absl::string_view text = absl::StripAsciiWhitespace(alias.text);
    if (alias.line == 0 || alias.unknown) continue;
    if (!text.empty() && IsTopicText(text)) continue;
    errors->push_back(
        alias.Message("an alias becomes part of topic names: letters, digits, "
                      "'.', '_' and '-' only"));
  }
  if (flow->replicate && !source.unknown && !target.unknown &&
      flow->source.alias == flow->target.alias) {
    errors->push_back(
        (source.line == 0 ? target : source)
            .Message(absl::StrCat("source and target of ", flow->name(),
                                  " must have two aliases")));
  }
}

// Whether DefaultReplicationPolicy can find its way back from a topic's name to
// the alias; Identity never looks.
bool CheckSeparator(const FlowReader& read, const Flow& flow, Errors* errors) {
  const ConfigValue value = read.Value("replication.policy.separator");
  const std::string separator = read.Text("replication.policy.separator");
  if (value.unknown) return false;
  if (!IsTopicText(separator)) {
    errors->push_back(value.Message(
        "must be made of what a topic's name may hold: letters, digits, '.', "
        "'_', '-'"));
    return false;
  }
  if (read.Text("replication.policy.class") != "DefaultReplicationPolicy") {
    return true;
  }
  if (separator.empty()) {
    errors->push_back(value.Message(
        "must not be empty with DefaultReplicationPolicy, which could not "
        "tell alias and topic apart; to keep topic names as they are, write "
        "replication.policy.class = IdentityReplicationPolicy"));
    return false;
  }
  for (const std::string& alias : {flow.source.alias, flow.target.alias}) {
    if (!absl::StrContains(alias, separator)) continue;
    errors->push_back(value.Message(absl::StrCat(
        "the alias '", alias,
        "' contains it, so that topics could not be traced back to their "
        "cluster: choose another replication.policy.separator or alias")));
    return false;
  }
  return true;
}

void ReadPolicy(const FlowReader& read, PluginReader* plugins, Flow* flow,
                Errors* errors) {
  if (CheckSeparator(read, *flow, errors)) {
    flow->policy = plugins->Make<ReplicationPolicy>("replication.policy.class");
  }
  const std::string property = "replication.policy.rename";
  const std::string renamed = read.Text(property);
  const ConfigValue value = read.Value(property);
  if (value.unknown || renamed.empty()) return;
  auto names = ParseRenamedTopics(renamed);
  if (!names.ok()) {
    errors->push_back(value.Message(names.status().message()));
    return;
  }
  RenamingReplicationPolicy::Options options;
  options.names = *std::move(names);
  options.inner = flow->policy;
  auto policy = RenamingReplicationPolicy::Create(std::move(options));
  if (!policy.ok()) {
    errors->push_back(value.Message(policy.status().message()));
    return;
  }
  flow->policy = *std::move(policy);
}

// Null where a mistake was found.
void ReadPlugins(const ConfigFile& file, const FlowReader& read,
                 const PluginRegistry& registry, Flow* flow, Errors* errors) {
  PluginReader plugins(file, read, *flow, registry, errors);
  ReadPolicy(read, &plugins, flow, errors);
  flow->topics = plugins.Make<TopicFilter>("topic.filter.class");
  flow->groups = plugins.Make<GroupFilter>("group.filter.class");
  flow->topic_configs.filter =
      plugins.Make<ConfigPropertyFilter>("config.property.filter.class");
  // They see no heartbeats.
  if (flow->replicate) flow->transforms = plugins.Transforms();
}

// What PrintFlows() shows of the table.
std::vector<std::pair<std::string, ConfigValue>> EffectiveValues(
    const FlowReader& read) {
  std::vector<std::pair<std::string, ConfigValue>> values;
  for (const PropertySpec& spec : AllProperties()) {
    const bool of_flow = (spec.scopes & kFlow) != 0 ||
                         (spec.scopes & (kSource | kTarget)) == kTarget;
    if (spec.use != PropertyUse::kUsed || !of_flow || spec.IsFamily()) continue;
    values.emplace_back(spec.name, spec.name == "source.cluster.alias"
                                       ? read.Alias(ClusterSide::kSource)
                                   : spec.name == "target.cluster.alias"
                                       ? read.Alias(ClusterSide::kTarget)
                                       : read.Value(spec));
  }
  return values;
}

// Values that are allowed, and that this library cannot keep to.
void CheckSupport(const FlowReader& read, const ResolvedFlow& resolved,
                  ConfigFindings* findings) {
  if (read.Text("exactly.once.source.support") == "enabled") {
    findings->errors.push_back(
        read.Value("exactly.once.source.support")
            .Message("exactly-once is not supported yet; write disabled to "
                     "copy at least once"));
  }
  if (!resolved.flow.replicate) return;
  if (read.Int("tasks.max") > kMaxShards) {
    findings->warnings.push_back(
        read.Value("tasks.max")
            .Message(absl::StrCat("clamped to ", kMaxShards)));
  }
  const ConfigValue admin_timeout = read.Value("admin.timeout.ms");
  if (!admin_timeout.unknown &&
      read.Duration("admin.timeout.ms") != kDefaultAdminTimeout) {
    findings->warnings.push_back(admin_timeout.Message(
        "no effect: no call waits longer than the request.timeout.ms of the "
        "admin client"));
  }
  const std::vector<std::string> idle =
      IdleSettings(resolved.clients, resolved.flow.offset_syncs.location);
  if (!idle.empty()) {
    findings->warnings.push_back(absl::StrCat(
        resolved.flow.name(),
        ": with offset-syncs.topic.location = target one producer writes "
        "records and offset syncs, with the settings for records; no effect: ",
        absl::StrJoin(idle, ", ")));
  }
}

}  // namespace

bool IsPairActive(const ConfigFile& file, const std::string& source,
                  const std::string& target) {
  // Not FlowReader::Bool("enabled"): a top-level `enabled` reaches MM2's
  // connectors, but does not bring a pair to life.
  const ConfigValue* enabled =
      file.Find(absl::StrCat(source, "->", target, ".enabled"));
  if (enabled != nullptr &&
      (enabled->unknown ||
       absl::EqualsIgnoreCase(absl::StripAsciiWhitespace(enabled->text),
                              "true"))) {
    return true;
  }
  return FlowReader(file, source, target).Bool("emit.heartbeats.enabled");
}

ResolvedFlow ResolveFlow(const ConfigFile& file, const ConfigSources& sources,
                         const std::string& source, const std::string& target,
                         const PluginRegistry* plugins,
                         ConfigFindings* findings) {
  const FlowReader read(file, source, target);
  Flow flow(source, target);
  flow.source.name = source;
  flow.target.name = target;
  ReadCopyOptions(read, &flow);
  ReadDeliveryOptions(read, &flow);
  ReadTopicOptions(read, &flow);
  ReadGroupOptions(read, &flow.checkpoints);
  ReadInternalTopics(read, &flow);
  ReadOwnershipOptions(read, &flow);
  flow.shards = static_cast<int>(std::min(read.Int("tasks.max"), kMaxShards));
  ReadAliases(read, &flow, &findings->errors);
  if (plugins != nullptr) {
    ReadPlugins(file, read, *plugins, &flow, &findings->errors);
  }

  FlowClients clients =
      LayerClientSettings(file, source, target, flow.offset_syncs.location);
  ResolvedFlow resolved{std::move(flow), std::move(clients),
                        EffectiveValues(read)};
  TranslateClients(sources, &resolved.clients, findings);
  SetClients(resolved.clients, &resolved.flow);
  CheckSupport(read, resolved, findings);
  return resolved;
}

}  // namespace mirror::internal
