// SPDX-License-Identifier: Apache-2.0
//
// RecordSink on an idempotent librdkafka producer. Delivery reports carry the
// source offset in their opaque pointer, so nothing of ours is allocated per
// record. Partitions are looked up before the first record goes to them: the
// producer would take records for a topic that may never exist.

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
  absl::Status TakeClusterStatus() override { return client_->TakeTrouble(); }

 private:
  struct Topic {
    TopicPtr handle;
    // How many partitions are known to be there.
    int32_t partitions = 0;
    // Why there are none; OK while that is not known.
    absl::Status refusal;
    bool asking = false;
    absl::Time asked = absl::InfinitePast();
  };

  KafkaRecordSink(std::unique_ptr<Client> client, int64_t max_buffered_bytes);

  // Made on first use; null if the name is refused.
  Topic* FindTopic(const std::string& name);
  // Whether the partition is there, as far as is known; asks if not.
  bool Knows(Topic* topic, int32_t partition);
  void Ask(Topic* topic);
  void TakeAnswers();

  // Each is one record, and `size` what it costs. Headers are given over on
  // success only.
  ErrorPtr Forward(rd_kafka_topic_t* topic, int32_t partition,
                   rd_kafka_message_t* message);
  ErrorPtr Forward(rd_kafka_topic_t* topic, int32_t partition,
                   const Record& record);
  ErrorPtr Produce(rd_kafka_topic_t* topic, int32_t partition,
                   const rd_kafka_message_t& record, int64_t size,
                   int64_t timestamp_ms, rd_kafka_headers_t* headers);

  // Adds the reports of one event to `*acks`, from index `begin` on merged.
  void AddAcks(rd_kafka_event_t* event, size_t begin, std::vector<Ack>* acks);
  absl::Status ReportStatus(const rd_kafka_message_t& report,
                            const TopicPartition& target);

  // Destroyed in reverse order: the client last.
  const std::unique_ptr<Client> client_;
  const QueuePtr reports_;
  const QueuePtr answers_;
  const int64_t max_buffered_bytes_;
  // Pointers, because answers point at them.
  absl::flat_hash_map<std::string, std::unique_ptr<Topic>> topics_;
  int64_t in_flight_ = 0;
  int64_t buffered_bytes_ = 0;
};

}  // namespace mirror::internal

#endif  // MIRROR_KAFKA_KAFKA_RECORD_SINK_H_
