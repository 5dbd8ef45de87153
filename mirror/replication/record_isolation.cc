// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/record_isolation.h"

#include <algorithm>

namespace mirror::internal {
namespace {

constexpr int64_t kMaxPieceRecords = 1024;
// librdkafka's batch.size: what was rejected as too large was no larger.
constexpr int64_t kBatchBytes = 1000000;
// After rejections that nothing foretold, ever more pieces go out one by one,
// so that copies which land behind a rejected record stay few.
constexpr int64_t kMaxPieces = 1024;

}  // namespace

void RecordIsolation::Widen(UpstreamOffset first, UpstreamOffset last) {
  if (!range_.has_value()) range_ = Range{first, last};
  range_->first = std::min(range_->first, first);
  range_->last = std::max(range_->last, last);
}

void RecordIsolation::OnBatchRejected(UpstreamOffset first, UpstreamOffset last,
                                      bool too_large) {
  if (!range_.has_value()) {
    pieces_left_ = next_pieces_;
    next_pieces_ = std::min(next_pieces_ * 2, kMaxPieces);
    if (too_large) max_bytes_ = std::min(max_bytes_, kBatchBytes) / 2;
  }
  Widen(first, last);
  max_records_ = std::clamp<int64_t>((range_->last - range_->first + 1) / 2, 1,
                                     kMaxPieceRecords);
}

void RecordIsolation::OnPieceRejected(UpstreamOffset first, UpstreamOffset last,
                                      int64_t records, int64_t bytes,
                                      bool too_large) {
  Widen(first, last);
  max_records_ = std::max<int64_t>(records / 2, 1);
  if (too_large) max_bytes_ = std::min(max_bytes_, bytes) / 2;
}

void RecordIsolation::OnPieceAccepted(UpstreamOffset last) {
  Settled(last);
  max_records_ = std::min(max_records_ * 2, kMaxPieceRecords);
}

void RecordIsolation::Settled(UpstreamOffset through) {
  suspects_.erase(suspects_.begin(), suspects_.upper_bound(through));
  if (range_.has_value()) {
    if (through >= range_->last) range_.reset();
  } else if (pieces_left_ > 0) {
    --pieces_left_;
  }
}

}  // namespace mirror::internal
