// SPDX-License-Identifier: Apache-2.0
//
// Last value, and minimum, maximum and average over a window, as Kafka's
// metrics compute them: two samples of 30 seconds, the older one dropped as a
// whole.

#ifndef MIRROR_TELEMETRY_WINDOWED_STAT_H_
#define MIRROR_TELEMETRY_WINDOWED_STAT_H_

#include <array>
#include <cstdint>
#include <optional>

#include "absl/time/time.h"

namespace mirror::internal {

// Thread safety: thread-compatible.
class WindowedStat {
 public:
  struct Summary {
    double min = 0;
    double max = 0;
    double avg = 0;
  };

  void Record(double value, absl::Time now);

  // The latest value ever recorded.
  std::optional<double> last() const { return last_; }

  // Over the last 30 to 60 seconds; nullopt without a value in that time.
  std::optional<Summary> Window(absl::Time now) const;

 private:
  struct Sample {
    absl::Time start = absl::InfinitePast();
    double min = 0;
    double max = 0;
    double sum = 0;
    int64_t count = 0;
  };

  std::optional<double> last_;
  std::array<Sample, 2> samples_;
  size_t current_ = 0;
};

}  // namespace mirror::internal

#endif  // MIRROR_TELEMETRY_WINDOWED_STAT_H_
