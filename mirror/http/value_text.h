// SPDX-License-Identifier: Apache-2.0
//
// Figures and states of a status as people read them.

#ifndef MIRROR_HTTP_VALUE_TEXT_H_
#define MIRROR_HTTP_VALUE_TEXT_H_

#include <cstdint>
#include <string>

#include "mirror/telemetry/status.pb.h"

namespace mirror::internal {

std::string FormatMs(int64_t milliseconds);  // "0.4 s", "3 m 20 s", "2 d 5 h"
std::string FormatRate(double per_second);   // "0.4/s", "20,000/s"

// "stopped: source gap".
std::string StateText(PartitionState state, PartitionProblem problem);

}  // namespace mirror::internal

#endif  // MIRROR_HTTP_VALUE_TEXT_H_
