// SPDX-License-Identifier: Apache-2.0

#include "mirror/kafka/producer_lane.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "mirror/kafka/error.h"
#include "mirror/kafka/kafka_record_batch.h"
#include "mirror/model/record.h"
#include "mirror/runtime/clock.h"

namespace mirror::internal {
namespace {

// Between two questions for the same topic.
constexpr absl::Duration kAskInterval = absl::Milliseconds(100);

// librdkafka's own bytes per queued record, and the allocator's.
constexpr int64_t kOverheadBytes = 200;

// No code that a delivery report has.
constexpr rd_kafka_resp_err_t kNone = RD_KAFKA_RESP_ERR__BEGIN;

rd_kafka_vu_t Unit(rd_kafka_vtype_t type) {
  rd_kafka_vu_t unit = {};
  unit.vtype = type;
  return unit;
}

// Set in a report's opaque if the record was written with another timestamp; no
// offset reaches so far.
constexpr int64_t kRetimed = int64_t{1} << 62;

// What a record costs in the producer's queue, but for its headers. Small ones
// are mostly overhead, and a buffer counted without it takes several times the
// memory it names.
int64_t Size(const rd_kafka_message_t& message) {
  return static_cast<int64_t>(message.key_len + message.len) + kOverheadBytes;
}

// A null pointer means null, any other with size 0 empty.
void SetBytes(const std::optional<std::string>& bytes, void** data,
              size_t* size) {
  if (!bytes.has_value()) return;
  *data = const_cast<char*>(bytes->data());
  *size = bytes->size();
}

HeadersPtr NewHeaders(const std::vector<Header>& headers) {
  if (headers.empty()) return nullptr;
  HeadersPtr list(rd_kafka_headers_new(headers.size()));
  for (const Header& header : headers) {
    void* value = nullptr;
    size_t size = 0;
    SetBytes(header.value, &value, &size);
    rd_kafka_header_add(list.get(), header.key.data(),
                        static_cast<ssize_t>(header.key.size()), value,
                        static_cast<ssize_t>(size));
  }
  return list;
}

Rejection RejectionOf(rd_kafka_resp_err_t outcome) {
  switch (outcome) {
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
      return Rejection::kTooLarge;
    case RD_KAFKA_RESP_ERR__INVALID_DIFFERENT_RECORD:
      return Rejection::kNeighbour;
    default:
      return absl::IsInvalidArgument(KafkaError(outcome, ""))
                 ? Rejection::kBatch
                 : Rejection::kNone;
  }
}

// Whether `report` is about the record after those of `ack`.
bool Continues(const Ack& ack, const rd_kafka_message_t& report,
               int64_t upstream) {
  return ack.first.value() + ack.count == upstream &&
         (!ack.status.ok() || ack.base.value() + ack.count == report.offset);
}

}  // namespace

absl::StatusOr<std::unique_ptr<ProducerLane>> ProducerLane::Create(
    ClientSettings settings, const std::string& client_id,
    const Properties& forced, SinkLoad* load) {
  for (const auto& [name, value] : forced) settings.properties[name] = value;
  // Bytes are counted here: librdkafka would never take a record that is larger
  // than its limit, and small records would reach its limit on records first.
  absl::StatusOr<std::unique_ptr<Client>> client =
      Client::Create(ClientRole::kProducer, settings,
                     {{"client.id", client_id},
                      {"queue.buffering.max.kbytes", "2147483647"},
                      {"queue.buffering.max.messages", "0"}});  // no limit
  if (!client.ok()) return client.status();
  return absl::WrapUnique(new ProducerLane(*std::move(client), load));
}

ProducerLane::ProducerLane(std::shared_ptr<Client> client, SinkLoad* load)
    : client_(std::move(client)),
      reports_(rd_kafka_queue_get_main(client_->handle())),
      answers_(rd_kafka_queue_new(client_->handle())),
      load_(load) {}

ProducerLane::~ProducerLane() {
  rd_kafka_queue_cb_event_enable(reports_.get(), nullptr, nullptr);
  // What waits for a broker would otherwise hold up the end of the client.
  Purge();
}

void ProducerLane::Purge() {
  rd_kafka_purge(client_->handle(), RD_KAFKA_PURGE_F_QUEUE |
                                        RD_KAFKA_PURGE_F_INFLIGHT |
                                        RD_KAFKA_PURGE_F_NON_BLOCKING);
}

int64_t ProducerLane::Setting(const char* name) const {
  char text[32] = "";
  size_t size = sizeof(text);
  int64_t number = 0;
  if (rd_kafka_conf_get(rd_kafka_conf(client_->handle()), name, text, &size) !=
          RD_KAFKA_CONF_OK ||
      !absl::SimpleAtoi(text, &number)) {
    return 0;
  }
  return number;
}

void ProducerLane::Wake(ProducerLane* other) {
  // Asks the other lane's Poll() to return; both are sticky, so that neither
  // can be missed.
  rd_kafka_queue_cb_event_enable(
      reports_.get(),
      [](rd_kafka_t*, void* queue) {
        rd_kafka_queue_yield(static_cast<rd_kafka_queue_t*>(queue));
      },
      other->reports_.get());
}

ProducerLane::Topic* ProducerLane::FindTopic(const std::string& name) {
  std::unique_ptr<Topic>& topic = topics_[name];
  if (topic == nullptr) topic = std::make_unique<Topic>();
  if (topic->handle == nullptr) {
    topic->handle.reset(
        rd_kafka_topic_new(client_->handle(), name.c_str(), nullptr));
  }
  return topic->handle == nullptr ? nullptr : topic.get();
}

bool ProducerLane::Knows(Topic* topic, int32_t partition) {
  if (partition < topic->partitions) return true;
  TakeAnswers();
  if (partition < topic->partitions) return true;
  Ask(topic);
  return false;
}

void ProducerLane::Ask(Topic* topic) {
  const absl::Time now = Clock::System()->Now();
  if (topic->asking || now < topic->asked + kAskInterval) return;
  topic->asking = true;
  topic->asked = now;
  const char* name = rd_kafka_topic_name(topic->handle.get());
  TopicCollectionPtr names(rd_kafka_TopicCollection_of_topic_names(&name, 1));
  AdminOptionsPtr options(rd_kafka_AdminOptions_new(
      client_->handle(), RD_KAFKA_ADMIN_OP_DESCRIBETOPICS));
  rd_kafka_AdminOptions_set_opaque(options.get(), topic);
  // The answer also tells the producer itself about the topic.
  rd_kafka_DescribeTopics(client_->handle(), names.get(), options.get(),
                          answers_.get());
}

void ProducerLane::TakeAnswers() {
  while (EventPtr event{rd_kafka_queue_poll(answers_.get(), 0)}) {
    auto* topic = static_cast<Topic*>(rd_kafka_event_opaque(event.get()));
    topic->asking = false;
    size_t count = 0;
    if (rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
      continue;
    }
    const auto* descriptions = rd_kafka_DescribeTopics_result_topics(
        rd_kafka_event_DescribeTopics_result(event.get()), &count);
    for (size_t i = 0; i < count; ++i) {
      size_t partitions = 0;
      rd_kafka_TopicDescription_partitions(descriptions[i], &partitions);
      topic->partitions = static_cast<int32_t>(partitions);
      topic->refusal = KafkaError(
          rd_kafka_TopicDescription_error(descriptions[i]),
          client_->Context(absl::StrCat(
              "topic ", rd_kafka_TopicDescription_name(descriptions[i]))));
    }
  }
}

absl::Status ProducerLane::Send(const TopicPartition& target,
                                RecordBatch* batch, int64_t* next, int64_t end,
                                int64_t max_buffered_bytes) {
  max_buffered_bytes_ = max_buffered_bytes;
  Topic* topic = FindTopic(target.topic);
  if (topic == nullptr) {
    return KafkaError(rd_kafka_last_error(),
                      client_->Context(target.ToString()));
  }
  if (!Knows(topic, target.partition)) {
    if (!topic->refusal.ok()) return topic->refusal;
    return KafkaError(RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION,
                      client_->Context(target.ToString()),
                      "the cluster has no such topic or partition, as far as "
                      "is known yet");
  }
  rd_kafka_topic_t* handle = topic->handle.get();
  const auto* consumed = dynamic_cast<const KafkaRecordBatch*>(batch);
  const auto* owned = dynamic_cast<const OwnedRecordBatch*>(batch);
  for (; *next < std::min(end, batch->count()); ++*next, ++load_->records) {
    const ErrorPtr error =
        consumed != nullptr
            ? Forward(handle, target.partition, consumed->message(*next))
        : owned != nullptr
            ? Forward(handle, target.partition, owned->records()[*next])
            : Forward(handle, target.partition, batch->ToRecord(*next));
    if (error == nullptr) continue;
    const rd_kafka_resp_err_t code = rd_kafka_error_code(error.get());
    if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL) return absl::OkStatus();
    if (!client_->Fatal().ok()) return absl::OkStatus();  // Poll() returns it
    absl::Status status =
        KafkaError(error.get(), client_->Context(target.ToString()));
    if (absl::IsNotFound(status)) topic->partitions = 0;
    if (code != RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) return status;
    return absl::InvalidArgumentError(absl::StrCat(
        client_->Context(target.ToString()), ": it has ",
        batch->BoundsAt(*next).bytes, " bytes, and this client may send ",
        Setting("message.max.bytes"),
        "; raise max.request.size (message.max.bytes) of the producer"));
  }
  return absl::OkStatus();
}

