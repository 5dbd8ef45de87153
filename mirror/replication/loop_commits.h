// SPDX-License-Identifier: Apache-2.0
//
// The commits of a loop's shards: asks the partitions what to store, has it
// written, and tells them what is stored.
//
//   LoopCommits commits(&partitions);
//   commits.OnAnswers(answers, now);  // of writers that shards have
//   commits.Begin(now);
//   commits.Step(sink, now);          // every turn

#ifndef MIRROR_REPLICATION_LOOP_COMMITS_H_
#define MIRROR_REPLICATION_LOOP_COMMITS_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "mirror/cluster/record_sink.h"
#include "mirror/model/topic_partition.h"
#include "mirror/replication/commit_cycle.h"
#include "mirror/replication/loop_partitions.h"
#include "mirror/replication/shards.h"

namespace mirror::internal {

// What the writer of a shard says.
struct WriterAnswer {
  int32_t shard = 0;
  // Not OK: it is lost, and with it the shard.
  absl::Status state;
  std::vector<Ack> acks;
};

// Asks them, which may take a moment; with no lock held.
std::vector<WriterAnswer> PollWriters(const std::vector<ShardWriter>& writers);

// What goes with shards that are dropped.
struct DroppedShards {
  std::vector<TopicPartition> sources;
  // Their ends may take seconds.
  std::vector<std::unique_ptr<RecordSink>> writers;
  // The loop's sink has records of them.
  bool in_flight = false;
};

// Thread safety: thread-compatible; the loop's lock guards it.
// Lifetime: the partitions must outlive it.
class LoopCommits {
 public:
  explicit LoopCommits(LoopPartitions* partitions) : partitions_(partitions) {}

  // A shard whose writer is lost is dropped by the next sweep, as another
  // process has it.
  void OnAnswers(const std::vector<WriterAnswer>& answers);
  // Whether shards have writers of their own.
  bool HasWriters() const { return !partitions_->shards().Writers().empty(); }
  // Begins the commits that are due.
  void Begin(absl::Time now);
  // Begins all that a stop needs; whether there are any.
  bool Rest(absl::Time now);
  // Moves all commits forward. `sink` writes for shards without a writer of
  // their own; null: it is lost.
  void Step(RecordSink* sink, absl::Time now);
  // Drops the shards that are to be dropped, and adds what sources should read
  // no more.
  DroppedShards DropShards(std::vector<TopicPartition>* unassign);

 private:
  void Begin(CommitCycle* cycle, const std::vector<CommitMember*>& members,
             absl::Time now, bool last);
  void Step(CommitCycle* cycle, RecordSink* sink, absl::Time now);

  LoopPartitions* const partitions_;
};

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_LOOP_COMMITS_H_
