// SPDX-License-Identifier: Apache-2.0
//
// Answers about positions: the offset of the next record to read, on the other
// side of a flow, how much that position promises, and what the mirror skipped.
// MM2 has only the number.
//
//   auto positions = client->TranslateOffsets("primary", "billing", timeout);
//   for (const auto& [topic_partition, position] : *positions)
//     if (position.known()) Assign(topic_partition, position.offset);

#ifndef MIRROR_MODEL_POSITION_H_
#define MIRROR_MODEL_POSITION_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "mirror/model/offset.h"
#include "mirror/model/topic_partition.h"

namespace mirror {

enum class Exactness {
  // Nothing is known about that offset; the position says nothing.
  kUnknown,
  // Safe to start from: no record on this side is missed. Some may be read
  // again.
  kLowerBound,
  // No record on this side is missed and none that lies before the position is
  // read again. What was skipped is not on this side: a position in a skipped
  // range is exact, and its records are missing.
  kExact,
};

inline std::ostream& operator<<(std::ostream& os, Exactness exactness) {
  switch (exactness) {
    case Exactness::kUnknown:
      return os << "unknown";
    case Exactness::kLowerBound:
      return os << "lower bound";
    case Exactness::kExact:
      return os << "exact";
  }
  return os;
}

// A position, that is the offset of the next record to read. A value type.
template <typename SideOffset>
struct TranslatedPosition {
  SideOffset offset;
  Exactness exactness = Exactness::kUnknown;

  bool known() const { return exactness != Exactness::kUnknown; }
  bool exact() const { return exactness == Exactness::kExact; }

  friend bool operator==(const TranslatedPosition& a,
                         const TranslatedPosition& b) {
    return a.exactness == b.exactness && (!a.known() || a.offset == b.offset);
  }
  friend std::ostream& operator<<(std::ostream& os,
                                  const TranslatedPosition& position) {
    os << position.exactness;
    return position.known() ? os << " " << position.offset : os;
  }
};

// Source position -> target position: failover.
using Translation = TranslatedPosition<DownstreamOffset>;
// Target position -> source position: failback.
using BackTranslation = TranslatedPosition<UpstreamOffset>;

// Source records that will never be copied, and why: no gap is silent. They are
// kept in the offset index topic. MM2 has nothing like it; it continues behind
// a gap without a word.
//
// The numbers are in the topic: only ever add.
enum class SkipReason {
  // The source deleted them before they were read: retention, DeleteRecords.
  kSourceLost = 0,
  // The source's log lost its end (unclean election), and other records took
  // the offsets.
  kSourceTruncated = 1,
  // The topic was deleted and created again.
  kSourceRecreated = 2,
  // The target refuses them, and on.rejected.record=skip.
  kRefused = 3,
  // Kept in the dead-letter topic instead.
  kDeadLettered = 4,
  // Were copied, and the target topic was deleted or truncated afterwards.
  kTargetLost = 5,
  // Were there before the partition's first record was to be copied:
  // auto.offset.reset = latest.
  kBeforeStart = 6,
};

// "source-lost", "source-truncated", "source-recreated", "refused",
// "dead-lettered", "target-lost", "before-start".
absl::string_view ToString(SkipReason reason);

// A value type.
struct SkippedRange {
  // Of the detail; what is longer is cut.
  static constexpr size_t kMaxDetail = 500;

  // [first, end). Empty (first == end): a mark, such as a topic created again
  // of which nothing is known to be lost.
  UpstreamOffset first;
  UpstreamOffset end;
  // At most so many; fewer than the span once ranges were merged. The sum of
  // those of a partition does not overflow.
  int64_t records = 0;
  SkipReason reason = SkipReason::kSourceLost;
  // When it was noticed; kept to the millisecond.
  absl::Time time;
  // For people; printable ASCII.
  std::string detail;

  friend bool operator==(const SkippedRange& a, const SkippedRange& b) {
    return a.first == b.first && a.end == b.end && a.records == b.records &&
           a.reason == b.reason && a.time == b.time && a.detail == b.detail;
  }
  friend std::ostream& operator<<(std::ostream& os, const SkippedRange& range);
};

// A group stood at `upstream` on the source when its newest checkpoint was
// written; what it read after that is not known on the target. From there:
//
//   kExact       who starts at `offset` misses no record that is here, and
//                meets none again
//   kLowerBound  misses none either, and may meet some again: those between
//                `offset` and the group's true position. Comes from a
//                checkpoint alone, or from a place that the index does not know
//                in full, such as a position past all that it says was copied
//   kUnknown     no safe position is known; `offset` is 0. The topic is not
//                there, or ends before every position that records tell: it was
//                recreated or truncated. To miss nothing, start at its
//                beginning
//
// What the mirror skipped is not here. A position in or before such a range is
// still exact as a position, it is where the next record that is here lies; but
// a group that resumes there misses the records in the range. `skipped` names
// them.
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

// What MirrorClient::PreviewFailover() answers; value types.

// Records of a partition of the source that are not on the target, as of the
// progress that is stored there, which is about a second old.
struct UncopiedRecords {
  // At most: offsets that compaction or transactions left empty count. nullopt:
  // the source does not say, see `reason`.
  std::optional<int64_t> records;
  // How old the oldest of them is, by its timestamp; nullopt: there is none, or
  // it could not be read.
  std::optional<absl::Duration> oldest_age;
  std::string reason;
};

// Where a group would resume; see Exactness for what the counts promise.
struct GroupPreview {
  std::string group;
  // Partitions by what is known of the group's position in them.
  int64_t exact = 0;
  int64_t lower_bound = 0;
  int64_t unknown = 0;
  // Records that it would read again, at most. nullopt: the source does not say
  // what the group has committed since its last checkpoint.
  std::optional<int64_t> rereads;
  // Why the group would not resume where it was; empty if it would.
  std::string skipped_reason;
};

struct FailoverPreview {
  // By the partition's name on the source.
  std::map<TopicPartition, UncopiedRecords> partitions;
  // By id.
  std::vector<GroupPreview> groups;
  // Whether the source has answered; if not, why.
  absl::Status source;
};

}  // namespace mirror

#endif  // MIRROR_MODEL_POSITION_H_
