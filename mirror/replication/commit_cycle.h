// SPDX-License-Identifier: Apache-2.0
//
// When and what the source partitions of one index partition commit. Kafka
// Connect's SourceTaskOffsetCommitter in small, except that bytes count as well
// as time.
//
// One cycle per shard, whatever loop and clients the shard has: it takes the
// sink with each call, so that a shard may have a producer of its own.
//
//   CommitCycle cycle(options, &store, clock);
//   cycle.Add(&member);
//   cycle.OnAcked(&member, 100, 65536, now);
//   for (CommitMember* member : cycle.Due(now)) ... ask it: event::CommitDue
//   cycle.Begin(answers, now);
//   // In every run of the loop:
//   for (const CopiedThrough& stored : cycle.Step(sink, now)) ...

#ifndef MIRROR_REPLICATION_COMMIT_CYCLE_H_
#define MIRROR_REPLICATION_COMMIT_CYCLE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "mirror/cluster/record_sink.h"
#include "mirror/model/topic_partition.h"
#include "mirror/progress/commit_writer.h"
#include "mirror/replication/partition.h"
#include "mirror/replication/partition_event.h"
#include "mirror/runtime/clock.h"
#include "mirror/sync/offset_sync_store.h"
#include "mirror/sync/run_growth.h"

namespace mirror::internal {

struct CommitCycleOptions {
  CommitWriterOptions writer;
  // A commit begins after this time, or once this much was acknowledged: values
  // and 64 bytes for the rest of each record.
  absl::Duration interval = absl::Seconds(1);
  int64_t max_bytes = 4 << 20;
};

// What a cycle keeps of a partition.
struct CommitMember {
  Partition* partition = nullptr;
  // Something was acknowledged since the last commit; when the last was.
  bool acked = false;
  absl::Time last_acked = absl::InfinitePast();
  // When the index topic was last brought up to date about it.
  absl::Time index_written = absl::InfinitePast();
};

// Thread safety: thread-compatible. Lifetime: `store` and `clock` must outlive
// it, members must be removed before they go.
class CommitCycle {
 public:
  // What a member is to store.
  struct Answer {
    CommitMember* member = nullptr;
    effect::CommitThrough through;
  };

  CommitCycle(CommitCycleOptions options, OffsetSyncStore* store, Clock* clock);

  // When commits begin from now on.
  void SetPace(absl::Duration interval, int64_t max_bytes) {
    options_.interval = interval;
    options_.max_bytes = max_bytes;
  }

  void Add(CommitMember* member);
  void Remove(CommitMember* member);

  // So much of the member's was acknowledged and counts as copied.
  void OnAcked(CommitMember* member, int64_t records, int64_t value_bytes,
               absl::Time now);

  // The members that a commit now is about: all in time, those with
  // acknowledgements for the amount of bytes. Empty if none is due, or if the
  // last one is still writing the index.
  std::vector<CommitMember*> Due(absl::Time now) const;
  // Those that a commit would store something of, due or not; for a stop.
  std::vector<CommitMember*> Uncommitted() const;
  // Whether Begin() may be called.
  bool ready() const { return writer_.ready(); }
  // Commits what members that Due() or Uncommitted() has returned answer, if
  // ready(). The index topic is not written again as long as a run only grows,
  // but every ten seconds, once it has stopped, and if `last`: there will be no
  // other commit.
  void Begin(absl::Span<const Answer> answers, absl::Time now,
             bool last = false);

  // Moves the commit forward; every turn. Returns what was stored since.
  std::vector<CopiedThrough> Step(RecordSink* sink, absl::Time now);
  void OnAck(const Ack& ack) { writer_.OnAck(ack); }
  // As CommitWriter::DeleteProgress.
  void DeleteProgress(const TopicPartition& source, int32_t progress_partition,
                      absl::Time now) {
    writer_.DeleteProgress(source, progress_partition, now);
  }
  void OnSinkLost() { writer_.OnSinkLost(); }
  // Errors that began since the last call.
  std::vector<absl::Status> TakeErrors() { return writer_.TakeErrors(); }

  // As CommitWriter::Writes.
  bool Writes(const TopicPartition& source) const {
    return writer_.Writes(source);
  }
  // Whether nothing is in flight.
  bool idle() const { return writer_.idle(); }

 private:
  // What the progress record can tell in the index topic's place.
  std::optional<RunGrowth> GrowthToDefer(CommitMember* member, absl::Time now);

  CommitCycleOptions options_;
  OffsetSyncStore* const store_;
  CommitWriter writer_;
  std::map<TopicPartition, CommitMember*> members_;
  // Of these, the ones with acknowledgements since the last commit.
  std::vector<CommitMember*> acked_;
  int64_t acked_bytes_ = 0;
  absl::Time last_commit_;
};

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_COMMIT_CYCLE_H_
