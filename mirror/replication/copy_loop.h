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
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "mirror/cluster/cluster.h"
#include "mirror/cluster/topic_limits.h"
#include "mirror/cluster/topic_queue.h"
#include "mirror/flow_options.h"
#include "mirror/model/offset.h"
#include "mirror/model/topic_partition.h"
#include "mirror/replication/bounds_watch.h"
#include "mirror/replication/commit_cycle.h"
#include "mirror/replication/loop_entry.h"
#include "mirror/replication/partition_replicator.h"
#include "mirror/replication/sink_budget.h"
#include "mirror/replication/source_clients.h"
#include "mirror/replication/target_change.h"
#include "mirror/runtime/clock.h"
#include "mirror/runtime/mutex.h"
#include "mirror/sync/offset_sync_store.h"
#include "mirror/telemetry/engine_event.h"
#include "mirror/telemetry/status.pb.h"

namespace mirror::internal {

struct CopyLoopOptions {
  int index = 0;
  // "S->T", for client ids and events.
  std::string flow;
  SourceOptions source;
  SinkOptions sink;
  // partition.delivery also says how often progress is committed, all loops of
  // the flow together.
  PartitionOptions partition;
  // mm2-offsets.S.internal and mm2-offset-index.S.internal on the target.
  std::string offset_storage_topic;
  std::string index_topic;
  // Is told of every copy, and must outlive the loop.
  OffsetSyncStore* store = nullptr;
  // Records first, first+1, ... were copied to base, base+1, ...; in order for
  // one partition. Called by the loop's thread under its lock.
  std::function<void(const TopicPartition& source, UpstreamOffset first,
                     DownstreamOffset base, int64_t count)>
      on_copied;
  // Called by the loop's thread with no lock held.
  std::function<void(EngineEvent)> on_event;
};

// Thread safety: RunOnce() and DrainOnce() belong to one thread at a time; the
// rest is thread-safe and never waits for a cluster.
// Lifetime: `source`, `target` and `clock` must outlive the loop.
class CopyLoop {
 public:
  // Makes the clients; InvalidArgument for settings that they refuse.
  static absl::StatusOr<std::unique_ptr<CopyLoop>> Create(
      CopyLoopOptions options, Cluster* source, Cluster* target, Clock* clock);
  ~CopyLoop();

  // One turn of the loop; waits at most some 20 ms. Returns how long to wait
  // until the next: zero, unless there is no client to work with.
  absl::Duration RunOnce();

  // One turn of a stop: reads no more, waits at most some 20 ms for
  // acknowledgements, and commits what they tell. To be called until it returns
  // how the stop went: OK once all is acknowledged and committed, or
  // DeadlineExceeded: what was not acknowledged by `deadline` will be copied
  // again.
  std::optional<absl::Status> DrainOnce(absl::Time deadline);

  // How many partitions the progress and the index topic have; before the first
  // Add().
  void SetPartitions(int32_t progress, int32_t index);
  // What target topics take, by name, from now on.
  void SetLimits(const std::map<std::string, TopicLimits>& limits);
  // Nothing is copied into the target topic any more.
  void ForgetLimits(const std::string& topic);
  // Target topics that rejected what by their limits they should have taken,
  // since the last call.
  std::set<std::string> TakeDoubtedLimits();
  // Deletes what this partition of the progress topic has kept of a source
  // partition since the topic had fewer partitions.
  void DeleteProgress(const TopicPartition& source, int32_t progress_partition);
  // Adds partitions; those that are there already are left alone.
  void Add(std::vector<PartitionPlan> plans);
  // Asks a partition to stop reading, to wait for what is in flight, to commit,
  // and to go, while the loop runs on for the others. TakeReleased() tells when
  // it is gone; until then it cannot be added again. Returns whether it was
  // paused or waited for a decision.
  bool Release(const TopicPartition& source);
  // The partitions that have gone since the last call: nothing of them is
  // written here any more.
  std::vector<TopicPartition> TakeReleased();
  // Sets a partition aside, or takes it up again; see PartitionReplicator.
  void Suspend(const TopicPartition& source, PartitionProblem problem,
               const std::string& reason);
  void Restart(const TopicPartition& source);
  void OnSourceRecreated(const TopicPartition& source,
                         const std::string& topic_id);
  void OnTargetChange(const TopicPartition& source, const TargetChange& change);
  absl::Status Resolve(const TopicPartition& source, LossPolicy decision);
  // Remembered for partitions that are added later.
  void SetPaused(const std::string& topic, bool paused);
  // The source topic is another one than before; to be called before what is to
  // happen to its partitions is. A client that has not read it before will read
  // them.
  void OnTopicRecreated(const std::string& topic);

