// SPDX-License-Identifier: Apache-2.0
//
// A real Kafka cluster behind the ports, through librdkafka.
//
//   KafkaClusterOptions options;
//   options.alias = "primary";
//   options.properties = {{"bootstrap.servers", "a:9092"}};
//   auto cluster = KafkaCluster::Create(std::move(options));

#ifndef MIRROR_KAFKA_KAFKA_CLUSTER_H_
#define MIRROR_KAFKA_KAFKA_CLUSTER_H_

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mirror/cluster/cluster.h"
#include "mirror/flow_options.h"
#include "mirror/runtime/log.h"

namespace mirror {
namespace internal {
class SharedClients;
}  // namespace internal

struct KafkaClusterOptions {
  // The cluster's name in flows, topics and messages.
  std::string alias;
  // librdkafka settings of all clients; bootstrap.servers must be there.
  std::map<std::string, std::string> properties;
  // Settings that replace those above for the readers, the writers and the
  // admin clients.
  std::map<std::string, std::string> consumer;
  std::map<std::string, std::string> producer;
  std::map<std::string, std::string> admin;
  // Asked for secrets as they are now; see there. May be null.
  CredentialSource credentials;
  // How long a call of the admin clients waits for an answer.
  absl::Duration request_timeout = absl::Seconds(30);
  // Receives what librdkafka logs.
  Logger log;
};

// Thread safety, lifetime and errors: as Cluster.
class KafkaCluster final : public Cluster {
 public:
  // Checks all settings and contacts no cluster. InvalidArgument, naming
  // cluster and setting; no message shows a secret.
  static absl::StatusOr<std::unique_ptr<KafkaCluster>> Create(
      KafkaClusterOptions options);
  ~KafkaCluster() override;

  const std::string& alias() const override { return options_.alias; }
  absl::StatusOr<std::unique_ptr<RecordSource>> NewSource(
      const SourceOptions& options) override;
  absl::StatusOr<std::unique_ptr<RecordSink>> NewSink(
      const SinkOptions& options) override;
  absl::StatusOr<std::unique_ptr<GroupMembership>> NewMembership(
      const MembershipOptions& options) override;
  absl::StatusOr<std::unique_ptr<TransactionalSink>> NewTransactionalSink(
      const TransactionalSinkOptions& options) override;
  absl::StatusOr<std::unique_ptr<ClusterAdmin>> NewAdmin(
      const std::string& client_id) override;
  absl::StatusOr<std::unique_ptr<GroupAdmin>> NewGroupAdmin(
      const std::string& client_id) override;
  absl::StatusOr<std::unique_ptr<AclAdmin>> NewAclAdmin(
      const std::string& client_id) override;

 private:
  explicit KafkaCluster(KafkaClusterOptions options);

  const KafkaClusterOptions options_;
  // Of the admin clients.
  const std::unique_ptr<internal::SharedClients> clients_;
};

}  // namespace mirror

#endif  // MIRROR_KAFKA_KAFKA_CLUSTER_H_
