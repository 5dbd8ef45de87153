// SPDX-License-Identifier: Apache-2.0

#include "mirror/flow/flow_condition.h"

#include "absl/strings/str_cat.h"

namespace mirror::internal {

void FlowCondition::Set(FlowState state, const absl::Status& error) {
  absl::Status before;
  {
    MutexLock lock(&mu_);
    state_ = state;
    before = std::exchange(error_, error);
    if (silent_) return;
  }
  if (error == before) return;
  if (state == FLOW_FAILED) {
    Report(EngineEvent(EngineEvent::Kind::kFlowFailed, LogLevel::kError, flow_,
                       std::string(error.message()))
               .WithCause(error));
  } else if (!error.ok()) {
    Report(EngineEvent(EngineEvent::Kind::kClusterTrouble, LogLevel::kWarning,
                       flow_, absl::StrCat(error.message(), "; retried"))
               .WithCause(error));
  } else if (!before.ok()) {
    Report({EngineEvent::Kind::kClusterRecovered, LogLevel::kInfo, flow_,
            "both clusters answer"});
  }
}

void FlowCondition::Silence() {
  MutexLock lock(&mu_);
  silent_ = true;
}

void FlowCondition::SetPrepared() {
  MutexLock lock(&mu_);
  prepared_ = true;
}

void FlowCondition::SetClusterReplaced(bool replaced) {
  MutexLock lock(&mu_);
  cluster_replaced_ = replaced;
}

FlowState FlowCondition::state() const {
  MutexLock lock(&mu_);
  return state_;
}

bool FlowCondition::prepared() const {
  MutexLock lock(&mu_);
  return prepared_;
}

bool FlowCondition::running() const {
  MutexLock lock(&mu_);
  return state_ == FLOW_RUNNING && !cluster_replaced_;
}

bool FlowCondition::target_ready() const {
  MutexLock lock(&mu_);
  return prepared_ && !cluster_replaced_;
}

void FlowCondition::FillStatus(FlowStatus* status) const {
  MutexLock lock(&mu_);
  status->set_state(state_);
  status->set_reason(std::string(error_.message()));
}

void FlowCondition::Report(EngineEvent event) const {
  if (on_event_) on_event_(std::move(event));
}

}  // namespace mirror::internal
