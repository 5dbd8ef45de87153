// SPDX-License-Identifier: Apache-2.0
//
// All partitions of a flow: what a source offset is called on the target, and
// back. Stands where MM2's OffsetSyncStore stands, and answers exactly where
// MM2 samples.
//
// A program without an engine fills it by an OffsetSyncReader; then its answers
// are lower bounds between the sampled positions, as MM2's are.
//
//   OffsetSyncStore store;
//   store.Append({"orders", 3},
//                {{UpstreamOffset(0), DownstreamOffset(500), 1000}});
//   store.Translate({"orders", 3}, UpstreamOffset(7));  // exact 507

#ifndef MIRROR_SYNC_OFFSET_SYNC_STORE_H_
#define MIRROR_SYNC_OFFSET_SYNC_STORE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "mirror/model/offset.h"
#include "mirror/model/position.h"
#include "mirror/model/topic_partition.h"
#include "mirror/runtime/mutex.h"
#include "mirror/sync/index_flush.h"
#include "mirror/sync/index_segment.h"
#include "mirror/sync/offset_runs.h"
#include "mirror/sync/offset_sync.h"
#include "mirror/sync/run_growth.h"
#include "mirror/sync/segment_ledger.h"
#include "mirror/sync/skip_ledger.h"
#include "mirror/sync/skipped_range.h"

namespace mirror {

using internal::IndexFlush;
using internal::IndexRecord;

// Records upstream, upstream+1, ... became downstream, downstream+1, ...;
// `count` of them, at least 1.
struct CopiedRange {
  UpstreamOffset upstream;
  DownstreamOffset downstream;
  int64_t count = 0;
};

// What a target partition holds: from `start` up to, not including, `end`.
struct TargetLog {
  DownstreamOffset start;
  DownstreamOffset end;
};

struct OffsetSyncStoreOptions {
  // Memory per partition: a run takes 32 bytes, a partition without gaps has
  // one. Beyond, the oldest answers degrade to lower bounds.
  size_t max_runs_per_partition = 32768;
};

// Purpose: the shards append what they copied, the index topic fills it on
// start and keeps it up to date, checkpoints and clients ask it. What an answer
// means: see Exactness and OffsetRuns.
//
// The life of an owned partition: apply the index records of its shard up to
// the end; Begin (never copied before) or Resume; then Append what each poll
// acknowledged, and at each commit (see Growth() for what it may leave out)
//
//   absl::StatusOr<IndexFlush> flush = store.PrepareFlush(owned);
//   ... write flush->records(), wait for the acks or commit the transaction ...
//   store.CommitFlush(*flush);
//
// before progress is committed, or in the same transaction: an index behind the
// progress would leave a hole of lower bounds after a kill.
//
// Thread safety: thread-safe. No call blocks for long or calls back.
class OffsetSyncStore {
 public:
  explicit OffsetSyncStore(const OffsetSyncStoreOptions& options = {})
      : options_(options) {}

  // Copying of the partition begins at source position `u`, as far as anything
  // is stored about it. If the target partition is empty, it was never copied
  // before, and positions below are known too: they are the first copy. Else
  // answers stay lower bounds until as much was copied as the target holds now.
  // Ignored if the partition has runs.
  void Begin(const TopicPartition& tp, UpstreamOffset u, TargetLog target);
  // Copying starts again at source position `u`.
  void Resume(const TopicPartition& tp, UpstreamOffset u,
              internal::UnindexedCopies unindexed);
  // What was copied (acked or committed), in the order written. False: a range
  // lies before what was written last, so the target topic was replaced; the
  // partition was started over with it. `source_end`: where the source's log
  // ends, if known; it tells when all is copied again after a restart.
  bool Append(const TopicPartition& tp, absl::Span<const CopiedRange> copied,
              UpstreamOffset source_end = internal::OffsetRuns::kNoEnd);
  // All records below `u` are copied or need no copy.
  void Pass(const TopicPartition& tp, UpstreamOffset u);
  // The source's log now starts at `log_start`: forgets what lies below.
  void DropBelow(const TopicPartition& tp, UpstreamOffset log_start);
  // Source or target topic was replaced: forgets the partition's runs, here
  // and, with the next flush, in the topic. What was skipped becomes history.
  void StartOver(const TopicPartition& tp);

  // What the source topic is, kept with the segments. A change alone is reason
  // enough for a flush, once there are runs or it is known that `next` is
  // copied next.
  void SetSource(const TopicPartition& tp, internal::SourceIdentity source);
  void SetLeaderEpoch(const TopicPartition& tp, int32_t leader_epoch,
                      std::optional<UpstreamOffset> next = std::nullopt);
  internal::SourceIdentity Source(const TopicPartition& tp) const;
  // The same of the target topic; empty if unknown.
  void SetTargetTopicId(const TopicPartition& tp, std::string id);
  std::string TargetTopicId(const TopicPartition& tp) const;

  // Records of the source will never be copied. A range that begins in or right
  // behind one with the same reason extends it; one that was reported before
  // (ahead of a kill) changes nothing. At most 256 ranges are kept, the two
  // oldest are merged into one beyond. Positions do not change: see Pass().
  void Skip(const TopicPartition& tp, SkippedRange range);
  // What was skipped since the last StartOver(), by where it begins: ranges
  // that end above `from`, and marks there or above. DropBelow() leaves them
  // alone.
  std::vector<SkippedRange> Skipped(
      const TopicPartition& tp, UpstreamOffset from = UpstreamOffset(0)) const;
  // The same, and what was skipped before each StartOver(), oldest first.
  std::vector<SkippedRange> SkipHistory(const TopicPartition& tp) const;

