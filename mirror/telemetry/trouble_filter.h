// SPDX-License-Identifier: Apache-2.0
//
// Makes one message of the many that one error causes: a flow has a dozen
// clients of a cluster, and each job that cannot do its work says so too.
//
//   if (filter.IsNews(event, clock->Now())) on_event(event);

#ifndef MIRROR_TELEMETRY_TROUBLE_FILTER_H_
#define MIRROR_TELEMETRY_TROUBLE_FILTER_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "mirror/runtime/log.h"
#include "mirror/telemetry/engine_event.h"

namespace mirror::internal {

// Not thread-safe.
class TroubleFilter {
 public:
  // False for a kClusterTrouble reported before within the last half minute:
  // by a message that contains this one or is part of it, or, if the event
  // names a cluster, by any of the same level about it. True for other events.
  bool IsNews(const EngineEvent& event, absl::Time now);

 private:
  struct Reported {
    std::string cluster;
    LogLevel level = LogLevel::kInfo;
    std::string message;
    absl::Time at;
  };
  std::vector<Reported> reported_;
};

}  // namespace mirror::internal

#endif  // MIRROR_TELEMETRY_TROUBLE_FILTER_H_
