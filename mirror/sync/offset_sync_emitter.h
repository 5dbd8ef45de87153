// SPDX-License-Identifier: Apache-2.0
//
// Which of the copied records become MM2-style offset syncs: the decision of
// MM2's OffsetSyncWriter, on runs of records instead of single ones.
//
//   OffsetSyncEmitter emitter(/*lag_max=*/100);
//   emitter.OnCopied({"orders", 3}, UpstreamOffset(0), DownstreamOffset(0),
//   50); emitter.Promote();  // at every commit for (const OffsetSync& sync :
//   emitter.Take(10)) ...

#ifndef MIRROR_SYNC_OFFSET_SYNC_EMITTER_H_
#define MIRROR_SYNC_OFFSET_SYNC_EMITTER_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "mirror/model/offset.h"
#include "mirror/model/topic_partition.h"
#include "mirror/sync/offset_sync.h"

namespace mirror::internal {

// Purpose: a sync where a partition begins, where either offset skips, and at
// every lag_max + 1 records (the + 1 mirrors how MM2 translates); the newest
// record of a partition that moved since, at the next Promote(). Of the unsent
// syncs of a partition two are kept: where it begins, as MM2 translates no
// position before the oldest sync it finds, and the newest. Thread safety:
// thread-compatible.
class OffsetSyncEmitter {
 public:
  // `lag_max` is offset.lag.max, 0 or more: 0 makes every record a sync.
  explicit OffsetSyncEmitter(int64_t lag_max) : lag_max_(lag_max) {}

  void SetLagMax(int64_t lag_max) { lag_max_ = lag_max; }

  // Records u, u+1, ... were copied to d, d+1, ...: `count` (1 or more) of
  // them.
  void OnCopied(const TopicPartition& source, UpstreamOffset u,
                DownstreamOffset d, int64_t count);

  // Makes the newest record of every partition that moved due.
  void Promote();

  // Takes at most `limit` syncs that are due, the longest due first.
  std::vector<OffsetSync> Take(size_t limit);

  // Gives back what was taken last and could not be written.
  void GiveBack(const std::vector<OffsetSync>& taken);

  // Drops what it knows of the partition, and its unsent syncs.
  void Forget(const TopicPartition& source);

 private:
  struct Partition {
    UpstreamOffset last_u{-1};
    DownstreamOffset last_d{-1};
    std::optional<DownstreamOffset> last_sync;
    UpstreamOffset beginning{-1};
    std::optional<OffsetSync> ahead;  // is sent before `due`
    std::optional<OffsetSync> due;
    std::optional<OffsetSync> delayed;
  };

  void MakeDue(Partition* partition, OffsetSync sync);
  void SendAhead(Partition* partition, OffsetSync sync);
  // Comes before `ahead` or `due` is set.
  void Queue(Partition* partition);

  int64_t lag_max_;
  // Nodes keep their addresses: the queues point to them.
  std::map<TopicPartition, Partition> partitions_;
  std::deque<Partition*> due_;
  std::deque<Partition*> delayed_;
};

}  // namespace mirror::internal

#endif  // MIRROR_SYNC_OFFSET_SYNC_EMITTER_H_
