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
#include "mirror/config/java_client_settings.h"
#include "mirror/config/property_table.h"

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
    // Defaults that name the source do so with S, as the documentation does.
    const bool names_source =
        absl::StartsWith(spec.fallback, "mm2-") || spec.fallback == "S-mm2";
    return ConfigValue::Default(
        spec.name, names_source
                       ? absl::StrReplaceAll(spec.fallback, {{"S", source_}})
                       : std::string(spec.fallback));
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

// What DefaultReplicationPolicy needs to find its way back from a topic's name
// to the alias; Identity never looks.
void CheckSeparator(const FlowReader& read, const FlowConfig& flow,
                    std::vector<std::string>* errors) {
  const ConfigValue separator =
      read.Value(*FindProperty("replication.policy.separator"));
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
        "tell alias and topic apart"));
    return;
  }
  for (const std::string& alias : {flow.source, flow.target}) {
    if (!absl::StrContains(alias, flow.separator)) continue;
    errors->push_back(separator.Message(absl::StrCat(
        "the alias '", alias,
        "' contains it, so that topics could not be traced back to their "
        "cluster: choose another replication.policy.separator or alias")));
  }
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
    absl::StatusOr<TranslatedSettings> translated =
        TranslateJavaClientSettings(role, client->java, sources);
    if (!translated.ok()) {
      findings->errors.push_back(std::string(translated.status().message()));
      continue;
    }
    client->librdkafka = std::move(translated->librdkafka);
    Append(translated->warnings, &findings->warnings);
    Append(translated->notes, &findings->notes);
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
      absl::EqualsIgnoreCase(absl::StripAsciiWhitespace(enabled->text),
                             "true")) {
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
  for (const PropertySpec& spec : AllProperties()) {
    const bool of_flow =
        (spec.scopes & kFlow) != 0 || spec.scopes == unsigned{kTarget};
    if (spec.use == PropertyUse::kUsed && of_flow) {
      flow.effective.emplace_back(spec.name, read.Value(spec));
    }
  }
  CheckSeparator(read, flow, &findings->errors);

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
