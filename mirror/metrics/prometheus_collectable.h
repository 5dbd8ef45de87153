// SPDX-License-Identifier: Apache-2.0
//
// An engine's metrics for a host that has prometheus-cpp (1.0 to 1.3). Only
// this header needs it, and the host compiles and links it.
//
//   auto metrics = std::make_shared<mirror::PrometheusCollectable>(
//       [engine] { return engine->Status(); });
//   exposer.RegisterCollectable(metrics);  // which keeps no reference
//
// One for all engines of a process: two of them would give a family two heads,
// which Prometheus rejects. EngineStatus::flows of several engines can be
// merged.

#ifndef MIRROR_METRICS_PROMETHEUS_COLLECTABLE_H_
#define MIRROR_METRICS_PROMETHEUS_COLLECTABLE_H_

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <functional>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "mirror/metrics/metrics_reader.h"
#include "mirror/metrics/metrics_snapshot.h"
#include "mirror/runtime/clock.h"
#include "mirror/runtime/mutex.h"
#include "mirror/telemetry/status.pb.h"

namespace mirror {

// A family in prometheus-cpp's form.
inline prometheus::MetricFamily ToPrometheus(const MetricFamily& family) {
  const bool counter = family.type == MetricType::kCounter;
  prometheus::MetricFamily result;
  result.name = family.name;
  result.help = family.help;
  result.type =
      counter ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge;
  result.metric.reserve(family.samples.size());
  for (const MetricSample& sample : family.samples) {
    prometheus::ClientMetric& metric = result.metric.emplace_back();
    metric.label.reserve(sample.labels->size());
    for (const auto& [name, value] : *sample.labels) {
      metric.label.push_back({name, value});
    }
    (counter ? metric.counter.value : metric.gauge.value) = sample.value;
  }
  return result;
}

// Thread safety: thread-safe; collections are one after the other.
// Lifetime: what `status` uses and `clock` must outlive it. Never blocks
// copying: see MetricsReader.
class PrometheusCollectable final : public prometheus::Collectable {
 public:
  explicit PrometheusCollectable(std::function<EngineStatus()> status,
                                 MetricsOptions options = {},
                                 Clock* clock = Clock::System())
      : status_(std::move(status)), reader_(options, clock) {}

  std::vector<prometheus::MetricFamily> Collect() const override {
    const EngineStatus status = status_();
    std::vector<prometheus::MetricFamily> families;
    MutexLock lock(&mu_);
    for (const MetricFamily& family : reader_.Read(status).families) {
      families.push_back(ToPrometheus(family));
    }
    return families;
  }

 private:
  const std::function<EngineStatus()> status_;
  mutable Mutex mu_;
  mutable MetricsReader reader_ ABSL_GUARDED_BY(mu_);
};

}  // namespace mirror

#endif  // MIRROR_METRICS_PROMETHEUS_COLLECTABLE_H_
