// SPDX-License-Identifier: Apache-2.0

#include "mirror/config/strimzi_resource.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mirror/config/client_layers.h"

namespace mirror::internal {
namespace {

using Kind = JsonSetting::Kind;
using Path = std::vector<std::string>;

struct StrimziCluster {
  SettingMap connection;  // bootstrap.servers and other connection keys
  SettingMap worker;      // of the Connect cluster that writes to it
};

class StrimziReader {
 public:
  StrimziReader(const std::vector<JsonSetting>& settings,
                const std::string& file, std::vector<Connector>* connectors,
                ConfigFindings* findings)
      : file_(file), connectors_(*connectors), findings_(*findings) {
    for (const JsonSetting& setting : settings) {
      settings_[setting.path] = &setting;
    }
  }

  void Run() {
    for (const Path& cluster : Elements({"spec", "clusters"})) {
      AddCluster(cluster);
    }
    AddCluster({"spec", "target"});
    const std::vector<Path> mirrors = Elements({"spec", "mirrors"});
    for (const Path& mirror : mirrors) {
      AddCluster(Join(mirror, {"source"}));
      AddMirror(mirror);
    }
    if (mirrors.empty()) {
      findings_.errors.push_back(
          absl::StrCat(file_, ": spec.mirrors: names no mirror"));
    }
  }

 private:
  static Path Join(Path path, const Path& more) {
    path.insert(path.end(), more.begin(), more.end());
    return path;
  }

  // Null unless it is there and of this kind.
  const JsonSetting* Find(const Path& path, Kind kind = Kind::kText) const {
    const auto it = settings_.find(path);
    return it == settings_.end() || it->second->kind != kind ? nullptr
                                                             : it->second;
  }

  std::vector<Path> Elements(const Path& list) const {
    std::vector<Path> elements;
    for (int i = 0; settings_.count(Join(list, {absl::StrCat(i)})) != 0; ++i) {
      elements.push_back(Join(list, {absl::StrCat(i)}));
    }
    return elements;
  }

  // Puts what is written at `path`, if anything, into `map`.
  void Put(const std::string& name, const Path& path, SettingMap* map) const {
    const JsonSetting* written = Find(path);
    if (written == nullptr) return;
    (*map)[name] =
        WrittenValue(name, path.back(), written->text, file_, written->line);
  }

  // All of the object at `path`.
  void PutAll(const Path& path, SettingMap* map) const {
    for (auto it = settings_.lower_bound(path); it != settings_.end(); ++it) {
      const Path& member = it->first;
      if (member.size() < path.size() ||
          !std::equal(path.begin(), path.end(), member.begin())) {
        break;
      }
      if (member.size() == path.size() + 1) Put(member.back(), member, map);
    }
  }

  void AddCluster(const Path& path) {
    const JsonSetting* alias = Find(Join(path, {"alias"}));
    if (alias == nullptr) return;
    for (const char* secured : {"tls", "authentication"}) {
      const JsonSetting* written = Find(Join(path, {secured}), Kind::kObject);
      if (written == nullptr) continue;
      findings_.errors.push_back(absl::StrCat(
          file_, ":", written->line, ": ", secured,
          ": unsupported, since it refers to Kubernetes: in its place write "
          "security.protocol, ssl.* and sasl.* into the `config` of cluster ",
          alias->text));
    }
    StrimziCluster& cluster = clusters_[alias->text];
    for (const char* kind : {"offset", "config", "status"}) {
      const std::string name = absl::StrCat(kind, ".storage.topic");
      // -offsets, -configs, -status
      const char* plural = kind == absl::string_view("status") ? "" : "s";
      cluster.worker[name] = WrittenValue(
          name, name, absl::StrCat("mirrormaker2-cluster-", kind, plural),
          file_, alias->line);
    }
    PutAll(Join(path, {"config"}), &cluster.worker);
    Put("offset.storage.topic", Join(path, {"offsetStorageTopic"}),
        &cluster.worker);
    Put("config.storage.topic", Join(path, {"configStorageTopic"}),
        &cluster.worker);
    Put("status.storage.topic", Join(path, {"statusStorageTopic"}),
        &cluster.worker);
    for (const auto& [name, value] : cluster.worker) {
      if (IsConnectionKey(name)) cluster.connection.emplace(name, value);
    }
    Put("bootstrap.servers", Join(path, {"bootstrapServers"}),
        &cluster.connection);
  }

