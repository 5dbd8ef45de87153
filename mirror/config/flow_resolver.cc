// SPDX-License-Identifier: Apache-2.0

#include "mirror/config/flow_resolver.h"

#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "mirror/config/client_layers.h"
#include "mirror/config/property_table.h"
#include "mirror/java/java_client_settings.h"
#include "mirror/policy/renaming_replication_policy.h"

namespace mirror {
namespace {

// Reads the table's properties for one flow: S->T.k, else T.k or S.k, else k,
// where the table allows each, else the default.
class FlowReader {
 public:
  FlowReader(const ConfigFile& file, const std::string& source,
             const std::string& target)
      : file_(file), source_(source), target_(target) {}

  ConfigValue Value(const PropertySpec& spec) const {
    if (TopLevelOverrides(spec)) {
      const ConfigValue* value = file_.Find(std::string(spec.name));
      if (value != nullptr) return *value;
    }
    const std::pair<unsigned, std::string> places[] = {
        {kFlow, absl::StrCat(source_, "->", target_, ".")},
        {kTarget, absl::StrCat(target_, ".")},
        {kSource, absl::StrCat(source_, ".")},
        {kTopLevel, ""}};
    for (const auto& [scope, prefix] : places) {
      if ((spec.scopes & scope) == 0) continue;
      const ConfigValue* value = file_.Find(absl::StrCat(prefix, spec.name));
      if (value != nullptr) return *value;
    }
    return ConfigValue::Default(spec.name, Fallback(spec));
  }

  // S->T.source.cluster.alias, else S.alias, else source.cluster.alias, else S:
  // MM2 files the properties of S as source.cluster.*.
  ConfigValue Alias(ClusterSide side) const {
    const bool is_source = side == ClusterSide::kSource;
    const PropertySpec& spec = *FindProperty(
        is_source ? "source.cluster.alias" : "target.cluster.alias");
    const std::string& cluster = is_source ? source_ : target_;
    for (const std::string& name :
         {absl::StrCat(source_, "->", target_, ".", spec.name),
          absl::StrCat(cluster, ".alias")}) {
      if (const ConfigValue* value = file_.Find(name)) return *value;
    }
    return Value(spec);
  }

  // The file is checked before, so these cannot fail; a value-initialized
  // answer would only follow from a row of another type.
  int64_t Int(absl::string_view name) const {
    const PropertySpec& spec = *FindProperty(name);
    return ReadInt(spec, Value(spec)).value_or(0);
  }
  bool Bool(absl::string_view name) const {
    const PropertySpec& spec = *FindProperty(name);
    return ReadBool(spec, Value(spec)).value_or(false);
  }
  std::string Text(absl::string_view name) const {
    const PropertySpec& spec = *FindProperty(name);
    return ReadText(spec, Value(spec)).value_or("");
  }
  absl::Duration Duration(absl::string_view name) const {
    const PropertySpec& spec = *FindProperty(name);
    return ReadDuration(spec, Value(spec)).value_or(absl::InfiniteDuration());
  }
  // NAME.interval.seconds, or never unless NAME.enabled.
  absl::Duration Interval(absl::string_view name) const {
    return Bool(absl::StrCat(name, ".enabled"))
               ? Duration(absl::StrCat(name, ".interval.seconds"))
               : absl::InfiniteDuration();
  }
  ClusterSide Side(absl::string_view name) const {
    return Text(name) == "source" ? ClusterSide::kSource : ClusterSide::kTarget;
  }

 private:
  // Defaults name the clusters S and T, as the documentation does.
  std::string Fallback(const PropertySpec& spec) const {
    if (spec.fallback == "T") return target_;
    const bool names_source = spec.fallback == "S" ||
                              spec.fallback == "S-mm2" ||
                              absl::StartsWith(spec.fallback, "mm2-");
    return names_source ? absl::StrReplaceAll(spec.fallback, {{"S", source_}})
                        : std::string(spec.fallback);
  }

