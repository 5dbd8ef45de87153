// SPDX-License-Identifier: Apache-2.0

#include "mirror/config/client_layers.h"

#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "mirror/config/property_table.h"

namespace mirror::internal {
namespace {

constexpr absl::string_view kRoles[] = {"producer.", "consumer.", "admin."};

// Adds what is not there yet.
void Default(const SettingMap& from, SettingMap* to) {
  to->insert(from.begin(), from.end());
}

// Adds, overriding what is there.
void Override(const SettingMap& from, SettingMap* to) {
  for (const auto& [name, value] : from) (*to)[name] = value;
}

SettingMap ConnectionKeys(const SettingMap& map) {
  SettingMap result;
  for (const auto& [name, value] : map) {
    if (IsConnectionKey(name)) result.emplace(name, value);
  }
  return result;
}

// The settings below `prefix`, which ends in a role. MM2's own
// consumer.poll.timeout.ms and admin.timeout.ms look like client settings; to
// Java they are a warning, to librdkafka an error. producer.override.NAME is
// for the data's producer, as NAME.
SettingMap ClientSettings(const SettingMap& map, const std::string& prefix) {
  SettingMap result = StripPrefix(map, prefix);
  for (const absl::string_view role : kRoles) {
    if (!absl::EndsWith(prefix, role)) continue;
    for (auto it = result.begin(); it != result.end();) {
      const bool is_no_setting =
          FindProperty(absl::StrCat(role, it->first)) != nullptr ||
          absl::StartsWith(it->first, "override.");
      it = is_no_setting ? result.erase(it) : std::next(it);
    }
  }
  return result;
}

// MM2 files the properties of a cluster as `source.consumer.k` if they are for
// one kind of client, as `source.cluster.k` otherwise.
void FileClusterProperties(const SettingMap& cluster, absl::string_view side,
                           SettingMap* connector) {
  for (const auto& [name, value] : cluster) {
    const bool for_client = absl::StartsWith(name, "consumer") ||
                            absl::StartsWith(name, "producer") ||
                            absl::StartsWith(name, "admin");
    (*connector)[absl::StrCat(side, for_client ? "." : ".cluster.", name)] =
        value;
  }
}

SettingMap ConnectorClient(const SettingMap& connector, const std::string& side,
                           const std::string& role) {
  SettingMap result =
      ConnectionKeys(StripPrefix(connector, absl::StrCat(side, ".cluster.")));
  Override(ClientSettings(connector, role), &result);
  Override(ClientSettings(connector, absl::StrCat(side, ".", role)), &result);
  return result;
}

// The worker's producer, not the connector's, writes the data.
SettingMap DataProducer(const SettingMap& target, const SettingMap& connector) {
  SettingMap result = ClientSettings(target, "producer.");
  Override(StripPrefix(connector, "producer.override."), &result);
  return result;
}

}  // namespace

bool IsConnectionKey(absl::string_view name) {
  return name == "bootstrap.servers" || name == "security.protocol" ||
         name == "security.providers" || absl::StartsWith(name, "ssl.") ||
         absl::StartsWith(name, "sasl.") ||
         absl::StartsWith(name, "librdkafka.");
}

SettingMap ClusterProperties(const ConfigFile& file, const std::string& alias) {
  SettingMap cluster = file.Stripped(absl::StrCat(alias, "."));
  const auto spread = [&cluster](const SettingMap& keys) {
    for (const absl::string_view role : kRoles) {
      for (const auto& [name, value] : keys) {
        cluster.emplace(absl::StrCat(role, name), value);
      }
    }
  };
  spread(ConnectionKeys(cluster));
  const SettingMap top = ConnectionKeys(file.values());
  spread(top);
  Default(top, &cluster);
  return cluster;
}

SettingMap ConnectorSettings(const ConfigFile& file, const std::string& source,
                             const std::string& target) {
  SettingMap connector;
  FileClusterProperties(ClusterProperties(file, source), "source", &connector);
  FileClusterProperties(ClusterProperties(file, target), "target", &connector);
  Override(file.Stripped(absl::StrCat(source, "->", target, ".")), &connector);
  return connector;
}

FlowClients LayerClientSettings(const ConfigFile& file,
                                const std::string& source,
                                const std::string& target,
                                ClusterSide offset_syncs_location) {
  const SettingMap connector = ConnectorSettings(file, source, target);
  FlowClients clients;
  clients.source_consumer.java =
      ConnectorClient(connector, "source", "consumer.");
  clients.target_consumer.java =
      ConnectorClient(connector, "target", "consumer.");
  clients.source_admin.java = ConnectorClient(connector, "source", "admin.");
  clients.target_admin.java = ConnectorClient(connector, "target", "admin.");
  clients.offset_syncs_producer.java = ConnectorClient(
      connector,
      offset_syncs_location == ClusterSide::kSource ? "source" : "target",
      "producer.");
  clients.data_producer.java =
      DataProducer(ClusterProperties(file, target), connector);

  for (ClientConfig* consumer :
       {&clients.source_consumer, &clients.target_consumer}) {
    consumer->java.emplace(
        "isolation.level",
        ConfigValue::Default("isolation.level", "read_committed"));
  }
  return clients;
}

}  // namespace mirror::internal
