// SPDX-License-Identifier: Apache-2.0

#include "mirror/kafka/admin_client.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mirror/kafka/error.h"
#include "mirror/runtime/bounded_call.h"
#include "mirror/runtime/clock.h"

namespace mirror::internal {
namespace {

// How long brokers may take to carry out what they have accepted.
constexpr absl::Duration kOperationTimeout = absl::Seconds(10);
// How soon a cancelled call ends, and how soon an error ends one.
constexpr absl::Duration kFirstSlice = absl::Milliseconds(50);
constexpr absl::Duration kLastSlice = absl::Seconds(4);
// A known error may be old: this long for a new connection first.
constexpr absl::Duration kGrace = absl::Seconds(2);

int Milliseconds(absl::Duration duration) {
  return static_cast<int>(absl::ToInt64Milliseconds(duration));
}

}  // namespace

std::string AdminClient::Context(absl::string_view subject) const {
  return absl::StrCat("cluster ", shared_->settings().alias, ": ", subject);
}

absl::Status AdminClient::MissingInAnswer(absl::string_view subject) const {
  return absl::InternalError(
      Context(absl::StrCat(subject, ": missing in the answer")));
}

absl::Status AdminClient::Repeat(
    absl::string_view what,
    absl::FunctionRef<bool(rd_kafka_t*, absl::Duration)> attempt) {
  const std::shared_ptr<Client> client = shared_->Get();
  return RepeatWith(client.get(), what, [&](absl::Duration slice) {
    return attempt(client->handle(), slice);
  });
}

absl::Status AdminClient::RepeatSlowly(
    absl::string_view what,
    const std::function<bool(rd_kafka_t*, absl::Duration)>& attempt) {
  const std::shared_ptr<Client> client = shared_->Get();
  const auto succeeded = std::make_shared<std::atomic<bool>>(false);
  std::unique_ptr<PendingCall> call;
  absl::Status status =
      RepeatWith(client.get(), what, [&](absl::Duration slice) {
        if (call == nullptr) {
          // Another broker may answer if this one does not.
          call = std::make_unique<PendingCall>(
              [client, succeeded, attempt,
               timeout = shared_->settings().request_timeout / 2] {
                *succeeded = attempt(client->handle(), timeout);
              });
        }
        if (!call->Await(slice)) return false;
        call.reset();
        return succeeded->load();
      });
  if (call != nullptr && !call->Await(absl::ZeroDuration())) {
    // The thread that is left behind keeps it, maybe longer than the host keeps
    // what it logs to.
    client->Mute();
    shared_->Replace(client.get());
  }
  return status;
}

absl::Status AdminClient::RepeatWith(
    Client* client, absl::string_view what,
    absl::FunctionRef<bool(absl::Duration)> attempt) {
  Clock* clock = Clock::System();
  const absl::Time start = clock->Now();
  const absl::Time deadline = start + shared_->settings().request_timeout;
  for (absl::Duration slice = kFirstSlice; clock->Now() < deadline;
       slice = std::min(2 * slice, kLastSlice)) {
    if (cancelled_) {
      return absl::CancelledError(Context(absl::StrCat(what, ": cancelled")));
    }
    if (attempt(std::min(slice, deadline - clock->Now()))) {
      client->TakeError().IgnoreError();  // it is over
      return absl::OkStatus();
    }
    rd_kafka_poll(client->handle(), 0);
    client->KeepCredentialsFresh();
    const ClusterError error = client->PeekError();
    if (absl::Status fatal = client->Fatal(); !fatal.ok()) {
      shared_->Replace(client);
      if (!error.status.ok()) fatal = error.status;  // says why
      return absl::UnavailableError(
          absl::StrCat(fatal.message(), ": ", what, " has failed"));
    }
    if (clock->Now() > start + kGrace &&
        (error.all_brokers_down || absl::IsUnauthenticated(error.status))) {
      return absl::Status(
          error.status.code(),
          absl::StrCat(error.status.message(), ": ", what, " has failed"));
    }
  }
  const absl::Status latest = client->PeekError().status;
  return absl::DeadlineExceededError(Context(
      absl::StrCat(what, ": no answer within ",
                   absl::FormatDuration(shared_->settings().request_timeout),
                   latest.ok() ? "" : "; latest error: ", latest.message())));
}

absl::Duration AdminClient::LibraryTimeout() const {
  // librdkafka ends the program when it has given up a request to a coordinator
  // and the coordinator then comes back (its issue 4605). Here it never gives
  // up: Abandon() comes long before.
  return shared_->role() == ClientRole::kGroupAdmin
             ? absl::Hours(1)
             : shared_->settings().request_timeout;
}

void AdminClient::Abandon(Client* client) {
  if (shared_->role() == ClientRole::kGroupAdmin) shared_->Replace(client);
}

AdminCall::AdminCall(AdminClient* admin, rd_kafka_admin_op_t op,
                     absl::string_view what)
    : admin_(admin),
      what_(what),
      client_(admin->shared_->Get()),
      options_(rd_kafka_AdminOptions_new(client_->handle(), op)),
      queue_(rd_kafka_queue_new(client_->handle())) {
  char why[256];
  rd_kafka_AdminOptions_set_request_timeout(
      options_.get(), Milliseconds(admin->LibraryTimeout()), why, sizeof(why));
  // Refused, rightly, where there is no such thing.
  rd_kafka_AdminOptions_set_operation_timeout(
      options_.get(), Milliseconds(kOperationTimeout), why, sizeof(why));
}

absl::StatusOr<EventPtr> AdminCall::AwaitEvent() {
  EventPtr event;
  absl::Status status =
      admin_->RepeatWith(client_.get(), what_, [&](absl::Duration slice) {
        event.reset(rd_kafka_queue_poll(queue_.get(), Milliseconds(slice)));
        return event != nullptr;
      });
  if (status.ok()) return event;
  admin_->Abandon(client_.get());
  return status;
}

absl::StatusOr<EventPtr> AdminCall::Await() {
  absl::StatusOr<EventPtr> event = AwaitEvent();
  if (!event.ok()) return event;
  const rd_kafka_resp_err_t code = rd_kafka_event_error(event->get());
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return event;
  return KafkaError(code, admin_->Context(what_),
                    rd_kafka_event_error_string(event->get()));
}

}  // namespace mirror::internal
