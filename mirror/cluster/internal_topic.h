// SPDX-License-Identifier: Apache-2.0
//
// Creating and writing the small compacted topics that a flow keeps for itself:
// heartbeats, offset syncs, checkpoints, progress.

#ifndef MIRROR_CLUSTER_INTERNAL_TOPIC_H_
#define MIRROR_CLUSTER_INTERNAL_TOPIC_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mirror/cluster/cluster.h"
#include "mirror/cluster/cluster_admin.h"
#include "mirror/cluster/internal_topic_config.h"
#include "mirror/cluster/record_sink.h"
#include "mirror/cluster/topic_queue.h"
#include "mirror/model/record.h"
#include "mirror/runtime/clock.h"

namespace mirror::internal {

struct InternalTopic {
  int32_t partitions = 0;
  // Created by this call: it is empty, and brokers may not all know it yet.
  bool created = false;
};

// Sees to it that a compacted topic is there, with the configs of its kind
// where the cluster takes them; one that was there before keeps its partition
// count, whatever `partitions` says, and its configs (see
// internal_topic_check.h).
absl::StatusOr<InternalTopic> EnsureInternalTopic(ClusterAdmin* admin,
                                                  const std::string& topic,
                                                  InternalTopicKind kind,
                                                  int32_t partitions,
                                                  int32_t replication_factor);

// Purpose: writes records to partition 0 of a compacted topic, which it creates
// first.
// Thread safety: Write() belongs to one thread; Cancel() is thread-safe.
// Lifetime: `cluster` and `clock` must outlive the writer.
class InternalTopicWriter {
 public:
  // Contacts no cluster. InvalidArgument for settings that the clients refuse.
  static absl::StatusOr<std::unique_ptr<InternalTopicWriter>> Create(
      Cluster* cluster, std::string topic, InternalTopicKind kind,
      int32_t replication_factor, const std::string& client_id, Clock* clock);

  // Creates the topic if it is missing, also if it was there before; returns
  // whether it did: then it is empty, and may not have a leader yet. Errors as
  // Write().
  absl::StatusOr<bool> EnsureTopic();

  // Sends the records and waits until the cluster has acknowledged all, for at
  // most 10 seconds. Offsets in `records` are ignored. Any error means that all
  // of them should be written again; names cluster and topic.
  absl::Status Write(std::vector<Record> records);

  // Makes a running Write() and all later ones return Cancelled soon.
  void Cancel();

 private:
  InternalTopicWriter(Cluster* cluster, std::string topic,
                      InternalTopicKind kind, int32_t replication_factor,
                      std::string client_id, Clock* clock);
  absl::StatusOr<bool> Prepare();
  absl::Status InContext(const absl::Status& status) const;
  absl::Status Send(std::vector<Record> records);
  // Closes the sink and drops what it holds.
  absl::Status GiveUp(absl::Status status);

  Cluster* const cluster_;
  const std::string topic_;
  const InternalTopicKind kind_;
  const int32_t replication_factor_;
  const std::string client_id_;
  Clock* const clock_;

  std::unique_ptr<ClusterAdmin> admin_;
  std::unique_ptr<RecordSink> sink_;
  TopicQueue queue_;
  bool topic_is_there_ = false;
  std::atomic<bool> cancelled_{false};
};

}  // namespace mirror::internal

#endif  // MIRROR_CLUSTER_INTERNAL_TOPIC_H_
