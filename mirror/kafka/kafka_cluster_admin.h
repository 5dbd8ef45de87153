// SPDX-License-Identifier: Apache-2.0
//
// ClusterAdmin on librdkafka's admin calls.

#ifndef MIRROR_KAFKA_KAFKA_CLUSTER_ADMIN_H_
#define MIRROR_KAFKA_KAFKA_CLUSTER_ADMIN_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "mirror/cluster/cluster_admin.h"
#include "mirror/kafka/admin_client.h"
#include "mirror/kafka/shared_client.h"
#include "mirror/model/topic_partition.h"

namespace mirror::internal {

// Thread safety, lifetime and errors: as ClusterAdmin.
class KafkaClusterAdmin final : public ClusterAdmin {
 public:
  // A client of role kAdmin.
  explicit KafkaClusterAdmin(std::shared_ptr<SharedClient> client)
      : client_(std::make_unique<AdminClient>(std::move(client))) {}

  absl::StatusOr<std::string> ClusterId() override;
  absl::StatusOr<std::vector<TopicDescription>> ListTopics() override;
  std::vector<absl::StatusOr<TopicDescription>> DescribeTopics(
      absl::Span<const std::string> topics) override;
  std::vector<absl::Status> CreateTopics(
      absl::Span<const NewTopic> topics) override;
  absl::Status CreatePartitions(const std::string& topic,
                                int32_t count) override;
  std::vector<absl::Status> DeleteTopics(
      absl::Span<const std::string> topics) override;
  std::vector<absl::StatusOr<int64_t>> ListOffsets(
      absl::Span<const TopicPartition> partitions, OffsetSpec spec) override;
  std::vector<absl::StatusOr<std::vector<TopicConfig>>> DescribeTopicConfigs(
      absl::Span<const std::string> topics) override;
  std::vector<absl::Status> AlterTopicConfigs(
      absl::Span<const TopicConfigOps> topics) override;
  void Cancel() override { client_->Cancel(); }

 private:
  // One request each; a Status: there was no answer.
  absl::Status DescribeSome(
      absl::Span<const std::string> topics,
      std::vector<absl::StatusOr<TopicDescription>>* results);
  absl::Status DeleteSome(absl::Span<const std::string> topics,
                          std::vector<absl::Status>* results);
  absl::Status ListSomeOffsets(absl::Span<const TopicPartition> partitions,
                               OffsetSpec spec,
                               std::vector<absl::StatusOr<int64_t>>* results);
  // For partitions of which none has a leader: because it has lost it, or
  // because there is no such partition.
  absl::Status TellWhyNotLed(absl::Span<const TopicPartition> partitions,
                             std::vector<absl::StatusOr<int64_t>>* results);

  const std::unique_ptr<AdminClient> client_;
};

}  // namespace mirror::internal

#endif  // MIRROR_KAFKA_KAFKA_CLUSTER_ADMIN_H_
