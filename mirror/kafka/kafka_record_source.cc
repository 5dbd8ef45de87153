// SPDX-License-Identifier: Apache-2.0

#include "mirror/kafka/kafka_record_source.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/memory/memory.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "mirror/cluster/errors.h"
#include "mirror/kafka/error.h"
#include "mirror/kafka/kafka_record_batch.h"

namespace mirror::internal {
namespace {

// Per Poll(); enough to spread the cost of a wake-up thin.
constexpr size_t kMaxRecordsPerPoll = 4096;

// As much as librdkafka asks of one partition, so that each fills its share.
constexpr int64_t kMinAnswerBytes = 1 << 20;

bool BelongTogether(const rd_kafka_message_t& a, const rd_kafka_message_t& b) {
  return a.rkt == b.rkt && a.partition == b.partition &&
         rd_kafka_message_leader_epoch(&a) == rd_kafka_message_leader_epoch(&b);
}

bool IsRecord(const rd_kafka_message_t& message) {
  return message.err == RD_KAFKA_RESP_ERR_NO_ERROR;
}

TopicPartition PartitionOf(const rd_kafka_message_t& message) {
  return {rd_kafka_topic_name(message.rkt), message.partition};
}

// The consumer's queue, through which errors come too from here on.
rd_kafka_queue_t* OnlyQueue(rd_kafka_t* consumer) {
  rd_kafka_poll_set_consumer(consumer);
  return rd_kafka_queue_get_consumer(consumer);
}

rd_kafka_topic_partition_t* Add(rd_kafka_topic_partition_list_t* list,
                                const TopicPartition& partition) {
  return rd_kafka_topic_partition_list_add(list, partition.topic.c_str(),
                                           partition.partition);
}

// Where the log has lost what was read before, if that is what librdkafka says;
// it has no other way to tell.
std::optional<UpstreamOffset> DivergedAt(absl::string_view reason) {
  if (absl::StrContains(reason, "No epoch found less or equal to")) {
    return UpstreamOffset(0);
  }
  constexpr absl::string_view kEnd = "broker end offset is ";
  if (!absl::StrContains(reason, "Partition log truncation detected")) {
    return std::nullopt;
  }
  const size_t begin = reason.find(kEnd);
  if (begin == absl::string_view::npos) return std::nullopt;
  const absl::string_view rest = reason.substr(begin + kEnd.size());
  int64_t end = 0;
  if (!absl::SimpleAtoi(rest.substr(0, rest.find(' ')), &end)) {
    return std::nullopt;
  }
  return UpstreamOffset(end);
}

// Topics that an Assign() asks leaders for by itself, one request each.
constexpr size_t kMaxLeaderQueries = 16;

// Makes librdkafka ask for the leaders of the positions' topics at once, by the
// handles that it makes for them. It would do so for all topics in one request,
// but only when its next round comes, up to a second later; which is better
// where there are many.
std::vector<TopicPtr> QueryLeaders(rd_kafka_t* consumer,
                                   absl::Span<const StartPosition> positions) {
  std::set<std::string> topics;
  for (const StartPosition& position : positions) {
    topics.insert(position.topic_partition.topic);
    if (topics.size() > kMaxLeaderQueries) return {};
  }
  std::vector<TopicPtr> handles;
  for (const std::string& topic : topics) {
    handles.emplace_back(rd_kafka_topic_new(consumer, topic.c_str(), nullptr));
  }
  return handles;
}

}  // namespace

absl::StatusOr<std::unique_ptr<KafkaRecordSource>> KafkaRecordSource::Create(
    const ClientSettings& settings, const SourceOptions& options) {
  const int64_t kbytes =
      std::max<int64_t>(1, options.max_buffered_bytes / 1024);
  // One answer may overshoot the buffer, so it must be a small part of it; the
  // default of 50 MB is 500 MB of small records once they are unpacked.
  const int64_t answer_bytes =
      std::max(kMinAnswerBytes, options.max_buffered_bytes / 4);
  absl::StatusOr<std::unique_ptr<Client>> client = Client::Create(
      ClientRole::kConsumer, settings,
      {{"client.id", options.client_id},
       {"isolation.level",
        options.read_committed ? "read_committed" : "read_uncommitted"},
       {"fetch.max.bytes", absl::StrCat(answer_bytes)},
       {"queued.max.messages.kbytes", absl::StrCat(kbytes)}});
  if (!client.ok()) return client.status();
  return absl::WrapUnique(new KafkaRecordSource(*std::move(client)));
}

KafkaRecordSource::KafkaRecordSource(std::unique_ptr<Client> client)
    : client_(std::move(client)),
      queue_(OnlyQueue(client_->handle())),
      polled_(kMaxRecordsPerPoll) {}

absl::Status KafkaRecordSource::Assign(
    absl::Span<const StartPosition> positions) {
  std::vector<TopicPartition> again;
  PartitionListPtr list(
      rd_kafka_topic_partition_list_new(static_cast<int>(positions.size())));
  for (const StartPosition& position : positions) {
    if (positions_.contains(position.topic_partition)) {
      again.push_back(position.topic_partition);
    }
    rd_kafka_topic_partition_t* start =
        Add(list.get(), position.topic_partition);
    start->offset = position.offset.value();
    rd_kafka_topic_partition_set_leader_epoch(start, position.leader_epoch);
  }
  // A seek would not revive a partition that has stopped with an error.
  if (absl::Status status = Unassign(again); !status.ok()) return status;
  const auto handles = QueryLeaders(client_->handle(), positions);
  ErrorPtr error(rd_kafka_incremental_assign(client_->handle(), list.get()));
  if (error != nullptr) {
    return KafkaError(error.get(), client_->Context("assign"));
  }
  for (const StartPosition& position : positions) {
    positions_[position.topic_partition] = {position.offset, position.topic_id};
  }
  ids_seen_ = 0;
  return absl::OkStatus();
}

absl::Status KafkaRecordSource::Unassign(
    absl::Span<const TopicPartition> partitions) {
  PartitionListPtr list(
      rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size())));
  for (const TopicPartition& partition : partitions) {
    if (positions_.erase(partition) > 0) Add(list.get(), partition);
  }
  if (list->cnt == 0) return absl::OkStatus();
  // Once this returns, what was fetched before is outdated to librdkafka and
  // never leaves its queue.
  ErrorPtr error(rd_kafka_incremental_unassign(client_->handle(), list.get()));
  return KafkaError(error.get(), client_->Context("unassign"));
}

