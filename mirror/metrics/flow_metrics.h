// SPDX-License-Identifier: Apache-2.0
//
// The families that are per flow: its state, heartbeats, checkpoints, group
// offsets, topic configs and ACLs.

#ifndef MIRROR_METRICS_FLOW_METRICS_H_
#define MIRROR_METRICS_FLOW_METRICS_H_

#include "mirror/metrics/snapshot_builder.h"
#include "mirror/telemetry/status.pb.h"

namespace mirror::internal {

// With a series per group if `groups`. Of what the flow does not do, nothing.
void AddFlowMetrics(const FlowStatus& flow, bool groups,
                    SnapshotBuilder* builder);

}  // namespace mirror::internal

#endif  // MIRROR_METRICS_FLOW_METRICS_H_
