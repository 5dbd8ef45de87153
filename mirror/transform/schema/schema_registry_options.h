// SPDX-License-Identifier: Apache-2.0
//
// How to reach a schema registry: what schema.registry.url, basic.auth.* and
// bearer.auth.* are to Confluent's serializers.

#ifndef MIRROR_TRANSFORM_SCHEMA_SCHEMA_REGISTRY_OPTIONS_H_
#define MIRROR_TRANSFORM_SCHEMA_SCHEMA_REGISTRY_OPTIONS_H_

#include <functional>
#include <string>

#include "absl/time/time.h"

namespace mirror {

// A value type. Secrets stand in no message and no log line.
struct SchemaRegistryOptions {
  // http:// or https://, a host, and a port or path if need be. The machine's
  // proxy settings do not count.
  std::string url;
  // Basic authentication, unless empty.
  std::string username;
  std::string password;
  // A bearer token instead. Asked before every request, so that one that ends
  // can be replaced; called on a thread of the library, must be quick and must
  // not throw.
  std::function<std::string()> bearer_token;
  // PEM file of the authorities to trust; empty: the machine's.
  std::string ca_file;
  // For one request, from name look-up to the last byte.
  absl::Duration timeout = absl::Seconds(5);
};

}  // namespace mirror

#endif  // MIRROR_TRANSFORM_SCHEMA_SCHEMA_REGISTRY_OPTIONS_H_
