// SPDX-License-Identifier: Apache-2.0

#include "mirror/daemon/flow_summary.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace mirror::internal {
namespace {

bool IsSetAside(PartitionState state) {
  return state == PARTITION_DRAINING || state == PARTITION_BACKING_OFF ||
         state == PARTITION_STOPPED;
}

}  // namespace

int64_t CopiedRecords(const FlowStatus& flow) {
  int64_t records = 0;
  for (const WorkerStatus& worker : flow.workers()) {
    for (const PartitionStatus& partition : worker.partitions()) {
      records += partition.records();
    }
  }
  return records;
}

std::string SummarizeFlow(const FlowStatus& flow, int64_t records_before,
                          absl::Duration elapsed) {
  int64_t partitions = 0;
  int64_t set_aside = 0;
  int64_t lag = 0;
  for (const WorkerStatus& worker : flow.workers()) {
    for (const PartitionStatus& partition : worker.partitions()) {
      ++partitions;
      if (IsSetAside(partition.state())) ++set_aside;
      lag += partition.lag();
    }
  }
  const int64_t records = CopiedRecords(flow);
  const double seconds = std::max(absl::ToDoubleSeconds(elapsed), 1e-3);
  const auto rate = static_cast<int64_t>(
      static_cast<double>(records - records_before) / seconds);
  return absl::StrCat(
      partitions, " partitions, ", set_aside, " suspended; ", records,
      " records copied, ", rate, "/s; lag ", lag,
      flow.topic_problems_size() == 0
          ? ""
          : absl::StrCat("; ", flow.topic_problems_size(),
                         " topics cannot be mirrored"),
      flow.reason().empty() ? "" : absl::StrCat("; ", flow.reason()));
}

}  // namespace mirror::internal
