// SPDX-License-Identifier: Apache-2.0
//
// What the offset index answers: a position on the other side of a flow, and
// how much that position promises. MM2 has only the number.
//
//   Translation position = store.Translate({"orders", 3}, UpstreamOffset(7));
//   if (position.known()) consumer.Seek(position.offset);

#ifndef MIRROR_SYNC_TRANSLATION_H_
#define MIRROR_SYNC_TRANSLATION_H_

#include <ostream>

#include "mirror/model/offset.h"

namespace mirror {

enum class Exactness {
  // Nothing is known about that offset; the position says nothing.
  kUnknown,
  // Safe to start from: no record on this side is missed. Some may be read
  // again.
  kLowerBound,
  // No record on this side is missed and none that lies before the position is
  // read again. What was skipped is not on this side: a position in a skipped
  // range is exact, and its records are missing (OffsetSyncStore::Skipped).
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

}  // namespace mirror

#endif  // MIRROR_SYNC_TRANSLATION_H_
