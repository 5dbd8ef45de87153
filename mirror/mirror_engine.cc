// SPDX-License-Identifier: Apache-2.0

#include "mirror/mirror_engine.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "mirror/cluster/errors.h"
#include "mirror/flow_check.h"
#include "mirror/flow_runner.h"
#include "mirror/runtime/mutex.h"
#include "mirror/telemetry/health.h"

namespace mirror {
namespace {

// All flows in turn, so that one which waits for its target does not take the
// others' time.
absl::Status Drain(std::vector<internal::FlowRunner*> runners,
                   absl::Time deadline) {
  absl::Status all;
  while (!runners.empty()) {
    std::vector<internal::FlowRunner*> busy;
    for (internal::FlowRunner* runner : runners) {
      const std::optional<absl::Status> drained = runner->DrainOnce(deadline);
      if (!drained.has_value()) busy.push_back(runner);
      all.Update(drained.value_or(absl::OkStatus()));
    }
    runners = std::move(busy);
  }
  return all;
}

}  // namespace

struct MirrorEngine::Impl {
  // Without the flows, which their runners have.
  explicit Impl(MirrorEngineOptions engine_options)
      : options(std::move(engine_options)) {}

  // A flow as it is now, and what runs it.
  struct Running {
    Flow flow;
    std::unique_ptr<internal::FlowRunner> runner;
  };

  void OnEvent(const EngineEvent& event) const {
    if (options.log != nullptr) {
      options.log->Log({options.clock->WallTime(), event.level, event.flow,
                        event.subject(), event.message});
    }
    if (options.listener != nullptr) options.listener->OnEvent(event);
  }

  // What every flow does; the last word of those that were stopped.
  EngineStatus Status() {
    MutexLock lock(&flows_mu);
    if (closed) return last_status;
    EngineStatus status;
    status.set_started(running);
    for (const auto& [name, flow] : flows) {
      FlowStatus* const flow_status = status.add_flows();
      flow.runner->FillStatus(flow_status);
      if (!status.started()) flow_status->set_state(FLOW_STOPPED);
      internal::FillTotals(flow_status);
    }
    internal::FillHealth(&status);
    return status;
  }

  // Calls `act` for the flow of that name, with flows_mu held.
  absl::Status With(const std::string& flow,
                    absl::FunctionRef<absl::Status(Running*)> act) {
    MutexLock lock(&flows_mu);
    if (closed) return absl::FailedPreconditionError("the engine is stopped");
    for (auto& [name, running_flow] : flows) {
      if (name == flow) return act(&running_flow);
    }
    return absl::NotFoundError(absl::StrCat("there is no flow ", flow));
  }

  absl::Status SetPaused(const std::string& flow,
                         const std::optional<std::string>& topic, bool paused) {
    return With(flow, [&](Running* found) {
      found->runner->SetPaused(topic, paused);
      return absl::OkStatus();
    });
  }

  // They stay for as long as the caller holds `mu`.
  std::vector<internal::FlowRunner*> Runners()
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    MutexLock lock(&flows_mu);
    std::vector<internal::FlowRunner*> all;
    for (const auto& [name, flow] : flows) all.push_back(flow.runner.get());
    return all;
  }

