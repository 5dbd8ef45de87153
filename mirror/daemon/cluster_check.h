// SPDX-License-Identifier: Apache-2.0
//
// mirror_maker --check: whether the clusters of a flow answer, who they are,
// and what the flow would copy.

#ifndef MIRROR_DAEMON_CLUSTER_CHECK_H_
#define MIRROR_DAEMON_CLUSTER_CHECK_H_

#include "mirror/flow.h"
#include "mirror/runtime/log.h"

namespace mirror::internal {

// Asks both clusters of `flow` and logs a line for each to `log`. Returns
// whether the flow could run. Blocks until they have answered, or failed to.
// `flow` has its topics and policy set, and may have its clusters.
bool CheckFlowClusters(const Flow& flow, const Logger& log);

}  // namespace mirror::internal

#endif  // MIRROR_DAEMON_CLUSTER_CHECK_H_
