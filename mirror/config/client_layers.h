// SPDX-License-Identifier: Apache-2.0
//
// Which Java client settings each client of a flow gets, with MirrorMaker 2's
// precedence exactly: top-level security settings are defaults for all
// clusters, X.producer.k beats X.k, S.consumer.k beats S->T.consumer.k, and so
// on. docs/configuration.md has the table.

#ifndef MIRROR_CONFIG_CLIENT_LAYERS_H_
#define MIRROR_CONFIG_CLIENT_LAYERS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "mirror/config/config_file.h"
#include "mirror/config/resolved_flow.h"
#include "mirror/flow_options.h"
#include "mirror/java/config_value.h"

namespace mirror::internal {

// bootstrap.servers, security.protocol, ssl.*, sasl.*, and librdkafka.*, which
// is ours: what reaches every client of a cluster.
bool IsConnectionKey(absl::string_view name);

// The properties of one cluster: `X.*` without the alias, with the connection
// keys spread to its clients and defaulted from the top level.
SettingMap ClusterProperties(const ConfigFile& file, const std::string& alias);

// What MM2 gives to the connectors of the flow S->T about clients and for S->T
// alone: the properties of S as source.cluster.NAME, source.consumer.NAME and
// so on, those of T as target.*, and S->T.NAME as NAME.
SettingMap ConnectorSettings(const ConfigFile& file, const std::string& source,
                             const std::string& target);

// The `java` half of every client of the flow between two clusters, by their
// names in `clusters`. Consumers read committed by default.
FlowClients LayerClientSettings(const ConfigFile& file,
                                const std::string& source,
                                const std::string& target,
                                ClusterSide offset_syncs_location);

}  // namespace mirror::internal

#endif  // MIRROR_CONFIG_CLIENT_LAYERS_H_
