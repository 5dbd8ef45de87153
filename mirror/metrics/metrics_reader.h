// SPDX-License-Identifier: Apache-2.0
//
// An engine's status as metric values, with no registry and no HTTP server.
//
//   mirror::MetricsReader reader;
//   const mirror::MetricsSnapshot snapshot = reader.Read(engine->Status());
//
// With prometheus-cpp there is prometheus_collectable.h. MM2 registers its
// metrics with JMX.

#ifndef MIRROR_METRICS_METRICS_READER_H_
#define MIRROR_METRICS_METRICS_READER_H_

#include <memory>

#include "mirror/metrics/metrics_snapshot.h"
#include "mirror/runtime/clock.h"
#include "mirror/telemetry/status.pb.h"

namespace mirror {

// Purpose: makes snapshots of one engine's status. It remembers the counts of
// the previous reading, for MM2's rates (over the last 30 to 60 seconds; none
// in the first reading) and so that a sum does not shrink with its partitions.
// Thread safety: thread-compatible. It takes no lock of the engine, which
// copies while a snapshot is made.
// Lifetime: `clock` must outlive the reader.
class MetricsReader {
 public:
  explicit MetricsReader(MetricsOptions options = {},
                         Clock* clock = Clock::System());
  ~MetricsReader();
  MetricsReader(const MetricsReader&) = delete;
  MetricsReader& operator=(const MetricsReader&) = delete;

  MetricsSnapshot Read(const EngineStatus& status);

 private:
  struct Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace mirror

#endif  // MIRROR_METRICS_METRICS_READER_H_
