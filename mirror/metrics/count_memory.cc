// SPDX-License-Identifier: Apache-2.0

#include "mirror/metrics/count_memory.h"

#include <iterator>
#include <utility>

namespace mirror::internal {
namespace {

// As Kafka's metrics have it.
constexpr absl::Duration kWindow = absl::Seconds(30);

int64_t Grown(int64_t now, int64_t before) {
  return now < before ? now : now - before;
}

}  // namespace

Counts Counts::Of(const PartitionStatus& partition) {
  Counts counts;
  counts.records = partition.records();
  counts.bytes = partition.bytes();
  counts.dropped = partition.records_dropped();
  counts.retimed = partition.records_retimed();
  counts.skipped = partition.skipped_records();
  counts.restarts = partition.restarts();
  return counts;
}

Counts Counts::Since(const Counts& before) const {
  Counts more;
  more.records = Grown(records, before.records);
  more.bytes = Grown(bytes, before.bytes);
  more.dropped = Grown(dropped, before.dropped);
  more.retimed = Grown(retimed, before.retimed);
  more.skipped = Grown(skipped, before.skipped);
  more.restarts = Grown(restarts, before.restarts);
  return more;
}

void Counts::Add(const Counts& more) {
  records += more.records;
  bytes += more.bytes;
  dropped += more.dropped;
  retimed += more.retimed;
  skipped += more.skipped;
  restarts += more.restarts;
}

void CountMemory::Count(const SeriesKey& finest,
                        const PartitionStatus& partition,
                        const SeriesKey& key) {
  const Counts now = Counts::Of(partition);
  Partition& known = partitions_[finest];
  known.seen = true;
  Series& series = series_[key];
  series.seen = true;
  series.total.Add(now.Since(std::exchange(known.last, now)));
}

void CountMemory::Keep(const SeriesKey& key) { series_[key].seen = true; }

void CountMemory::End() {
  for (auto it = partitions_.begin(); it != partitions_.end();) {
    it = std::exchange(it->second.seen, false) ? std::next(it)
                                               : partitions_.erase(it);
  }
  for (auto it = series_.begin(); it != series_.end();) {
    Series& series = it->second;
    if (!std::exchange(series.seen, false)) {
      it = series_.erase(it);
      continue;
    }
    if (!series.current.has_value() || now_ - series.current->time >= kWindow) {
      series.previous =
          std::exchange(series.current, Point{now_, series.total});
    }
    ++it;
  }
}

const Counts& CountMemory::Total(const SeriesKey& key) const {
  return series_.find(key)->second.total;
}

std::optional<Rates> CountMemory::RatesOf(const SeriesKey& key) const {
  const auto it = series_.find(key);
  if (it == series_.end()) return std::nullopt;
  const Series& series = it->second;
  const std::optional<Point>& since =
      series.previous.has_value() ? series.previous : series.current;
  if (!since.has_value() || since->time >= now_) return std::nullopt;
  const double seconds = absl::ToDoubleSeconds(now_ - since->time);
  const Counts grown = series.total.Since(since->counts);
  return Rates{static_cast<double>(grown.records) / seconds,
               static_cast<double>(grown.bytes) / seconds};
}

}  // namespace mirror::internal
