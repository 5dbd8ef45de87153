// SPDX-License-Identifier: Apache-2.0
//
// The families of Connect's workers and tasks that dashboards and alerts for
// MM2 read, with names and labels as Strimzi's rules for the JMX exporter give
// them. A connector is called S->T.MirrorSourceConnector, a task is a worker
// of the flow (a pair of clients).

#ifndef MIRROR_METRICS_CONNECT_METRICS_H_
#define MIRROR_METRICS_CONNECT_METRICS_H_

#include "mirror/metrics/metrics_snapshot.h"
#include "mirror/metrics/snapshot_builder.h"
#include "mirror/telemetry/status.pb.h"

namespace mirror::internal {

// The lag of each partition is only at MetricsLevel::kPartition.
void AddConnectMetrics(const EngineStatus& status, MetricsLevel level,
                       SnapshotBuilder* builder);

}  // namespace mirror::internal

#endif  // MIRROR_METRICS_CONNECT_METRICS_H_
