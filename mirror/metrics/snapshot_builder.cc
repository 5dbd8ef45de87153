// SPDX-License-Identifier: Apache-2.0

#include "mirror/metrics/snapshot_builder.h"

#include "mirror/model/utf8.h"

namespace mirror::internal {

SnapshotBuilder::SharedLabels SnapshotBuilder::Labels(MetricLabels labels) {
  for (auto& [name, value] : labels) {
    // One group with a wild name must not cost the whole scrape.
    if (!IsUtf8(value)) value = ToUtf8(value);
  }
  return std::make_shared<const MetricLabels>(std::move(labels));
}

SnapshotBuilder::SharedLabels SnapshotBuilder::With(const SharedLabels& labels,
                                                    const std::string& name,
                                                    const std::string& value) {
  MetricLabels more;
  more.reserve(labels->size() + 1);
  more = *labels;
  more.emplace_back(name, value);
  return std::make_shared<const MetricLabels>(std::move(more));
}

MetricsSnapshot SnapshotBuilder::Build() && {
  MetricsSnapshot snapshot;
  for (size_t i = 0; i < kMetricCount; ++i) {
    if (samples_[i].empty()) continue;
    const MetricInfo& info = kMetricTable[i];
    snapshot.families.push_back(
        {info.name, info.help, info.type, std::move(samples_[i])});
  }
  return snapshot;
}

}  // namespace mirror::internal
