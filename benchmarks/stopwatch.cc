// SPDX-License-Identifier: Apache-2.0

#include "absl/time/clock.h"
#include "benchmarks/data_path.h"

namespace mirror::benchmark {

void Stopwatch::Note(int64_t records) {
  if (records == records_) return;
  const absl::Time now = absl::Now();
  if (records_ == 0) {
    first_ = now;
    first_records_ = records;
  }
  records_ = records;
  last_ = now;
}

double Stopwatch::records_per_second() const {
  const double seconds = absl::ToDoubleSeconds(last_ - first_);
  return seconds <= 0
             ? 0
             : static_cast<double>(records_ - first_records_) / seconds;
}

}  // namespace mirror::benchmark
