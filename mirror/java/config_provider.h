// SPDX-License-Identifier: Apache-2.0
//
// Variables in values, as Kafka's config providers resolve them: ${env:NAME},
// ${file:/path:key} (a key of another properties file), ${dir:/path:file} (the
// whole content of a file). These three work undeclared; `config.providers`
// may give them other names by Kafka's class names.
//
//   ConfigProviders providers(properties, ConfigSources::System());
//   auto password = providers.Resolve("${env:PASSWORD}");

#ifndef MIRROR_JAVA_CONFIG_PROVIDER_H_
#define MIRROR_JAVA_CONFIG_PROVIDER_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "mirror/java/config_sources.h"
#include "mirror/java/java_properties.h"

namespace mirror::internal {

// Thread safety: none, it caches files. Lifetime: self-contained.
// Errors: InvalidArgument or NotFound; they name the variable, never a value.
class ConfigProviders {
 public:
  // Reads `config.providers` and `config.providers.NAME.class`. A class that
  // is unknown here is an error only where a value uses it.
  ConfigProviders(const JavaProperties& properties, ConfigSources sources);

  // `value` with every ${provider:[path:]key} replaced, once: what a provider
  // returns is not searched again. ${...} without a colon is ordinary text.
  absl::StatusOr<std::string> Resolve(absl::string_view value);

 private:
  absl::StatusOr<std::string> Lookup(absl::string_view provider,
                                     const std::string& path,
                                     const std::string& key);
  absl::StatusOr<std::string> FromFile(const std::string& path,
                                       const std::string& key);

  ConfigSources sources_;
  std::map<std::string, std::string> class_by_name_;
  std::map<std::string, JavaProperties> files_;
};

}  // namespace mirror::internal

#endif  // MIRROR_JAVA_CONFIG_PROVIDER_H_
