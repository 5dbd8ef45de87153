// SPDX-License-Identifier: Apache-2.0
//
// What keeps a flow's shards supplied: connects, reads the stored progress,
// finds topics, creates and extends them on the target, hands partitions to the
// shards and answers where their logs begin and end. MirrorSourceConnector's
// share of the work; the shards are its tasks.
//
//   CONNECTING --cluster ids--> PREPARING --memory read--> RUNNING
//        \--source and target are one cluster--> FAILED

#ifndef MIRROR_REPLICATION_FLOW_CONTROL_H_
#define MIRROR_REPLICATION_FLOW_CONTROL_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mirror/cluster/cluster.h"
#include "mirror/metadata/topic_plan.h"
#include "mirror/policy/topic_selection.h"
#include "mirror/replication/flow_memory.h"
#include "mirror/replication/gap_policy.h"
#include "mirror/replication/partition_replicator.h"
#include "mirror/replication/shard.h"
#include "mirror/runtime/clock.h"
#include "mirror/runtime/mutex.h"
#include "mirror/sync/offset_sync_store.h"
#include "mirror/telemetry/engine_event.h"
#include "mirror/telemetry/status.pb.h"

namespace mirror {

struct FlowControlOptions {
  std::string flow;  // "S->T"
  TopicSelection selection;
  GapPolicy on_gap = GapPolicy::kStop;
  int32_t replication_factor = -1;
  absl::Duration refresh_interval = absl::Seconds(5);
  FlowMemoryOptions memory;
  // Filled from the memory, and told what the source topics are.
  OffsetSyncStore* store = nullptr;
  // Called by the control's thread with no lock held.
  std::function<void(EngineEvent)> on_event;
};

// Thread safety: RunOnce() belongs to one thread; the rest is thread-safe.
// Lifetime: clusters, shards and clock must outlive the control.
class FlowControl {
 public:
  // Contacts nobody. InvalidArgument for settings that the clients refuse.
  static absl::StatusOr<std::unique_ptr<FlowControl>> Create(
      FlowControlOptions options, Cluster* source, Cluster* target,
      std::vector<Shard*> shards, Clock* clock);

  // Does what is due and returns how long until the next call. May wait for the
  // clusters, as long as their request timeouts.
  absl::Duration RunOnce();

  // Makes RunOnce() return soon, now and later.
  void Cancel();

  // Whether the memory is read, so that the index tells what it can.
  bool running() const;

  // State, reason and topic problems.
  void FillStatus(FlowStatus* status) const;

 private:
  struct KnownTopic {
    std::string id;
    // By partition: whether a shard has it.
    std::vector<bool> added;
    bool missing = false;
  };

  FlowControl(FlowControlOptions options, Cluster* source, Cluster* target,
              std::vector<Shard*> shards, Clock* clock);

  absl::Status Connect();
  absl::Status Prepare();
  absl::Status Refresh();
  // Returns whether anything was asked of the target.
  bool CreateMissing(const TopicPlan& plan);
  // Adds the topic's partitions that no shard has yet to `plans`.
  void Apply(const MirroredTopic& topic, std::vector<PartitionPlan>* plans);
  // Whether every partition of the target topic has a leader, or has had the
  // time to get one.
  bool HasAppeared(const MirroredTopic& topic);
  // Learns what the target holds of those without progress.
  void FillTargetLogs(std::vector<PartitionPlan>* plans);
  void Add(PartitionPlan plan);
  void OnRecreated(const TopicPartition& source);
  void SuspendMissing(const std::set<std::string>& present);
  absl::Status ResolveBounds();

  Shard* ShardFor(const TopicPartition& source);
  void SetState(FlowState state, const absl::Status& trouble);
  void NoteTopicProblem(const std::string& topic, const absl::Status& status);
  void Report(EngineEvent::Kind kind, LogLevel level, std::string subject,
              std::string message);

  const FlowControlOptions options_;
  Cluster* const source_cluster_;
  Cluster* const target_cluster_;
  const std::vector<Shard*> shards_;
  Clock* const clock_;
  std::unique_ptr<ClusterAdmin> source_admin_;
  std::unique_ptr<ClusterAdmin> target_admin_;

  // Used by the control's thread only.
  FlowMemory memory_;
  std::map<std::string, KnownTopic> known_;
  // Target topics that this control created: they were empty.
  std::set<std::string> created_;
  // Those of them that brokers may not all know yet, and until when to wait.
  std::map<std::string, absl::Time> appearing_;
  absl::Time next_refresh_ = absl::InfinitePast();
  bool connected_ = false;

  std::atomic<bool> cancelled_{false};
  mutable Mutex mu_;
  FlowState state_ ABSL_GUARDED_BY(mu_) = FLOW_STARTING;
  absl::Status trouble_ ABSL_GUARDED_BY(mu_);
  std::map<std::string, std::string> topic_problems_ ABSL_GUARDED_BY(mu_);
};

}  // namespace mirror

#endif  // MIRROR_REPLICATION_FLOW_CONTROL_H_
