// SPDX-License-Identifier: Apache-2.0
//
// Collects samples by family, and makes label values that any reader takes.
//
//   SnapshotBuilder builder;
//   const auto labels = builder.Labels({{"source", "A"}, {"target", "B"}});
//   builder.Add(Metric::kHeartbeats, labels, 17);
//   MetricsSnapshot snapshot = std::move(builder).Build();

#ifndef MIRROR_METRICS_SNAPSHOT_BUILDER_H_
#define MIRROR_METRICS_SNAPSHOT_BUILDER_H_

#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "mirror/metrics/metric_table.h"
#include "mirror/metrics/metrics_snapshot.h"

namespace mirror::internal {

// Thread safety: thread-compatible.
class SnapshotBuilder {
 public:
  using SharedLabels = std::shared_ptr<const MetricLabels>;

  // In UTF-8, whatever the values are.
  static SharedLabels Labels(MetricLabels labels);

  // `labels` and one more, which is in UTF-8.
  static SharedLabels With(const SharedLabels& labels, const std::string& name,
                           const std::string& value);

  template <typename Number>
  void Add(Metric metric, SharedLabels labels, Number value) {
    samples_[static_cast<size_t>(metric)].push_back(
        {std::move(labels), static_cast<double>(value)});
  }

  // Without families that have no sample. Once.
  MetricsSnapshot Build() &&;

 private:
  std::array<std::vector<MetricSample>, kMetricCount> samples_;
};

}  // namespace mirror::internal

#endif  // MIRROR_METRICS_SNAPSHOT_BUILDER_H_
