// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/gap_policy.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace mirror::internal {
namespace {

SkippedRange Lost(UpstreamOffset wanted, UpstreamOffset log_start) {
  SkippedRange gap;
  gap.first = wanted;
  gap.end = log_start;
  gap.records = log_start - wanted;
  gap.reason = SkipReason::kSourceLost;
  gap.detail = absl::StrCat(
      "source records ", wanted.value(), " to ", log_start.value() - 1,
      " were deleted before they were copied (retention or DeleteRecords)");
  return gap;
}

// A mark only: what is on the target was once on the source, and what the
// source lost beyond it is unknown.
SkippedRange Truncated(UpstreamOffset wanted, UpstreamOffset at) {
  SkippedRange gap;
  gap.first = at;
  gap.end = at;
  gap.reason = SkipReason::kSourceTruncated;
  gap.detail = absl::StrCat(
      "the source log was truncated at ", at.value(), ", below ",
      wanted.value(),
      ", the record that comes next (unclean leader election, or a disk that "
      "lost its end); the records copied from there on are no longer those of "
      "the source");
  return gap;
}

}  // namespace

StartDecision DecideStart(const StartQuestion& question, LossPolicy on_gap) {
  const PartitionBounds& bounds = question.bounds;
  if (!question.wanted.has_value()) return {bounds.log_start, std::nullopt};
  const UpstreamOffset wanted = *question.wanted;
  const UpstreamOffset same_until =
      std::min(question.diverged_at.value_or(wanted), bounds.end);
  StartDecision decision;
  if (same_until < wanted) {
    // What took the place of lost records is copied as well.
    decision.start = std::max(same_until, bounds.log_start);
    decision.gap = Truncated(wanted, *decision.start);
    if (on_gap == LossPolicy::kReseed) decision.start = bounds.log_start;
    decision.truncated_above = *decision.start <= same_until;
  } else if (wanted < bounds.log_start) {
    decision.start = bounds.log_start;
    decision.gap = Lost(wanted, bounds.log_start);
  } else {
    decision.start = wanted;
    return decision;
  }
  if (on_gap == LossPolicy::kStop) decision.start.reset();
  return decision;
}

}  // namespace mirror::internal
