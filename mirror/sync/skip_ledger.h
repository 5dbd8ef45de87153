// SPDX-License-Identifier: Apache-2.0
//
// The skipped ranges of one partition, and which of them the index topic lacks.
//
//   SkipLedger ledger;
//   ledger.Add(generation, range);
//   SkipLedger::Plan plan = ledger.PlanFlush();
//   ... write plan.writes, then plan.tombstones, then ...
//   ledger.Commit(plan);

#ifndef MIRROR_SYNC_SKIP_LEDGER_H_
#define MIRROR_SYNC_SKIP_LEDGER_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

#include "mirror/model/offset.h"
#include "mirror/sync/skipped_range.h"

namespace mirror::internal {

// Purpose: keeps each loss once, however often it is reported, and few of them.
// A range covers another of the same generation that lies within it if the
// reasons are the same, or if it is merged and not older; what is covered is
// not kept. So what a topic says does not depend on the order of its records,
// nor on older ones that are still there.
//
// A plan changes nothing until it is committed, as SegmentLedger's.
//
// Thread safety: not thread-safe; see OffsetSyncStore.
class SkipLedger {
 public:
  // Beyond, the two oldest become one.
  static constexpr size_t kMaxRanges = 256;
  // What is read is merged only beyond these: between the records of a merge
  // there may be some more.
  static constexpr size_t kMaxRangesRead = 2 * kMaxRanges;

  // No two ranges have one name. They are reported in this order.
  struct Name {
    uint32_t generation = 0;
    UpstreamOffset first;
    SkipReason reason = SkipReason::kSourceLost;

    friend bool operator<(const Name& a, const Name& b) {
      return std::tie(a.generation, a.first, a.reason) <
             std::tie(b.generation, b.first, b.reason);
    }
  };
  struct Write {
    Name name;
    SkippedRangeRecord record;
  };
  struct Plan {
    std::vector<Write> writes;
    std::vector<Name> tombstones;
    bool empty() const { return writes.empty() && tombstones.empty(); }

   private:
    friend class SkipLedger;
    uint64_t changes_ = 0;
  };

  // A range was skipped. Extends one with the same reason that it begins in, or
  // right behind.
  void Add(uint32_t generation, SkippedRange range);
  // Was read from the topic.
  void OnRead(uint32_t generation, const SkippedRangeRecord& record);
  void OnTombstone(const Name& name) { entries_.erase(name); }

  // All of one generation, by where they begin, then all of them.
  std::vector<SkippedRange> Of(uint32_t generation) const;
  std::vector<SkippedRange> All() const;

  // Of all that the topic may hold.
  std::vector<Name> Names() const;

  // What to write so that the topic tells the same.
  Plan PlanFlush() const;
  void Commit(const Plan& plan);

 private:
  struct Entry {
    SkippedRangeRecord record;
    // The change that the topic does not have before a flush past it.
    uint64_t change = 0;
  };
  using Entries = std::map<Name, Entry>;

  static bool Covers(const Entries::value_type& outer,
                     const Entries::value_type& inner);
  // The range to extend by `range`, if there is one.
  const SkippedRangeRecord* FindExtended(uint32_t generation,
                                         const SkippedRange& range,
                                         Name* name) const;
  // Adds what no other covers, and drops what it covers; says so in the next
  // flush if `change` is not 0.
  void Insert(const Name& name, SkippedRangeRecord record, uint64_t change);
  Entries::iterator Remove(Entries::iterator entry, uint64_t change);
  void MergeOldest();

  Entries entries_;
  // Names that are gone and that the topic may still have, with their change.
  std::map<Name, uint64_t> gone_;
  uint64_t changes_ = 0;
  // The topic has all changes up to this one.
  uint64_t flushed_ = 0;
};

}  // namespace mirror::internal

#endif  // MIRROR_SYNC_SKIP_LEDGER_H_
