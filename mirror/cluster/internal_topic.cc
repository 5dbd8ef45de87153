// SPDX-License-Identifier: Apache-2.0

#include "mirror/cluster/internal_topic.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "mirror/cluster/errors.h"

namespace mirror::internal {
namespace {

constexpr absl::Duration kWriteTimeout = absl::Seconds(10);
constexpr absl::Duration kPollTimeout = absl::Milliseconds(20);

// Hosted clusters have their own idea of segments; only the policy matters.
absl::Status Create(ClusterAdmin* admin, NewTopic topic) {
  const absl::Status status = admin->CreateTopics({topic}).front();
  const bool refused =
      absl::IsInvalidArgument(status) || absl::IsFailedPrecondition(status);
  if (!refused) return status;
  topic.configs = {{"cleanup.policy", "compact"}};
  return admin->CreateTopics({topic}).front();
}

}  // namespace

absl::StatusOr<InternalTopic> EnsureInternalTopic(ClusterAdmin* admin,
                                                  const std::string& topic,
                                                  InternalTopicKind kind,
                                                  int32_t partitions,
                                                  int32_t replication_factor) {
  const absl::StatusOr<TopicDescription> found =
      admin->DescribeTopics({topic}).front();
  if (found.ok()) return InternalTopic{found->partitions, false};
  if (found.status().code() != absl::StatusCode::kNotFound) {
    return WithGrant(Annotate(found.status(), absl::StrCat("topic ", topic)),
                     absl::StrCat("CREATE, READ and WRITE on topic ", topic));
  }
  const absl::Status created = Create(
      admin,
      {topic, partitions, replication_factor, InternalTopicConfigs(kind)});
  if (!created.ok()) {
    return WithGrant(Annotate(created, absl::StrCat("creating topic ", topic)),
                     absl::StrCat("CREATE on topic ", topic));
  }
  return InternalTopic{partitions, true};
}

absl::StatusOr<std::unique_ptr<InternalTopicWriter>>
InternalTopicWriter::Create(Cluster* cluster, std::string topic,
                            InternalTopicKind kind, int32_t replication_factor,
                            const std::string& client_id, Clock* clock) {
  std::unique_ptr<InternalTopicWriter> writer(new InternalTopicWriter(
      cluster, std::move(topic), kind, replication_factor, client_id, clock));
  absl::StatusOr<std::unique_ptr<ClusterAdmin>> admin =
      cluster->NewAdmin(client_id);
  if (!admin.ok()) return admin.status();
  writer->admin_ = *std::move(admin);
  absl::StatusOr<std::unique_ptr<RecordSink>> sink =
      cluster->NewSink({client_id});
  if (!sink.ok()) return sink.status();
  writer->sink_ = *std::move(sink);
  return writer;
}

InternalTopicWriter::InternalTopicWriter(Cluster* cluster, std::string topic,
                                         InternalTopicKind kind,
                                         int32_t replication_factor,
                                         std::string client_id, Clock* clock)
    : cluster_(cluster),
      topic_(std::move(topic)),
      kind_(kind),
      replication_factor_(replication_factor),
      client_id_(std::move(client_id)),
      clock_(clock),
      queue_(topic_) {}

absl::StatusOr<bool> InternalTopicWriter::EnsureTopic() {
  topic_is_there_ = false;
  absl::StatusOr<bool> created = Prepare();
  if (!created.ok()) return InContext(created.status());
  return created;
}

absl::Status InternalTopicWriter::Write(std::vector<Record> records) {
  if (records.empty()) return absl::OkStatus();
  absl::Status status = Prepare().status();
  if (status.ok()) {
    status = WithGrant(Send(std::move(records)),
                       absl::StrCat("WRITE on topic ", topic_));
  }
  return InContext(status);
}

absl::Status InternalTopicWriter::InContext(const absl::Status& status) const {
  return Annotate(
      status, absl::StrCat("cluster ", cluster_->alias(), ", topic ", topic_));
}

void InternalTopicWriter::Cancel() {
  cancelled_ = true;
  admin_->Cancel();
}

absl::StatusOr<bool> InternalTopicWriter::Prepare() {
  if (sink_ == nullptr) {
    absl::StatusOr<std::unique_ptr<RecordSink>> sink =
        cluster_->NewSink({client_id_});
    if (!sink.ok()) return sink.status();
    sink_ = *std::move(sink);
  }
  if (topic_is_there_) return false;
  const absl::StatusOr<InternalTopic> topic =
      EnsureInternalTopic(admin_.get(), topic_, kind_, 1, replication_factor_);
  // What exists and is not found is new, and not known to every broker yet.
  topic_is_there_ = topic.ok() || absl::IsAlreadyExists(topic.status());
  if (!topic_is_there_) return topic.status();
  return topic.ok() && topic->created;
}

absl::Status InternalTopicWriter::Send(std::vector<Record> records) {
  const absl::Time deadline = clock_->Now() + kWriteTimeout;
  queue_.Add(0, std::move(records), clock_->Now());
  absl::Status status;
  while (true) {
    queue_.Send(sink_.get(), clock_->Now());
    for (const TopicQueue::Outcome& outcome : queue_.TakeOutcomes()) {
      status.Update(outcome.status);
    }
    if (queue_.idle()) break;
    if (cancelled_) return GiveUp(absl::CancelledError("stopped"));
    if (clock_->Now() >= deadline) {
      return GiveUp(absl::DeadlineExceededError(absl::StrCat(
          "no acknowledgement within ", absl::FormatDuration(kWriteTimeout))));
    }
    std::vector<Ack> acks;
    const absl::Status state = sink_->Poll(kPollTimeout, &acks);
    if (!state.ok()) return GiveUp(state);
    for (const Ack& ack : acks) queue_.OnAck(ack);
  }
  topic_is_there_ = !absl::IsNotFound(status);
  return status;
}

absl::Status InternalTopicWriter::GiveUp(absl::Status status) {
  sink_.reset();
  queue_.Clear();
  return status;
}

}  // namespace mirror::internal
