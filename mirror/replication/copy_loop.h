// SPDX-License-Identifier: Apache-2.0
//
// A pair of clients with a loop: copies the source partitions of some shards of
// a flow. What a MirrorSourceTask is to MM2.
//
//   Poll source -> partitions hold -> Send to sink -> Poll acks -> index
//                  every second, or 16 MiB: commit index and progress
//
// Back-pressure is not polling: while the sink is full, or a partition that
// moves is at its limit, nothing more is read. A partition that is slow is not
// read instead, and the others are.

#ifndef MIRROR_REPLICATION_COPY_LOOP_H_
#define MIRROR_REPLICATION_COPY_LOOP_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mirror/cluster/cluster.h"
#include "mirror/cluster/topic_limits.h"
#include "mirror/flow_options.h"
#include "mirror/model/offset.h"
#include "mirror/model/topic_partition.h"
#include "mirror/replication/bounds_watch.h"
#include "mirror/replication/cluster_report.h"
#include "mirror/replication/copy_loop_options.h"
#include "mirror/replication/gap_policy.h"
#include "mirror/replication/known_limits.h"
#include "mirror/replication/loop_commits.h"
#include "mirror/replication/loop_drain.h"
#include "mirror/replication/loop_entry.h"
#include "mirror/replication/loop_partitions.h"
#include "mirror/replication/partition_event.h"
#include "mirror/replication/shards.h"
#include "mirror/replication/source_clients.h"
#include "mirror/replication/target_reader.h"
#include "mirror/replication/wake_guard.h"
#include "mirror/runtime/clock.h"
#include "mirror/runtime/mutex.h"
#include "mirror/telemetry/engine_event.h"
#include "mirror/telemetry/status.pb.h"
#include "mirror/transform/record_transform.h"

namespace mirror::internal {

// Thread safety: RunOnce() and DrainOnce() belong to one thread at a time; the
// rest is thread-safe and never waits for a cluster.
// Lifetime: `source`, `target` and `clock` must outlive the loop.
class CopyLoop {
 public:
  // Makes the clients; InvalidArgument for settings that they refuse.
  static absl::StatusOr<std::unique_ptr<CopyLoop>> Create(
      CopyLoopOptions options, Cluster* source, Cluster* target, Clock* clock);

  // One turn of the loop; waits at most some 20 ms. Returns how long to wait
  // until the next: zero, unless there is no client to work with.
  absl::Duration RunOnce();

  // One turn of a stop: reads no more, waits at most some 20 ms for
  // acknowledgements, and commits what they tell. To be called until it returns
  // how the stop went: OK once all is acknowledged and committed, or
  // DeadlineExceeded: what was not acknowledged by `deadline` will be copied
  // again.
  std::optional<absl::Status> DrainOnce(absl::Time deadline);

  // Lets `use` look at the loop's shards and change them, with the lock held.
  void WithShards(absl::FunctionRef<void(Shards*)> use);
  // What target topics take, by name, from now on.
  void SetLimits(const std::map<std::string, TopicLimits>& limits);
  // The same for these limits.
  void WithLimits(absl::FunctionRef<void(KnownLimits*)> use);
  // Adds partitions; those that are there already are left alone.
  void Add(std::vector<PartitionPlan> plans);
  // Asks a partition to drain, to commit, and to go. TakeReleased() tells when
  // it is gone; until then it cannot be added again. Returns whether it was
  // paused or waited for a decision.
  bool Release(const TopicPartition& source);
  // The partitions that have gone since the last call: nothing of them is
  // written here any more.
  std::vector<ReleasedPartition> TakeReleased();
  // Something happened to the partition, if it is here.
  void Handle(const TopicPartition& source, Event event);
  // The operator's decision. FailedPrecondition: the partition is not stopped.
  absl::Status Resolve(const TopicPartition& source, LossPolicy decision);
  // As PausedTopics::Set(). Remembered for partitions that are added later.
  void SetPaused(const std::optional<std::string>& topic, bool paused);
  // From now on records are transformed, commits begin and losses are dealt
  // with in this way. Which topic dead letters go to stays.
  void Update(std::vector<std::shared_ptr<const RecordTransform>> transforms,
              const DeliveryOptions& delivery);
  // The source topic is another one than before; to be called before what is to
  // happen to its partitions is. A client that has not read it before will read
  // them.
  void OnTopicRecreated(const std::string& topic);

  // Partitions that wait for event::BoundsKnown.
  std::vector<TopicPartition> NeedBounds() const;

  // As Partition::TargetIsUndecided().
  bool TargetIsUndecided(const TopicPartition& source) const;
  // Where the logs of target partitions end, as far as that is certain: for
  // comparison with what the target says: event::TargetEndSeen.
  struct TargetEnd {
    TopicPartition source;
    TopicPartition target;
    DownstreamOffset end;
  };
  std::vector<TargetEnd> TargetEnds() const;

  void FillStatus(WorkerStatus* status) const;

 private:
  CopyLoop(CopyLoopOptions options, Cluster* source, Cluster* target,
           Clock* clock);
  absl::Status MakeSink();

  // What was read, through the flow's transforms.
  std::vector<event::Read> Transform(Fetched* fetched) ABSL_LOCKS_EXCLUDED(mu_);
  std::vector<ShardWriter> Writers() ABSL_LOCKS_EXCLUDED(mu_);
  SourceChanges Sweep(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void DropShards(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void ChangeSources(const SourceChanges& changes) ABSL_LOCKS_EXCLUDED(mu_);
  void ReplaceSink(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void DeliverEvents() ABSL_LOCKS_EXCLUDED(mu_);

  CopyLoopOptions options_;  // .partition: guarded by mu_
  Cluster* const target_cluster_;
  Clock* const clock_;

  // Used by the loop's thread only. Clients call the host when they are made,
  // and may take seconds to end, so neither happens under mu_. Declared before
  // partitions_, whose batches may point into the source's buffers.
  SourceClients sources_;
  std::unique_ptr<RecordSink> sink_;
  BoundsWatch bounds_watch_;
  TargetReader target_reader_;
  std::vector<std::unique_ptr<RecordSink>> ended_sinks_;  // of this turn
  WakeGuard wake_guard_;

  mutable Mutex mu_;
  LoopPartitions partitions_ ABSL_GUARDED_BY(mu_);
  LoopCommits commits_ ABSL_GUARDED_BY(mu_);
  LoopDrain drain_ ABSL_GUARDED_BY(mu_);
  bool blocked_ ABSL_GUARDED_BY(mu_) = false;                 // nothing is read
  std::vector<TopicPartition> dropped_ ABSL_GUARDED_BY(mu_);  // to unassign
  bool sources_lost_ ABSL_GUARDED_BY(mu_) = false;
  std::set<std::string> recreated_topics_ ABSL_GUARDED_BY(mu_);
  absl::Time last_sweep_ ABSL_GUARDED_BY(mu_) = absl::InfinitePast();
  ClusterReport source_report_ ABSL_GUARDED_BY(mu_);
  ClusterReport target_report_ ABSL_GUARDED_BY(mu_);
  int64_t in_flight_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_COPY_LOOP_H_
