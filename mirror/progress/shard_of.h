// SPDX-License-Identifier: Apache-2.0
//
// How a flow's source partitions are dealt over its shards. Every engine of a
// flow deals alike, and one hot topic spreads evenly. MM2 deals them round
// robin, in the order of a hash map.

#ifndef MIRROR_PROGRESS_SHARD_OF_H_
#define MIRROR_PROGRESS_SHARD_OF_H_

#include <cstdint>

#include "mirror/model/murmur2.h"
#include "mirror/model/topic_partition.h"

namespace mirror::internal {

// The shard, 0 <= shard < `shards`, that a source partition belongs to; also
// its partition of the index topic.
inline int32_t ShardOf(const TopicPartition& source, int32_t shards) {
  const uint32_t hash = static_cast<uint32_t>(Murmur2(source.topic));
  return static_cast<int32_t>((hash + static_cast<uint32_t>(source.partition)) %
                              static_cast<uint32_t>(shards));
}

}  // namespace mirror::internal

#endif  // MIRROR_PROGRESS_SHARD_OF_H_
