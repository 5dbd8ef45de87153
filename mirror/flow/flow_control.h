// SPDX-License-Identifier: Apache-2.0
//
// What keeps a flow's loops supplied: connects, reads the stored progress,
// finds topics, creates and extends them on the target, hands partitions to the
// loops and answers where their logs begin and end. MirrorSourceConnector's
// share of the work; the loops are its tasks.
//
//   STARTING --memory read from the target, source answers--> RUNNING
//        \--source and target are one cluster--> FAILED

#ifndef MIRROR_FLOW_FLOW_CONTROL_H_
#define MIRROR_FLOW_FLOW_CONTROL_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mirror/cluster/cluster.h"
#include "mirror/flow/bounds_resolver.h"
#include "mirror/flow/cluster_identity.h"
#include "mirror/flow/deleted_topics.h"
#include "mirror/flow/first_look.h"
#include "mirror/flow/flow_condition.h"
#include "mirror/flow/flow_memory.h"
#include "mirror/flow/known_topics.h"
#include "mirror/flow/memory_writer.h"
#include "mirror/flow/shard_handover.h"
#include "mirror/flow/shard_owner.h"
#include "mirror/flow/target_ends.h"
#include "mirror/flow/target_limits.h"
#include "mirror/flow/topic_problems.h"
#include "mirror/flow/topic_rollout.h"
#include "mirror/flow_options.h"
#include "mirror/metadata/topic_creator.h"
#include "mirror/metadata/topic_plan.h"
#include "mirror/policy/filters.h"
#include "mirror/policy/topic_selection.h"
#include "mirror/replication/copy_loop.h"
#include "mirror/replication/gap_policy.h"
#include "mirror/replication/loop_entry.h"
#include "mirror/replication/partition_options.h"
#include "mirror/replication/target_change.h"
#include "mirror/runtime/clock.h"
#include "mirror/runtime/mutex.h"
#include "mirror/sync/offset_sync_store.h"
#include "mirror/telemetry/engine_event.h"
#include "mirror/telemetry/status.pb.h"

namespace mirror::internal {

struct FlowControlOptions {
  std::string flow;  // "S->T"
  TopicSelection selection;
  // With the name of the dead-letter topic, which is created if it is not
  // empty.
  DeliveryOptions delivery;
  TopicOptions topics;
  // With a filter: which configs of a source topic a new remote topic gets.
  TopicConfigSyncOptions topic_configs;
  // Between two looks whether target logs end where the copies do.
  absl::Duration target_check_interval = absl::Seconds(10);
  FlowMemoryOptions memory;
  // Whose shards are copied; null: all are. Must outlive the control.
  ShardOwner* owner = nullptr;
  // Filled from the memory; learns what the source topics are.
  OffsetSyncStore* store = nullptr;
  // These are called by the control's thread with no lock held; they may be
  // null.
  std::function<void(EngineEvent)> on_event;
  std::function<void(const TopicCreator::Created&)> on_created;
  // The source topic was deleted for long, and is forgotten.
  std::function<void(const std::string& topic,
                     const std::set<int32_t>& partitions)>
      on_forgotten;
};

// Thread safety: RunOnce() belongs to one thread; the rest is thread-safe.
// Lifetime: clusters, loops and clock must outlive the control.
class FlowControl {
 public:
  // Contacts no cluster. InvalidArgument for settings that the clients refuse.
  static absl::StatusOr<std::unique_ptr<FlowControl>> Create(
      FlowControlOptions options, Cluster* source, Cluster* target,
      std::vector<CopyLoop*> loops, Clock* clock);

  // Does what is due and returns how long until the next call. May wait for the
  // clusters, as long as their request timeouts.
  absl::Duration RunOnce();

  // What holds from the next turn on, which looks at all topics again, with the
  // selection's filter as it is then.
  void Update(const TopicOptions& topics, const DeliveryOptions& delivery);

  // Makes RunOnce() return soon, now and later.
  void Cancel();

  // Whether both clusters answered and the memory is read. False while a
  // cluster has another id than at the start: then nothing may be written to
  // the target but what partitions do themselves.
  bool running() const { return condition_.running(); }
  // The same of the target alone: the index tells what it can. The source may
  // not have answered yet.
  bool target_ready() const { return condition_.target_ready(); }

  // State, reason and topic problems.
  void FillStatus(FlowStatus* status) const;

 private:
  // Ids by the name of the topic.
  using TopicIds = std::map<std::string, std::string>;

  FlowControl(FlowControlOptions options, Cluster* source, Cluster* target,
              std::vector<CopyLoop*> loops, Clock* clock);

