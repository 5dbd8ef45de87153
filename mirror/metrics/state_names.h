// SPDX-License-Identifier: Apache-2.0
//
// States as label values: PARTITION_BACKING_OFF is "backing_off".

#ifndef MIRROR_METRICS_STATE_NAMES_H_
#define MIRROR_METRICS_STATE_NAMES_H_

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "mirror/telemetry/status.pb.h"

namespace mirror::internal {

inline std::string StateLabel(const std::string& name,
                              absl::string_view prefix) {
  return absl::AsciiStrToLower(absl::StripPrefix(name, prefix));
}

inline std::string StateName(FlowState state) {
  return StateLabel(FlowState_Name(state), "FLOW_");
}
inline std::string StateName(Health health) {
  return StateLabel(Health_Name(health), "HEALTH_");
}
inline std::string StateName(PartitionState state) {
  return StateLabel(PartitionState_Name(state), "PARTITION_");
}
inline std::string StateName(GroupSyncState state) {
  return StateLabel(GroupSyncState_Name(state), "GROUP_");
}
inline std::string ProblemName(PartitionProblem problem) {
  return StateLabel(PartitionProblem_Name(problem), "PROBLEM_");
}

}  // namespace mirror::internal

#endif  // MIRROR_METRICS_STATE_NAMES_H_
