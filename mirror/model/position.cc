// SPDX-License-Identifier: Apache-2.0

#include "mirror/model/position.h"

namespace mirror {

absl::string_view ToString(SkipReason reason) {
  switch (reason) {
    case SkipReason::kSourceLost:
      return "source-lost";
    case SkipReason::kSourceTruncated:
      return "source-truncated";
    case SkipReason::kSourceRecreated:
      return "source-recreated";
    case SkipReason::kRefused:
      return "refused";
    case SkipReason::kDeadLettered:
      return "dead-lettered";
    case SkipReason::kTargetLost:
      return "target-lost";
    case SkipReason::kBeforeStart:
      return "before-start";
  }
  return "";
}

std::ostream& operator<<(std::ostream& os, const SkippedRange& range) {
  os << "[" << range.first << ", " << range.end << ") "
     << ToString(range.reason) << ", at most " << range.records << " records";
  return range.detail.empty() ? os : os << ": " << range.detail;
}

}  // namespace mirror
