// SPDX-License-Identifier: Apache-2.0
//
// For tests: an independent model of MM2's own OffsetSyncStore, 64 sampled
// syncs per partition, so that tables can show MM2's answer beside ours.

#ifndef MIRROR_SYNC_MM2_OFFSET_SYNC_STORE_H_
#define MIRROR_SYNC_MM2_OFFSET_SYNC_STORE_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"

namespace mirror::internal {

// One partition, after the initial read unless said otherwise.
class Mm2OffsetSyncStore {
 public:
  // Syncs applied before FinishRead replace one another if `must_read_to_end`.
  explicit Mm2OffsetSyncStore(bool must_read_to_end = false)
      : must_read_to_end_(must_read_to_end) {}

  void FinishRead() { read_ = true; }

  void Apply(int64_t u, int64_t d) {
    const Sync n{u, d, ++last_id_};
    const bool drop_history = !read_ && must_read_to_end_;
    if (empty_ || drop_history || u < syncs_[0].u) {
      syncs_.fill(n);
      empty_ = false;
      return;
    }
    Insert(n);
  }

  // nullopt: no checkpoint; -1: older than the oldest sync.
  std::optional<int64_t> Translate(int64_t u) const {
    if (!read_ || empty_) return std::nullopt;
    for (const Sync& sync : syncs_) {
      if (sync.u <= u) return sync.d + (sync.u == u ? 0 : 1);
    }
    return -1;
  }

  // "[slot]u" of each distinct sync, newest first.
  std::string ToString() const {
    std::string text;
    for (int i = 0; i < kSlots; ++i) {
      if (i > 0 && syncs_[i].id == syncs_[i - 1].id) continue;
      absl::StrAppend(&text, text.empty() ? "" : " ", "[", i, "]", syncs_[i].u);
    }
    return text;
  }

 private:
  static constexpr int kSlots = 64;
  struct Sync {
    int64_t u = 0;
    int64_t d = 0;
    int64_t id = 0;  // MM2 compares references, not values
  };

  // Java's arithmetic: signed, wrapping.
  static int64_t Power(int exponent) {
    return static_cast<int64_t>(uint64_t{1} << exponent);
  }
  static int64_t Sum(int64_t a, int64_t b) {
    return static_cast<int64_t>(static_cast<uint64_t>(a) +
                                static_cast<uint64_t>(b));
  }
  static int64_t Difference(int64_t a, int64_t b) {
    return static_cast<int64_t>(static_cast<uint64_t>(a) -
                                static_cast<uint64_t>(b));
  }
  static bool Near(const Sync& a, int i, const Sync& b, int j) {
    const int64_t limit = Difference(Sum(b.u, Power(j)), Power(i));
    return a.id == b.id || limit < 0 || a.u <= limit;
  }
  static bool Apart(const Sync& a, int i, const Sync& b) {
    const int64_t limit = Sum(b.u, Power(i > 2 ? i - 2 : 0));
    return a.id == b.id || (limit >= 0 && a.u >= limit);
  }

  void Insert(const Sync& n) {
    const std::array<Sync, kSlots> old = syncs_;
    syncs_[0] = n;
    Sync candidate = n;
    int r = 0;
    for (int c = 1; c < kSlots; ++c) {
      const Sync& previous = syncs_[c - 1];
      for (bool redundant = true; redundant && r < kSlots;) {
        const Sync& x = old[r];
        const bool fits = Near(previous, c - 1, x, c) &&
                          Apart(previous, c - 1, x) &&
                          (c == kSlots - 1 || Apart(x, c, syncs_[c + 1]));
        redundant = (r < kSlots - 1 && old[r + 1].id == x.id) ||
                    !Apart(previous, c - 1, x);
        if (fits) candidate = x;
        if (fits || redundant) ++r;
        redundant = redundant && r < c;
      }
      if (Near(previous, c - 1, syncs_[c], c)) return;
      syncs_[c] = candidate;
    }
  }

  const bool must_read_to_end_;
  bool read_ = false;
  bool empty_ = true;
  int64_t last_id_ = 0;
  std::array<Sync, kSlots> syncs_;
};

}  // namespace mirror::internal

#endif  // MIRROR_SYNC_MM2_OFFSET_SYNC_STORE_H_
