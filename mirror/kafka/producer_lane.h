// SPDX-License-Identifier: Apache-2.0
//
// One idempotent librdkafka producer: that of a KafkaTransactionalSink, or of a
// KafkaRecordSink, which may have several, as a permanent rejection makes
// librdkafka wait for everything in flight of its producer. Delivery reports
// carry the source offset in their opaque pointer, so nothing of ours is
// allocated per record. Partitions are looked up before the first record goes
// to them: the producer would take records for a topic that may never exist.

#ifndef MIRROR_KAFKA_PRODUCER_LANE_H_
#define MIRROR_KAFKA_PRODUCER_LANE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mirror/cluster/record_sink.h"
#include "mirror/kafka/client.h"
#include "mirror/kafka/client_config.h"
#include "mirror/kafka/handles.h"

namespace mirror::internal {

// What the lanes of a sink hold together.
struct SinkLoad {
  int64_t records = 0;
  int64_t bytes = 0;
};

// Thread safety and errors: as RecordSink.
// Lifetime: `load` must outlive the lane, and a lane those that Wake() it.
class ProducerLane {
 public:
  // `forced` are settings that hold instead of those in `settings`.
  static absl::StatusOr<std::unique_ptr<ProducerLane>> Create(
      ClientSettings settings, const std::string& client_id,
      const Properties& forced, SinkLoad* load);
  ~ProducerLane();

  // As RecordSink::Send(), up to index `end`, while the lanes hold no more than
  // `max_buffered_bytes`.
  absl::Status Send(const TopicPartition& target, RecordBatch* batch,
                    int64_t* next, int64_t end, int64_t max_buffered_bytes);
  absl::Status Poll(absl::Duration timeout, std::vector<Ack>* acks);
  absl::Status TakeClusterStatus() { return client_->TakeError(); }

  // Drops what was sent and is not acknowledged; Poll() says so.
  void Purge();
  // For calls on threads of their own, which may outlive the lane.
  const std::shared_ptr<Client>& client() const { return client_; }

  // Makes Poll() of `other` return when there is something to poll here.
  void Wake(ProducerLane* other);
  // A number among librdkafka's settings.
  int64_t Setting(const char* name) const;

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

  ProducerLane(std::shared_ptr<Client> client, SinkLoad* load);

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
  const std::shared_ptr<Client> client_;
  const QueuePtr reports_;
  const QueuePtr answers_;
  SinkLoad* const load_;
  int64_t max_buffered_bytes_ = 0;  // of the call to Send()
  // Pointers, because answers point at them.
  absl::flat_hash_map<std::string, std::unique_ptr<Topic>> topics_;
};

}  // namespace mirror::internal

#endif  // MIRROR_KAFKA_PRODUCER_LANE_H_
