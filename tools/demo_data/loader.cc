// SPDX-License-Identifier: Apache-2.0

#include "tools/demo_data/loader.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "mirror/cluster/errors.h"
#include "mirror/cluster/record_batch.h"

namespace mirror::demo {
namespace {

constexpr size_t kBatchRecords = 500;
constexpr int kTransactionTimeoutMs = 30'000;
constexpr int64_t kTransactions = 20;

// Hands `records` to the sink, as often as it takes.
absl::Status SendAll(RecordSink* sink, const TopicPartition& target,
                     std::vector<Record> records) {
  OwnedRecordBatch batch(target, std::move(records));
  int64_t next = 0;
  while (next < batch.count()) {
    absl::Status status = sink->Send(target, &batch, &next);
    std::vector<Ack> acks;
    if (status.ok() || internal::IsRetriable(status) ||
        absl::IsNotFound(status)) {
      status =
          sink->Poll(absl::Milliseconds(next < batch.count() ? 10 : 0), &acks);
    }
    for (const Ack& ack : acks) status.Update(ack.status);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status TakeError(rd_kafka_error_t* error, const char* doing) {
  if (error == nullptr) return absl::OkStatus();
  absl::Status status = absl::UnavailableError(
      absl::StrCat(doing, ": ", rd_kafka_error_string(error)));
  rd_kafka_error_destroy(error);
  return status;
}

using Producer = std::unique_ptr<rd_kafka_t, void (*)(rd_kafka_t*)>;

absl::StatusOr<Producer> NewTransactionalProducer(
    const std::string& bootstrap_servers) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  char why[512] = "";
  for (const auto& [name, value] :
       {std::pair("bootstrap.servers", bootstrap_servers.c_str()),
        std::pair("transactional.id", "demo-payments"),
        std::pair("linger.ms", "20")}) {
    rd_kafka_conf_set(conf, name, value, why, sizeof(why));
  }
  rd_kafka_t* rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof(why));
  if (rk == nullptr) {
    rd_kafka_conf_destroy(conf);
    return absl::InvalidArgumentError(why);
  }
  Producer producer(rk, rd_kafka_destroy);
  absl::Status status =
      TakeError(rd_kafka_init_transactions(rk, kTransactionTimeoutMs),
                "starting transactions");
  if (!status.ok()) return status;
  return producer;
}

absl::Status Produce(rd_kafka_t* producer, const SampleTopic& topic,
                     int64_t index, const Record& record) {
  rd_kafka_headers_t* headers = rd_kafka_headers_new(record.headers.size());
  for (const Header& header : record.headers) {
    rd_kafka_header_add(headers, header.key.data(), -1, header.value->data(),
                        static_cast<ssize_t>(header.value->size()));
  }
  const rd_kafka_resp_err_t code = rd_kafka_producev(
      producer, RD_KAFKA_V_TOPIC(topic.name.c_str()),
      RD_KAFKA_V_PARTITION(SamplePartition(topic, record, index)),
      RD_KAFKA_V_KEY(record.key->data(), record.key->size()),
      RD_KAFKA_V_VALUE(const_cast<char*>(record.value->data()),
                       record.value->size()),
      RD_KAFKA_V_TIMESTAMP(record.timestamp_ms), RD_KAFKA_V_HEADERS(headers),
      RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY | RD_KAFKA_MSG_F_BLOCK),
      RD_KAFKA_V_END);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return absl::OkStatus();
  rd_kafka_headers_destroy(headers);
  return absl::UnavailableError(
      absl::StrCat("writing ", topic.name, ": ", rd_kafka_err2str(code)));
}

// Writes records [begin, end) in a transaction and commits or aborts it.
absl::Status RunTransaction(rd_kafka_t* producer, const SampleTopic& topic,
                            int64_t begin, int64_t end, int64_t end_ms,
                            bool commit) {
  absl::Status status = TakeError(rd_kafka_begin_transaction(producer),
                                  "beginning a transaction");
  for (int64_t i = begin; status.ok() && i < end; ++i) {
    status = Produce(producer, topic, i, SampleRecord(topic, i, end_ms));
  }
  if (!status.ok()) return status;
  if (commit) {
    return TakeError(
        rd_kafka_commit_transaction(producer, kTransactionTimeoutMs),
        "committing a transaction");
  }
  // Aborting drops what is still queued; this is about what is in the log.
  rd_kafka_flush(producer, kTransactionTimeoutMs);
  return TakeError(rd_kafka_abort_transaction(producer, kTransactionTimeoutMs),
                   "aborting a transaction");
}

}  // namespace

