// SPDX-License-Identifier: Apache-2.0
//
// What a partition does about unknown copies: has them read back, compares them
// with what the source delivers, and takes them for copied. Part of Partition
// (docs/adr/0019-read-back-after-a-crash.md).

#ifndef MIRROR_REPLICATION_COMPARING_SIDE_H_
#define MIRROR_REPLICATION_COMPARING_SIDE_H_

#include <optional>

#include "mirror/cluster/record_batch.h"
#include "mirror/model/offset.h"
#include "mirror/replication/copy_comparison.h"
#include "mirror/replication/partition_core.h"
#include "mirror/replication/partition_event.h"
#include "mirror/replication/record_fingerprint.h"

namespace mirror::internal {

// Thread safety: thread-compatible. Lifetime: `core` must outlive it.
class ComparingSide {
 public:
  explicit ComparingSide(PartitionCore* core) : core_(core) {}

  // Copying is about to begin at `first`, as it is to when it Start()s: has the
  // target read back before, if it may hold copies of what comes.
  void Begin(UpstreamOffset first);
  void On(event::TargetRead event);
  // The target may hold copies that are not known: of a producer that was lost,
  // or those that were not compared to the end.
  void Expect(bool unknown_copies) { unknown_copies_ |= unknown_copies; }
  // All that was copied is void.
  void ExpectNone() { unknown_copies_ = false; }
  // Copying is about to continue: as Begin(), if such are expected.
  void Resume();

  bool comparing() const { return core_->state.is<CopyState::Comparing>(); }
  // While comparing(): takes note of the records that were read, after the
  // transforms; null: none are left. What comes next is in the log, unless
  // transforms got no further than `failed`.
  void Compare(const RecordBatch* records,
               std::optional<UpstreamOffset> failed = std::nullopt);
  // All that can have been copied has been compared. What is not copied is
  // sent, from `reread` on at the latest. Nothing happens unless comparing().
  void Finish(std::optional<UpstreamOffset> reread = std::nullopt);
  // Something else happens before that: nothing was compared. Nothing happens
  // unless comparing() or the target is being read.
  void Abandon();

 private:
  void Start(UpstreamOffset first);
  // From where on the target is to be read.
  std::optional<DownstreamOffset> ReadFrom(UpstreamOffset first) const;
  Timestamps timestamps() const;
  // The copies become part of the index, and of the progress.
  void Take(const CopyComparison& comparison);

  PartitionCore* const core_;
  bool unknown_copies_ = false;
};

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_COMPARING_SIDE_H_