ErrorPtr ProducerLane::Forward(rd_kafka_topic_t* topic, int32_t partition,
                               rd_kafka_message_t* message) {
  rd_kafka_timestamp_type_t type;
  const int64_t timestamp_ms = rd_kafka_message_timestamp(message, &type);
  const int64_t size = Size(*message) + HeaderBytes(*message);
  rd_kafka_headers_t* headers = nullptr;
  // Handed over as they are: order, duplicates and names with a NUL stay.
  rd_kafka_message_detach_headers(message, &headers);
  ErrorPtr error =
      Produce(topic, partition, *message, size, timestamp_ms, headers);
  if (error != nullptr && headers != nullptr) {
    rd_kafka_message_set_headers(message, headers);  // for the next attempt
  }
  return error;
}

ErrorPtr ProducerLane::Forward(rd_kafka_topic_t* topic, int32_t partition,
                               const Record& record) {
  rd_kafka_message_t message = {};
  message.offset = record.offset.value();
  SetBytes(record.key, &message.key, &message.key_len);
  SetBytes(record.value, &message.payload, &message.len);
  int64_t size = Size(message);
  for (const Header& header : record.headers) {
    size += static_cast<int64_t>(header.key.size()) + kHeaderBytes;
    if (header.value.has_value()) {
      size += static_cast<int64_t>(header.value->size());
    }
  }
  HeadersPtr headers = NewHeaders(record.headers);
  ErrorPtr error = Produce(topic, partition, message, size, record.timestamp_ms,
                           headers.get());
  if (error == nullptr) headers.release();
  return error;
}