absl::Status AwaitCluster(Cluster* cluster, absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  auto admin = cluster->NewAdmin("demo");
  if (!admin.ok()) return admin.status();
  while (true) {
    const absl::Status status = (*admin)->ClusterId().status();
    if (status.ok()) return status;
    if (absl::Now() >= deadline) {
      return absl::DeadlineExceededError(
          absl::StrCat("cluster ", cluster->alias(), " did not answer within ",
                       absl::FormatDuration(timeout), ": ", status.message()));
    }
    absl::SleepFor(absl::Milliseconds(100));
  }
}

absl::Status CreateSampleTopics(Cluster* cluster,
                                const std::vector<SampleTopic>& topics) {
  auto admin = cluster->NewAdmin("demo");
  if (!admin.ok()) return admin.status();
  std::vector<NewTopic> wanted;
  for (const SampleTopic& topic : topics) {
    wanted.push_back({topic.name, topic.partitions, -1, topic.configs});
  }
  absl::Status status;
  for (const absl::Status& one : (*admin)->CreateTopics(wanted)) {
    status.Update(one);
  }
  return status;
}

absl::Status LoadTopic(Cluster* cluster, const SampleTopic& topic,
                       int64_t end_ms) {
  auto sink = cluster->NewSink({"demo", 64 << 20});
  if (!sink.ok()) return sink.status();
  std::vector<std::vector<Record>> pending(topic.partitions);
  absl::Status status;
  for (int64_t i = 0; status.ok() && i < topic.records; ++i) {
    Record record = SampleRecord(topic, i, end_ms);
    const int32_t partition = SamplePartition(topic, record, i);
    pending[partition].push_back(std::move(record));
    if (pending[partition].size() == kBatchRecords) {
      status = SendAll(sink->get(), {topic.name, partition},
                       std::exchange(pending[partition], {}));
    }
  }
  for (int32_t p = 0; status.ok() && p < topic.partitions; ++p) {
    if (pending[p].empty()) continue;
    status = SendAll(sink->get(), {topic.name, p}, std::move(pending[p]));
  }
  while (status.ok() && (*sink)->in_flight() > 0) {
    std::vector<Ack> acks;
    status = (*sink)->Poll(absl::Milliseconds(100), &acks);
    for (const Ack& ack : acks) status.Update(ack.status);
  }
  return internal::Annotate(status, absl::StrCat("loading topic ", topic.name));
}

absl::StatusOr<int64_t> LoadInTransactions(const std::string& bootstrap_servers,
                                           const SampleTopic& topic,
                                           int64_t end_ms) {
  absl::StatusOr<Producer> producer =
      NewTransactionalProducer(bootstrap_servers);
  if (!producer.ok()) return producer.status();
  const int64_t step = std::max<int64_t>(1, topic.records / kTransactions);
  int64_t aborted = 0;
  for (int64_t begin = 0; begin < topic.records; begin += step) {
    const int64_t end = std::min(begin + step, topic.records);
    if (begin / step % 5 == 0) {
      absl::Status status = RunTransaction(producer->get(), topic, begin, end,
                                           end_ms, /*commit=*/false);
      if (!status.ok()) return status;
      aborted += end - begin;
    }
    absl::Status status = RunTransaction(producer->get(), topic, begin, end,
                                         end_ms, /*commit=*/true);
    if (!status.ok()) return status;
  }
  return aborted;
}

}  // namespace mirror::demo
