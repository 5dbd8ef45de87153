// SPDX-License-Identifier: Apache-2.0

#include "mirror/kafka/kafka_cluster.h"

#include <utility>

#include "absl/memory/memory.h"
#include "mirror/kafka/client.h"
#include "mirror/kafka/client_config.h"
#include "mirror/kafka/kafka_acl_admin.h"
#include "mirror/kafka/kafka_cluster_admin.h"
#include "mirror/kafka/kafka_group_admin.h"
#include "mirror/kafka/kafka_group_membership.h"
#include "mirror/kafka/kafka_record_sink.h"
#include "mirror/kafka/kafka_record_source.h"
#include "mirror/kafka/kafka_transactional_sink.h"
#include "mirror/kafka/shared_client.h"

namespace mirror {
namespace {

using internal::ClientRole;
using internal::ClientSettings;

// Of whom the settings for consumers hold.
bool IsReader(ClientRole role) {
  return role == ClientRole::kConsumer || role == ClientRole::kMember;
}

internal::ClientSettings SettingsFor(internal::ClientRole role,
                                     const KafkaClusterOptions& options) {
  const auto& special = IsReader(role) ? options.consumer
                        : role == internal::ClientRole::kProducer
                            ? options.producer
                            : options.admin;
  auto properties = special;
  properties.insert(options.properties.begin(), options.properties.end());
  internal::ClientSettings settings{options.alias, std::move(properties),
                                    options.request_timeout, options.log,
                                    nullptr};
  if (options.credentials != nullptr) {
    const ClientKind kind = IsReader(role) ? ClientKind::kConsumer
                            : role == internal::ClientRole::kProducer
                                ? ClientKind::kProducer
                                : ClientKind::kAdmin;
    settings.read_credentials = [read = options.credentials, kind] {
      return read(kind);
    };
  }
  return settings;
}

}  // namespace

absl::StatusOr<std::unique_ptr<KafkaCluster>> KafkaCluster::Create(
    KafkaClusterOptions options) {
  for (const internal::ClientRole role :
       {internal::ClientRole::kConsumer, internal::ClientRole::kProducer,
        internal::ClientRole::kAdmin}) {
    absl::StatusOr<internal::ConfPtr> conf = internal::NewClientConf(
        role, options.alias, SettingsFor(role, options).properties, {});
    if (!conf.ok()) return conf.status();
  }
  return absl::WrapUnique(new KafkaCluster(std::move(options)));
}

KafkaCluster::KafkaCluster(KafkaClusterOptions options)
    : options_(std::move(options)),
      clients_(std::make_unique<internal::SharedClients>()) {}

KafkaCluster::~KafkaCluster() = default;

absl::StatusOr<std::unique_ptr<RecordSource>> KafkaCluster::NewSource(
    const SourceOptions& options) {
  return internal::KafkaRecordSource::Create(
      SettingsFor(internal::ClientRole::kConsumer, options_), options);
}

absl::StatusOr<std::unique_ptr<RecordSink>> KafkaCluster::NewSink(
    const SinkOptions& options) {
  return internal::KafkaRecordSink::Create(
      SettingsFor(internal::ClientRole::kProducer, options_), options);
}

absl::StatusOr<std::unique_ptr<GroupMembership>> KafkaCluster::NewMembership(
    const MembershipOptions& options) {
  return internal::KafkaGroupMembership::Create(
      SettingsFor(internal::ClientRole::kMember, options_), options);
}

absl::StatusOr<std::unique_ptr<TransactionalSink>>
KafkaCluster::NewTransactionalSink(const TransactionalSinkOptions& options) {
  return internal::KafkaTransactionalSink::Create(
      SettingsFor(internal::ClientRole::kProducer, options_), options);
}

absl::StatusOr<std::unique_ptr<ClusterAdmin>> KafkaCluster::NewAdmin(
    const std::string& client_id) {
  auto client = clients_->Get(
      ClientRole::kAdmin, SettingsFor(ClientRole::kAdmin, options_), client_id);
  if (!client.ok()) return client.status();
  return std::make_unique<internal::KafkaClusterAdmin>(*std::move(client));
}

absl::StatusOr<std::unique_ptr<GroupAdmin>> KafkaCluster::NewGroupAdmin(
    const std::string& client_id) {
  auto client =
      clients_->Get(ClientRole::kGroupAdmin,
                    SettingsFor(ClientRole::kGroupAdmin, options_), client_id);
  if (!client.ok()) return client.status();
  return std::make_unique<internal::KafkaGroupAdmin>(*std::move(client));
}

absl::StatusOr<std::unique_ptr<AclAdmin>> KafkaCluster::NewAclAdmin(
    const std::string& client_id) {
  auto client = clients_->Get(
      ClientRole::kAdmin, SettingsFor(ClientRole::kAdmin, options_), client_id);
  if (!client.ok()) return client.status();
  return std::make_unique<internal::KafkaAclAdmin>(*std::move(client));
}

}  // namespace mirror
