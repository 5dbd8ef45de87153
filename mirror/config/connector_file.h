// SPDX-License-Identifier: Apache-2.0
//
// The files by which MM2's three connectors are given to Kafka Connect: the
// bodies of PUT /connectors/NAME/config and POST /connectors, and Strimzi's
// KafkaMirrorMaker2 resource in JSON.

#ifndef MIRROR_CONFIG_CONNECTOR_FILE_H_
#define MIRROR_CONFIG_CONNECTOR_FILE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "mirror/config/config_check.h"
#include "mirror/config/connector.h"

namespace mirror::internal {

// Adds the connectors of a file, and what is wrong with it.
void ReadConnectorFile(absl::string_view text, const std::string& file,
                       std::vector<Connector>* connectors,
                       ConfigFindings* findings);

}  // namespace mirror::internal

#endif  // MIRROR_CONFIG_CONNECTOR_FILE_H_
