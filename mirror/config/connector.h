// SPDX-License-Identifier: Apache-2.0
//
// One of MM2's connectors as Kafka Connect gets it: a map of settings. MM2's
// MirrorConnectorConfig.

#ifndef MIRROR_CONFIG_CONNECTOR_H_
#define MIRROR_CONFIG_CONNECTOR_H_

#include <string>

#include "absl/strings/string_view.h"
#include "mirror/java/config_value.h"

namespace mirror::internal {

// Bits, so that sets of them can be named.
enum ConnectorKind : unsigned {
  kSourceConnector = 1,
  kCheckpointConnector = 2,
  kHeartbeatConnector = 4,
};
inline constexpr ConnectorKind kConnectorKinds[] = {
    kSourceConnector, kCheckpointConnector, kHeartbeatConnector};

// "MirrorSourceConnector" and so on.
absl::string_view ConnectorClass(ConnectorKind kind);

// A value type; thread-compatible.
struct Connector {
  ConnectorKind kind = kSourceConnector;
  std::string file;
  // As written, with their places and ${...}. `connector.class` is among them.
  SettingMap settings;
  // The same of the Connect worker that runs it; empty: not known.
  SettingMap worker;

  // The setting of this name, or null.
  const ConfigValue* Find(const std::string& name) const;
};

// A value as it is written, hidden in messages if `name` is that of a secret.
// `property`: its name in messages.
ConfigValue WrittenValue(absl::string_view name, absl::string_view property,
                         absl::string_view text, const std::string& file,
                         int line);

}  // namespace mirror::internal

#endif  // MIRROR_CONFIG_CONNECTOR_H_
