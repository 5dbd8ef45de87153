// SPDX-License-Identifier: Apache-2.0

#include "mirror/metrics/prometheus_text.h"

#include <prometheus/text_serializer.h>

#include <sstream>

#include "mirror/metrics/prometheus_collectable.h"

namespace mirror::internal {

std::string ToPrometheusText(const MetricsSnapshot& snapshot) {
  const prometheus::TextSerializer serializer;
  std::ostringstream text;
  for (const MetricFamily& family : snapshot.families) {
    // One at a time: prometheus-cpp copies the labels into every sample.
    serializer.Serialize(text, {ToPrometheus(family)});
  }
  return text.str();
}

}  // namespace mirror::internal
