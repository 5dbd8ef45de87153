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
#include "mirror/config/flow_config.h"
#include "mirror/java/config_value.h"

namespace mirror {

// bootstrap.servers, security.protocol, ssl.*, sasl.*, and librdkafka.*, which
// is ours: what reaches every client of a cluster.
bool IsConnectionKey(absl::string_view name);

// The properties of one cluster: `X.*` without the alias, with the connection
// keys spread to its clients and defaulted from the top level.
SettingMap ClusterProperties(const ConfigFile& file, const std::string& alias);

// Fills the `java` half of every ClientConfig of `flow`, whose aliases and
// offset_syncs_location must be set. Consumers read committed by default.
void LayerClientSettings(const ConfigFile& file, FlowConfig* flow);

}  // namespace mirror

#endif  // MIRROR_CONFIG_CLIENT_LAYERS_H_
