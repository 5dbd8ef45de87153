// SPDX-License-Identifier: Apache-2.0
//
// Metrics as plain values, for any monitoring system of the host: MM2's own
// and those of Connect under the names that Prometheus has for them, and ours
// (docs/metrics.md lists all). MetricsReader makes them of a status.
//
//   for (const mirror::MetricFamily& family : snapshot.families) {
//     for (const mirror::MetricSample& sample : family.samples) {
//       Export(family.name, *sample.labels, sample.value);
//     }
//   }

#ifndef MIRROR_METRICS_METRICS_SNAPSHOT_H_
#define MIRROR_METRICS_METRICS_SNAPSHOT_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace mirror {

// For what a series stands, and so how many there are: about 100 per flow, at
// most 20 per topic, at most 20 per partition. Coarser series are sums of the
// finer ones, or the worst of them.
enum class MetricsLevel { kFlow, kTopic, kPartition };

struct MetricsOptions {
  MetricsLevel level = MetricsLevel::kPartition;
  // One more series per consumer group whose offsets are synced.
  bool groups = false;
};

enum class MetricType {
  // Only grows, or begins again at 0.
  kCounter,
  kGauge,
};

// Names and values, in UTF-8: bytes that are not are "\xNN" (with a backslash).
using MetricLabels = std::vector<std::pair<std::string, std::string>>;

struct MetricSample {
  std::shared_ptr<const MetricLabels> labels;  // not null
  double value = 0;
};

// Those without a sample, as there is nothing to measure, are not in the
// snapshot. Names and labels have Prometheus' form, units are seconds, bytes
// and records, but for MM2's own metrics, which have milliseconds.
struct MetricFamily {
  std::string name;
  std::string help;  // one line
  MetricType type = MetricType::kGauge;
  std::vector<MetricSample> samples;  // no two with the same labels
};

struct MetricsSnapshot {
  std::vector<MetricFamily> families;
};

}  // namespace mirror

#endif  // MIRROR_METRICS_METRICS_SNAPSHOT_H_
