// SPDX-License-Identifier: Apache-2.0
//
// Reads a small topic as a whole and then what is added to it: how progress,
// the offset index and checkpoints come back after a restart, and how a client
// keeps up with them (Kafka Connect's KafkaBasedLog).
//
//   auto follower = TopicFollower::Create(&cluster, topic, "client", clock);
//   absl::Status status = (*follower)->CatchUp(
//       deadline, [&](const TopicPartition&, const Record& record) { ... },
//       [&] { ... forget all ... });

#ifndef MIRROR_CLUSTER_TOPIC_FOLLOWER_H_
#define MIRROR_CLUSTER_TOPIC_FOLLOWER_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mirror/cluster/cluster.h"
#include "mirror/cluster/cluster_admin.h"
#include "mirror/cluster/record_source.h"
#include "mirror/model/record.h"
#include "mirror/model/topic_partition.h"
#include "mirror/runtime/clock.h"

namespace mirror {

// Purpose: visits every committed record of a topic once, those of one
// partition in order.
// Thread safety: CatchUp() belongs to one thread at a time; Cancel() is
// thread-safe.
// Lifetime: `cluster` and `clock` must outlive the follower.
class TopicFollower {
 public:
  using Visit = absl::FunctionRef<void(const TopicPartition&, const Record&)>;

  // Contacts nobody. InvalidArgument for settings that the clients refuse.
  static absl::StatusOr<std::unique_ptr<TopicFollower>> Create(
      Cluster* cluster, std::string topic, const std::string& client_id,
      Clock* clock);

  // Visits what was added since the last call, up to the end that the topic
  // has now. `on_reset` is called before anything else if all that was visited
  // is void, since the topic is gone, was made anew or was truncated.
  // NotFound: there is no such topic (now). DeadlineExceeded: `deadline` came
  // first, at the latest one request timeout later; the next call goes on where
  // this one stopped, as after other errors, which are those of the cluster.
  // Messages name cluster and topic.
  absl::Status CatchUp(absl::Time deadline, Visit visit,
                       absl::FunctionRef<void()> on_reset);

  // How many partitions the topic had at the last call.
  int32_t partitions() const { return partitions_; }

  // Makes a call under way and all later ones return Cancelled soon.
  void Cancel();

 private:
  TopicFollower(Cluster* cluster, std::string topic, std::string client_id,
                Clock* clock);
  absl::Status MakeSource();
  // The partitions that have something new, and where they end.
  using Ends = std::map<TopicPartition, UpstreamOffset>;
  absl::StatusOr<Ends> FindNews(absl::FunctionRef<void()> on_reset);
  absl::Status Describe(absl::FunctionRef<void()> on_reset);
  void Reset(absl::FunctionRef<void()> on_reset);
  absl::Status Read(absl::Time deadline, Ends unfinished, Visit visit);

  Cluster* const cluster_;
  const std::string topic_;
  const std::string client_id_;
  Clock* const clock_;
  std::unique_ptr<ClusterAdmin> admin_;
  std::unique_ptr<RecordSource> source_;

  std::string topic_id_;
  int32_t partitions_ = 0;
  // The next offset to visit; no entry: the log's start.
  std::map<TopicPartition, UpstreamOffset> next_;
  std::atomic<bool> cancelled_{false};
};

}  // namespace mirror

#endif  // MIRROR_CLUSTER_TOPIC_FOLLOWER_H_