ErrorPtr ProducerLane::Produce(rd_kafka_topic_t* topic, int32_t partition,
                               const rd_kafka_message_t& record, int64_t size,
                               int64_t timestamp_ms,
                               rd_kafka_headers_t* headers) {
  // A large record must not wait until nothing at all is buffered.
  const bool has_room = load_->bytes + size <= max_buffered_bytes_ ||
                        load_->bytes <= max_buffered_bytes_ / 2;
  if (!has_room) {
    return ErrorPtr(rd_kafka_error_new(RD_KAFKA_RESP_ERR__QUEUE_FULL, nullptr));
  }
  rd_kafka_vu_t units[] = {
      Unit(RD_KAFKA_VTYPE_RKT),       Unit(RD_KAFKA_VTYPE_PARTITION),
      Unit(RD_KAFKA_VTYPE_MSGFLAGS),  Unit(RD_KAFKA_VTYPE_KEY),
      Unit(RD_KAFKA_VTYPE_VALUE),     Unit(RD_KAFKA_VTYPE_OPAQUE),
      Unit(RD_KAFKA_VTYPE_TIMESTAMP), Unit(RD_KAFKA_VTYPE_HEADERS),
  };
  units[0].u.rkt = topic;
  units[1].u.i32 = partition;
  // A copy, because a value lent to the producer would keep the source's whole
  // fetched batch alive, and the source itself, until its report.
  units[2].u.i = RD_KAFKA_MSG_F_COPY;
  units[3].u.mem = {record.key, record.key_len};
  units[4].u.mem = {record.payload, record.len};
  // To librdkafka 0 means now; one millisecond late is the lesser evil.
  const bool retimed = timestamp_ms == 0;
  units[5].u.ptr =
      reinterpret_cast<void*>(record.offset | (retimed ? kRetimed : 0));
  units[6].u.i64 = retimed ? 1 : timestamp_ms;
  units[7].u.headers = headers;
  const size_t count = std::size(units) - (headers == nullptr ? 1 : 0);
  ErrorPtr error(rd_kafka_produceva(client_->handle(), units, count));
  if (error == nullptr) load_->bytes += size;
  return error;
}