  // Adds a flow without starting it.
  absl::Status Add(Flow flow) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    const std::vector<Flow> others = Flows();
    for (const Flow& other : others) {
      absl::Status status = internal::CheckBeside(flow, other);
      if (!status.ok()) return status;
    }
    absl::Status status =
        internal::CompleteFlow(&flow, options.log, options.clock);
    if (status.ok()) status = internal::CheckFlow(flow);
    if (!status.ok()) return status;
    std::vector<Flow> sharing;
    for (const Flow& other : others) {
      if (internal::ShareTopics(flow, other)) sharing.push_back(other);
    }
    flow.target_is_shared |= !sharing.empty();
    auto runner = internal::FlowRunner::Create(
        flow, options.clock,
        [this](const EngineEvent& event) { OnEvent(event); });
    if (!runner.ok()) {
      return internal::Annotate(runner.status(),
                                absl::StrCat("flow ", flow.name()));
    }
    // Before this one writes to their topics.
    for (Flow& other : sharing) ShareTarget(std::move(other));
    MutexLock lock(&flows_mu);
    flows.emplace_back(flow.name(), Running{flow, *std::move(runner)});
    return absl::OkStatus();
  }

  std::vector<Flow> Flows() {
    MutexLock lock(&flows_mu);
    std::vector<Flow> all;
    for (const auto& [name, flow] : flows) all.push_back(flow.flow);
    return all;
  }

  void ShareTarget(Flow flow) {
    if (std::exchange(flow.target_is_shared, true)) return;
    With(flow.name(), [](Running* found) {
      found->flow.target_is_shared = true;
      found->runner->Update(found->flow);
      return absl::OkStatus();
    }).IgnoreError();
  }

  // Takes a flow away from the others, which goes when the caller drops it.
  Running Take(const std::string& name) {
    MutexLock lock(&flows_mu);
    const auto found =
        std::find_if(flows.begin(), flows.end(),
                     [&name](const auto& flow) { return flow.first == name; });
    Running taken = std::move(found->second);
    flows.erase(found);
    return taken;
  }

  // Stops a flow as Stop() does all of them.
  absl::Status Remove(const std::string& name)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    internal::FlowRunner* runner = nullptr;
    absl::Status status = With(name, [&runner](Running* found) {
      runner = found->runner.get();
      return absl::OkStatus();
    });
    if (!status.ok()) return status;
    runner->StopLoops();
    if (started) {
      status = Drain({runner}, options.clock->Now() + options.stop_timeout);
    }
    const Running gone = Take(name);
    return status;
  }

  absl::Status Stop() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    if (std::exchange(stopped, true)) return stop_status;
    const std::vector<internal::FlowRunner*> all = Runners();
    for (internal::FlowRunner* runner : all) runner->Cancel();
    for (internal::FlowRunner* runner : all) runner->StopLoops();
    const absl::Time deadline = options.clock->Now() + options.stop_timeout;
    if (started) stop_status.Update(Drain(all, deadline));
    running = false;
    Close();
    return stop_status;
  }

  // Closes all clients. What a producer still had in flight would reach a
  // cluster that comes back in the middle of what the next engine copies.
  void Close() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    EngineStatus last = Status();
    std::vector<std::pair<std::string, Running>> gone;
    MutexLock lock(&flows_mu);
    last_status = std::move(last);
    closed = true;
    gone.swap(flows);
  }

  const MirrorEngineOptions options;
  std::atomic<bool> running{false};
  // Held for as long as Start(), Stop(), AddFlow() and RemoveFlow() take.
  Mutex mu;
  bool started ABSL_GUARDED_BY(mu) = false;
  bool stopped ABSL_GUARDED_BY(mu) = false;
  absl::Status stop_status ABSL_GUARDED_BY(mu);
  // Never held for long: Status() must not wait for Stop().
  Mutex flows_mu ABSL_ACQUIRED_AFTER(mu);
  // By name, in the order in which they were added. Changed with `mu` held,
  // too.
  std::vector<std::pair<std::string, Running>> flows ABSL_GUARDED_BY(flows_mu);
  bool closed ABSL_GUARDED_BY(flows_mu) = false;  // by Stop()
  EngineStatus last_status ABSL_GUARDED_BY(flows_mu);
};

absl::StatusOr<std::unique_ptr<MirrorEngine>> MirrorEngine::Create(
    MirrorEngineOptions options) {
  std::vector<Flow> flows = std::exchange(options.flows, {});
  auto impl = std::make_unique<Impl>(std::move(options));
  {
    MutexLock lock(&impl->mu);
    for (Flow& flow : flows) {
      absl::Status status = impl->Add(std::move(flow));
      if (!status.ok()) return status;
    }
  }
  return std::unique_ptr<MirrorEngine>(new MirrorEngine(std::move(impl)));
}

