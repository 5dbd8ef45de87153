// SPDX-License-Identifier: Apache-2.0
//
// RecordSource on a librdkafka consumer that joins no group: partitions are
// assigned with offsets of ours, and every reset of a position is an error to
// report.

#ifndef MIRROR_KAFKA_KAFKA_RECORD_SOURCE_H_
#define MIRROR_KAFKA_KAFKA_RECORD_SOURCE_H_

#include <memory>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "mirror/cluster/cluster.h"
#include "mirror/cluster/record_source.h"
#include "mirror/kafka/client.h"
#include "mirror/kafka/handles.h"
#include "mirror/model/offset.h"
#include "mirror/model/topic_partition.h"

namespace mirror::internal {

// Thread safety, lifetime and errors: as RecordSource.
class KafkaRecordSource final : public RecordSource {
 public:
  static absl::StatusOr<std::unique_ptr<KafkaRecordSource>> Create(
      const ClientSettings& settings, const SourceOptions& options);

  absl::Status Assign(absl::Span<const StartPosition> positions) override;
  absl::Status Unassign(absl::Span<const TopicPartition> partitions) override;
  absl::Status Poll(absl::Duration timeout, Fetched* fetched) override;
  std::optional<PartitionBounds> Bounds(
      const TopicPartition& partition) override;

 private:
  explicit KafkaRecordSource(std::unique_ptr<Client> client);

  // Hands over `messages`, all of them records of one partition.
  void Deliver(absl::Span<rd_kafka_message_t* const> messages,
               Fetched* fetched);
  // Reports, and destroys, a message that is no record.
  void Report(MessagePtr message, Fetched* fetched);
  // Takes partitions of recreated topics out of the assignment and reports
  // them; call it after each poll, before what it brought is delivered.
  void ReportRecreated(Fetched* fetched);
  // Takes the partition out of the assignment.
  void Stop(PartitionEvent event, Fetched* fetched);

  // Destroyed in reverse order: the client last.
  const std::unique_ptr<Client> client_;
  const QueuePtr queue_;
  struct Position {
    UpstreamOffset next;   // the lowest offset not yet delivered
    std::string topic_id;  // that it belongs to; empty if not known yet
  };
  // By assigned partition.
  absl::flat_hash_map<TopicPartition, Position> positions_;
  // Up to which version of the client's topic ids `positions_` was compared.
  uint64_t ids_seen_ = 0;
  std::vector<rd_kafka_message_t*> polled_;
};

}  // namespace mirror::internal

#endif  // MIRROR_KAFKA_KAFKA_RECORD_SOURCE_H_
