// SPDX-License-Identifier: Apache-2.0
//
// The settings of topics by DescribeConfigs and IncrementalAlterConfigs, a
// bounded number of topics per request.

#ifndef MIRROR_KAFKA_KAFKA_TOPIC_CONFIGS_H_
#define MIRROR_KAFKA_KAFKA_TOPIC_CONFIGS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "mirror/cluster/topic_config.h"
#include "mirror/kafka/admin_client.h"

namespace mirror::internal {

// Both as ClusterAdmin's calls. A request without an answer ends the call: the
// topics that are left get its error, as each would take as long to fail.
std::vector<absl::StatusOr<std::vector<TopicConfig>>> DescribeConfigsOfTopics(
    AdminClient* client, absl::Span<const std::string> topics);
std::vector<absl::Status> AlterConfigsOfTopics(
    AdminClient* client, absl::Span<const TopicConfigOps> topics);

}  // namespace mirror::internal

#endif  // MIRROR_KAFKA_KAFKA_TOPIC_CONFIGS_H_
