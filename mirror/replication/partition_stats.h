// SPDX-License-Identifier: Apache-2.0
//
// What a partition counts and measures, under MM2's names.

#ifndef MIRROR_REPLICATION_PARTITION_STATS_H_
#define MIRROR_REPLICATION_PARTITION_STATS_H_

#include <cstdint>
#include <optional>

#include "absl/time/time.h"
#include "mirror/runtime/clock.h"
#include "mirror/telemetry/status.pb.h"
#include "mirror/telemetry/windowed_stat.h"

namespace mirror::internal {

// Thread safety: thread-compatible. Timestamps are in milliseconds since the
// epoch; negative ones are unknown and not measured.
class PartitionStats {
 public:
  // `clock` says how old records are.
  explicit PartitionStats(Clock* clock) : clock_(clock) {}

  // A batch was read, and its last record is of `timestamp_ms`.
  void OnRead(int64_t timestamp_ms, absl::Time now);
  // Records were acknowledged.
  void OnRecords(int64_t count) { records_ += count; }
  // A batch of values of this size was acknowledged as a whole.
  void OnBatch(int64_t bytes, int64_t timestamp_ms, absl::Time now);
  void OnDropped(int64_t count) { dropped_ += count; }
  // Acknowledged, with timestamp 1 in place of 0.
  void OnRetimed(int64_t count) { retimed_ += count; }
  int64_t retimed() const { return retimed_; }
  // The partition was reset by an error.
  void OnRestart() { ++restarts_; }

  // How old the last acknowledged record is now; nullopt: there was none.
  std::optional<absl::Duration> AgeOfLastCopied(absl::Time now) const;

  void FillStatus(absl::Time now, PartitionStatus* status) const;

 private:
  void RecordAge(int64_t timestamp_ms, absl::Time now, WindowedStat* stat);

  Clock* const clock_;
  int64_t records_ = 0;
  int64_t bytes_ = 0;
  int64_t dropped_ = 0;
  int64_t restarts_ = 0;
  int64_t retimed_ = 0;
  std::optional<int64_t> last_copied_ms_;
  std::optional<absl::Time> last_ack_;
  WindowedStat record_age_;
  WindowedStat replication_latency_;
};

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_PARTITION_STATS_H_
