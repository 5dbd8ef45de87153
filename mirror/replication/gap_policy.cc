// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/gap_policy.h"

#include "absl/strings/str_cat.h"

namespace mirror {

StartDecision DecideStart(std::optional<UpstreamOffset> wanted,
                          const PartitionBounds& bounds, GapPolicy on_gap,
                          StartAt start_at) {
  if (!wanted.has_value()) {
    return {start_at == StartAt::kEarliest ? bounds.log_start : bounds.end, ""};
  }
  if (*wanted >= bounds.log_start && *wanted <= bounds.end) {
    return {*wanted, ""};
  }
  StartDecision decision;
  if (*wanted < bounds.log_start) {
    decision.gap = absl::StrCat(
        "source records ", wanted->value(), " to ",
        bounds.log_start.value() - 1,
        " were deleted before they were copied (retention or DeleteRecords)");
    decision.start = bounds.log_start;
  } else {
    decision.gap = absl::StrCat(
        "the source log ends at ", bounds.end.value(), ", below ",
        wanted->value(),
        ", the record that comes next (truncated, or deleted and created "
        "again)");
    decision.start =
        on_gap == GapPolicy::kReseed ? bounds.log_start : bounds.end;
  }
  if (on_gap == GapPolicy::kStop) decision.start.reset();
  return decision;
}

}  // namespace mirror
