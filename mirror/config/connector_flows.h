// SPDX-License-Identifier: Apache-2.0
//
// Connectors as the mm2.properties that says the same. The source, checkpoint
// and heartbeat connectors of one pair of aliases are one flow.
//
//   SettingMap properties = MergeConnectors(connectors, &findings);
//   properties["A->B.topics"];  // `topics` of the source connector of A->B

#ifndef MIRROR_CONFIG_CONNECTOR_FLOWS_H_
#define MIRROR_CONFIG_CONNECTOR_FLOWS_H_

#include <string>
#include <vector>

#include "mirror/config/config_check.h"
#include "mirror/config/connector.h"
#include "mirror/java/config_value.h"

namespace mirror::internal {

// The properties by their full names in mm2.properties; each value keeps the
// name and the place that it has in its file. Adds to `findings` what only
// connectors can have wrong: they contradict each other, or do not say where
// the progress is. Of connectors with mistakes the properties are good for
// finding more of them only.
SettingMap MergeConnectors(const std::vector<Connector>& connectors,
                           ConfigFindings* findings);

// The text of mm2.properties. Secrets are hidden, but ${...} is shown.
std::string PrintProperties(const SettingMap& properties);

}  // namespace mirror::internal

#endif  // MIRROR_CONFIG_CONNECTOR_FLOWS_H_