absl::Status ProducerLane::Poll(absl::Duration timeout,
                                std::vector<Ack>* acks) {
  const size_t begin = acks->size();
  int timeout_ms = static_cast<int>(absl::ToInt64Milliseconds(timeout));
  while (EventPtr event{rd_kafka_queue_poll(reports_.get(), timeout_ms)}) {
    if (rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_DR) {
      AddAcks(event.get(), begin, acks);
      timeout_ms = 0;
    } else if (rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_ERROR) {
      client_->AddError(rd_kafka_event_error(event.get()),
                        rd_kafka_event_error_string(event.get()));
    }
  }
  client_->KeepCredentialsFresh();
  return client_->Fatal();
}

void ProducerLane::AddAcks(rd_kafka_event_t* event, size_t begin,
                           std::vector<Ack>* acks) {
  // An event holds reports of one partition.
  const rd_kafka_message_t* report = rd_kafka_event_message_next(event);
  if (report == nullptr) return;
  const TopicPartition target = {rd_kafka_topic_name(report->rkt),
                                 report->partition};
  rd_kafka_resp_err_t last = acks->size() > begin && acks->back().status.ok() &&
                                     acks->back().target == target
                                 ? RD_KAFKA_RESP_ERR_NO_ERROR
                                 : kNone;
  const size_t own = acks->size();
  bool names_culprits = false;
  for (; report != nullptr; report = rd_kafka_event_message_next(event)) {
    --load_->records;
    load_->bytes -= Size(*report) + HeaderBytes(*report);
    const auto opaque = reinterpret_cast<int64_t>(report->_private);
    const int64_t upstream = opaque & ~kRetimed;
    const int64_t retimed = upstream == opaque ? 0 : 1;
    const rd_kafka_resp_err_t outcome = DeliveryOutcome(*report);
    if (outcome == last && Continues(acks->back(), *report, upstream)) {
      ++acks->back().count;
      acks->back().retimed += retimed;
      continue;
    }
    last = outcome;
    acks->push_back(
        {target, UpstreamOffset(upstream), DownstreamOffset(report->offset), 1,
         ReportStatus(*report, target), retimed, RejectionOf(outcome)});
    names_culprits |= acks->back().rejection == Rejection::kNeighbour;
  }
  // An event is of one batch. Brokers before 2.4 name no record.
  if (!names_culprits) return;
  for (size_t i = own; i < acks->size(); ++i) {
    Rejection& rejection = (*acks)[i].rejection;
    if (rejection == Rejection::kBatch) rejection = Rejection::kRecord;
  }
}

absl::Status ProducerLane::ReportStatus(const rd_kafka_message_t& report,
                                        const TopicPartition& target) {
  absl::Status status =
      DeliveryError(report, client_->Context(target.ToString()));
  // It was there when the record was sent.
  if (absl::IsNotFound(status)) FindTopic(target.topic)->partitions = 0;
  return status;
}

}  // namespace mirror::internal
