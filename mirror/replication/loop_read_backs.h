// SPDX-License-Identifier: Apache-2.0
//
// What passes between the partitions of a loop and the reader of the target.

#ifndef MIRROR_REPLICATION_LOOP_READ_BACKS_H_
#define MIRROR_REPLICATION_LOOP_READ_BACKS_H_

#include "absl/time/time.h"
#include "mirror/replication/loop_partitions.h"
#include "mirror/replication/target_reader.h"

namespace mirror::internal {

// Gives the partitions what was read, and the reader what is to be read. With
// the loop's lock; neither calls a client.
void PassReadBacks(LoopPartitions* partitions, TargetReader* reader,
                   absl::Time now);

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_LOOP_READ_BACKS_H_
