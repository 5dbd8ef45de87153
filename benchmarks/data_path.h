// SPDX-License-Identifier: Apache-2.0
//
// Ways to copy one topic from a cluster to another, each measured by the same
// rules, one per process so that CPU and memory are its own.

#ifndef BENCHMARKS_DATA_PATH_H_
#define BENCHMARKS_DATA_PATH_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace mirror::benchmark {

struct CopyJob {
  // Bootstrap servers.
  std::string source;
  std::string target;
  std::string topic;
  int32_t partitions = 8;
  // How many records the topic has.
  int64_t records = 0;
  // The copy is called `alias`.`topic`.
  std::string alias;

  std::string target_topic() const { return alias + "." + topic; }
};

// When a copy began and ended. Start-up is told apart from the rate.
class Stopwatch {
 public:
  // To be called with the number of records acknowledged so far.
  void Note(int64_t records);
  int64_t records() const { return records_; }
  absl::Duration to_first() const { return first_ - start_; }
  // Between the first and the last record.
  double records_per_second() const;

 private:
  absl::Time start_ = absl::Now();
  absl::Time first_ = absl::InfiniteFuture();
  absl::Time last_ = absl::InfinitePast();
  int64_t first_records_ = 0;
  int64_t records_ = 0;
};

// The floor: librdkafka's consumer and producer with the engine's settings, and
// between them a loop that does nothing else. The target topic must be there.
absl::StatusOr<Stopwatch> CopyBare(const CopyJob& job);

// MirrorEngine with its default settings.
absl::StatusOr<Stopwatch> CopyWithEngine(const CopyJob& job);

}  // namespace mirror::benchmark

#endif  // BENCHMARKS_DATA_PATH_H_
