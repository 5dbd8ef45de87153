// SPDX-License-Identifier: Apache-2.0
//
// A flow's status in one line, for logs:
//
//   12 partitions, 1 suspended; 1234567 records copied, 20000/s; lag 42

#ifndef MIRROR_DAEMON_FLOW_SUMMARY_H_
#define MIRROR_DAEMON_FLOW_SUMMARY_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "mirror/telemetry/status.pb.h"

namespace mirror::internal {

// `records_before` is what the flow's totals().records() was `elapsed` ago.
std::string SummarizeFlow(const FlowStatus& flow, int64_t records_before,
                          absl::Duration elapsed);

}  // namespace mirror::internal

#endif  // MIRROR_DAEMON_FLOW_SUMMARY_H_
