// SPDX-License-Identifier: Apache-2.0

#include "mirror/config/flow_clients.h"

#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "mirror/flow_options.h"
#include "mirror/java/java_client_settings.h"

namespace mirror::internal {
namespace {

std::map<std::string, std::string> Texts(const SettingMap& settings) {
  std::map<std::string, std::string> texts;
  for (const auto& [name, value] : settings) texts.emplace(name, value.text);
  return texts;
}

void Append(const std::vector<std::string>& more,
            std::vector<std::string>* list) {
  list->insert(list->end(), more.begin(), more.end());
}

bool IsCredential(const std::string& name) {
  return absl::StartsWith(name, "sasl.") || absl::StartsWith(name, "ssl.");
}

// The settings of one kind of client on one side.
const ClientConfig& ClientOf(const FlowClients& clients, ClusterSide side,
                             ClientKind kind) {
  const bool source = side == ClusterSide::kSource;
  switch (kind) {
    case ClientKind::kConsumer:
      return source ? clients.source_consumer : clients.target_consumer;
    case ClientKind::kProducer:
      return source ? clients.offset_syncs_producer : clients.data_producer;
    case ClientKind::kAdmin:
      break;
  }
  return source ? clients.source_admin : clients.target_admin;
}

CredentialSource CredentialsOf(const ClientsReader& read, ClusterSide side) {
  return [read, side](ClientKind kind)
             -> absl::StatusOr<std::map<std::string, std::string>> {
    const auto clients = read();
    if (!clients.ok()) return clients.status();
    std::map<std::string, std::string> credentials;
    for (const auto& [name, value] :
         ClientOf(*clients, side, kind).librdkafka) {
      if (IsCredential(name)) credentials.emplace(name, value.text);
    }
    return credentials;
  };
}

}  // namespace

void TranslateClients(const ConfigSources& sources, FlowClients* clients,
                      ConfigFindings* findings) {
  const std::pair<JavaClient, ClientConfig*> all[] = {
      {JavaClient::kConsumer, &clients->source_consumer},
      {JavaClient::kConsumer, &clients->target_consumer},
      {JavaClient::kAdmin, &clients->source_admin},
      {JavaClient::kAdmin, &clients->target_admin},
      {JavaClient::kProducer, &clients->data_producer},
      {JavaClient::kProducer, &clients->offset_syncs_producer}};
  for (const auto& [role, client] : all) {
    TranslatedSettings translated =
        TranslateJavaClientSettings(role, client->java, sources);
    client->librdkafka = std::move(translated.librdkafka);
    Append(translated.errors, &findings->errors);
    Append(translated.warnings, &findings->warnings);
    Append(translated.notes, &findings->notes);
  }
}

void SetClients(const FlowClients& clients, Flow* flow) {
  flow->source.consumer_properties = Texts(clients.source_consumer.librdkafka);
  flow->source.admin_properties = Texts(clients.source_admin.librdkafka);
  flow->target.consumer_properties = Texts(clients.target_consumer.librdkafka);
  flow->target.producer_properties = Texts(clients.data_producer.librdkafka);
  flow->target.admin_properties = Texts(clients.target_admin.librdkafka);
  // On the target the data's producer writes the offset syncs too.
  if (flow->offset_syncs.location == ClusterSide::kSource) {
    flow->source.producer_properties =
        Texts(clients.offset_syncs_producer.librdkafka);
  }
  // What kinds of client are not named above still need an address.
  for (FlowCluster* side : {&flow->source, &flow->target}) {
    const auto servers = side->admin_properties.find("bootstrap.servers");
    if (servers != side->admin_properties.end()) {
      side->properties.insert(*servers);
    }
  }
  const auto isolation =
      flow->source.consumer_properties.find("isolation.level");
  if (isolation != flow->source.consumer_properties.end()) {
    flow->read_committed = isolation->second != "read_uncommitted";
  }
  const auto reset = clients.source_consumer.java.find("auto.offset.reset");
  if (reset != clients.source_consumer.java.end() &&
      absl::EqualsIgnoreCase(absl::StripAsciiWhitespace(reset->second.text),
                             "latest")) {
    flow->start_at = StartAt::kLatest;
  }
}

void SetCredentials(const ClientsReader& read, Flow* flow) {
  flow->source.credentials = CredentialsOf(read, ClusterSide::kSource);
  flow->target.credentials = CredentialsOf(read, ClusterSide::kTarget);
}

std::vector<std::string> IdleSettings(const FlowClients& clients,
                                      ClusterSide offset_syncs_location) {
  std::vector<std::string> names;
  if (offset_syncs_location == ClusterSide::kSource) return names;
  const auto data = Texts(clients.data_producer.librdkafka);
  for (const auto& setting : Texts(clients.offset_syncs_producer.librdkafka)) {
    const auto same = data.find(setting.first);
    if (same == data.end() || *same != setting) names.push_back(setting.first);
  }
  return names;
}

}  // namespace mirror::internal
