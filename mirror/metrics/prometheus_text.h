// SPDX-License-Identifier: Apache-2.0
//
// A snapshot as Prometheus reads it: text format 0.0.4.

#ifndef MIRROR_METRICS_PROMETHEUS_TEXT_H_
#define MIRROR_METRICS_PROMETHEUS_TEXT_H_

#include <string>

#include "mirror/metrics/metrics_snapshot.h"

namespace mirror::internal {

// The Content-Type; Prometheus 3 accepts nothing less.
inline constexpr char kPrometheusTextType[] =
    "text/plain; version=0.0.4; charset=utf-8";

std::string ToPrometheusText(const MetricsSnapshot& snapshot);

}  // namespace mirror::internal

#endif  // MIRROR_METRICS_PROMETHEUS_TEXT_H_