  // The alias of one side of a mirror, in the older form or in that of v1.
  const JsonSetting* Side(const Path& mirror, bool source) const {
    const JsonSetting* alias =
        Find(Join(mirror, {source ? "sourceCluster" : "targetCluster"}));
    if (alias != nullptr) return alias;
    return Find(source ? Join(mirror, {"source", "alias"})
                       : Path{"spec", "target", "alias"});
  }

  void AddMirror(const Path& mirror) {
    const JsonSetting* source = Side(mirror, true);
    const JsonSetting* target = Side(mirror, false);
    if (source == nullptr || target == nullptr) {
      findings_.errors.push_back(
          absl::StrCat(file_, ":", settings_.at(mirror)->line,
                       ": mirrors: must name sourceCluster and targetCluster"));
      return;
    }
    for (const JsonSetting* alias : {source, target}) {
      if (clusters_.count(alias->text) != 0) continue;
      findings_.errors.push_back(
          absl::StrCat(file_, ":", alias->line, ": ", alias->path.back(),
                       ": names a cluster that is not in spec.clusters"));
      return;
    }
    const std::pair<ConnectorKind, std::string> kMembers[] = {
        {kSourceConnector, "sourceConnector"},
        {kCheckpointConnector, "checkpointConnector"},
        {kHeartbeatConnector, "heartbeatConnector"}};
    for (const auto& [kind, member] : kMembers) {
      const Path path = Join(mirror, {member});
      if (Find(path, Kind::kObject) == nullptr) continue;
      AddConnector(kind, mirror, path, *source, *target);
    }
  }

  void AddConnector(ConnectorKind kind, const Path& mirror, const Path& path,
                    const JsonSetting& source, const JsonSetting& target) {
    Connector connector;
    connector.kind = kind;
    connector.file = file_;
    SettingMap& settings = connector.settings;
    const auto set = [&](const std::string& name, absl::string_view text,
                         const JsonSetting& place) {
      settings[name] = WrittenValue(name, name, text, file_, place.line);
    };
    const JsonSetting& place = *settings_.at(path);
    set("connector.class", ConnectorClass(kind), place);
    set("name",
        absl::StrCat(source.text, "->", target.text, ".", ConnectorClass(kind)),
        place);
    PutSide("source.cluster.", clusters_[source.text], &settings);
    PutSide("target.cluster.", clusters_[target.text], &settings);
    PutAll(Join(path, {"config"}), &settings);
    const std::pair<const char*, const char*> kOfMirror[] = {
        {"topics", "topicsPattern"},
        {"topics.exclude", "topicsExcludePattern"},
        {"groups", "groupsPattern"},
        {"groups.exclude", "groupsExcludePattern"}};
    for (const auto& [name, member] : kOfMirror) {
      Put(name, Join(mirror, {member}), &settings);
    }
    Put("tasks.max", Join(path, {"tasksMax"}), &settings);
    set("source.cluster.alias", source.text, source);
    set("target.cluster.alias", target.text, target);
    connector.worker = clusters_[target.text].worker;
    connectors_.push_back(std::move(connector));
  }

  static void PutSide(const std::string& prefix, const StrimziCluster& cluster,
                      SettingMap* settings) {
    for (const auto& [name, value] : cluster.connection) {
      settings->emplace(prefix + name, value);
    }
  }

  const std::string& file_;
  std::vector<Connector>& connectors_;
  ConfigFindings& findings_;
  std::map<Path, const JsonSetting*> settings_;
  std::map<std::string, StrimziCluster> clusters_;
};

}  // namespace

bool IsStrimziResource(const std::vector<JsonSetting>& settings) {
  for (const JsonSetting& setting : settings) {
    if (setting.path == Path{"kind"} && setting.text == "KafkaMirrorMaker2") {
      return true;
    }
  }
  return false;
}

void ReadStrimziResource(const std::vector<JsonSetting>& settings,
                         const std::string& file,
                         std::vector<Connector>* connectors,
                         ConfigFindings* findings) {
  StrimziReader(settings, file, connectors, findings).Run();
}

}  // namespace mirror::internal
