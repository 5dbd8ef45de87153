// SPDX-License-Identifier: Apache-2.0
//
// Strimzi's KafkaMirrorMaker2 resource in JSON: the connectors that its
// operator makes of it, under the names and with the defaults that it uses.

#ifndef MIRROR_CONFIG_STRIMZI_RESOURCE_H_
#define MIRROR_CONFIG_STRIMZI_RESOURCE_H_

#include <string>
#include <vector>

#include "mirror/config/config_check.h"
#include "mirror/config/connector.h"
#include "mirror/config/json_settings.h"

namespace mirror::internal {

// Whether `settings` are those of such a file.
bool IsStrimziResource(const std::vector<JsonSetting>& settings);

// Adds its connectors, and what is wrong with it.
void ReadStrimziResource(const std::vector<JsonSetting>& settings,
                         const std::string& file,
                         std::vector<Connector>* connectors,
                         ConfigFindings* findings);

}  // namespace mirror::internal

#endif  // MIRROR_CONFIG_STRIMZI_RESOURCE_H_
