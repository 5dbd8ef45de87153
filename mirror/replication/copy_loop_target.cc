// SPDX-License-Identifier: Apache-2.0
//
// The part of copy_loop.h that deals with what happened to the copies.

#include <algorithm>

#include "mirror/replication/copy_loop.h"

namespace mirror::internal {

std::optional<UpstreamOffset> CopyLoop::LastCopied(const Entry& entry) {
  if (!entry.partition->has_copies()) return std::nullopt;
  std::optional<UpstreamOffset> done = entry.partition->committable();
  if (!done.has_value()) done = entry.committed;
  return done >= UpstreamOffset(0) ? done : std::nullopt;
}

std::optional<SkippedRange> CopyLoop::LostCopies(
    const Entry& entry, const TargetChange& change) const {
  const auto copied_end = LastCopied(entry);
  if (change.foreign() || !copied_end.has_value()) return std::nullopt;
  // What the index does not tell may have stood there as well.
  const BackTranslation kept = options_.store->TranslateBack(
      entry.partition->source(), change.kept_below);
  SkippedRange lost;
  lost.end = *copied_end + 1;
  lost.first =
      kept.known() ? std::min(kept.offset, lost.end) : UpstreamOffset(0);
  lost.records = lost.end - lost.first;
  lost.reason = SkipReason::kTargetLost;
  lost.detail = change.what;
  return lost;
}

void CopyLoop::ForgetCopies(Entry* entry) {
  options_.store->StartOver(entry->partition->source());
  entry->target_log_is_void = true;
  entry->starts_over |= !LastCopied(*entry).has_value();
}

void CopyLoop::HandleTargetChange(Entry* entry, const TargetChange& change) {
  const std::optional<SkippedRange> lost = LostCopies(*entry, change);
  // Nothing was there to lose.
  if (!change.foreign() && !lost.has_value()) return;
  entry->partition->OnTargetChange(change, lost, clock_->Now());
  // Its positions are void; those of later copies come with them. What was lost
  // concerns who asks from now on.
  const bool stopped = entry->partition->state() == PARTITION_STOPPED;
  if (!stopped && lost.has_value()) ForgetCopies(entry);
  TakeEvents(entry);
  sweep_now_ = true;
}

void CopyLoop::CheckFirstCopy(Entry* entry, DownstreamOffset base) {
  if (entry->index_is_void || entry->partition->copies_are_lost()) return;
  const TopicPartition& source = entry->partition->source();
  const DownstreamOffset known = options_.store->Stats(source).indexed_end;
  if (base >= known) return;
  const auto change = entry->partition->JudgeTargetEnd(known, base);
  if (change.has_value()) HandleTargetChange(entry, *change);
}

}  // namespace mirror::internal
