// SPDX-License-Identifier: Apache-2.0
//
// Where a consumer group goes on in a partition of the target, and how much
// that position promises. MM2 has only the number.

#ifndef MIRROR_CLIENT_GROUP_POSITION_H_
#define MIRROR_CLIENT_GROUP_POSITION_H_

#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "mirror/checkpoint/checkpoint.h"
#include "mirror/model/offset.h"
#include "mirror/model/topic_partition.h"
#include "mirror/sync/offset_sync_store.h"
#include "mirror/sync/skipped_range.h"
#include "mirror/sync/translation.h"

namespace mirror {

// A group stood at `upstream` on the source when its newest checkpoint was
// written; what it read after that, nobody on the target knows. From there:
//
//   kExact       who starts at `offset` misses no record that is here, and
//                meets none again
//   kLowerBound  misses none either, and may meet some again: those between
//                `offset` and the group's true position. Comes from a
//                checkpoint alone, or from a place that the index does not know
//                in full, such as a position past all that it says was copied
//   kUnknown     no safe position is known; `offset` is 0. The topic is not
//                there, or ends before every position that records tell: it was
//                made anew or truncated. Who wants to miss nothing starts at
//                its beginning
//
// What the mirror skipped is not here. A position in or before such a range is
// still exact as a position, it is where the next record that is here lies; but
// who goes on there misses the records in the range. `skipped` names them.
//
// No position lies past the end of the target's log. A value type.
struct GroupPosition {
  // Which record the position comes from.
  enum class Origin {
    kNone,
    kIndex,       // the offset index, or MM2's offset syncs on the target
    kCheckpoint,  // the group's checkpoint, as it was written
  };

  // On the target, of the next record to read.
  DownstreamOffset offset;
  Exactness exactness = Exactness::kUnknown;
  Origin origin = Origin::kNone;
  // On the source, of the next record to read.
  UpstreamOffset upstream;
  // What the group stored beside its offset; mostly empty.
  std::string metadata;
  // Records at or above `upstream` that the group will not meet here, as far as
  // the index knows, by their offsets on the source. Also those that are in the
  // dead-letter topic instead (SkipReason::kDeadLettered).
  std::vector<SkippedRange> skipped = {};

  bool known() const { return exactness != Exactness::kUnknown; }
  bool exact() const { return exactness == Exactness::kExact; }

  friend bool operator==(const GroupPosition& a, const GroupPosition& b) {
    return a.offset == b.offset && a.exactness == b.exactness &&
           a.origin == b.origin && a.upstream == b.upstream &&
           a.metadata == b.metadata && a.skipped == b.skipped;
  }
  friend std::ostream& operator<<(std::ostream& os, const GroupPosition& p) {
    return os << p.exactness << " " << p.offset << " for " << p.upstream;
  }
};

// The answer about a single position of the source; `skipped` is as in
// GroupPosition. A value type.
struct TranslatedOffset : Translation {
  std::vector<SkippedRange> skipped;

  friend bool operator==(const TranslatedOffset& a, const TranslatedOffset& b) {
    return static_cast<const Translation&>(a) == b && a.skipped == b.skipped;
  }
};

// By the partitions' names on the target.
using GroupPositions = std::map<TopicPartition, GroupPosition>;

namespace internal {

// The position for `checkpoint`: the exact answer of `store` about `source`,
// the partition by its name on the source, or else the furthest of the safe
// positions that the store and the checkpoint tell. `store` and `source` may be
// absent; `log_end` is where the target's log ends, absent if it is not there.
GroupPosition BestPosition(const Checkpoint& checkpoint,
                           const OffsetSyncStore* store,
                           const std::optional<TopicPartition>& source,
                           std::optional<DownstreamOffset> log_end);

}  // namespace internal
}  // namespace mirror

#endif  // MIRROR_CLIENT_GROUP_POSITION_H_
