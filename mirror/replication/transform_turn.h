// SPDX-License-Identifier: Apache-2.0
//
// What a loop has read in one turn, through the transforms of its flow. They
// are code of the host, so they run without the lock of the loop.
//
//   TransformTurn turn(&fetched.batches);
//   turn.Plan(transforms, entries);  // with the lock
//   ... = turn.Run();                // without

#ifndef MIRROR_REPLICATION_TRANSFORM_TURN_H_
#define MIRROR_REPLICATION_TRANSFORM_TURN_H_

#include <cstddef>
#include <map>
#include <memory>
#include <vector>

#include "mirror/cluster/record_batch.h"
#include "mirror/model/topic_partition.h"
#include "mirror/replication/loop_entry.h"
#include "mirror/replication/partition_event.h"
#include "mirror/transform/record_transform.h"

namespace mirror::internal {

// Thread safety: thread-compatible.
class TransformTurn {
 public:
  // Takes the batches.
  explicit TransformTurn(std::vector<std::unique_ptr<RecordBatch>>* batches);

  // Notes which transforms there are, and which batches go through them: not
  // heartbeats, and not what no partition waits for.
  void Plan(
      const std::vector<std::shared_ptr<const RecordTransform>>& transforms,
      const std::map<TopicPartition, LoopEntry>& entries);
  std::vector<event::Read> Run();

 private:
  std::vector<event::Read> reads_;
  std::vector<std::shared_ptr<const RecordTransform>> transforms_;
  std::vector<size_t> planned_;  // in reads_
};

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_TRANSFORM_TURN_H_