MirrorEngine::MirrorEngine(std::unique_ptr<Impl> impl)
    : impl_(std::move(impl)) {}

MirrorEngine::~MirrorEngine() { Stop().IgnoreError(); }

absl::Status MirrorEngine::Start() {
  MutexLock lock(&impl_->mu);
  if (impl_->stopped) {
    return absl::FailedPreconditionError("a stopped engine does not start");
  }
  if (std::exchange(impl_->started, true)) return absl::OkStatus();
  impl_->running = true;
  for (internal::FlowRunner* runner : impl_->Runners()) {
    absl::Status status = runner->Start();
    if (status.ok()) continue;
    status = internal::Annotate(status, absl::StrCat("flow ", runner->name()));
    impl_->Stop().IgnoreError();
    return status;
  }
  return absl::OkStatus();
}

absl::Status MirrorEngine::Stop() {
  MutexLock lock(&impl_->mu);
  return impl_->Stop();
}

EngineStatus MirrorEngine::Status() const { return impl_->Status(); }

absl::Status MirrorEngine::AddFlow(Flow flow) {
  MutexLock lock(&impl_->mu);
  if (impl_->stopped) {
    return absl::FailedPreconditionError("the engine is stopped");
  }
  const std::string name = flow.name();
  if (absl::Status status = impl_->Add(std::move(flow)); !status.ok()) {
    return status;
  }
  if (!impl_->started) return absl::OkStatus();
  absl::Status status = impl_->Runners().back()->Start();
  if (status.ok()) return status;
  impl_->Remove(name).IgnoreError();
  return internal::Annotate(status, absl::StrCat("flow ", name));
}

absl::Status MirrorEngine::RemoveFlow(const std::string& flow) {
  MutexLock lock(&impl_->mu);
  return impl_->Remove(flow);
}

absl::Status MirrorEngine::UpdateFlow(Flow flow) {
  // Filters, policies and transforms of the host are called and destroyed
  // without a lock.
  std::optional<Flow> now;
  absl::Status status = impl_->With(flow.name(), [&now](Impl::Running* found) {
    now = found->flow;
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  for (const auto& [next, old] : {std::pair(&flow.source, &now->source),
                                  std::pair(&flow.target, &now->target)}) {
    if (next->cluster == nullptr) next->cluster = old->cluster;
  }
  const MirrorEngineOptions& options = impl_->options;
  status = internal::CompleteFlow(&flow, options.log, options.clock);
  if (status.ok()) status = internal::CheckFlow(flow);
  if (status.ok()) status = internal::CheckUpdate(*now, flow);
  if (!status.ok()) return status;
  return impl_->With(now->name(), [&flow](Impl::Running* found) {
    flow.target_is_shared |= found->flow.target_is_shared;
    std::swap(found->flow, flow);
    found->runner->Update(found->flow);
    return absl::OkStatus();
  });
}

absl::Status MirrorEngine::PauseFlow(const std::string& flow) {
  return impl_->SetPaused(flow, std::nullopt, true);
}

absl::Status MirrorEngine::ResumeFlow(const std::string& flow) {
  return impl_->SetPaused(flow, std::nullopt, false);
}

absl::Status MirrorEngine::PauseTopic(const std::string& flow,
                                      const std::string& topic) {
  return impl_->SetPaused(flow, topic, true);
}

absl::Status MirrorEngine::ResumeTopic(const std::string& flow,
                                       const std::string& topic) {
  return impl_->SetPaused(flow, topic, false);
}

absl::Status MirrorEngine::ResolvePartition(const std::string& flow,
                                            const TopicPartition& source,
                                            LossPolicy decision) {
  if (decision == LossPolicy::kStop) {
    return absl::InvalidArgumentError("decide for skip or reseed");
  }
  return impl_->With(flow, [&](Impl::Running* found) {
    return found->runner->Resolve(source, decision);
  });
}

}  // namespace mirror
