// SPDX-License-Identifier: Apache-2.0
//
// One partition's log in a FakeCluster: records at ascending offsets, with
// holes where a real log has transaction markers or compacted records.

#ifndef MIRROR_TESTING_FAKE_LOG_H_
#define MIRROR_TESTING_FAKE_LOG_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "mirror/model/record.h"

namespace mirror::internal {

// Thread safety: thread-compatible. Invariants: the offsets of entries() ascend
// strictly; all are >= start() and < end(); start() never falls.
class FakeLog {
 public:
  struct Entry {
    Record record;
    // Of an aborted transaction: a read_committed reader does not see it.
    bool aborted = false;
    // In which it was appended.
    size_t epoch = 0;
    // Of which it is, while that is open; 0: none.
    int64_t transaction = 0;
  };

  int64_t start() const { return start_; }
  // The offset that the next record gets.
  int64_t end() const { return end_; }
  // The last stable offset: a read_committed reader gets what is below it.
  int64_t stable_end() const;
  const std::deque<Entry>& entries() const { return entries_; }

  // Gives the record its offset and returns it. `transaction` is the number of
  // an open one.
  int64_t Append(Record record, bool aborted = false, int64_t transaction = 0);
  // Writes the transaction's marker.
  void EndTransaction(int64_t transaction, bool commit);
  // Uses up `count` offsets without records.
  void Skip(int64_t count) { end_ += count; }
  // Loses everything at and above `offset`, as an unclean leader election does.
  void TruncateTo(int64_t offset);
  // Loses everything below `offset`, as retention and DeleteRecords do.
  void DeleteBefore(int64_t offset);

  // The index of the first entry at or above `offset`.
  size_t IndexFrom(int64_t offset) const;

  // Leader epochs, KIP-320: the epoch grows by one with each truncation.
  // DivergedAt: from where on a reader that was at `position` in `epoch` has
  // read records that the log has lost since, if it has.
  size_t epoch() const { return truncations_.size(); }
  std::optional<int64_t> DivergedAt(size_t epoch, int64_t position) const;

 private:
  int64_t start_ = 0;
  int64_t end_ = 0;
  std::deque<Entry> entries_;
  std::vector<int64_t> truncations_;
  // The first offset of each transaction that is open.
  std::map<int64_t, int64_t> open_;
};

}  // namespace mirror::internal

#endif  // MIRROR_TESTING_FAKE_LOG_H_
