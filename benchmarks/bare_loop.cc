// SPDX-License-Identifier: Apache-2.0

#include <librdkafka/rdkafka.h>

#include <array>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "benchmarks/data_path.h"

namespace mirror::benchmark {
namespace {

constexpr int kPollMs = 20;
constexpr size_t kMaxRecordsPerPoll = 4096;

using Client = std::unique_ptr<rd_kafka_t, void (*)(rd_kafka_t*)>;
using Setting = std::pair<const char*, std::string>;

// As mirror/kafka/client_config.cc sets them.
const std::initializer_list<Setting> kConsumer = {
    {"group.id", "bare"},
    {"queued.min.messages", "10000"},
    {"queued.max.messages.kbytes", "32768"},
    {"fetch.queue.backoff.ms", "5"},
    {"isolation.level", "read_committed"},
    {"enable.auto.commit", "false"},
    {"enable.auto.offset.store", "false"},
    {"auto.offset.reset", "error"},
};
const std::initializer_list<Setting> kProducer = {
    {"linger.ms", "1"},
    {"enable.idempotence", "true"},
    {"acks", "all"},
    {"message.timeout.ms", "0"},
    {"message.max.bytes", "1000000000"},
    {"queue.buffering.max.kbytes", "32768"},
};

absl::StatusOr<Client> NewClient(rd_kafka_type_t type,
                                 const std::string& servers,
                                 std::initializer_list<Setting> settings) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  char why[512] = "";
  rd_kafka_conf_set(conf, "bootstrap.servers", servers.c_str(), nullptr, 0);
  rd_kafka_conf_set(conf, "socket.nagle.disable", "true", nullptr, 0);
  for (const auto& [name, value] : settings) {
    if (rd_kafka_conf_set(conf, name, value.c_str(), why, sizeof(why)) !=
        RD_KAFKA_CONF_OK) {
      rd_kafka_conf_destroy(conf);
      return absl::InvalidArgumentError(why);
    }
  }
  if (type == RD_KAFKA_PRODUCER) {
    rd_kafka_conf_set_events(conf, RD_KAFKA_EVENT_DR);
  }
  rd_kafka_t* client = rd_kafka_new(type, conf, why, sizeof(why));
  if (client != nullptr) return Client(client, rd_kafka_destroy);
  rd_kafka_conf_destroy(conf);
  return absl::InvalidArgumentError(why);
}

void AssignAll(rd_kafka_t* consumer, const CopyJob& job) {
  rd_kafka_topic_partition_list_t* list =
      rd_kafka_topic_partition_list_new(job.partitions);
  for (int32_t i = 0; i < job.partitions; ++i) {
    rd_kafka_topic_partition_list_add(list, job.topic.c_str(), i)->offset = 0;
  }
  rd_kafka_assign(consumer, list);
  rd_kafka_topic_partition_list_destroy(list);
}

// Whether there was room for it.
bool Forward(rd_kafka_t* producer, rd_kafka_topic_t* topic,
             rd_kafka_message_t* message) {
  rd_kafka_headers_t* headers = nullptr;
  rd_kafka_message_detach_headers(message, &headers);
  rd_kafka_vu_t units[8] = {};
  units[0].vtype = RD_KAFKA_VTYPE_RKT;
  units[0].u.rkt = topic;
  units[1].vtype = RD_KAFKA_VTYPE_PARTITION;
  units[1].u.i32 = message->partition;
  units[2].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  units[2].u.i = RD_KAFKA_MSG_F_COPY;
  units[3].vtype = RD_KAFKA_VTYPE_KEY;
  units[3].u.mem = {message->key, message->key_len};
  units[4].vtype = RD_KAFKA_VTYPE_VALUE;
  units[4].u.mem = {message->payload, message->len};
  units[5].vtype = RD_KAFKA_VTYPE_TIMESTAMP;
  units[5].u.i64 = rd_kafka_message_timestamp(message, nullptr);
  units[6].vtype = RD_KAFKA_VTYPE_OPAQUE;
  units[6].u.ptr = reinterpret_cast<void*>(message->offset);
  units[7].vtype = RD_KAFKA_VTYPE_HEADERS;
  units[7].u.headers = headers;
  rd_kafka_error_t* error =
      rd_kafka_produceva(producer, units, headers == nullptr ? 7 : 8);
  if (error == nullptr) return true;
  if (headers != nullptr) rd_kafka_message_set_headers(message, headers);
  rd_kafka_error_destroy(error);
  return false;
}

// Adds to `*acked` what has arrived. Waits at most `timeout_ms`.
absl::Status TakeReports(rd_kafka_queue_t* reports, int timeout_ms,
                         int64_t* acked) {
  while (rd_kafka_event_t* event = rd_kafka_queue_poll(reports, timeout_ms)) {
    timeout_ms = 0;
    while (const rd_kafka_message_t* report =
               rd_kafka_event_message_next(event)) {
      if (report->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        absl::Status status =
            absl::UnavailableError(rd_kafka_err2str(report->err));
        rd_kafka_event_destroy(event);
        return status;
      }
      ++*acked;
    }
    rd_kafka_event_destroy(event);
  }
  return absl::OkStatus();
}

absl::Status Loop(const CopyJob& job, rd_kafka_queue_t* records,
                  rd_kafka_t* producer, rd_kafka_topic_t* topic,
                  rd_kafka_queue_t* reports, Stopwatch* watch) {
  std::array<rd_kafka_message_t*, kMaxRecordsPerPoll> polled;
  int64_t acked = 0;
  while (acked < job.records) {
    // A batch call waits until it is full, so one message is awaited first.
    size_t count = 0;
    if ((polled[0] = rd_kafka_consume_queue(records, kPollMs)) != nullptr) {
      const ssize_t more = rd_kafka_consume_batch_queue(
          records, 0, polled.data() + 1, polled.size() - 1);
      count = 1 + static_cast<size_t>(more > 0 ? more : 0);
    }
    absl::Status status;
    for (size_t i = 0; i < count; ++i) {
      if (polled[i]->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        status.Update(absl::UnavailableError(
            absl::StrCat("reading: ", rd_kafka_message_errstr(polled[i]))));
      }
      while (status.ok() && !Forward(producer, topic, polled[i])) {
        status = TakeReports(reports, kPollMs, &acked);
      }
      rd_kafka_message_destroy(polled[i]);
    }
    if (status.ok()) status = TakeReports(reports, 0, &acked);
    if (!status.ok()) return status;
    watch->Note(acked);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Stopwatch> CopyBare(const CopyJob& job) {
  absl::Status status =
      CreateTopic(job.target, job.target_topic(), job.partitions);
  if (!status.ok()) return status;
  Stopwatch watch;
  auto consumer = NewClient(RD_KAFKA_CONSUMER, job.source, kConsumer);
  if (!consumer.ok()) return consumer.status();
  auto producer = NewClient(RD_KAFKA_PRODUCER, job.target, kProducer);
  if (!producer.ok()) return producer.status();
  rd_kafka_topic_t* topic =
      rd_kafka_topic_new(producer->get(), job.target_topic().c_str(), nullptr);
  // produceva() refuses partitions that it has not heard of.
  const rd_kafka_metadata_t* metadata = nullptr;
  rd_kafka_metadata(producer->get(), 0, topic, &metadata, 10'000);
  if (metadata != nullptr) rd_kafka_metadata_destroy(metadata);
  rd_kafka_poll_set_consumer(consumer->get());
  rd_kafka_queue_t* records = rd_kafka_queue_get_consumer(consumer->get());
  rd_kafka_queue_t* reports = rd_kafka_queue_get_main(producer->get());
  AssignAll(consumer->get(), job);
  status = Loop(job, records, producer->get(), topic, reports, &watch);
  rd_kafka_queue_destroy(reports);
  rd_kafka_queue_destroy(records);
  rd_kafka_topic_destroy(topic);
  if (!status.ok()) return status;
  return watch;
}

}  // namespace mirror::benchmark
