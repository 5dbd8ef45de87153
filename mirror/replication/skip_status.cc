// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/skip_status.h"

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "mirror/model/position.h"

namespace mirror::internal {

SkippedRangeStatus ToStatus(const SkippedRange& range) {
  SkippedRangeStatus status;
  status.set_first_offset(range.first.value());
  status.set_end_offset(range.end.value());
  status.set_records(range.records);
  status.set_reason(std::string(ToString(range.reason)));
  status.set_time_ms(absl::ToUnixMillis(range.time));
  status.set_detail(range.detail);
  return status;
}

void FillSkipped(const OffsetSyncStore& store, const TopicPartition& source,
                 PartitionStatus* status) {
  int64_t records = 0;
  std::multimap<absl::Time, SkippedRange> ranges;
  for (SkippedRange& range : store.SkipHistory(source)) {
    records += range.records;
    ranges.emplace(range.time, std::move(range));
    if (ranges.size() > kSkippedRangesShown) ranges.erase(ranges.begin());
  }
  status->set_skipped_records(records);
  for (const auto& [time, range] : ranges) {
    *status->add_skipped() = ToStatus(range);
  }
}

}  // namespace mirror::internal
