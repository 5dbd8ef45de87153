// SPDX-License-Identifier: Apache-2.0
//
// How a configuration reaches files and environment variables.
//
//   auto config = MirrorMakerConfig::Load(path, ConfigSources::System());

#ifndef MIRROR_JAVA_CONFIG_SOURCES_H_
#define MIRROR_JAVA_CONFIG_SOURCES_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/types/optional.h"

namespace mirror {

// A test brings its own. A value type; both functions are called from any
// thread, if credentials are read again.
struct ConfigSources {
  // The content of a file. NotFound or PermissionDenied with the reason.
  std::function<absl::StatusOr<std::string>(const std::string& path)> read_file;
  // The value of an environment variable, if it is set.
  std::function<absl::optional<std::string>(const std::string& name)> get_env;

  // Files and environment of this process. Reading a file blocks.
  static ConfigSources System();
};

}  // namespace mirror

#endif  // MIRROR_JAVA_CONFIG_SOURCES_H_
