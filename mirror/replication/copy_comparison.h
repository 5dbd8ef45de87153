// SPDX-License-Identifier: Apache-2.0
//
// Finds out which source records are copied, from what the target's log holds
// behind the last copy that is known: after a crash, when acknowledgements are
// lost. It follows the log as it was written. Each run of the mirror wrote
// source records in their order, from the next one or from an earlier one on;
// what is none of these was written by others. MM2 copies such records twice.
//
//   CopyComparison comparison(start, indexed_end, std::move(target_records));
//   while (!comparison.over()) comparison.Next(offset, fingerprint);
//   comparison.Finish();
//   for (const auto& stretch : comparison.stretches()) ...
//   const auto resume = comparison.resume();

#ifndef MIRROR_REPLICATION_COPY_COMPARISON_H_
#define MIRROR_REPLICATION_COPY_COMPARISON_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "mirror/model/offset.h"
#include "mirror/sync/offset_sync_store.h"

namespace mirror::internal {

// A record of the target's log: where it is, and its FingerprintOf().
struct TargetRecord {
  DownstreamOffset offset;
  uint64_t fingerprint = 0;
};

// Invariants: each source record below resume() has a target record of its own
// with the same content, and the last ones are in source order; so nothing is
// lost, and of equal records as many are copied as the source has.
// Thread safety: thread-compatible. A value type.
class CopyComparison {
 public:
  // Copies as one run of the mirror made them; records between the ranges, from
  // `first` on, need no copy.
  struct Stretch {
    UpstreamOffset first;
    std::vector<CopiedRange> ranges;
  };

  // The source is read from `start` on. `records`: from a place on behind which
  // no copy of an earlier record is, ascending. Copies below `indexed_end` are
  // known to the index.
  CopyComparison(UpstreamOffset start, DownstreamOffset indexed_end,
                 std::vector<TargetRecord> records);

  // Whether nothing is left to be compared.
  bool over() const { return at_ == records_.size(); }
  // The next source record, after transforms; no fingerprint: it equals none.
  void Next(UpstreamOffset offset, std::optional<uint64_t> fingerprint);
  // There are no more source records that may have been copied.
  void Finish() { Follow(/*last=*/true); }
  // What is left is not compared.
  void Cut() { records_.resize(at_); }

  // Once it is over. The first record given to Next() that is not copied, or
  // whose copy is before one of an earlier record; nullopt: all are copied.
  std::optional<UpstreamOffset> resume() const;
  // How many records before that were given.
  int64_t copied() const { return static_cast<int64_t>(next_); }
  // The copies that the index does not know, as they were made.
  const std::vector<Stretch>& stretches() const { return stretches_; }
  // Whether nothing but copies is there, from the first record on.
  bool begins_with_a_copy() const { return begins_with_a_copy_; }
  UpstreamOffset start() const { return start_; }
  // How many records of the target's log it keeps.
  int64_t size() const { return static_cast<int64_t>(records_.size()); }

 private:
  struct SourceRecord {
    UpstreamOffset offset;
    std::optional<uint64_t> fingerprint;
    // The one before it with the same fingerprint.
    std::optional<size_t> same_before;
  };

  // Follows the log as far as that is certain; `last`: no source record comes.
  void Follow(bool last);
  bool IsNext(const TargetRecord& record) const;
  // The last source record before the next one that is equal.
  std::optional<size_t> FindEarlier(const TargetRecord& record) const;
  void TakeCopy(const TargetRecord& record);

  UpstreamOffset start_;
  DownstreamOffset indexed_end_;
  std::vector<TargetRecord> records_;
  size_t at_ = 0;  // in records_
  std::vector<SourceRecord> source_;
  size_t next_ = 0;  // in source_: the one to be copied next
  absl::flat_hash_map<uint64_t, size_t> last_with_;
  std::vector<Stretch> stretches_;
  bool begins_with_a_copy_ = false;
};

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_COPY_COMPARISON_H_
