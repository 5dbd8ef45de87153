// SPDX-License-Identifier: Apache-2.0

#include "mirror/config/connector_flow.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "mirror/config/client_layers.h"
#include "mirror/config/config_file.h"
#include "mirror/config/connector_readers.h"
#include "mirror/config/connector_transforms.h"
#include "mirror/config/property_reader.h"
#include "mirror/config/property_table.h"

namespace mirror::internal {
namespace {

using absl::string_view;

// Settings with a meaning of their own here.
constexpr string_view kHandled[] = {"name",
                                    "connector.class",
                                    "source.cluster.alias",
                                    "target.cluster.alias",
                                    "enabled",
                                    "offsets.storage.topic",
                                    "errors.tolerance",
                                    "key.converter",
                                    "value.converter",
                                    "header.converter"};

// What of the worker reaches a flow. All are about its target.
constexpr string_view kOfWorker[] = {"offset.storage.replication.factor",
                                     "offset.storage.partitions",
                                     "config.storage.topic",
                                     "status.storage.topic",
                                     "offset.flush.interval.ms",
                                     "exactly.once.source.support"};

bool IsHandled(string_view name) {
  return std::find(std::begin(kHandled), std::end(kHandled), name) !=
         std::end(kHandled);
}

bool IsClientSetting(string_view name) {
  if (!absl::ConsumePrefix(&name, "source.")) {
    absl::ConsumePrefix(&name, "target.");
  }
  return absl::StartsWith(name, "consumer.") ||
         absl::StartsWith(name, "producer.") ||
         absl::StartsWith(name, "admin.");
}

// So that a class with and without its package are equal.
std::string Normal(string_view name, const ConfigValue& value) {
  const PropertySpec* spec = FindProperty(name);
  const bool of_choices = spec != nullptr && !spec->choices.empty();
  return of_choices ? ReadText(*spec, value).value_or(value.text)
                    : std::string(absl::StripAsciiWhitespace(value.text));
}

bool IsFalse(const ConfigValue* value) {
  return value != nullptr &&
         absl::EqualsIgnoreCase(absl::StripAsciiWhitespace(value->text),
                                "false");
}

}  // namespace

void ConnectorFlow::Add(const Connector& connector) {
  const Connector*& place = connectors_[connector.kind];
  if (place == nullptr) {
    place = &connector;
    return;
  }
  Error(*connector.Find("connector.class"),
        absl::StrCat(place->file, " has the ", ConnectorClass(connector.kind),
                     " of ", Name(),
                     " already: write all `topics` and "
                     "`groups` into one of them"));
}

void ConnectorFlow::Merge() {
  // A connector that is switched off does nothing in MM2 either.
  for (const ConnectorKind kind : {kCheckpointConnector, kHeartbeatConnector}) {
    const Connector* connector = Find(kind);
    if (connector != nullptr && IsFalse(connector->Find("enabled"))) {
      connectors_.erase(kind);
    }
  }
  if (connectors_.empty()) return;
  std::set<std::string> names;
  for (const auto& [kind, connector] : connectors_) {
    for (const auto& [name, value] : connector->settings) names.insert(name);
  }
  for (const std::string& name : names) {
    if (!IsHandled(name)) MergeSetting(name);
  }
  SayWhatRuns();
  PutWorker();
  CheckSource();
}

void ConnectorFlow::CheckServers() {
  if (connectors_.empty()) return;
  CheckServers(source_, "source.cluster.bootstrap.servers");
  CheckServers(target_, "target.cluster.bootstrap.servers");
}

const Connector* ConnectorFlow::Find(ConnectorKind kind) const {
  const auto it = connectors_.find(kind);
  return it == connectors_.end() ? nullptr : it->second;
}

void ConnectorFlow::MergeSetting(const std::string& name) {
  const unsigned readers = ReadersOf(name).value_or(Main().kind);
  const ConfigValue* chosen = nullptr;
  for (const auto& [kind, connector] : connectors_) {
    const ConfigValue* value = connector->Find(name);
    if (value == nullptr || (readers & kind) == 0) continue;
    if (chosen == nullptr) {
      chosen = value;
    } else if (Normal(name, *chosen) != Normal(name, *value)) {
      Error(*value, absl::StrCat(PlaceOf(*chosen), " says ", chosen->shown,
                                 ", and both are one flow ", Name(),
                                 " here: write the same in both"));
    }
  }
  if (chosen != nullptr) {
    CheckDefaults(name, readers, *chosen);
    Put(name, *chosen);
  }
  for (const auto& [kind, connector] : connectors_) {
    const ConfigValue* value = connector->Find(name);
    if (value == nullptr || (readers & kind) != 0) continue;
    if (chosen == nullptr || chosen->text != value->text) {
      AddUnread(name, *connector, *value, chosen == nullptr);
    }
  }
}

// Of a connector that does not read it.
void ConnectorFlow::AddUnread(const std::string& name,
                              const Connector& connector,
                              const ConfigValue& value, bool alone) {
  if (IsOwnOfEach(name)) return;
  if (IsClientSetting(name)) {
    return Warn(
        value, absl::StrCat("no effect: the clients of ", Name(),
                            " are those of its ", ConnectorClass(Main().kind)));
  }
  if (FindProperty(name) != nullptr) {
    return Warn(value,
                absl::StrCat("no effect in a ", ConnectorClass(connector.kind),
                             ", as in MM2"));
  }
  if (alone) Put(name, value);  // misspelled, or of a class of the host
}

// What one of two connectors does not say has its default there, which must
// not contradict the other: MM2 would look for checkpoints under another
// name, say.
void ConnectorFlow::CheckDefaults(const std::string& name, unsigned readers,
                                  const ConfigValue& value) {
  const PropertySpec* spec = FindProperty(name);
  if (spec == nullptr || spec->use != PropertyUse::kUsed ||
      absl::StrContains(name, ".cluster.")) {
    return;
  }
  // To checkpoint more topics than are copied does no harm, nor does a policy
  // that the heartbeats do not know: they have the same name in all.
  const Connector* source = Find(kSourceConnector);
  const Connector* other = source != nullptr && source->Find(name) == nullptr
                               ? source
                               : Find(kCheckpointConnector);
  if (source == nullptr || other == nullptr || (readers & other->kind) == 0 ||
      other->Find(name) != nullptr ||
      (other != source && absl::StartsWith(name, "topic"))) {
    return;
  }
  const std::string fallback(spec->fallback);
  if (Normal(name, value) == fallback) return;
  Error(value, absl::StrCat(other->file, " does not say it, and would use ",
                            fallback.empty() ? "nothing" : fallback,
                            ": write the same in both, as they are one flow ",
                            Name(), " here"));
}

void ConnectorFlow::Put(const std::string& name, const ConfigValue& value) {
  string_view key = name;
  for (const auto& [side, cluster] : {std::pair("source.cluster.", source_),
                                      std::pair("target.cluster.", target_)}) {
    if (absl::ConsumePrefix(&key, side) && IsConnectionKey(key)) {
      return properties_.Put(absl::StrCat(cluster, ".", key), value);
    }
    key = name;
  }
  for (const string_view role : {"consumer.", "producer.", "admin."}) {
    key = name;
    if (!absl::ConsumePrefix(&key, role) || !IsConnectionKey(key)) continue;
    // In mm2.properties X.NAME would override S->T.consumer.NAME; in a
    // connector it is the other way round.
    for (const char* side : {"source.", "target."}) {
      if (Main().Find(side + name) == nullptr) {
        properties_.Put(absl::StrCat(prefix_, side, name), value);
      }
    }
    return;
  }
  if (name == "producer.override.bootstrap.servers") return CheckWriter(value);
  properties_.Put(prefix_ + name, value);
}

void ConnectorFlow::CheckWriter(const ConfigValue& value) {
  const ConfigValue* target = Main().Find("target.cluster.bootstrap.servers");
  if (target != nullptr && target->text == value.text) return;
  Error(value,
        "unsupported: records would go to another cluster than that of "
        "target.cluster.bootstrap.servers; name the target there, and remove "
        "this");
}

// Pairs are switched on one by one, since connectors run only where they are
// created.
void ConnectorFlow::SayWhatRuns() {
  const ConfigValue& cause = *Main().Find("connector.class");
  const Connector* source = Find(kSourceConnector);
  const ConfigValue* enabled =
      source == nullptr ? nullptr : source->Find("enabled");
  if (enabled != nullptr) {
    properties_.Put(prefix_ + "enabled", *enabled);
  } else {
    properties_.Say(prefix_ + "enabled", source != nullptr ? "true" : "false",
                    cause);
  }
  properties_.Say("emit.heartbeats.enabled", "false", cause);
  if (Find(kHeartbeatConnector) != nullptr) {
    properties_.Say(prefix_ + "emit.heartbeats.enabled", "true", cause);
  }
  const Connector* checkpoint = Find(kCheckpointConnector);
  if (checkpoint == nullptr && source != nullptr) {
    properties_.Say(prefix_ + "emit.checkpoints.enabled", "false", cause);
  } else if (checkpoint != nullptr && source == nullptr) {
    Error(
        *checkpoint->Find("connector.class"),
        absl::StrCat("unsupported without a MirrorSourceConnector of ", Name(),
                     ": this program translates offsets of what it copies; "
                     "name the file of that connector too"));
  }
}

void ConnectorFlow::PutWorker() {
  const SettingMap& worker = Main().worker;
  for (const string_view name : kOfWorker) {
    const auto it = worker.find(std::string(name));
    if (it == worker.end()) continue;
    properties_.Put(absl::StrCat(target_, ".", name), it->second);
  }
  // The worker's producer writes the records, with these settings.
  for (const auto& [name, value] : StripPrefix(worker, "producer.")) {
    const std::string property = "producer.override." + name;
    if (name == "bootstrap.servers" || Main().Find(property) != nullptr) {
      continue;
    }
    properties_.Put(prefix_ + property, value);
  }
  const auto servers = worker.find("bootstrap.servers");
  const ConfigValue* target = Main().Find("target.cluster.bootstrap.servers");
  if (servers == worker.end() || target == nullptr ||
      servers->second.text == target->text) {
    return;
  }
  Warn(servers->second,
       absl::StrCat("is not what ", PlaceOf(*target),
                    " says; records and progress are on the cluster of "
                    "target.cluster.bootstrap.servers here"));
}

// What only a source connector has.
void ConnectorFlow::CheckSource() {
  const Connector* source = Find(kSourceConnector);
  if (source == nullptr) return;
  CheckProgress(*source);
  CheckConverters(*source);
  const ConfigValue* tolerance = source->Find("errors.tolerance");
  if (tolerance != nullptr &&
      absl::EqualsIgnoreCase(absl::StripAsciiWhitespace(tolerance->text),
                             "all")) {
    Error(*tolerance,
          "unsupported, as it loses records silently: write "
          "\"on.rejected.record\": \"skip\" in its place, which records what "
          "is skipped, or \"dead-letter\"");
  }
  for (const TransformProblem& problem : CheckTransforms(source->settings)) {
    Error(problem.value, problem.reason);
    properties_.SetReported(prefix_ + problem.value.property);
  }
}

// A wrong place would copy everything again, so there is no default.
void ConnectorFlow::CheckProgress(const Connector& source) {
  if (const ConfigValue* name = source.Find("name")) {
    properties_.Put(prefix_ + "offset.storage.connector", *name);
  } else {
    findings_.errors.push_back(
        absl::StrCat(source.file,
                     ": name is missing: write the connector's name, as in "
                     "/connectors/NAME of Kafka Connect; its progress is "
                     "stored under it"));
  }
  const ConfigValue* topic = source.Find("offsets.storage.topic");
  const auto of_worker = source.worker.find("offset.storage.topic");
  if (topic == nullptr && of_worker != source.worker.end()) {
    topic = &of_worker->second;
  }
  if (topic != nullptr) {
    return properties_.Put(absl::StrCat(target_, ".offset.storage.topic"),
                           *topic);
  }
  findings_.errors.push_back(absl::StrCat(
      source.file,
      ": where the progress is stored is not known: give the file of the "
      "Connect worker, --connect-worker worker.properties, or write "
      "offsets.storage.topic, the worker's offset.storage.topic"));
}

void ConnectorFlow::CheckConverters(const Connector& source) {
  for (const char* name :
       {"key.converter", "value.converter", "header.converter"}) {
    const ConfigValue* value = source.Find(name);
    const auto of_worker = source.worker.find(name);
    if (value == nullptr && of_worker != source.worker.end()) {
      value = &of_worker->second;
    }
    if (value == nullptr ||
        Normal(name, *value) == FindProperty(name)->fallback) {
      continue;
    }
    Warn(*value,
         "no effect: records are copied byte for byte, as by "
         "ByteArrayConverter");
  }
}

void ConnectorFlow::CheckServers(const std::string& cluster,
                                 string_view property) {
  const std::string name = cluster + ".bootstrap.servers";
  if (properties_.Has(name)) return;
  findings_.errors.push_back(
      absl::StrCat(Main().file, ": ", property, " is missing"));
  properties_.SetReported(name);
}

}  // namespace mirror::internal
