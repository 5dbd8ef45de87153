// SPDX-License-Identifier: Apache-2.0

#include "mirror/sync/skip_ledger.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace mirror::internal {
namespace {

// Records under one name only grow; the greatest of them is the newest.
auto Rank(const SkippedRangeRecord& record) {
  return std::tie(record.range.end, record.range.records, record.merged,
                  record.range.time, record.range.detail);
}

bool IsMark(const SkippedRange& range) { return range.first == range.end; }

// Of two reasons for one range: the one that accounts for more records, but
// never that they are kept elsewhere if some are not.
SkipReason Graver(const SkippedRange& a, const SkippedRange& b) {
  if (a.reason == SkipReason::kDeadLettered) return b.reason;
  if (b.reason == SkipReason::kDeadLettered) return a.reason;
  return b.records > a.records ? b.reason : a.reason;
}

SkippedRangeRecord Merge(const SkippedRangeRecord& a,
                         const SkippedRangeRecord& b) {
  SkippedRangeRecord both;
  both.merged = true;
  both.range.first = std::min(a.range.first, b.range.first);
  both.range.end = std::max(a.range.end, b.range.end);
  both.range.records = a.range.records + b.range.records;
  both.range.reason = Graver(a.range, b.range);
  both.range.time = std::max(a.range.time, b.range.time);
  std::string& detail = both.range.detail;
  detail = a.merged ? a.range.detail
                    : absl::StrCat("merged: ", ToString(a.range.reason));
  if (!absl::StrContains(detail, ToString(b.range.reason))) {
    absl::StrAppend(&detail, ", ", ToString(b.range.reason));
  }
  both.range = Bounded(std::move(both.range));
  return both;
}

}  // namespace

bool SkipLedger::Covers(const Entries::value_type& outer,
                        const Entries::value_type& inner) {
  const SkippedRange& out = outer.second.record.range;
  const SkippedRange& in = inner.second.record.range;
  if (outer.first.generation != inner.first.generation) return false;
  if (in.first < out.first || in.end > out.end) return false;
  if (outer.second.record.merged && in.time <= out.time) return true;
  // A mark at the end of a range is behind it.
  return out.reason == in.reason && (in.first < out.end || IsMark(out));
}

void SkipLedger::Add(uint32_t generation, SkippedRange range) {
  range = Bounded(std::move(range));
  Name name{generation, range.first, range.reason};
  SkippedRangeRecord record{range, false};
  if (const SkippedRangeRecord* extended =
          FindExtended(generation, range, &name)) {
    // Reported before, most likely ahead of a kill.
    if (range.end <= extended->range.end) return;
    record = *extended;
    record.range.records +=
        std::min(range.records, range.end - extended->range.end);
    record.range.end = range.end;
    record.range.time = std::max(record.range.time, range.time);
    if (!range.detail.empty()) record.range.detail = std::move(range.detail);
    record.range = Bounded(std::move(record.range));
  }
  Insert(name, std::move(record), ++changes_);
  while (entries_.size() > kMaxRanges) MergeOldest();
}

const SkippedRangeRecord* SkipLedger::FindExtended(uint32_t generation,
                                                   const SkippedRange& range,
                                                   Name* name) const {
  const SkippedRangeRecord* found = nullptr;
  const Name own = *name;
  for (auto it = entries_.lower_bound({generation, UpstreamOffset(0)});
       it != entries_.end() && !(own < it->first); ++it) {
    const SkippedRangeRecord& record = it->second.record;
    const bool reaches = range.first < record.range.end ||
                         (range.first == record.range.end &&
                          (!IsMark(range) || IsMark(record.range)));
    // Merged ones are vague enough.
    const bool is_own = !(it->first < own);
    if (record.range.reason != range.reason || !reaches ||
        (record.merged && !is_own) ||
        (found != nullptr && record.range.end <= found->range.end)) {
      continue;
    }
    found = &record;
    *name = it->first;
  }
  return found;
}

void SkipLedger::OnRead(uint32_t generation, const SkippedRangeRecord& record) {
  const Name name{generation, record.range.first, record.range.reason};
  // A tombstone for it is about to be written.
  if (gone_.count(name) > 0) return;
  Insert(name, record, 0);
  while (entries_.size() > kMaxRangesRead) MergeOldest();
}

void SkipLedger::Insert(const Name& name, SkippedRangeRecord record,
                        uint64_t change) {
  const Entries::value_type added(name, {std::move(record), change});
  for (const auto& entry : entries_) {
    const bool same = !(entry.first < name) && !(name < entry.first);
    if (same ? Rank(entry.second.record) >= Rank(added.second.record)
             : Covers(entry, added)) {
      return;
    }
  }
  for (auto it = entries_.begin(); it != entries_.end();) {
    it = Covers(added, *it) ? Remove(it, change) : std::next(it);
  }
  gone_.erase(name);
  entries_[name] = added.second;
}

SkipLedger::Entries::iterator SkipLedger::Remove(Entries::iterator entry,
                                                 uint64_t change) {
  if (change > 0) gone_[entry->first] = change;
  return entries_.erase(entry);
}

void SkipLedger::MergeOldest() {
  const auto one_generation = [](const Entries::value_type& a,
                                 const Entries::value_type& b) {
    return a.first.generation == b.first.generation;
  };
  // Not across generations, whose offsets are not of one log, unless each has
  // but one.
  auto a = std::adjacent_find(entries_.begin(), entries_.end(), one_generation);
  if (a == entries_.end()) a = entries_.begin();
  const auto b = std::next(a);
  SkippedRangeRecord both = Merge(a->second.record, b->second.record);
  const Name name{a->first.generation, both.range.first, both.range.reason};
  ++changes_;
  Remove(a, changes_);
  Remove(b, changes_);
  const Entries::value_type outer(name, {both, changes_});
  for (const auto& entry : entries_) {
    if (Covers(outer, entry)) {
      both.range.records += entry.second.record.range.records;
    }
  }
  both.range = Bounded(std::move(both.range));
  Insert(name, std::move(both), changes_);
}

std::vector<SkippedRange> SkipLedger::Of(uint32_t generation) const {
  std::vector<SkippedRange> ranges;
  for (auto it = entries_.lower_bound({generation, UpstreamOffset(0)});
       it != entries_.end() && it->first.generation == generation; ++it) {
    ranges.push_back(it->second.record.range);
  }
  return ranges;
}

std::vector<SkippedRange> SkipLedger::All() const {
  std::vector<SkippedRange> ranges;
  ranges.reserve(entries_.size());
  for (const auto& [name, entry] : entries_) {
    ranges.push_back(entry.record.range);
  }
  return ranges;
}

std::vector<SkipLedger::Name> SkipLedger::Names() const {
  std::vector<Name> names;
  for (const auto& [name, entry] : entries_) names.push_back(name);
  for (const auto& [name, change] : gone_) names.push_back(name);
  return names;
}

SkipLedger::Plan SkipLedger::PlanFlush() const {
  Plan plan;
  plan.changes_ = changes_;
  if (changes_ == flushed_) return plan;
  for (const auto& [name, entry] : entries_) {
    if (entry.change > flushed_) plan.writes.push_back({name, entry.record});
  }
  for (const auto& [name, change] : gone_) plan.tombstones.push_back(name);
  return plan;
}

void SkipLedger::Commit(const Plan& plan) {
  flushed_ = std::max(flushed_, plan.changes_);
  for (auto it = gone_.begin(); it != gone_.end();) {
    it = it->second <= flushed_ ? gone_.erase(it) : std::next(it);
  }
}

}  // namespace mirror::internal
