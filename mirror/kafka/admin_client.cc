// SPDX-License-Identifier: Apache-2.0

#include "mirror/kafka/admin_client.h"

#include <algorithm>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "mirror/kafka/error.h"

namespace mirror::internal {
namespace {

constexpr absl::Duration kRequestTimeout = absl::Seconds(30);
// How long brokers may take to carry out what they have accepted.
constexpr absl::Duration kOperationTimeout = absl::Seconds(10);
// How soon a cancelled call ends, and how soon trouble ends one.
constexpr absl::Duration kFirstSlice = absl::Milliseconds(50);
constexpr absl::Duration kLastSlice = absl::Seconds(4);

int Milliseconds(absl::Duration duration) {
  return static_cast<int>(absl::ToInt64Milliseconds(duration));
}

}  // namespace

absl::StatusOr<std::unique_ptr<AdminClient>> AdminClient::Create(
    const ClientSettings& settings, const std::string& client_id) {
  absl::StatusOr<std::unique_ptr<Client>> client =
      Client::Create(ClientRole::kAdmin, settings, {{"client.id", client_id}});
  if (!client.ok()) return client.status();
  return absl::WrapUnique(new AdminClient(*std::move(client)));
}

absl::Status AdminClient::Repeat(
    absl::string_view what, absl::FunctionRef<bool(absl::Duration)> attempt) {
  rd_kafka_poll(handle(), 0);
  client_->TakeTrouble();  // from before this call
  const absl::Time deadline = absl::Now() + kRequestTimeout;
  absl::Status latest;
  for (absl::Duration slice = kFirstSlice; absl::Now() < deadline;
       slice = std::min(2 * slice, kLastSlice)) {
    if (cancelled_) {
      return absl::CancelledError(Context(absl::StrCat(what, ": cancelled")));
    }
    if (attempt(std::min(slice, deadline - absl::Now()))) {
      return absl::OkStatus();
    }
    rd_kafka_poll(handle(), 0);
    Trouble trouble = client_->TakeTrouble();
    if (!trouble.status.ok()) latest = std::move(trouble.status);
    if (trouble.all_brokers_down || absl::IsUnauthenticated(latest)) {
      return absl::Status(latest.code(), absl::StrCat(latest.message(), ": ",
                                                      what, " has failed"));
    }
  }
  return absl::DeadlineExceededError(Context(absl::StrCat(
      what, ": no answer within ", absl::FormatDuration(kRequestTimeout),
      latest.ok() ? "" : "; latest trouble: ", latest.message())));
}

AdminCall::AdminCall(AdminClient* client, rd_kafka_admin_op_t op,
                     absl::string_view what)
    : client_(client),
      what_(what),
      options_(rd_kafka_AdminOptions_new(client->handle(), op)),
      queue_(rd_kafka_queue_new(client->handle())) {
  char why[256];
  rd_kafka_AdminOptions_set_request_timeout(
      options_.get(), Milliseconds(kRequestTimeout), why, sizeof(why));
  // Refused, rightly, where there is no such thing.
  rd_kafka_AdminOptions_set_operation_timeout(
      options_.get(), Milliseconds(kOperationTimeout), why, sizeof(why));
}

absl::StatusOr<EventPtr> AdminCall::AwaitEvent() {
  EventPtr event;
  absl::Status status = client_->Repeat(what_, [&](absl::Duration slice) {
    event.reset(rd_kafka_queue_poll(queue_.get(), Milliseconds(slice)));
    return event != nullptr;
  });
  if (!status.ok()) return status;
  return event;
}

absl::StatusOr<EventPtr> AdminCall::Await() {
  absl::StatusOr<EventPtr> event = AwaitEvent();
  if (!event.ok()) return event;
  const rd_kafka_resp_err_t code = rd_kafka_event_error(event->get());
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return event;
  return KafkaError(code, client_->Context(what_),
                    rd_kafka_event_error_string(event->get()));
}

}  // namespace mirror::internal