  // Partitions that wait for OnBounds().
  std::vector<TopicPartition> NeedBounds() const;
  void OnBounds(const TopicPartition& source, const PartitionBounds& bounds);
  // The source does not tell them; it is asked again.
  void OnNoBounds(const TopicPartition& source, const absl::Status& why);

  // Whether copies are gone from the target, and it is not decided yet what
  // happens to the partition for that.
  bool TargetIsUndecided(const TopicPartition& source) const;
  // Where the logs of target partitions end, as far as that is certain: for
  // comparison with what the target says, which JudgeTargetEnd() takes.
  struct TargetEnd {
    TopicPartition source;
    TopicPartition target;
    DownstreamOffset end;
  };
  std::vector<TargetEnd> TargetEnds() const;
  void JudgeTargetEnd(const TargetEnd& expected, DownstreamOffset end);

  void FillStatus(WorkerStatus* status) const;

 private:
  using Entry = LoopEntry;

  CopyLoop(CopyLoopOptions options, Cluster* source, Cluster* target,
           Clock* clock);
  absl::Status MakeSink();

  void OnFetched(Fetched fetched, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void OnAcks(const std::vector<Ack>& acks, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void OnCopied(Entry* entry, const std::vector<CopiedRange>& copied)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void BeginStretch(Entry* entry, const PartitionReplicator::Stretch& stretch)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void SendHeld(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  PartitionReplicator::SendResult SendOne(Entry* entry, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void ClearHolding() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // The part of the sink's buffer that partitions without answers may fill, and
  // the memory that those which are slow may hold, each together.
  int64_t SlowShare() const { return options_.sink.max_buffered_bytes / 4; }
  // What the target refused, on its way to the dead-letter topic.
  void TakeDeadLetter(Entry* entry, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void MoveDeadLetters(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // The last source offset of which a copy should stand on the target.
  static std::optional<UpstreamOffset> LastCopied(const Entry& entry);
  // The records whose copies are gone by the change, if it took any.
  std::optional<SkippedRange> LostCopies(const Entry& entry,
                                         const TargetChange& change) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // The first copy of a stretch, at `base`: no acknowledgement came before it
  // that would tell what the target has lost since the index was written.
  void CheckFirstCopy(Entry* entry, DownstreamOffset base)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Copies are gone: positions of them are void.
  void ForgetCopies(Entry* entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void HandleTargetChange(Entry* entry, const TargetChange& change)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Lets time pass for every partition and returns what they want of the source
  // clients.
  // Has the next sweep look at the entry, as something has happened to it.
  void Touch(Entry* entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void TouchAll() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void SweepEntry(Entry* entry, absl::Time now, SourceChanges* changes)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  SourceChanges Sweep(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Removes partitions that were asked to leave and have nothing left to do.
  void LetGo() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Takes partitions off clients that are to be replaced.
  void LeaveClients(absl::Time now, SourceChanges* changes)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void ChangeSources(const SourceChanges& changes) ABSL_LOCKS_EXCLUDED(mu_);
  // The cycle that commits the partition's progress.
  CommitCycle* CycleFor(const TopicPartition& source)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // The one that wrote the record; null: none did.
  CommitCycle* CycleOf(const Ack& ack) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void BeginCommit(CommitCycle* cycle, const std::vector<Entry*>& entries,
                   absl::Time now, bool last = false)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void MoveCommits(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Begins the commits that a stop still needs; whether there are any.
  bool CommitRest(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void OnSinkLost(const absl::Status& status, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void NoteCluster(Cluster* cluster, const absl::Status& status,
                   absl::Status* last) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // As something is to happen to it, the next sweep looks at it.
  Entry* Find(const TopicPartition& source) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Passes on what the partition has to say: events, and what it skipped.
  void TakeEvents(Entry* entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void ReportCluster(LogLevel level, const Cluster& cluster,
                     const absl::Status& cause, std::string message)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void DeliverEvents() ABSL_LOCKS_EXCLUDED(mu_);

  const CopyLoopOptions options_;
  Cluster* const source_cluster_;
  Cluster* const target_cluster_;
  Clock* const clock_;

  // Used by the loop's thread only. Clients call the host when they are made,
  // and may take seconds to end, so neither happens under mu_.
  SourceClients sources_;
  std::unique_ptr<RecordSink> sink_;
  BoundsWatch bounds_watch_;
  std::unique_ptr<RecordSink> lost_sink_;  // until the turn ends
  int drain_turns_ = 0;

  mutable Mutex mu_;
  // Nodes keep their addresses: by_source_ and by_target_ point to them.
  std::map<TopicPartition, Entry> entries_ ABSL_GUARDED_BY(mu_);
  absl::flat_hash_map<TopicPartition, Entry*> by_source_ ABSL_GUARDED_BY(mu_);
  absl::flat_hash_map<TopicPartition, Entry*> by_target_ ABSL_GUARDED_BY(mu_);
  // Those that are asked to leave, and those that are gone.
  std::vector<TopicPartition> leaving_ ABSL_GUARDED_BY(mu_);
  std::vector<TopicPartition> released_ ABSL_GUARDED_BY(mu_);
  std::set<std::string> paused_topics_ ABSL_GUARDED_BY(mu_);
  // By target topic.
  std::map<std::string, TopicLimits> limits_ ABSL_GUARDED_BY(mu_);
  std::set<std::string> doubted_limits_ ABSL_GUARDED_BY(mu_);
  std::vector<Entry*> holding_ ABSL_GUARDED_BY(mu_);
  // By index partition; entries point to them.
  std::map<int32_t, CommitCycle> commits_ ABSL_GUARDED_BY(mu_);
  int32_t progress_partitions_ ABSL_GUARDED_BY(mu_) = 1;
  int32_t index_partitions_ ABSL_GUARDED_BY(mu_) = 1;
  TopicQueue dead_letters_ ABSL_GUARDED_BY(mu_);
  std::map<int64_t, Entry*> dead_letter_of_ ABSL_GUARDED_BY(mu_);  // by id
  bool blocked_ ABSL_GUARDED_BY(mu_) = false;  // nothing is read
  int64_t overdue_bytes_ ABSL_GUARDED_BY(mu_) = 0;
  SinkBudget sink_budget_ ABSL_GUARDED_BY(mu_);
  bool sources_lost_ ABSL_GUARDED_BY(mu_) = false;
  std::set<std::string> recreated_topics_ ABSL_GUARDED_BY(mu_);
  bool sweep_now_ ABSL_GUARDED_BY(mu_) = true;
  std::vector<Entry*> touched_ ABSL_GUARDED_BY(mu_);
  // Those that wait for OnBounds(), as of the last sweep.
  std::set<TopicPartition> resolving_ ABSL_GUARDED_BY(mu_);
  absl::Time last_sweep_ ABSL_GUARDED_BY(mu_) = absl::InfinitePast();
  absl::Status source_status_ ABSL_GUARDED_BY(mu_);
  absl::Status target_status_ ABSL_GUARDED_BY(mu_);
  int64_t in_flight_ ABSL_GUARDED_BY(mu_) = 0;
  std::vector<EngineEvent> events_ ABSL_GUARDED_BY(mu_);
};

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_COPY_LOOP_H_
