// SPDX-License-Identifier: Apache-2.0
//
// Secrets that may change while an engine runs: whoever keeps them is asked
// again when a cluster refuses what was given before, so that a rotated
// password needs no restart. (MM2 restarts its connectors' clients for that.)
//
//   flow.source.credentials = [](ClientKind) {
//     return ReadVault("mirror");  // {{"sasl.username", ...}, ...}
//   };

#ifndef MIRROR_CLUSTER_CREDENTIAL_SOURCE_H_
#define MIRROR_CLUSTER_CREDENTIAL_SOURCE_H_

#include <functional>
#include <map>
#include <string>

#include "absl/status/statusor.h"

namespace mirror {

enum class ClientKind { kConsumer, kProducer, kAdmin };

// Returns librdkafka settings (sasl.username, sasl.password,
// sasl.oauthbearer.client.secret, ssl.key.pem, ...) as they are now, for
// clients of that kind; they win over the settings given before. An error: what
// is known stays in use, and the question is asked again.
// Called when a client is made and, at most once a second and client, for as
// long as the cluster refuses it; by several threads at the same time. May read
// files; must not throw and not wait for long.
using CredentialSource =
    std::function<absl::StatusOr<std::map<std::string, std::string>>(
        ClientKind kind)>;

}  // namespace mirror

#endif  // MIRROR_CLUSTER_CREDENTIAL_SOURCE_H_
