// SPDX-License-Identifier: Apache-2.0
//
// What the source does to a partition: its bounds, its records, its errors, and
// topics that are missing or recreated. Part of Partition.

#ifndef MIRROR_REPLICATION_SOURCE_SIDE_H_
#define MIRROR_REPLICATION_SOURCE_SIDE_H_

#include <memory>

#include "mirror/cluster/record_batch.h"
#include "mirror/model/offset.h"
#include "mirror/replication/comparing_side.h"
#include "mirror/replication/partition_core.h"
#include "mirror/replication/partition_event.h"
#include "mirror/replication/target_side.h"
#include "mirror/transform/transform_batch.h"

namespace mirror::internal {

// Thread safety: thread-compatible. Lifetime: what the constructor takes must
// outlive it.
class SourceSide {
 public:
  SourceSide(PartitionCore* core, TargetSide* target, ComparingSide* comparing)
      : core_(core), target_(target), comparing_(comparing) {}

  void On(event::BoundsKnown event);
  void On(event::BoundsUnknown event);
  void On(event::Read event);
  void On(event::FromSource event);
  void On(event::SourceBack event);
  void On(event::SourceRecreated event);

 private:
  // Holds what the transforms left of a batch that begins at `first`.
  void Take(TransformedBatch result, UpstreamOffset first);
  // Reading continues there, without anything in flight.
  void Jump(UpstreamOffset to);

  PartitionCore* const core_;
  TargetSide* const target_;
  ComparingSide* const comparing_;
};

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_SOURCE_SIDE_H_
