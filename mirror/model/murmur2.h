// SPDX-License-Identifier: Apache-2.0
//
// The hash by which Java's producer chooses a partition for a key. MM2's
// offsets topic is written that way, so a key must land where Java's would.
//
//   PartitionForKey("21", 25) == 15

#ifndef MIRROR_MODEL_MURMUR2_H_
#define MIRROR_MODEL_MURMUR2_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace mirror::internal {

// MurmurHash2 with Kafka's seed.
int32_t Murmur2(absl::string_view bytes);

// The partition of a record with this key in a topic of `partitions` (at least
// one) partitions.
int32_t PartitionForKey(absl::string_view key, int32_t partitions);

}  // namespace mirror::internal

#endif  // MIRROR_MODEL_MURMUR2_H_
