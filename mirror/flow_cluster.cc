// SPDX-License-Identifier: Apache-2.0

#include "mirror/flow_cluster.h"

#include <utility>

#include "mirror/kafka/kafka_cluster.h"

namespace mirror::internal {

absl::StatusOr<std::shared_ptr<Cluster>> ConnectFlowCluster(
    const FlowCluster& side, const Logger& log) {
  if (side.cluster != nullptr) return side.cluster;
  KafkaClusterOptions options;
  options.alias = side.alias;
  options.properties = side.properties;
  options.consumer = side.consumer_properties;
  options.producer = side.producer_properties;
  options.admin = side.admin_properties;
  options.credentials = side.credentials;
  options.log = log;
  auto cluster = KafkaCluster::Create(std::move(options));
  if (!cluster.ok()) return cluster.status();
  return std::shared_ptr<Cluster>(*std::move(cluster));
}

}  // namespace mirror::internal
