// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/copy_comparison.h"

#include <utility>

namespace mirror::internal {

CopyComparison::CopyComparison(UpstreamOffset start,
                               DownstreamOffset indexed_end,
                               std::vector<TargetRecord> records)
    : start_(start),
      indexed_end_(indexed_end),
      records_(std::move(records)),
      stretches_({{start, {}}}) {}

void CopyComparison::Next(UpstreamOffset offset,
                          std::optional<uint64_t> fingerprint) {
  SourceRecord record{offset, fingerprint, std::nullopt};
  if (fingerprint.has_value()) {
    const auto [it, is_new] =
        last_with_.try_emplace(*fingerprint, source_.size());
    if (!is_new) record.same_before = std::exchange(it->second, source_.size());
  }
  source_.push_back(record);
  Follow(/*last=*/false);
}

std::optional<UpstreamOffset> CopyComparison::resume() const {
  if (next_ == source_.size()) return std::nullopt;
  return source_[next_].offset;
}

void CopyComparison::Follow(bool last) {
  while (!over() && (last || next_ < source_.size())) {
    const TargetRecord& record = records_[at_++];
    if (!IsNext(record)) {
      const std::optional<size_t> earlier = FindEarlier(record);
      // By another client, or not to be recognized: then the record it is of is
      // not taken as copied.
      if (!earlier.has_value()) continue;
      // A run of the mirror began again there.
      next_ = *earlier;
      if (!stretches_.back().ranges.empty()) stretches_.emplace_back();
      stretches_.back().first = source_[next_].offset;
    }
    TakeCopy(record);
  }
}

bool CopyComparison::IsNext(const TargetRecord& record) const {
  return next_ < source_.size() &&
         source_[next_].fingerprint == record.fingerprint;
}

std::optional<size_t> CopyComparison::FindEarlier(
    const TargetRecord& record) const {
  const auto it = last_with_.find(record.fingerprint);
  if (it == last_with_.end()) return std::nullopt;
  std::optional<size_t> earlier = it->second;
  while (earlier.has_value() && *earlier >= next_) {
    earlier = source_[*earlier].same_before;
  }
  return earlier;
}

void CopyComparison::TakeCopy(const TargetRecord& record) {
  const UpstreamOffset offset = source_[next_++].offset;
  if (at_ == 1) begins_with_a_copy_ = true;
  Stretch& stretch = stretches_.back();
  if (record.offset < indexed_end_) {
    stretch.first = offset + 1;
    return;
  }
  std::vector<CopiedRange>& ranges = stretch.ranges;
  if (!ranges.empty() &&
      ranges.back().upstream + ranges.back().count == offset &&
      ranges.back().downstream + ranges.back().count == record.offset) {
    ++ranges.back().count;
  } else {
    ranges.push_back({offset, record.offset, 1});
  }
}

}  // namespace mirror::internal