absl::Status KafkaRecordSource::Poll(absl::Duration timeout, Fetched* fetched) {
  // A batch call waits until it is full, so one message is awaited first.
  rd_kafka_message_t* first = rd_kafka_consume_queue(
      queue_.get(), static_cast<int>(absl::ToInt64Milliseconds(timeout)));
  size_t count = 0;
  if (first != nullptr) {
    polled_[count++] = first;
    const ssize_t more = rd_kafka_consume_batch_queue(
        queue_.get(), 0, polled_.data() + 1, polled_.size() - 1);
    if (more > 0) count += static_cast<size_t>(more);
  }
  ReportRecreated(fetched);
  for (size_t begin = 0, end = 0; begin < count; begin = end) {
    end = begin + 1;
    if (!IsRecord(*polled_[begin])) {
      Report(MessagePtr(polled_[begin]), fetched);
      continue;
    }
    while (end < count && IsRecord(*polled_[end]) &&
           BelongTogether(*polled_[begin], *polled_[end])) {
      ++end;
    }
    Deliver(absl::MakeConstSpan(polled_.data() + begin, end - begin), fetched);
  }
  client_->KeepCredentialsFresh();
  absl::Status error = client_->TakeError();
  if (!error.ok()) fetched->cluster_status = std::move(error);
  return client_->Fatal();
}

void KafkaRecordSource::Deliver(absl::Span<rd_kafka_message_t* const> messages,
                                Fetched* fetched) {
  auto batch = std::make_unique<KafkaRecordBatch>(
      PartitionOf(*messages.front()), messages);
  const auto position = positions_.find(batch->topic_partition());
  // Polled together with the error that has stopped the partition.
  if (position == positions_.end()) return;
  position->second.next = batch->last_offset() + 1;
  fetched->batches.push_back(std::move(batch));
}

void KafkaRecordSource::Report(MessagePtr message, Fetched* fetched) {
  if (message->rkt == nullptr) {
    client_->AddError(message->err, rd_kafka_message_errstr(message.get()));
    return;
  }
  PartitionEvent event;
  event.topic_partition = PartitionOf(*message);
  const auto position = positions_.find(event.topic_partition);
  if (position == positions_.end()) return;
  event.offset = message->offset >= 0 ? UpstreamOffset(message->offset)
                                      : position->second.next;
  if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    fetched->events.push_back(std::move(event));
    return;
  }
  const absl::string_view reason = rd_kafka_message_errstr(message.get());
  event.status = KafkaError(
      message->err,
      client_->Context(absl::StrCat(event.topic_partition.ToString(),
                                    " at offset ", event.offset.value())),
      reason);
  // librdkafka recovers from some errors and not from others; here a partition
  // either continues automatically or has stopped for good.
  if (IsRetriable(event.status)) {
    fetched->cluster_status = event.status;
    return;
  }
  event.diverged_at = DivergedAt(reason);
  Stop(std::move(event), fetched);
}

void KafkaRecordSource::ReportRecreated(Fetched* fetched) {
  const uint64_t version = client_->topic_ids().version();
  if (version == ids_seen_) return;
  ids_seen_ = version;
  std::vector<PartitionEvent> recreated;
  for (auto& [partition, position] : positions_) {
    const std::string id = client_->topic_ids().IdOf(partition.topic);
    if (position.topic_id.empty()) position.topic_id = id;
    if (id.empty() || position.topic_id == id) continue;
    PartitionEvent event;
    event.topic_partition = partition;
    event.offset = position.next;
    event.status = absl::FailedPreconditionError(client_->Context(absl::StrCat(
        "topic ", partition.topic, " was deleted and created again (id ",
        position.topic_id, ", now ", id, ")")));
    recreated.push_back(std::move(event));
  }
  for (PartitionEvent& event : recreated) Stop(std::move(event), fetched);
}

void KafkaRecordSource::Stop(PartitionEvent event, Fetched* fetched) {
  event.kind = PartitionEvent::Kind::kError;
  absl::Status status = Unassign({event.topic_partition});
  if (!status.ok()) fetched->cluster_status = std::move(status);
  fetched->events.push_back(std::move(event));
}

std::optional<PartitionBounds> KafkaRecordSource::Bounds(
    const TopicPartition& partition) {
  // librdkafka would take an interest in a partition it is asked about.
  if (!positions_.contains(partition)) return std::nullopt;
  int64_t start = -1;
  int64_t end = -1;
  if (rd_kafka_get_watermark_offsets(client_->handle(), partition.topic.c_str(),
                                     partition.partition, &start,
                                     &end) != RD_KAFKA_RESP_ERR_NO_ERROR ||
      start < 0 || end < 0) {
    return std::nullopt;
  }
  return PartitionBounds{UpstreamOffset(start), UpstreamOffset(end)};
}

}  // namespace mirror::internal
