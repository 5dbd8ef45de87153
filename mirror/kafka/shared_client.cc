// SPDX-License-Identifier: Apache-2.0

#include "mirror/kafka/shared_client.h"

#include "absl/memory/memory.h"

namespace mirror::internal {
namespace {

absl::StatusOr<std::unique_ptr<Client>> NewClient(
    ClientRole role, const ClientSettings& settings,
    const std::string& client_id) {
  return Client::Create(role, settings, {{"client.id", client_id}});
}

}  // namespace

absl::StatusOr<std::shared_ptr<SharedClient>> SharedClient::Create(
    ClientRole role, const ClientSettings& settings,
    const std::string& client_id) {
  absl::StatusOr<std::unique_ptr<Client>> client =
      NewClient(role, settings, client_id);
  if (!client.ok()) return client.status();
  return std::shared_ptr<SharedClient>(
      new SharedClient(role, settings, client_id, *std::move(client)));
}

std::shared_ptr<Client> SharedClient::Get() {
  std::shared_ptr<Client> old;  // ends without the lock, if it ends here
  {
    MutexLock lock(&mu_);
    if (!replace_) return client_;
    old = client_;
  }
  absl::StatusOr<std::unique_ptr<Client>> fresh =
      NewClient(role_, settings_, client_id_);
  MutexLock lock(&mu_);
  // Where settings are refused, they would have been before; and if it is a key
  // file that is half written, the next call reads it.
  if (fresh.ok() && client_ == old) {
    client_ = *std::move(fresh);
    replace_ = false;
  }
  return client_;
}

void SharedClient::Replace(const Client* client) {
  MutexLock lock(&mu_);
  if (client_.get() == client) replace_ = true;
}

absl::StatusOr<std::shared_ptr<SharedClient>> SharedClients::Get(
    ClientRole role, const ClientSettings& settings,
    const std::string& client_id) {
  const Key key = {role, client_id};
  {
    MutexLock lock(&mu_);
    if (auto shared = clients_[key].lock()) return shared;
  }
  absl::StatusOr<std::shared_ptr<SharedClient>> made =
      SharedClient::Create(role, settings, client_id);
  if (!made.ok()) return made;
  MutexLock lock(&mu_);
  std::weak_ptr<SharedClient>& known = clients_[key];
  // Another thread may have been faster.
  if (auto shared = known.lock()) return shared;
  known = *made;
  return made;
}

}  // namespace mirror::internal
