// SPDX-License-Identifier: Apache-2.0
//
// Looks at every property of a file once: is it known, is it at a place where
// it has an effect, is its value allowed? MirrorMaker 2 ignores all of these
// silently.

#ifndef MIRROR_CONFIG_CONFIG_CHECK_H_
#define MIRROR_CONFIG_CONFIG_CHECK_H_

#include <string>
#include <vector>

#include "mirror/config/config_file.h"
#include "mirror/config/plugin_registry.h"

namespace mirror::internal {

struct ConfigFindings {
  std::vector<std::string> errors;    // the file cannot be used
  std::vector<std::string> warnings;  // probably not what was meant
  std::vector<std::string> notes;     // accepted, no effect here
};

// Adds to `findings`. Classes must be known to `plugins`, unless it is null.
// Every message begins
// with file, line and property; none shows a secret.
void CheckProperties(const ConfigFile& file,
                     const std::vector<std::string>& aliases,
                     const PluginRegistry* plugins, ConfigFindings* findings);

}  // namespace mirror::internal

#endif  // MIRROR_CONFIG_CONFIG_CHECK_H_
