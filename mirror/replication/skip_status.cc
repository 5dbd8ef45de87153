// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/skip_status.h"

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "mirror/model/position.h"

namespace mirror::internal {

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
    SkippedRangeStatus* shown = status->add_skipped();
    shown->set_first_offset(range.first.value());
    shown->set_end_offset(range.end.value());
    shown->set_records(range.records);
    shown->set_reason(std::string(ToString(range.reason)));
    shown->set_time_ms(absl::ToUnixMillis(time));
    shown->set_detail(range.detail);
  }
}

}  // namespace mirror::internal
