// SPDX-License-Identifier: Apache-2.0
//
// From one side of a Flow to the cluster that it names.

#ifndef MIRROR_FLOW_CLUSTER_H_
#define MIRROR_FLOW_CLUSTER_H_

#include <memory>

#include "absl/status/statusor.h"
#include "mirror/cluster/cluster.h"
#include "mirror/flow.h"
#include "mirror/runtime/log.h"

namespace mirror::internal {

// The side's own cluster if it has one, else a real one of its settings.
// Contacts no cluster. Errors: as KafkaCluster::Create.
absl::StatusOr<std::shared_ptr<Cluster>> ConnectFlowCluster(
    const FlowCluster& side, const Logger& log);

}  // namespace mirror::internal

#endif  // MIRROR_FLOW_CLUSTER_H_
