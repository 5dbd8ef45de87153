// SPDX-License-Identifier: Apache-2.0
//
// RecordSink on an idempotent librdkafka producer. Delivery reports carry the
// source offset in their opaque pointer, so nothing is allocated per record.

#ifndef MIRROR_KAFKA_KAFKA_RECORD_SINK_H_
#define MIRROR_KAFKA_KAFKA_RECORD_SINK_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mirror/cluster/cluster.h"
#include "mirror/cluster/record_sink.h"
#include "mirror/kafka/client.h"
#include "mirror/kafka/handles.h"

namespace mirror::internal {

// Thread safety, lifetime and errors: as RecordSink.
class KafkaRecordSink final : public RecordSink {
 public:
  static absl::StatusOr<std::unique_ptr<KafkaRecordSink>> Create(
      const ClientSettings& settings, const SinkOptions& options);
  ~KafkaRecordSink() override;

  absl::Status Send(const TopicPartition& target, RecordBatch* batch,
                    int64_t* next) override;
  absl::Status Poll(absl::Duration timeout, std::vector<Ack>* acks) override;
  int64_t in_flight() const override { return in_flight_; }
  absl::Status TakeClusterStatus() override {
    return client_->TakeTrouble().status;
  }

 private:
  explicit KafkaRecordSink(std::unique_ptr<Client> client);

  // The handle of a topic, made on first use; null if the name is refused.
  rd_kafka_topic_t* Topic(const std::string& name);
  // One record, with `headers` given over on success only.
  ErrorPtr Produce(rd_kafka_topic_t* topic, int32_t partition,
                   const rd_kafka_message_t& record, int64_t timestamp_ms,
                   rd_kafka_headers_t* headers);
  ErrorPtr Forward(rd_kafka_topic_t* topic, int32_t partition,
                   rd_kafka_message_t* message);
  ErrorPtr Forward(rd_kafka_topic_t* topic, int32_t partition,
                   const Record& record);
  absl::Status SendError(const rd_kafka_error_t& error,
                         const TopicPartition& target, rd_kafka_topic_t* topic);
  absl::Status ReportStatus(const rd_kafka_message_t& report,
                            const TopicPartition& target);
  // Adds the reports of one event to `*acks`, from index `begin` on merged.
  void AddAcks(rd_kafka_event_t* event, size_t begin, std::vector<Ack>* acks);

  // Destroyed in reverse order: the client last.
  const std::unique_ptr<Client> client_;
  const QueuePtr queue_;
  absl::flat_hash_map<std::string, TopicPtr> topics_;
  int64_t in_flight_ = 0;
};

}  // namespace mirror::internal

#endif  // MIRROR_KAFKA_KAFKA_RECORD_SINK_H_
