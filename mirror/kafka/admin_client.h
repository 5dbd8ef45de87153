// SPDX-License-Identifier: Apache-2.0
//
// librdkafka's asynchronous admin calls, made to block: a request, its results,
// a deadline and a way out.
//
//   AdminCall call(&client, RD_KAFKA_ADMIN_OP_DELETETOPICS, "delete topics");
//   rd_kafka_DeleteTopics(client.handle(), ..., call.options(), call.queue());
//   absl::StatusOr<EventPtr> result = call.Await();

#ifndef MIRROR_KAFKA_ADMIN_CLIENT_H_
#define MIRROR_KAFKA_ADMIN_CLIENT_H_

#include <atomic>
#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "mirror/kafka/client.h"
#include "mirror/kafka/handles.h"

namespace mirror::internal {

// A client for admin calls. Thread-safe; calls must have ended before it is
// destroyed.
class AdminClient {
 public:
  // Errors as Client::Create.
  static absl::StatusOr<std::unique_ptr<AdminClient>> Create(
      const ClientSettings& settings, const std::string& client_id);

  rd_kafka_t* handle() const { return client_->handle(); }
  std::string Context(absl::string_view subject) const {
    return client_->Context(subject);
  }

  // Ends calls under way, within moments, and all later ones with Cancelled.
  void Cancel() { cancelled_ = true; }

  // Calls `attempt` until it returns true, each time with a longer time it may
  // take. Unauthenticated or Unavailable as soon as that is known;
  // DeadlineExceeded with the latest trouble otherwise; Cancelled.
  absl::Status Repeat(absl::string_view what,
                      absl::FunctionRef<bool(absl::Duration)> attempt);

 private:
  explicit AdminClient(std::unique_ptr<Client> client)
      : client_(std::move(client)) {}

  const std::unique_ptr<Client> client_;
  std::atomic<bool> cancelled_{false};
};

// One admin request, or several of a kind. Not thread-safe.
class AdminCall {
 public:
  // `what` is said in errors: "create topics".
  AdminCall(AdminClient* client, rd_kafka_admin_op_t op,
            absl::string_view what);

  rd_kafka_AdminOptions_t* options() { return options_.get(); }
  rd_kafka_queue_t* queue() { return queue_.get(); }

  // The next result. An error of the request as a whole is the Status, as is
  // what Repeat() returns.
  absl::StatusOr<EventPtr> Await();
  // The same, but errors of the request are in the event.
  absl::StatusOr<EventPtr> AwaitEvent();

 private:
  AdminClient* const client_;
  const std::string what_;
  const AdminOptionsPtr options_;
  const QueuePtr queue_;
};

}  // namespace mirror::internal

#endif  // MIRROR_KAFKA_ADMIN_CLIENT_H_
