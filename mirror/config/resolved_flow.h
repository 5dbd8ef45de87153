// SPDX-License-Identifier: Apache-2.0
//
// One flow S->T of a file: what the engine gets, and where each value was
// written, for messages and for PrintFlows().

#ifndef MIRROR_CONFIG_RESOLVED_FLOW_H_
#define MIRROR_CONFIG_RESOLVED_FLOW_H_

#include <string>
#include <utility>
#include <vector>

#include "mirror/flow.h"
#include "mirror/java/config_value.h"

namespace mirror::internal {

// One client's settings, in both languages.
struct ClientConfig {
  SettingMap java;        // as MM2 would give them to the Java client
  SettingMap librdkafka;  // translated
};

struct FlowClients {
  ClientConfig source_consumer;
  ClientConfig target_consumer;  // checkpoints, offset syncs on the target
  ClientConfig source_admin;
  ClientConfig target_admin;
  ClientConfig data_producer;  // also checkpoints, heartbeats, progress
  ClientConfig offset_syncs_producer;
};

// Of a file with mistakes it is good for finding more of them only.
struct ResolvedFlow {
  Flow flow;
  FlowClients clients;
  // Every property of the table with the value in force: (name, value).
  std::vector<std::pair<std::string, ConfigValue>> effective;
};

}  // namespace mirror::internal

#endif  // MIRROR_CONFIG_RESOLVED_FLOW_H_
