// SPDX-License-Identifier: Apache-2.0

#include "mirror/daemon/flow_summary.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace mirror::internal {

std::string SummarizeFlow(const FlowStatus& flow, int64_t records_before,
                          absl::Duration elapsed) {
  const FlowTotals& totals = flow.totals();
  const double seconds = std::max(absl::ToDoubleSeconds(elapsed), 1e-3);
  const auto rate = static_cast<int64_t>(
      static_cast<double>(totals.records() - records_before) / seconds);
  return absl::StrCat(
      totals.partitions(), " partitions, ", totals.partitions_with_problem(),
      " suspended; ", totals.records(), " records copied, ", rate, "/s; lag ",
      totals.lag(),
      flow.topic_problems_size() == 0
          ? ""
          : absl::StrCat("; ", flow.topic_problems_size(),
                         " topics cannot be mirrored"),
      flow.reason().empty() ? "" : absl::StrCat("; ", flow.reason()));
}

}  // namespace mirror::internal
