// SPDX-License-Identifier: Apache-2.0
//
// The state of a flow, as its jobs and the status see it; what changes is
// reported.

#ifndef MIRROR_FLOW_FLOW_CONDITION_H_
#define MIRROR_FLOW_FLOW_CONDITION_H_

#include <functional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "mirror/runtime/mutex.h"
#include "mirror/telemetry/engine_event.h"
#include "mirror/telemetry/status.pb.h"

namespace mirror::internal {

// Thread safety: thread-safe.
class FlowCondition {
 public:
  // `on_event` is called with no lock held; may be null.
  FlowCondition(std::string flow, std::function<void(EngineEvent)> on_event)
      : flow_(std::move(flow)), on_event_(std::move(on_event)) {}

  // `error`: what is wrong at present. Reported when it begins, changes or
  // ends.
  void Set(FlowState state, const absl::Status& error);
  // From now on nothing is reported.
  void Silence();
  // The target answered and the memory is read.
  void SetPrepared();
  // Whether a cluster has another id than at the start.
  void SetClusterReplaced(bool replaced);

  FlowState state() const;
  bool prepared() const;
  // See FlowControl.
  bool running() const;
  bool target_ready() const;
  // State and reason.
  void FillStatus(FlowStatus* status) const;

 private:
  void Report(EngineEvent event) const;

  const std::string flow_;
  const std::function<void(EngineEvent)> on_event_;

  mutable Mutex mu_;
  FlowState state_ ABSL_GUARDED_BY(mu_) = FLOW_STARTING;
  absl::Status error_ ABSL_GUARDED_BY(mu_);
  bool silent_ ABSL_GUARDED_BY(mu_) = false;
  bool prepared_ ABSL_GUARDED_BY(mu_) = false;
  bool cluster_replaced_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace mirror::internal

#endif  // MIRROR_FLOW_FLOW_CONDITION_H_