  const ConfigFile& file_;
  const std::string& source_;
  const std::string& target_;
};

void ReadTopicProperties(const FlowReader& read, FlowConfig* flow) {
  flow->policy = read.Text("replication.policy.class");
  flow->separator = read.Text("replication.policy.separator");
  flow->internal_topic_separator =
      read.Bool("replication.policy.internal.topic.separator.enabled");
  flow->renamed_topics = read.Text("replication.policy.rename");
  flow->topics = read.Text("topics");
  flow->topics_exclude = read.Text("topics.exclude");
  flow->config_properties_exclude = read.Text("config.properties.exclude");
  flow->use_defaults_from = read.Side("use.defaults.from");
  flow->replicate_heartbeats = read.Bool("heartbeats.replication.enabled");
  flow->refresh_topics_interval = read.Interval("refresh.topics");
  flow->sync_topic_configs_interval = read.Interval("sync.topic.configs");
  flow->sync_topic_acls_interval = read.Interval("sync.topic.acls");
  flow->sync_prefixed_acls = read.Bool("sync.topic.acls.prefixed.enabled");
  flow->sync_group_acls = read.Bool("sync.group.acls.enabled");
  flow->remove_acls = read.Bool("sync.topic.acls.remove.enabled");
  flow->replication_factor = read.Int("replication.factor");
}

void ReadOffsetProperties(const FlowReader& read, FlowConfig* flow) {
  flow->groups = read.Text("groups");
  flow->groups_exclude = read.Text("groups.exclude");
  flow->refresh_groups_interval = read.Interval("refresh.groups");
  flow->emit_checkpoints_interval = read.Interval("emit.checkpoints");
  flow->sync_group_offsets_interval = read.Interval("sync.group.offsets");
  flow->follow_rewinds = read.Bool("sync.group.offsets.follow.rewinds");
  flow->emit_heartbeats_interval = read.Interval("emit.heartbeats");
  flow->emit_heartbeats = read.Bool("emit.heartbeats.enabled");
  flow->emit_offset_syncs = read.Bool("emit.offset-syncs.enabled");
  flow->offset_syncs_location = read.Side("offset-syncs.topic.location");
  flow->offset_lag_max = read.Int("offset.lag.max");
  flow->checkpoints_replication_factor =
      read.Int("checkpoints.topic.replication.factor");
  flow->heartbeats_replication_factor =
      read.Int("heartbeats.topic.replication.factor");
  flow->offset_syncs_replication_factor =
      read.Int("offset-syncs.topic.replication.factor");
}

void ReadRunningProperties(const FlowReader& read, FlowConfig* flow) {
  flow->enabled = read.Bool("enabled");
  flow->tasks_max = read.Int("tasks.max");
  const auto loss_policy = [&read](absl::string_view property) {
    const std::string text = read.Text(property);
    return text == "skip"     ? LossPolicy::kSkip
           : text == "reseed" ? LossPolicy::kReseed
                              : LossPolicy::kStop;
  };
  flow->on_source_gap = loss_policy("on.source.gap");
  flow->on_target_change = loss_policy("on.target.change");
  const std::string refused = read.Text("on.refused.record");
  flow->on_refused_record = refused == "skip" ? RefusedRecordPolicy::kSkip
                            : refused == "dead-letter"
                                ? RefusedRecordPolicy::kDeadLetter
                                : RefusedRecordPolicy::kStop;
  flow->dead_letter_topic = read.Text("dead.letter.topic");
  flow->exactly_once = read.Text("exactly.once.source.support") == "enabled";
  flow->offset_flush_interval = read.Duration("offset.flush.interval.ms");
  flow->offset_flush_bytes = read.Int("offset.flush.bytes");
  const int64_t forget = read.Int("forget.deleted.topics.after.ms");
  flow->forget_deleted_topics_after =
      forget < 0 ? absl::InfiniteDuration() : absl::Milliseconds(forget);
  flow->admin_timeout = read.Duration("admin.timeout.ms");
  flow->offset_storage_topic = read.Text("offset.storage.topic");
  flow->offset_storage_partitions = read.Int("offset.storage.partitions");
  flow->offset_storage_replication_factor =
      read.Int("offset.storage.replication.factor");
  flow->config_storage_topic = read.Text("config.storage.topic");
  flow->status_storage_topic = read.Text("status.storage.topic");
  flow->worker_group_id = read.Text("group.id");
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

void ReadAliases(const FlowReader& read, FlowConfig* flow,
                 std::vector<std::string>* errors) {
  const ConfigValue source = read.Alias(ClusterSide::kSource);
  const ConfigValue target = read.Alias(ClusterSide::kTarget);
  flow->source_alias = std::string(absl::StripAsciiWhitespace(source.text));
  flow->target_alias = std::string(absl::StripAsciiWhitespace(target.text));
  for (const ConfigValue& alias : {source, target}) {
    const absl::string_view text = absl::StripAsciiWhitespace(alias.text);
    if (alias.line == 0 || alias.unknown) continue;
    if (!text.empty() && IsTopicText(text)) continue;
    errors->push_back(
        alias.Message("an alias becomes part of topic names: letters, digits, "
                      "'.', '_' and '-' only"));
  }
  if (flow->enabled && !source.unknown && !target.unknown &&
      flow->source_alias == flow->target_alias) {
    errors->push_back(
        (source.line == 0 ? target : source)
            .Message(absl::StrCat("source and target of ", flow->Name(),
                                  " must have two aliases")));
  }
}

// What DefaultReplicationPolicy needs to find its way back from a topic's name
// to the alias; Identity never looks.
void CheckSeparator(const FlowReader& read, const FlowConfig& flow,
                    std::vector<std::string>* errors) {
  const ConfigValue separator =
      read.Value(*FindProperty("replication.policy.separator"));
  if (separator.unknown) return;
  if (!IsTopicText(flow.separator)) {
    errors->push_back(separator.Message(
        "must be made of what a topic's name may hold: letters, digits, '.', "
        "'_', '-'"));
    return;
  }
  if (flow.policy != "DefaultReplicationPolicy") return;
  if (flow.separator.empty()) {
    errors->push_back(separator.Message(
        "must not be empty with DefaultReplicationPolicy, which could not "
        "tell alias and topic apart; to keep topic names as they are, write "
        "replication.policy.class = IdentityReplicationPolicy"));
    return;
  }
  for (const std::string& alias : {flow.source_alias, flow.target_alias}) {
    if (!absl::StrContains(alias, flow.separator)) continue;
    errors->push_back(separator.Message(absl::StrCat(
        "the alias '", alias,
        "' contains it, so that topics could not be traced back to their "
        "cluster: choose another replication.policy.separator or alias")));
  }
}

// What PrintConfig shows of the table.
std::vector<std::pair<std::string, ConfigValue>> EffectiveValues(
    const FlowReader& read) {
  std::vector<std::pair<std::string, ConfigValue>> values;
  for (const PropertySpec& spec : AllProperties()) {
    const bool of_flow = (spec.scopes & kFlow) != 0 ||
                         (spec.scopes & (kSource | kTarget)) == kTarget;
    if (spec.use != PropertyUse::kUsed || !of_flow) continue;
    values.emplace_back(spec.name, spec.name == "source.cluster.alias"
                                       ? read.Alias(ClusterSide::kSource)
                                   : spec.name == "target.cluster.alias"
                                       ? read.Alias(ClusterSide::kTarget)
                                       : read.Value(spec));
  }
  return values;
}

void CheckRenamedTopics(const FlowReader& read, const FlowConfig& flow,
                        std::vector<std::string>* errors) {
  const ConfigValue names =
      read.Value(*FindProperty("replication.policy.rename"));
  if (names.unknown || flow.renamed_topics.empty()) return;
  auto parsed = ParseRenamedTopics(flow.renamed_topics);
  if (!parsed.ok()) {
    errors->push_back(names.Message(parsed.status().message()));
    return;
  }
  RenamingReplicationPolicy::Options options;
  options.names = *std::move(parsed);
  const auto policy = RenamingReplicationPolicy::Create(std::move(options));
  if (!policy.ok()) errors->push_back(names.Message(policy.status().message()));
}

void Append(const std::vector<std::string>& more,
            std::vector<std::string>* list) {
  list->insert(list->end(), more.begin(), more.end());
}

void TranslateClients(const ConfigSources& sources, FlowConfig* flow,
                      ConfigFindings* findings) {
  const std::pair<JavaClient, ClientConfig*> clients[] = {
      {JavaClient::kConsumer, &flow->source_consumer},
      {JavaClient::kConsumer, &flow->target_consumer},
      {JavaClient::kAdmin, &flow->source_admin},
      {JavaClient::kAdmin, &flow->target_admin},
      {JavaClient::kProducer, &flow->data_producer},
      {JavaClient::kProducer, &flow->offset_syncs_producer}};
  for (const auto& [role, client] : clients) {
    TranslatedSettings translated =
        TranslateJavaClientSettings(role, client->java, sources);
    client->librdkafka = std::move(translated.librdkafka);
    Append(translated.errors, &findings->errors);
    Append(translated.warnings, &findings->warnings);
    Append(translated.notes, &findings->notes);
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

FlowConfig ResolveFlow(const ConfigFile& file, const ConfigSources& sources,
                       const std::string& source, const std::string& target,
                       ConfigFindings* findings) {
  FlowConfig flow;
  flow.source = source;
  flow.target = target;
  const FlowReader read(file, source, target);
  ReadRunningProperties(read, &flow);
  ReadTopicProperties(read, &flow);
  ReadOffsetProperties(read, &flow);
  ReadAliases(read, &flow, &findings->errors);
  flow.effective = EffectiveValues(read);
  CheckSeparator(read, flow, &findings->errors);
  CheckRenamedTopics(read, flow, &findings->errors);

  LayerClientSettings(file, &flow);
  const auto reset = flow.source_consumer.java.find("auto.offset.reset");
  if (reset != flow.source_consumer.java.end() &&
      absl::EqualsIgnoreCase(absl::StripAsciiWhitespace(reset->second.text),
                             "latest")) {
    flow.start = InitialPosition::kLatest;
  }
  TranslateClients(sources, &flow, findings);
  return flow;
}

}  // namespace mirror
