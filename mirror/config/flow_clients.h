// SPDX-License-Identifier: Apache-2.0
//
// From the Java settings of a flow's clients to those of its two FlowClusters.

#ifndef MIRROR_CONFIG_FLOW_CLIENTS_H_
#define MIRROR_CONFIG_FLOW_CLIENTS_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "mirror/config/config_check.h"
#include "mirror/config/resolved_flow.h"
#include "mirror/flow.h"
#include "mirror/flow_options.h"
#include "mirror/java/config_sources.h"

namespace mirror::internal {

// Fills the `librdkafka` half of every client. Key stores are read through
// `sources`.
void TranslateClients(const ConfigSources& sources, FlowClients* clients,
                      ConfigFindings* findings);

// Sets the properties of both clusters of `flow`, and what else of a flow is
// written as a setting of a client: `read_committed` and `start_at`.
// flow->offset_syncs must be set.
void SetClients(const FlowClients& clients, Flow* flow);

// The clients' settings as the file and its ${...} say now, or why they cannot
// be read. Thread-safe; reads files.
using ClientsReader = std::function<absl::StatusOr<FlowClients>()>;

// Gives both clusters of `flow` credentials that are read again when they are
// asked for.
void SetCredentials(const ClientsReader& read, Flow* flow);

// Settings of the offset syncs' producer without effect, by name.
std::vector<std::string> IdleSettings(const FlowClients& clients,
                                      ClusterSide offset_syncs_location);

}  // namespace mirror::internal

#endif  // MIRROR_CONFIG_FLOW_CLIENTS_H_
