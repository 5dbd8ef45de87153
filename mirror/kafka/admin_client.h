// SPDX-License-Identifier: Apache-2.0
//
// librdkafka's asynchronous admin calls, made to block: a request, its results,
// a deadline and a way out.
//
//   AdminClient admin(*shared_clients.Get(ClientRole::kAdmin, settings, "id"));
//   AdminCall call(&admin, RD_KAFKA_ADMIN_OP_DELETETOPICS, "delete topics");
//   rd_kafka_DeleteTopics(call.handle(), ..., call.options(), call.queue());
//   absl::StatusOr<EventPtr> result = call.Await();

#ifndef MIRROR_KAFKA_ADMIN_CLIENT_H_
#define MIRROR_KAFKA_ADMIN_CLIENT_H_

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "mirror/kafka/client.h"
#include "mirror/kafka/handles.h"
#include "mirror/kafka/shared_client.h"

namespace mirror::internal {

// A client for admin calls, whose handle others may use too. Thread-safe; calls
// must have ended before it is destroyed.
class AdminClient {
 public:
  // The role is kAdmin or kGroupAdmin.
  explicit AdminClient(std::shared_ptr<SharedClient> shared)
      : shared_(std::move(shared)) {}

  const std::string& alias() const { return shared_->settings().alias; }
  // "cluster backup: subject", for messages.
  std::string Context(absl::string_view subject) const;

  // The result under `key`; a broker that answers omits nothing that was asked.
  template <typename Map, typename Key>
  typename Map::mapped_type Find(const Map& results, const Key& key,
                                 absl::string_view subject) const {
    const auto it = results.find(key);
    return it == results.end()
               ? typename Map::mapped_type(MissingInAnswer(subject))
               : it->second;
  }
  absl::Status MissingInAnswer(absl::string_view subject) const;

  // Ends running calls, within moments, and all later ones with Cancelled.
  void Cancel() { cancelled_ = true; }

  // Calls `attempt` until it returns true, each time with a longer time it may
  // take. Unauthenticated or Unavailable as soon as that is known;
  // DeadlineExceeded with the latest error otherwise; Cancelled.
  absl::Status Repeat(
      absl::string_view what,
      absl::FunctionRef<bool(rd_kafka_t*, absl::Duration)> attempt);
  // The same for a request whose answer takes its time: `attempt` runs on while
  // it is awaited, on a thread of its own, and is made again only when it has
  // failed. It must own what it uses, as it may be left behind.
  absl::Status RepeatSlowly(
      absl::string_view what,
      const std::function<bool(rd_kafka_t*, absl::Duration)>& attempt);

 private:
  friend class AdminCall;

  // Repeat() with `client`, which stays the same for a call.
  absl::Status RepeatWith(Client* client, absl::string_view what,
                          absl::FunctionRef<bool(absl::Duration)> attempt);
  // How long librdkafka waits for an answer.
  absl::Duration LibraryTimeout() const;
  // Frees what is left of a call that is no longer awaited.
  void Abandon(Client* client);

  const std::shared_ptr<SharedClient> shared_;
  std::atomic<bool> cancelled_{false};
};

// One admin request, or several of a kind. Not thread-safe.
class AdminCall {
 public:
  // `what` is said in errors: "create topics".
  AdminCall(AdminClient* admin, rd_kafka_admin_op_t op, absl::string_view what);

  rd_kafka_t* handle() { return client_->handle(); }
  rd_kafka_AdminOptions_t* options() { return options_.get(); }
  rd_kafka_queue_t* queue() { return queue_.get(); }

  // The next result. An error of the request as a whole is the Status, as is
  // what AdminClient::Repeat() returns.
  absl::StatusOr<EventPtr> Await();
  // The same, but errors of the request are in the event.
  absl::StatusOr<EventPtr> AwaitEvent();

 private:
  AdminClient* const admin_;
  const std::string what_;
  // Destroyed in reverse order: the client last.
  const std::shared_ptr<Client> client_;
  const AdminOptionsPtr options_;
  const QueuePtr queue_;
};

}  // namespace mirror::internal

#endif  // MIRROR_KAFKA_ADMIN_CLIENT_H_
