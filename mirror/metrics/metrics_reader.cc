// SPDX-License-Identifier: Apache-2.0

#include "mirror/metrics/metrics_reader.h"

#include <utility>

#include "mirror/metrics/connect_metrics.h"
#include "mirror/metrics/flow_metrics.h"
#include "mirror/metrics/partition_metrics.h"
#include "mirror/metrics/snapshot_builder.h"
#include "mirror/version.h"

namespace mirror {

using internal::Metric;
using internal::SnapshotBuilder;

struct MetricsReader::Impl {
  Impl(MetricsOptions reader_options, Clock* reader_clock)
      : options(reader_options),
        clock(reader_clock),
        partitions(options.level) {}

  const MetricsOptions options;
  Clock* const clock;
  internal::PartitionMetrics partitions;
};

MetricsReader::MetricsReader(MetricsOptions options, Clock* clock)
    : impl_(std::make_unique<Impl>(options, clock)) {}

MetricsReader::~MetricsReader() = default;

MetricsSnapshot MetricsReader::Read(const EngineStatus& status) {
  SnapshotBuilder builder;
  builder.Add(Metric::kBuildInfo,
              SnapshotBuilder::Labels({{"version", internal::kVersion}}), 1);
  internal::AddConnectMetrics(status, impl_->options.level, &builder);
  for (const FlowStatus& flow : status.flows()) {
    internal::AddFlowMetrics(flow, impl_->options.groups, &builder);
  }
  impl_->partitions.Read(status, impl_->clock->Now());
  impl_->partitions.AddTo(&builder);
  return std::move(builder).Build();
}

}  // namespace mirror