  std::unique_ptr<TopicCreator> NewCreator() const;
  std::unique_ptr<ShardHandover> NewHandover();
  void TakeUpdate();
  absl::Status Start();
  std::unique_ptr<FirstLook> NewFirstLook();
  std::unique_ptr<DeletedTopics> NewDeletedTopics();
  // Moves on what becomes of topics that are deleted on the source.
  void ForgetDeleted();
  void OnForgotten(const std::string& topic,
                   const std::set<int32_t>& partitions);
  absl::Status Connect();
  absl::Status Prepare();
  // FailedPrecondition: a cluster has another id than at the start.
  absl::Status CheckClusterIds();
  absl::Status Refresh();
  // Takes note of topics that are on both sides. Returns those of which no
  // loop has every partition yet.
  std::vector<MirroredTopic> NoteReady(const std::vector<MirroredTopic>& ready,
                                       const TopicIds& on_target);
  void NoteOutcome(const TopicCreator::Outcome& outcome);
  // Creates and hands out a slice of what the last refresh has found.
  void RollOut();
  // Adds the topic's partitions that no loop has yet to `plans`.
  void Apply(const MirroredTopic& topic, std::vector<PartitionPlan>* plans);
  // Has loops release the partitions of topics that are no longer selected.
  void ReleaseDeselected();
  void NoteReleased(const ReleasedPartition& released);
  void Add(PartitionPlan plan);
  // The partitions of the shard that a loop has.
  std::vector<TopicPartition> AddedOf(int32_t shard) const;
  void OnShardGone(int32_t shard);
  // Takes note of a source topic's id. True: it was recreated, and its
  // partitions were informed.
  bool NoteSourceId(const std::string& topic, const std::string& id);
  void OnRecreated(const TopicPartition& source);
  // The same for a partition whose topic's id was not known before: what the
  // index says is what was copied so far.
  bool CompareWithIndex(const TopicPartition& source);
  // Tells partitions whose target topic is gone, or another one, and takes
  // those that wait for the operator's decision off the list of topics to be
  // created.
  void CheckTargetTopics(const TopicIds& on_target,
                         std::vector<TopicToCreate>* create);
  void TellTargetDeleted(const std::string& topic, const std::string& target);
  bool IsUndecided(const std::string& topic) const;
  // Whether this process does what exactly one does.
  bool leads() const {
    return options_.owner == nullptr || options_.owner->Runs(0);
  }
  // Whether the source partition is this process's to copy, at present.
  bool Owns(const TopicPartition& source) const {
    return options_.owner == nullptr || options_.owner->Owns(source);
  }
  // Whether the target was asked for it.
  bool CreateDeadLetterTopic(const TopicIds& on_target);
  // Which target topics hold the copies, for the index to keep.
  void NoteTargetIds();
  void NoteTargetId(const TopicPartition& source);
  // Asks what target topics take that is not known or doubted.
  void UpdateLimits();
  // Takes partitions of recreated topics off the list.
  void LeaveOutRecreated(std::vector<TopicPartition>* waiting);
  void SuspendMissing(const std::set<std::string>& present);
  // Takes that back for topics that are there again.
  void Resume(const TopicPlan& plan);
  void ResumeTopic(const std::string& topic, const std::string& id);
  absl::Status ResolveBounds();

  CopyLoop* LoopFor(const TopicPartition& source) const;
  void Report(EngineEvent event);

  const FlowControlOptions options_;
  Cluster* const source_cluster_;
  Cluster* const target_cluster_;
  const std::vector<CopyLoop*> loops_;
  Clock* const clock_;
  std::unique_ptr<ClusterAdmin> source_admin_;
  std::unique_ptr<ClusterAdmin> target_admin_;
  std::unique_ptr<TopicCreator> creator_;
  std::unique_ptr<TopicRollout> rollout_;
  std::unique_ptr<BoundsResolver> resolver_;
  std::unique_ptr<TargetLimits> limits_;
  std::unique_ptr<TargetEnds> target_ends_;

  // Used by the control's thread only, but for Doing() and Cancel().
  TopicOptions topics_;
  DeliveryOptions delivery_;
  FlowMemory memory_;
  MemoryWriter writer_;
  std::unique_ptr<FirstLook> first_look_;
  std::unique_ptr<DeletedTopics> deleted_;
  std::unique_ptr<ShardHandover> handover_;  // null: there is no owner
  absl::Status handover_status_;
  TopicProblems topic_problems_;
  KnownTopics known_;
  // Loops are asked to release them, as their topics are no longer selected.
  std::set<TopicPartition> leaving_;
  // Target topics that this control created: they were empty.
  std::set<std::string> created_;
  absl::Time next_refresh_ = absl::InfinitePast();
  absl::Status refresh_status_;  // of the last one
  bool connected_ = false;
  ClusterIdentity source_identity_;
  ClusterIdentity target_identity_;

  std::atomic<bool> cancelled_{false};
  FlowCondition condition_;
  Mutex mu_;
  std::optional<std::pair<TopicOptions, DeliveryOptions>> update_
      ABSL_GUARDED_BY(mu_);
};

}  // namespace mirror::internal

#endif  // MIRROR_FLOW_FLOW_CONTROL_H_
