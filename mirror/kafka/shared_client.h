// SPDX-License-Identifier: Apache-2.0
//
// One librdkafka handle for several admin clients, as a handle has threads and
// connections of its own. Requests do not wait for each other in it: each has
// its own queue for the answer.
//
//   SharedClients clients;
//   auto shared = clients.Get(ClientRole::kAdmin, settings, "A->B|control");
//   std::shared_ptr<Client> client = (*shared)->Get();

#ifndef MIRROR_KAFKA_SHARED_CLIENT_H_
#define MIRROR_KAFKA_SHARED_CLIENT_H_

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "mirror/kafka/client.h"
#include "mirror/kafka/client_config.h"
#include "mirror/runtime/mutex.h"

namespace mirror::internal {

// A client that is replaced, for all who use it, once it has failed fatally.
// Thread safety: thread-safe. No lock is held while a client is made, as that
// calls the host.
class SharedClient {
 public:
  // Errors as Client::Create.
  static absl::StatusOr<std::shared_ptr<SharedClient>> Create(
      ClientRole role, const ClientSettings& settings,
      const std::string& client_id);

  const ClientSettings& settings() const { return settings_; }
  ClientRole role() const { return role_; }

  // The client for a request; calls in progress keep the one that they have.
  std::shared_ptr<Client> Get();

  // Makes later calls of Get() return a new client, if this is the one they
  // would return.
  void Replace(const Client* client);

 private:
  SharedClient(ClientRole role, ClientSettings settings, std::string client_id,
               std::shared_ptr<Client> client)
      : role_(role),
        settings_(std::move(settings)),
        client_id_(std::move(client_id)),
        client_(std::move(client)) {}

  const ClientRole role_;
  const ClientSettings settings_;
  const std::string client_id_;

  Mutex mu_;
  std::shared_ptr<Client> client_ ABSL_GUARDED_BY(mu_);
  bool replace_ ABSL_GUARDED_BY(mu_) = false;
};

// The shared clients of a cluster, by role and client id; a client goes with
// the last who uses it. Thread safety: thread-safe.
class SharedClients {
 public:
  // Errors as Client::Create. `settings` are the same for every call with that
  // role.
  absl::StatusOr<std::shared_ptr<SharedClient>> Get(
      ClientRole role, const ClientSettings& settings,
      const std::string& client_id);

 private:
  using Key = std::pair<ClientRole, std::string>;

  Mutex mu_;
  std::map<Key, std::weak_ptr<SharedClient>> clients_ ABSL_GUARDED_BY(mu_);
};

}  // namespace mirror::internal

#endif  // MIRROR_KAFKA_SHARED_CLIENT_H_
