// SPDX-License-Identifier: Apache-2.0
//
// The selected topics of a flow that cannot be mirrored, and why: each reported
// once, and in the status as long as it lasts. MM2 logs and continues.

#ifndef MIRROR_FLOW_TOPIC_PROBLEMS_H_
#define MIRROR_FLOW_TOPIC_PROBLEMS_H_

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "mirror/metadata/topic_plan.h"
#include "mirror/runtime/mutex.h"
#include "mirror/telemetry/engine_event.h"
#include "mirror/telemetry/status.pb.h"

namespace mirror::internal {

// Thread safety: FillStatus() is thread-safe; the rest belongs to one thread,
// which calls `on_event` (may be null) with no lock held.
class TopicProblems {
 public:
  TopicProblems(std::string flow, absl::Duration retry_interval,
                std::function<void(EngineEvent)> on_event)
      : flow_(std::move(flow)),
        retry_interval_(retry_interval),
        on_event_(std::move(on_event)) {}

  // What came of a topic that was to be created or extended; OK ends a problem.
  void Note(const std::string& topic, const absl::Status& status);
  // The source topics that a look found and that cannot be mirrored.
  void NoteRefused(const std::vector<RefusedTopic>& refused);

  void FillStatus(FlowStatus* status) const;

 private:
  void Report(LogLevel level, const std::string& topic, std::string message);

  const std::string flow_;
  const absl::Duration retry_interval_;
  const std::function<void(EngineEvent)> on_event_;

  mutable Mutex mu_;
  // Of the target and of the source: the same name is not the same topic.
  std::map<std::string, std::string> failed_ ABSL_GUARDED_BY(mu_);
  std::map<std::string, std::string> refused_ ABSL_GUARDED_BY(mu_);
};

}  // namespace mirror::internal

#endif  // MIRROR_FLOW_TOPIC_PROBLEMS_H_
