// SPDX-License-Identifier: Apache-2.0
//
// One number per flow for dashboards and one word for alarms: the sums over its
// partitions, and whether all is well. MM2 leaves both to its JMX consumers.
//
//   runner->FillStatus(flow);
//   FillTotals(flow);
//   FillHealth(&engine_status);

#ifndef MIRROR_TELEMETRY_HEALTH_H_
#define MIRROR_TELEMETRY_HEALTH_H_

#include "mirror/telemetry/status.pb.h"

namespace mirror::internal {

// How far a state is from running: the greater, the worse.
int StateSeverity(PartitionState state);

// Fills `totals` from what the status says of the partitions.
void FillTotals(FlowStatus* flow);

// Fills `health` and `health_reasons` of the engine and of its flows, whose
// totals are filled.
void FillHealth(EngineStatus* engine);

}  // namespace mirror::internal

#endif  // MIRROR_TELEMETRY_HEALTH_H_
