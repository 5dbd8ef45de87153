// SPDX-License-Identifier: Apache-2.0

#include "mirror/kafka/kafka_group_membership.h"

#include <algorithm>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "mirror/cluster/errors.h"
#include "mirror/kafka/client_config.h"
#include "mirror/kafka/error.h"
#include "mirror/runtime/clock.h"

namespace mirror::internal {
namespace {

using Kind = GroupMembership::Change::Kind;

// Without a poll for so long librdkafka leaves the group; and so long the group
// waits in a rebalance for its members.
constexpr absl::Duration kMaxPollInterval = absl::Minutes(1);
// librdkafka tries to join every second, and says each time why it cannot.
constexpr absl::Duration kReportInterval = absl::Seconds(30);
// For giving up what is left, and again for the coordinator's answer.
constexpr absl::Duration kLeaveTimeout = absl::Seconds(2);
constexpr absl::Duration kLeavePoll = absl::Milliseconds(20);

std::string Milliseconds(absl::Duration duration) {
  return absl::StrCat(absl::ToInt64Milliseconds(duration));
}

int ToTimeout(absl::Duration duration) {
  return static_cast<int>(absl::ToInt64Milliseconds(duration));
}

std::set<int32_t> PartitionsOf(const rd_kafka_topic_partition_list_t& list) {
  std::set<int32_t> partitions;
  for (int i = 0; i < list.cnt; ++i) partitions.insert(list.elems[i].partition);
  return partitions;
}

// The consumer's queue, through which errors come too from here on.
rd_kafka_queue_t* OnlyQueue(rd_kafka_t* consumer) {
  rd_kafka_poll_set_consumer(consumer);
  return rd_kafka_queue_get_consumer(consumer);
}

absl::Time Now() { return Clock::System()->Now(); }

}  // namespace

absl::StatusOr<std::unique_ptr<KafkaGroupMembership>>
KafkaGroupMembership::Create(ClientSettings settings,
                             const MembershipOptions& options) {
  Properties& properties = settings.properties;
  properties["group.id"] = options.group;
  properties["group.protocol"] = "classic";
  properties.erase("group.instance.id");
  if (!options.instance_id.empty()) {
    properties["group.instance.id"] = options.instance_id;
  }
  properties["partition.assignment.strategy"] = "cooperative-sticky";
  properties["session.timeout.ms"] = Milliseconds(options.session_timeout);
  properties["heartbeat.interval.ms"] =
      Milliseconds(options.heartbeat_interval);
  // librdkafka takes no less than the session's time.
  properties["max.poll.interval.ms"] =
      Milliseconds(std::max(kMaxPollInterval, options.session_timeout));
  absl::StatusOr<std::unique_ptr<Client>> client = Client::Create(
      ClientRole::kMember, settings, {{"client.id", options.client_id}});
  if (!client.ok()) return client.status();
  PartitionListPtr topics(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(topics.get(), options.topic.c_str(),
                                    RD_KAFKA_PARTITION_UA);
  auto membership =
      absl::WrapUnique(new KafkaGroupMembership(*std::move(client), options));
  absl::Status status = KafkaError(
      rd_kafka_subscribe(membership->client_->handle(), topics.get()),
      membership->Context());
  if (!status.ok()) return status;
  return membership;
}

KafkaGroupMembership::KafkaGroupMembership(std::unique_ptr<Client> client,
                                           const MembershipOptions& options)
    : options_(options),
      client_(std::move(client)),
      queue_(OnlyQueue(client_->handle())) {}

KafkaGroupMembership::~KafkaGroupMembership() {
  if (leaving_ && client_->Fatal().ok()) FinishLeaving();
}

absl::Status KafkaGroupMembership::Poll(absl::Duration timeout,
                                        std::vector<Change>* changes) {
  absl::Status error = Serve(timeout, changes);
  client_->KeepCredentialsFresh();
  if (absl::Status fatal = client_->Fatal(); !fatal.ok()) {
    Lose(changes);
    return Annotate(fatal, absl::StrCat("group ", options_.group));
  }
  error.Update(ToReport(client_->TakeError()));
  // A session that ends during a rebalance is no event: librdkafka only forgets
  // the member id, and later takes up partitions that are no longer its own.
  // Otherwise there is an event, which was sent before the id is read.
  if (owned_.empty() || !MemberId().empty()) return error;
  error.Update(Serve(absl::ZeroDuration(), changes));
  if (owned_.empty()) return error;
  Lose(changes);
  return absl::FailedPreconditionError(absl::StrCat(
      Context(),
      ": the session ended during a rebalance; a new membership is needed"));
}

absl::Status KafkaGroupMembership::Serve(absl::Duration timeout,
                                         std::vector<Change>* changes) {
  absl::Status error;
  EventPtr event(rd_kafka_queue_poll(queue_.get(), ToTimeout(timeout)));
  while (event != nullptr) {
    switch (rd_kafka_event_type(event.get())) {
      case RD_KAFKA_EVENT_REBALANCE:
        OnRebalance(event.get(), changes);
        break;
      case RD_KAFKA_EVENT_ERROR:
        error.Update(OnError(event.get()));
        break;
      default:  // a record that was fetched before its partition was paused
        break;
    }
    event.reset(rd_kafka_queue_poll(queue_.get(), 0));
  }
  return error;
}

void KafkaGroupMembership::OnRebalance(rd_kafka_event_t* event,
                                       std::vector<Change>* changes) {
  rd_kafka_topic_partition_list_t* const partitions =
      rd_kafka_event_topic_partition_list(event);
  if (rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    Assign(partitions, changes);
  } else if (rd_kafka_assignment_lost(client_->handle()) != 0) {
    Lose(changes);
    Unassign(partitions);
  } else {
    Revoke(partitions, changes);
  }
}

void KafkaGroupMembership::Assign(rd_kafka_topic_partition_list_t* partitions,
                                  std::vector<Change>* changes) {
  // The members work, whatever was wrong before.
  reported_at_ = absl::InfinitePast();
  for (int i = 0; i < partitions->cnt; ++i) {
    partitions->elems[i].offset = RD_KAFKA_OFFSET_END;
  }
  // Also if there is none: librdkafka waits for this call.
  const ErrorPtr error(
      rd_kafka_incremental_assign(client_->handle(), partitions));
  if (error != nullptr) {
    // The group takes them for ours; without an answer it soon does not.
    client_->log().Error(client_->alias(),
                         KafkaError(error.get(), Context()).ToString());
    return;
  }
  if (partitions->cnt == 0) return;
  rd_kafka_pause_partitions(client_->handle(), partitions);
  std::set<int32_t> assigned = PartitionsOf(*partitions);
  owned_.insert(assigned.begin(), assigned.end());
  changes->push_back({Kind::kAssigned, std::move(assigned)});
}

void KafkaGroupMembership::Revoke(rd_kafka_topic_partition_list_t* partitions,
                                  std::vector<Change>* changes) {
  std::set<int32_t> revoked;
  for (const int32_t partition : PartitionsOf(*partitions)) {
    if (owned_.count(partition) > 0) revoked.insert(partition);
  }
  if (revoked.empty()) {
    Unassign(partitions);
    return;
  }
  asked_for_.reset(rd_kafka_topic_partition_list_copy(partitions));
  revoked_ = revoked;
  changes->push_back({Kind::kRevoked, std::move(revoked)});
}

void KafkaGroupMembership::Unassign(
    rd_kafka_topic_partition_list_t* partitions) {
  const ErrorPtr error(
      rd_kafka_incremental_unassign(client_->handle(), partitions));
  if (error == nullptr) return;
  client_->log().Error(client_->alias(),
                       KafkaError(error.get(), Context()).ToString());
}

absl::Status KafkaGroupMembership::OnError(rd_kafka_event_t* event) {
  const rd_kafka_resp_err_t code = rd_kafka_event_error(event);
  const char* const reason = rd_kafka_event_error_string(event);
  switch (code) {
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
    case RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED:  // a loss follows
      return absl::OkStatus();
    case RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL:
      return ToReport(absl::UnavailableError(absl::StrCat(
          Context(),
          ": clients of another kind are in it, as MirrorMaker 2 or Connect; "
          "stop them, or use another group")));
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
      return ToReport(
          WithGrant(KafkaError(code, Context(), reason),
                    absl::StrCat("READ on group ", options_.group)));
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
      return ToReport(
          WithGrant(KafkaError(code, Context(), reason),
                    absl::StrCat("READ on topic ", options_.topic)));
    default:
      break;
  }
  absl::Status status = KafkaError(code, Context(), reason);
  if (IsRetriable(status) || absl::IsUnauthenticated(status)) {
    client_->AddError(code, reason);
    return absl::OkStatus();
  }
  // Only a fatal error may be one to Poll(), and that is asked for after.
  if (absl::IsFailedPrecondition(status)) {
    status = absl::UnavailableError(status.message());
  }
  return ToReport(std::move(status));
}

absl::Status KafkaGroupMembership::ToReport(absl::Status error) {
  if (error.ok()) return error;
  const absl::Time now = Now();
  if (error == reported_ && now < reported_at_ + kReportInterval) {
    return absl::OkStatus();
  }
  reported_ = error;
  reported_at_ = now;
  return error;
}

void KafkaGroupMembership::Lose(std::vector<Change>* changes) {
  if (!owned_.empty()) changes->push_back({Kind::kLost, std::move(owned_)});
  owned_.clear();
  revoked_.clear();
  asked_for_.reset();
}

void KafkaGroupMembership::Release(const std::set<int32_t>& partitions) {
  for (const int32_t partition : partitions) {
    if (revoked_.erase(partition) > 0) owned_.erase(partition);
  }
  if (!revoked_.empty() || asked_for_ == nullptr) return;
  Unassign(asked_for_.get());
  asked_for_.reset();
}

absl::Status KafkaGroupMembership::Prove() {
  const std::string member = MemberId();
  const auto is_none = [this](absl::string_view why) {
    return absl::FailedPreconditionError(
        absl::StrCat(Context(), ": this process is no member: ", why));
  };
  if (member.empty()) return is_none("it has not joined, or its session ended");
  PartitionListPtr offsets(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(offsets.get(), options_.topic.c_str(), 0)
      ->offset = 0;
  const QueuePtr queue(rd_kafka_queue_new(client_->handle()));
  rd_kafka_resp_err_t code = rd_kafka_commit_queue(
      client_->handle(), offsets.get(), queue.get(), nullptr, nullptr);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return KafkaError(code, Context());
  const EventPtr event(
      rd_kafka_queue_poll(queue.get(), ToTimeout(options_.session_timeout)));
  if (event == nullptr) {
    return absl::DeadlineExceededError(
        absl::StrCat(Context(), ": its coordinator does not answer"));
  }
  code = rd_kafka_event_error(event.get());
  switch (code) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
      break;
    case RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS:
      return absl::UnavailableError(absl::StrCat(Context(), ": it rebalances"));
    case RD_KAFKA_RESP_ERR__FATAL:
      return is_none(client_->Fatal().message());
    default:
      return WithGrant(KafkaError(code, Context()),
                       absl::StrCat("READ on topic ", options_.topic));
  }
  // A group without members takes commits from clients that are no members.
  if (MemberId() != member) return is_none("its session ended");
  return absl::OkStatus();
}

void KafkaGroupMembership::Leave() {
  leaving_ = true;
  rd_kafka_unsubscribe(client_->handle());
}

void KafkaGroupMembership::FinishLeaving() {
  // Closing comes last: it would not have a member with an instance id leave.
  std::vector<Change> changes;
  for (const absl::Time end = Now() + kLeaveTimeout;
       (!owned_.empty() || !MemberId().empty()) && Now() < end;) {
    Serve(kLeavePoll, &changes).IgnoreError();
    Release(std::set<int32_t>(revoked_));
  }
  const QueuePtr queue(rd_kafka_queue_new(client_->handle()));
  const ErrorPtr error(
      rd_kafka_consumer_close_queue(client_->handle(), queue.get()));
  if (error != nullptr) return;
  for (const absl::Time end = Now() + kLeaveTimeout;
       rd_kafka_consumer_closed(client_->handle()) == 0 && Now() < end;) {
    const EventPtr event(
        rd_kafka_queue_poll(queue.get(), ToTimeout(kLeavePoll)));
    if (event == nullptr ||
        rd_kafka_event_type(event.get()) != RD_KAFKA_EVENT_REBALANCE) {
      continue;
    }
    Unassign(rd_kafka_event_topic_partition_list(event.get()));
  }
}

std::string KafkaGroupMembership::MemberId() const {
  char* const id = rd_kafka_memberid(client_->handle());
  if (id == nullptr) return "";
  std::string copy = id;
  rd_kafka_mem_free(client_->handle(), id);
  return copy;
}

std::string KafkaGroupMembership::Context() const {
  return client_->Context(absl::StrCat("group ", options_.group));
}

}  // namespace mirror::internal
