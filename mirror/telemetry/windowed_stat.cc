// SPDX-License-Identifier: Apache-2.0

#include "mirror/telemetry/windowed_stat.h"

#include <algorithm>

namespace mirror::internal {
namespace {

constexpr absl::Duration kSampleLength = absl::Seconds(30);

}  // namespace

void WindowedStat::Record(double value, absl::Time now) {
  last_ = value;
  if (now - samples_[current_].start >= kSampleLength) {
    current_ = 1 - current_;
    samples_[current_] = Sample{now, value, value, 0, 0};
  }
  Sample& sample = samples_[current_];
  sample.min = std::min(sample.min, value);
  sample.max = std::max(sample.max, value);
  sample.sum += value;
  ++sample.count;
}

std::optional<WindowedStat::Summary> WindowedStat::Window(
    absl::Time now) const {
  std::optional<Summary> summary;
  double sum = 0;
  int64_t count = 0;
  for (const Sample& sample : samples_) {
    if (sample.count == 0 || now - sample.start >= 2 * kSampleLength) continue;
    if (!summary.has_value()) summary = Summary{sample.min, sample.max, 0};
    summary->min = std::min(summary->min, sample.min);
    summary->max = std::max(summary->max, sample.max);
    sum += sample.sum;
    count += sample.count;
  }
  if (summary.has_value()) summary->avg = sum / static_cast<double>(count);
  return summary;
}

}  // namespace mirror::internal
