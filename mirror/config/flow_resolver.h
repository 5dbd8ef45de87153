// SPDX-License-Identifier: Apache-2.0
//
// Makes the Flow of one pair of clusters from a checked file.

#ifndef MIRROR_CONFIG_FLOW_RESOLVER_H_
#define MIRROR_CONFIG_FLOW_RESOLVER_H_

#include <string>

#include "mirror/config/config_check.h"
#include "mirror/config/config_file.h"
#include "mirror/config/plugin_registry.h"
#include "mirror/config/resolved_flow.h"
#include "mirror/java/config_sources.h"

namespace mirror::internal {

// Whether MM2 would run anything for the pair: `S->T.enabled`, or heartbeats,
// which run for every pair unless switched off.
bool IsPairActive(const ConfigFile& file, const std::string& source,
                  const std::string& target);

// The flow, with all values that CheckProperties has found valid. Adds to
// `findings` what only the whole flow shows: aliases that contain the
// separator, client settings that cannot be translated, what is not supported.
// Key stores are read through `sources`. Policy, filters and transforms are of
// the classes in `plugins`; null: they are not needed, and stay null.
ResolvedFlow ResolveFlow(const ConfigFile& file, const ConfigSources& sources,
                         const std::string& source, const std::string& target,
                         const PluginRegistry* plugins,
                         ConfigFindings* findings);

}  // namespace mirror::internal

#endif  // MIRROR_CONFIG_FLOW_RESOLVER_H_
