// SPDX-License-Identifier: Apache-2.0
//
// RecordSink on librdkafka. Most flows have one producer. Others come when they
// are needed: one for records that may be rejected, so that a rejection does
// not hold up the rest, and one per class of topics that take smaller batches
// only, as librdkafka knows one batch.size per producer.

#ifndef MIRROR_KAFKA_KAFKA_RECORD_SINK_H_
#define MIRROR_KAFKA_KAFKA_RECORD_SINK_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mirror/cluster/cluster.h"
#include "mirror/cluster/record_sink.h"
#include "mirror/kafka/client.h"
#include "mirror/kafka/client_config.h"
#include "mirror/kafka/producer_lane.h"

namespace mirror::internal {

// The batch.size of the lane for batches of up to `max_batch_bytes`, where the
// first lane has `main_batch_size`; that if it will do.
int64_t LaneBatchSize(int64_t max_batch_bytes, int64_t main_batch_size);

// Thread safety, lifetime and errors: as RecordSink.
class KafkaRecordSink final : public RecordSink {
 public:
  static absl::StatusOr<std::unique_ptr<KafkaRecordSink>> Create(
      const ClientSettings& settings, const SinkOptions& options);

  using RecordSink::Send;
  absl::Status Send(const TopicPartition& target, RecordBatch* batch,
                    int64_t* next, const SendOptions& options) override;
  absl::Status Poll(absl::Duration timeout, std::vector<Ack>* acks) override;
  int64_t in_flight() const override { return load_.records; }
  absl::Status TakeClusterStatus() override;

  // For tests: how many producers there are.
  size_t producers() const { return 1 + others_.size(); }

 private:
  // Whether it is for probes, and its batch.size.
  using LaneKey = std::pair<bool, int64_t>;

  KafkaRecordSink(ClientSettings settings, SinkOptions options)
      : settings_(std::move(settings)), options_(std::move(options)) {}
  // Made on first use.
  absl::StatusOr<ProducerLane*> LaneFor(const SendOptions& options);

  const ClientSettings settings_;
  const SinkOptions options_;
  SinkLoad load_;
  // Destroyed in reverse order: those that wake main_ first.
  std::unique_ptr<ProducerLane> main_;
  int64_t main_batch_size_ = 0;
  std::map<LaneKey, std::unique_ptr<ProducerLane>> others_;
};

}  // namespace mirror::internal

#endif  // MIRROR_KAFKA_KAFKA_RECORD_SINK_H_
