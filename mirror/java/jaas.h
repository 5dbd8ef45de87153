// SPDX-License-Identifier: Apache-2.0
//
// The JAAS text of Kafka's sasl.jaas.config: one login module, a control flag
// and options, ended by a semicolon.
//
//   org.apache.kafka.common.security.plain.PlainLoginModule required
//     username="alice" password="say \"please\"";

#ifndef MIRROR_JAVA_JAAS_H_
#define MIRROR_JAVA_JAAS_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace mirror::internal {

struct JaasEntry {
  std::string login_module;  // the simple class name: "PlainLoginModule"
  std::map<std::string, std::string> options;
};

// InvalidArgument says what is wrong with the form, never what was written.
absl::StatusOr<JaasEntry> ParseJaas(absl::string_view text);

}  // namespace mirror::internal

#endif  // MIRROR_JAVA_JAAS_H_
