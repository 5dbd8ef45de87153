// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/partition_stats.h"

#include <algorithm>

namespace mirror::internal {
namespace {

void FillWindow(const WindowedStat& stat, absl::Time now, WindowedMs* status) {
  if (!stat.last().has_value()) return;
  status->set_last(*stat.last());
  if (const auto window = stat.Window(now); window.has_value()) {
    status->set_min(window->min);
    status->set_max(window->max);
    status->set_avg(window->avg);
  }
}

}  // namespace

void PartitionStats::OnRead(int64_t timestamp_ms, absl::Time now) {
  RecordAge(timestamp_ms, now, &record_age_);
}

void PartitionStats::OnBatch(int64_t bytes, int64_t timestamp_ms,
                             absl::Time now) {
  bytes_ += bytes;
  last_ack_ = now;
  if (timestamp_ms >= 0) last_copied_ms_ = timestamp_ms;
  RecordAge(timestamp_ms, now, &replication_latency_);
}

std::optional<absl::Duration> PartitionStats::AgeOfLastCopied(
    absl::Time now) const {
  if (!last_copied_ms_.has_value()) return std::nullopt;
  return std::max(
      clock_->ToWallTime(now) - absl::FromUnixMillis(*last_copied_ms_),
      absl::ZeroDuration());
}

void PartitionStats::RecordAge(int64_t timestamp_ms, absl::Time now,
                               WindowedStat* stat) {
  if (timestamp_ms < 0) return;
  const absl::Duration age =
      clock_->ToWallTime(now) - absl::FromUnixMillis(timestamp_ms);
  stat->Record(absl::ToDoubleMilliseconds(age), now);
}

void PartitionStats::FillStatus(absl::Time now, PartitionStatus* status) const {
  status->set_records(records_);
  status->set_bytes(bytes_);
  status->set_records_dropped(dropped_);
  status->set_restarts(restarts_);
  status->set_records_retimed(retimed_);
  if (last_ack_.has_value()) {
    status->set_last_ack_ms(absl::ToUnixMillis(clock_->ToWallTime(*last_ack_)));
  }
  FillWindow(record_age_, now, status->mutable_record_age());
  FillWindow(replication_latency_, now, status->mutable_replication_latency());
}

}  // namespace mirror::internal
