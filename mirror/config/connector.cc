// SPDX-License-Identifier: Apache-2.0

#include "mirror/config/connector.h"

namespace mirror::internal {

absl::string_view ConnectorClass(ConnectorKind kind) {
  switch (kind) {
    case kCheckpointConnector:
      return "MirrorCheckpointConnector";
    case kHeartbeatConnector:
      return "MirrorHeartbeatConnector";
    case kSourceConnector:
      break;
  }
  return "MirrorSourceConnector";
}

const ConfigValue* Connector::Find(const std::string& name) const {
  const auto it = settings.find(name);
  return it == settings.end() ? nullptr : &it->second;
}

ConfigValue WrittenValue(absl::string_view name, absl::string_view property,
                         absl::string_view text, const std::string& file,
                         int line) {
  ConfigValue value;
  value.text = std::string(text);
  value.shown = IsSecret(name) ? std::string(kHiddenSecret) : value.text;
  value.property = std::string(property);
  value.file = file;
  value.line = line;
  return value;
}

}  // namespace mirror::internal
