// SPDX-License-Identifier: Apache-2.0
//
// A file of MM2's dedicated mode, checked and resolved: what MirrorMakerConfig
// is made of.

#ifndef MIRROR_CONFIG_PARSED_FILE_H_
#define MIRROR_CONFIG_PARSED_FILE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "mirror/config/config_check.h"
#include "mirror/config/plugin_registry.h"
#include "mirror/config/resolved_flow.h"
#include "mirror/java/config_sources.h"

namespace mirror::internal {

// A file that was read.
struct ConfigText {
  std::string file;
  std::string text;
};

struct ParsedFile {
  std::vector<std::string> clusters;
  // Of a file with errors, they are good for finding more of them only.
  std::vector<ResolvedFlow> flows;
  ConfigFindings findings;
  // Of connectors: the text of mm2.properties that says the same.
  std::string properties;
};

// Only flows into `target_clusters`, or all if it is empty. Without `plugins`
// the flows have no policy, filters and transforms.
ParsedFile ParseFile(absl::string_view text, absl::string_view file_name,
                     const ConfigSources& sources,
                     const std::vector<std::string>& target_clusters,
                     const PluginRegistry* plugins);

// The same of the files of MM2's connectors on Kafka Connect. `worker`: the
// properties file of the Connect worker; without a name there is none.
ParsedFile ParseConnectors(const std::vector<ConfigText>& connectors,
                           const ConfigText& worker,
                           const ConfigSources& sources,
                           const std::vector<std::string>& target_clusters,
                           const PluginRegistry* plugins);

}  // namespace mirror::internal

#endif  // MIRROR_CONFIG_PARSED_FILE_H_
