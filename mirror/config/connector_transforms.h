// SPDX-License-Identifier: Apache-2.0
//
// Kafka's own transforms in a connector, which are Java: what does the same
// here.

#ifndef MIRROR_CONFIG_CONNECTOR_TRANSFORMS_H_
#define MIRROR_CONFIG_CONNECTOR_TRANSFORMS_H_

#include <string>
#include <vector>

#include "mirror/java/config_value.h"

namespace mirror::internal {

struct TransformProblem {
  ConfigValue value;  // transforms.ALIAS.type
  std::string reason;
};

// One for each of Kafka's transforms that `settings`, a connector's, name.
std::vector<TransformProblem> CheckTransforms(const SettingMap& settings);

}  // namespace mirror::internal

#endif  // MIRROR_CONFIG_CONNECTOR_TRANSFORMS_H_