  // Applies a record of the index topic, one of our own included; any order,
  // any repetition. InvalidArgument or Unimplemented if it is no index record
  // (as IndexSegment::Decode and SkippedRangeRecord::Decode): nothing is
  // changed; skip it and continue.
  absl::Status ApplyIndexRecord(absl::string_view key,
                                std::optional<absl::string_view> value);
  // Applies one of MM2's syncs, in the order of their topic and after the
  // index. It counts where the index tells nothing and was right before: below
  // the end of its runs. Nothing happens if the offsets are no offsets.
  void ApplySync(const internal::OffsetSync& sync);

  // The position on the target for position `u` on the source.
  Translation Translate(const TopicPartition& tp, UpstreamOffset u) const;
  // The position on the source for position `d` on the target; `tp` is the
  // partition's name on the source.
  BackTranslation TranslateBack(const TopicPartition& tp,
                                DownstreamOffset d) const;

  // What the index topic lacks about these partitions. InvalidArgument if a
  // topic name cannot be encoded.
  absl::StatusOr<IndexFlush> PrepareFlush(
      absl::Span<const TopicPartition> partitions) const;
  // The records were written. Without this call they are prepared again.
  void CommitFlush(const IndexFlush& flush);

  // Whether the index topic has anything of the partition, since it was started
  // over. Before that, readers believe any sync.
  bool IsIndexed(const TopicPartition& tp) const;
  // Everything known: also what only MM2's syncs tell, or the ledger of skipped
  // ranges.
  std::vector<TopicPartition> Partitions() const;
  // Whether the index topic may hold a record of the partition.
  bool IsStored(const TopicPartition& tp) const;
  // The tombstones for all that the index topic may hold of the partition, the
  // ledger of skipped ranges included. InvalidArgument as PrepareFlush().
  absl::StatusOr<std::vector<IndexRecord>> PrepareForget(
      const TopicPartition& tp) const;
  // The tombstones were written, and no flush of the partition is in flight:
  // nothing is known of it any more.
  void Forget(const TopicPartition& tp);

  // If all that the index topic lacks about the partition is that its newest
  // run has grown: how long that is now. Kept with the progress (RunGrowth), it
  // spares the flush. Reading it back, after the index: of a run that the index
  // does not tell as its newest, or not as shorter, it says nothing.
  std::optional<internal::RunGrowth> Growth(const TopicPartition& tp) const;
  void ApplyGrowth(const TopicPartition& tp, const internal::RunGrowth& growth);

  struct PartitionStats {
    size_t runs = 0;
    // Runs forgotten for lack of memory.
    int64_t thinned = 0;
    // A restart went back, and what it copies again is not complete yet.
    bool catching_up = false;
    // Where the newest run ends.
    UpstreamOffset upstream_end;
    // The leader epoch of Source() holds for offsets up to there.
    UpstreamOffset source_end;
    DownstreamOffset downstream_end;
    // The same without what only MM2's syncs tell.
    DownstreamOffset indexed_end;
  };
  // All zero if nothing is known of the partition.
  PartitionStats Stats(const TopicPartition& tp) const;

 private:
  struct Partition {
    explicit Partition(size_t max_runs) : runs(max_runs) {}

    internal::OffsetRuns runs;
    internal::SegmentLedger ledger;
    internal::SkipLedger skips;
    internal::SourceIdentity source;
    // The source offset that was copied next when it was last set.
    std::optional<UpstreamOffset> next;
    std::string target_topic_id;
    // Of the two, so far, and as many as the topic has.
    uint64_t identity_changes = 0;
    uint64_t identity_flushed = 0;
    uint32_t generation = 0;
    // The target's end according to our own acks and the index; none if only
    // MM2's syncs are known.
    std::optional<DownstreamOffset> indexed_end;
  };

  Partition& GetPartition(const TopicPartition& tp)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  const Partition* FindPartition(const TopicPartition& tp) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Makes way for an ack at `d`, before what is known. False: by starting over.
  static bool GoBack(DownstreamOffset d, Partition* partition);
  static void StartOverLocked(Partition* partition);
  static void ForgetIdentity(Partition* partition);
  // A record tells that the partition was started over since.
  static void RaiseGeneration(uint32_t generation, Partition* partition);
  static void ForgetSyncsFrom(DownstreamOffset d, Partition* partition);
  static absl::Status AddRecords(const TopicPartition& tp,
                                 const Partition& partition, IndexFlush* flush);
  static void SetSourceLocked(internal::SourceIdentity source,
                              Partition* partition);
  absl::Status ApplySkip(const internal::SkippedRangeKey& key,
                         std::optional<absl::string_view> value);
  void ApplySegment(const internal::IndexSegmentKey& key,
                    internal::IndexSegment segment);
  void ApplyTombstone(const internal::IndexSegmentKey& key);

  const OffsetSyncStoreOptions options_;
  mutable Mutex mu_;
  absl::flat_hash_map<TopicPartition, std::unique_ptr<Partition>> partitions_
      ABSL_GUARDED_BY(mu_);
};

}  // namespace mirror

#endif  // MIRROR_SYNC_OFFSET_SYNC_STORE_H_
