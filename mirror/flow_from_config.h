// SPDX-License-Identifier: Apache-2.0
//
// From a flow of an mm2.properties file to a Flow of the engine, for hosts that
// keep MM2's files: examples/mirror_maker is one.
//
//   auto config = MirrorMakerConfig::Load("mm2.properties",
//                                         ConfigSources::System());
//   std::vector<Flow> flows;
//   for (const FlowConfig& flow : config->flows()) {
//     flows.push_back(FlowFromConfig(flow).value());
//   }

#ifndef MIRROR_FLOW_FROM_CONFIG_H_
#define MIRROR_FLOW_FROM_CONFIG_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "mirror/config/flow_config.h"
#include "mirror/flow.h"

namespace mirror {

// Connects to no cluster. InvalidArgument, naming file, line and property where
// there are any: the flow asks for what this version cannot do (exactly-once),
// or for names that its replication policy cannot read back.
absl::StatusOr<Flow> FlowFromConfig(const FlowConfig& config);

// What `config` asks for and FlowFromConfig() ignores or changes, a sentence
// each. Show them: nothing else reports it.
std::vector<std::string> LeftOutOfFlow(const FlowConfig& config);

}  // namespace mirror

#endif  // MIRROR_FLOW_FROM_CONFIG_H_
