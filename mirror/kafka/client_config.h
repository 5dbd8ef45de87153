// SPDX-License-Identifier: Apache-2.0
//
// From the settings of a cluster to librdkafka's configuration object, with the
// defaults that suit a mirror and the values it cannot do without.
//
//   auto conf = NewClientConf(ClientRole::kConsumer, "primary",
//                             {{"bootstrap.servers", "a:9092"}}, {});

#ifndef MIRROR_KAFKA_CLIENT_CONFIG_H_
#define MIRROR_KAFKA_CLIENT_CONFIG_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "mirror/kafka/handles.h"

namespace mirror::internal {

enum class ClientRole {
  kConsumer,
  kProducer,
  kAdmin,
  // A consumer to librdkafka, which crashes on some answers of a group's
  // coordinator in any other client (its issue 5040).
  kGroupAdmin,
  // A consumer that joins a group, and says so by rebalance events.
  kMember,
};

// librdkafka setting -> value.
using Properties = std::map<std::string, std::string>;

// The settings that name a file with a key or certificates.
inline constexpr const char* kKeyFileSettings[] = {
    "ssl.ca.location", "ssl.crl.location", "ssl.key.location",
    "ssl.certificate.location", "ssl.keystore.location"};

// Our defaults for the role, over them `defaults`, over them the host's
// `properties`, over them what must be (see kForced in the .cc).
// InvalidArgument, naming cluster and setting: bootstrap.servers is missing, a
// setting is unknown, a value is refused, or a forced one is set to something
// else. No message shows a secret.
absl::StatusOr<ConfPtr> NewClientConf(ClientRole role, absl::string_view alias,
                                      const Properties& properties,
                                      const Properties& defaults);

}  // namespace mirror::internal

#endif  // MIRROR_KAFKA_CLIENT_CONFIG_H_
