// SPDX-License-Identifier: Apache-2.0
//
// Port: topics and offsets of a cluster, as the parts of Kafka's Admin that a
// mirror needs. Results are per topic: one deleted or forbidden topic spoils
// nothing else.

#ifndef MIRROR_CLUSTER_CLUSTER_ADMIN_H_
#define MIRROR_CLUSTER_CLUSTER_ADMIN_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "mirror/cluster/topic_config.h"
#include "mirror/model/topic_partition.h"

namespace mirror {

struct TopicDescription {
  std::string name;
  int32_t partitions = 0;
  // Changes when a topic is deleted and created again (KIP-516); empty if the
  // cluster does not tell.
  std::string id;
};

struct NewTopic {
  std::string name;
  int32_t partitions = 1;
  // -1: the broker's default.
  int32_t replication_factor = -1;
  // Topic configs such as {"cleanup.policy", "compact"}.
  std::map<std::string, std::string> configs;
};

enum class OffsetSpec {
  kEarliest,  // the log's start
  kLatest,    // one past the last record that a read_committed reader sees
  kLogEnd,    // one past the last record, of open transactions as well
};

// Purpose: reads and changes topics.
// Thread safety: thread-safe; calls block the calling thread only.
// Lifetime: Cancel() and wait for running calls before destroying.
// Errors: besides those named, every call may return Unavailable or
// DeadlineExceeded (no answer within the cluster's request timeout),
// Unauthenticated, PermissionDenied, and Cancelled after Cancel(). Messages
// name the cluster and the topic.
class ClusterAdmin {
 public:
  virtual ~ClusterAdmin() = default;

  // The id that Kafka gave the cluster: two aliases with the same are one.
  virtual absl::StatusOr<std::string> ClusterId() = 0;

  // All topics that this client may describe, sorted by name and without ids,
  // which only DescribeTopics() tells.
  virtual absl::StatusOr<std::vector<TopicDescription>> ListTopics() = 0;

  // One result per topic, in order. NotFound: no such topic (here and now).
  virtual std::vector<absl::StatusOr<TopicDescription>> DescribeTopics(
      absl::Span<const std::string> topics) = 0;

  // One result per topic, in order. AlreadyExists; InvalidArgument, e.g. a
  // replication factor above the number of brokers. OK means accepted: brokers
  // may take a moment until all of them know the topic. One request: brokers
  // refuse all of it, FailedPrecondition, if it has more than 10,000
  // partitions. The other calls may be about any number.
  virtual std::vector<absl::Status> CreateTopics(
      absl::Span<const NewTopic> topics) = 0;

  // Raises the partition count to `count`. InvalidArgument if it is not higher.
  virtual absl::Status CreatePartitions(const std::string& topic,
                                        int32_t count) = 0;

  // One result per topic, in order. NotFound.
  virtual std::vector<absl::Status> DeleteTopics(
      absl::Span<const std::string> topics) = 0;

  // One offset per partition, in order. NotFound; Unavailable if the partition
  // exists but has no leader.
  virtual std::vector<absl::StatusOr<int64_t>> ListOffsets(
      absl::Span<const TopicPartition> partitions, OffsetSpec spec) = 0;

  // All settings of each topic, those at their defaults too; one result per
  // topic, in order. NotFound.
  virtual std::vector<absl::StatusOr<std::vector<TopicConfig>>>
  DescribeTopicConfigs(absl::Span<const std::string> topics) = 0;

  // One result per element, in order; no topic may be there twice. A topic gets
  // all of its changes or none: to find the one that is refused, send them one
  // at a time. Taking away an override that is not there is OK. NotFound;
  // InvalidArgument (a setting the cluster does not know, or a value it does
  // not take); FailedPrecondition (a policy of the cluster); Unimplemented, for
  // all, by a cluster older than Kafka 2.3.
  virtual std::vector<absl::Status> AlterTopicConfigs(
      absl::Span<const TopicConfigOps> topics) = 0;

  // Makes running calls and all later ones return Cancelled soon.
  virtual void Cancel() = 0;
};

}  // namespace mirror

#endif  // MIRROR_CLUSTER_CLUSTER_ADMIN_H_
