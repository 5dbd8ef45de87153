// SPDX-License-Identifier: Apache-2.0
//
// The partitions of a loop: gives them what happens, and carries their effects
// out as far as no client has to be called for that.
//
//   partitions.OnAcks(acks, now);
//   partitions.SendHeld(sink, now);
//   partitions.BeginCommits(now);
//   partitions.StepCommits(sink, now);
//   SourceChanges changes = partitions.Sweep(now);  // for the source clients

#ifndef MIRROR_REPLICATION_LOOP_PARTITIONS_H_
#define MIRROR_REPLICATION_LOOP_PARTITIONS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "mirror/cluster/record_sink.h"
#include "mirror/cluster/record_source.h"
#include "mirror/cluster/topic_limits.h"
#include "mirror/model/topic_partition.h"
#include "mirror/replication/copy_loop_options.h"
#include "mirror/replication/copy_recorder.h"
#include "mirror/replication/dead_letter_queue.h"
#include "mirror/replication/known_limits.h"
#include "mirror/replication/loop_entry.h"
#include "mirror/replication/partition_event.h"
#include "mirror/replication/paused_topics.h"
#include "mirror/replication/shards.h"
#include "mirror/replication/sink_budget.h"
#include "mirror/replication/source_clients.h"
#include "mirror/replication/target_reader.h"
#include "mirror/runtime/clock.h"
#include "mirror/telemetry/engine_event.h"
#include "mirror/telemetry/status.pb.h"

namespace mirror::internal {

// Thread safety: thread-compatible; the loop's lock guards it.
// Lifetime: `options`, their store and `clock` must outlive it.
class LoopPartitions {
 public:
  LoopPartitions(const CopyLoopOptions* options, Clock* clock);

  const std::map<TopicPartition, LoopEntry>& entries() const {
    return entries_;
  }
  // Null if there is none. Pointers stay valid until the partition is gone.
  LoopEntry* Find(const TopicPartition& source);
  Shards& shards() { return shards_; }

  // Nothing happens if it is there already, or if its shard is not given.
  void Add(PartitionPlan plan, absl::Time now);
  // Has a partition leave: it is removed by a Sweep() once it has drained and
  // committed. Returns whether it waited for an operator.
  bool Release(const TopicPartition& source, absl::Time now);
  // Those that are gone since the last call.
  std::vector<ReleasedPartition> TakeReleased() {
    return std::exchange(released_, {});
  }
  // As PausedTopics::Set(). Remembered for partitions that are added later.
  void SetPaused(const std::optional<std::string>& topic, bool paused,
                 absl::Time now);
  void SetLimits(const std::map<std::string, TopicLimits>& limits);
  KnownLimits& limits() { return limits_; }
  // Those that wait for the source's bounds.
  const std::set<TopicPartition>& asking() const { return asking_; }

  // Returns whether records count as copied by what follows.
  bool Handle(LoopEntry* entry, Event event, absl::Time now);
  // `bounds`: what the client knows.
  void OnFetched(
      std::vector<event::Read> reads, const std::vector<PartitionEvent>& events,
      absl::FunctionRef<std::optional<PartitionBounds>(const TopicPartition&)>
          bounds,
      absl::Time now);
  void OnAcks(const std::vector<Ack>& acks, absl::Time now);
  // Sends what is held, in the order in which it came. Returns whether nothing
  // more should be read meanwhile.
  bool SendHeld(RecordSink* sink, absl::Time now);
  // The source client that reads the partition is about to be replaced.
  void OnSourceClientLost(
      absl::FunctionRef<bool(const TopicPartition&)> loses_client,
      absl::Time now);
  void OnSinkLost(absl::Time now);

  // What partitions want read from the target, since the last call.
  std::vector<TargetReader::Request> TakeReadBacks() {
    return std::exchange(read_backs_, {});
  }

  // What partitions have answered to event::CommitDue since the last call.
  std::vector<CommitCycle::Answer> TakeCommitAnswers() {
    return std::exchange(commit_answers_, {});
  }
  // Moves dead letters forward.
  void StepLetters(RecordSink* sink, absl::Time now);

  // Whether a sweep should not wait for its time.
  bool wants_sweep() const { return wants_sweep_; }
  void WantSweep() { wants_sweep_ = true; }
  // Lets time pass, and returns what partitions want of the source clients. The
  // clients must be given it before anything else is read.
  SourceChanges Sweep(absl::Time now);
  // Those of a shard.
  std::vector<LoopEntry*> OfShard(int32_t shard);
  // Removes a partition as it is.
  void Remove(LoopEntry* entry);

  void FillStatus(absl::Time now, WorkerStatus* status) const;

  void Report(EngineEvent event);  // for the host, in order
  std::vector<EngineEvent> TakeEvents() { return std::exchange(events_, {}); }

 private:
  // The part of the sink's buffer that partitions without answers may fill, and
  // the memory that those which are slow may hold, each together.
  int64_t SlowShare() const { return options_->sink.max_buffered_bytes / 4; }
  Partition::SendResult SendOne(LoopEntry* entry, RecordSink* sink,
                                absl::Time now);
  // Carries effects_ out. Returns whether records count as copied by them.
  bool Carry(LoopEntry* entry, absl::Time now);
  void CarryOne(LoopEntry* entry, Effect& effect, absl::Time now);
  void Change(LoopEntry* entry, std::optional<StartPosition> assign);
  void Touch(LoopEntry* entry);
  void RemoveLeft();

  const CopyLoopOptions* const options_;
  Clock* const clock_;
  CopyRecorder recorder_;
  Shards shards_;
  DeadLetterQueue dead_letters_;
  SinkBudget sink_budget_;

  // Nodes keep their addresses: by_source_ and by_target_ point to them.
  std::map<TopicPartition, LoopEntry> entries_;
  absl::flat_hash_map<TopicPartition, LoopEntry*> by_source_;
  absl::flat_hash_map<TopicPartition, LoopEntry*> by_target_;
  std::vector<LoopEntry*> holding_;
  std::vector<LoopEntry*> touched_;
  std::vector<LoopEntry*> changes_;
  std::set<TopicPartition> asking_;
  // Those that are asked to leave, and those that are gone.
  std::vector<TopicPartition> leaving_;
  std::vector<ReleasedPartition> released_;
  PausedTopics paused_topics_;
  KnownLimits limits_;
  int64_t overdue_bytes_ = 0;
  std::vector<TargetReader::Request> read_backs_;
  bool wants_sweep_ = true;
  std::vector<EngineEvent> events_;
  Effects effects_;  // reused from call to call
  std::vector<CommitCycle::Answer> commit_answers_;
};

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_LOOP_PARTITIONS_H_
