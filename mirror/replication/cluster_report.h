// SPDX-License-Identifier: Apache-2.0
//
// What a copy loop reports of a cluster as a whole, each error once.
//
//   if (auto event = report.Note(sink->TakeClusterStatus())) Report(*event);

#ifndef MIRROR_REPLICATION_CLUSTER_REPORT_H_
#define MIRROR_REPLICATION_CLUSTER_REPORT_H_

#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "mirror/runtime/log.h"
#include "mirror/telemetry/engine_event.h"

namespace mirror::internal {

// Thread safety: thread-compatible.
class ClusterReport {
 public:
  ClusterReport(std::string flow, std::string alias)
      : flow_(std::move(flow)), alias_(std::move(alias)) {}

  // The event, unless the status is OK or was noted last.
  std::optional<EngineEvent> Note(const absl::Status& status) {
    if (status.ok() || status == last_) return std::nullopt;
    last_ = status;
    // Wrong credentials need an operator; an outage may end without one.
    return Event(
        absl::IsUnauthenticated(status) ? LogLevel::kError : LogLevel::kWarning,
        status, std::string(status.message()));
  }
  // It answers: what has passed is reported again when it comes again.
  void Clear() { last_ = absl::OkStatus(); }

  EngineEvent Event(LogLevel level, const absl::Status& cause,
                    std::string message) const {
    return EngineEvent(EngineEvent::Kind::kClusterTrouble, level, flow_,
                       std::move(message))
        .WithCluster(alias_)
        .WithCause(cause);
  }

 private:
  const std::string flow_;
  const std::string alias_;
  absl::Status last_;
};

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_CLUSTER_REPORT_H_
