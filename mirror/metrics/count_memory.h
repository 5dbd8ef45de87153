// SPDX-License-Identifier: Apache-2.0
//
// What one reading of the status must know of the previous ones: sums that do
// not shrink when a partition leaves or begins again at 0, and rates.
//
//   CountMemory memory;
//   memory.Begin(clock->Now());
//   for (const PartitionStatus& partition : ...) {
//     memory.Count(key_of_partition, partition, key_of_series);
//   }
//   memory.End();
//   memory.Total(key_of_series).records

#ifndef MIRROR_METRICS_COUNT_MEMORY_H_
#define MIRROR_METRICS_COUNT_MEMORY_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>

#include "absl/time/time.h"
#include "mirror/telemetry/status.pb.h"

namespace mirror::internal {

// Counters of a partition, or sums of them.
struct Counts {
  int64_t records = 0;
  int64_t bytes = 0;
  int64_t dropped = 0;
  int64_t retimed = 0;
  int64_t skipped = 0;
  int64_t restarts = 0;

  static Counts Of(const PartitionStatus& partition);
  // What came since `before`, of which any may have begun again at 0.
  Counts Since(const Counts& before) const;
  void Add(const Counts& more);
};

// Of one series: a flow, topic or partition. Names are "" or -1 if the series
// is of all.
struct SeriesKey {
  std::string source;
  std::string target;
  std::string topic;
  int32_t partition = -1;

  friend bool operator<(const SeriesKey& a, const SeriesKey& b) {
    return std::tie(a.source, a.target, a.topic, a.partition) <
           std::tie(b.source, b.target, b.topic, b.partition);
  }
};

struct Rates {
  double records = 0;  // per second
  double bytes = 0;
};

// Thread safety: thread-compatible.
class CountMemory {
 public:
  // A reading at this steady time. End() forgets what it did not count.
  void Begin(absl::Time now) { now_ = now; }
  // Counts `partition`, of key `finest`, into the series `key`.
  void Count(const SeriesKey& finest, const PartitionStatus& partition,
             const SeriesKey& key);
  // Keeps a series that has no partition (yet, or any more).
  void Keep(const SeriesKey& key);
  void End();

  // After End(), of a series that was counted or kept since Begin().
  const Counts& Total(const SeriesKey& key) const;
  // Over the last 30 to 60 seconds, or since the reading before that; nullopt
  // in the first reading of a series, and of one that was not counted.
  std::optional<Rates> RatesOf(const SeriesKey& key) const;

 private:
  struct Point {
    absl::Time time;
    Counts counts;
  };
  struct Series {
    Counts total;
    // The beginnings of the present and of the previous 30 seconds.
    std::optional<Point> current;
    std::optional<Point> previous;
    bool seen = false;
  };
  struct Partition {
    Counts last;
    bool seen = false;
  };

  absl::Time now_;
  std::map<SeriesKey, Series> series_;
  std::map<SeriesKey, Partition> partitions_;
};

}  // namespace mirror::internal

#endif  // MIRROR_METRICS_COUNT_MEMORY_H_
