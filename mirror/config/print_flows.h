// SPDX-License-Identifier: Apache-2.0
//
// The configuration in force, for people: MirrorMakerConfig::printed().

#ifndef MIRROR_CONFIG_PRINT_FLOWS_H_
#define MIRROR_CONFIG_PRINT_FLOWS_H_

#include <string>
#include <vector>

#include "mirror/config/resolved_flow.h"

namespace mirror::internal {

// Every property of every flow, where it comes from, and the clients' settings
// in librdkafka's terms. Shows no secret.
std::string PrintFlows(const std::vector<std::string>& clusters,
                       const std::vector<ResolvedFlow>& flows);

}  // namespace mirror::internal

#endif  // MIRROR_CONFIG_PRINT_FLOWS_H_
