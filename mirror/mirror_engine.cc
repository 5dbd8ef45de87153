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
#include "mirror/flow_cluster.h"
#include "mirror/flow_runner.h"
#include "mirror/policy/filters.h"
#include "mirror/policy/mm2_replication_policies.h"
#include "mirror/runtime/mutex.h"
#include "mirror/telemetry/health.h"

namespace mirror {
namespace {

absl::Status Wrong(const Flow& flow, absl::string_view field,
                   absl::string_view problem) {
  return absl::InvalidArgumentError(
      absl::StrCat("flow ", flow.name(), ", ", field, ": ", problem));
}

// Whether the policy gives back the alias that it was given. It need not tell
// the source of ordinary topics (Identity does not), but that of heartbeats.
absl::Status CheckAlias(const Flow& flow) {
  const std::string remote = flow.policy->FormatRemoteTopic(
      flow.source.alias, flow.policy->HeartbeatsTopic());
  if (flow.policy->TopicSource(remote) == flow.source.alias) {
    return absl::OkStatus();
  }
  return Wrong(flow, "source.alias",
               absl::StrCat("the replication policy does not find \"",
                            flow.source.alias, "\" in \"", remote,
                            "\" again; the alias must not contain the "
                            "separator"));
}

absl::Status CheckFlow(const Flow& flow) {
  if (flow.source.alias.empty()) return Wrong(flow, "source.alias", "is empty");
  if (flow.target.alias.empty()) return Wrong(flow, "target.alias", "is empty");
  // MM2's files may give both sides of a pair without replication one alias.
  if (flow.replicate && flow.source.alias == flow.target.alias) {
    return Wrong(flow, "target.alias", "must differ from source.alias");
  }
  if (flow.shards < 1 || flow.shards > 1000) {
    return Wrong(flow, "shards", "must be 1 to 1000");
  }
  if (flow.max_buffered_bytes < (1 << 20)) {
    return Wrong(flow, "max_buffered_bytes", "must be at least 1 MiB");
  }
  if (flow.refresh_topics_interval <= absl::ZeroDuration()) {
    return Wrong(flow, "refresh_topics_interval", "must be above zero");
  }
  if (flow.offset_flush_interval <= absl::ZeroDuration()) {
    return Wrong(flow, "offset_flush_interval", "must be above zero");
  }
  if (flow.offset_flush_bytes < 1) {
    return Wrong(flow, "offset_flush_bytes", "must be at least 1");
  }
  if (flow.forget_deleted_topics_after < absl::ZeroDuration()) {
    return Wrong(flow, "forget_deleted_topics_after", "must not be negative");
  }
  if (flow.heartbeats.interval <= absl::ZeroDuration()) {
    return Wrong(flow, "heartbeats.interval", "must be above zero");
  }
  if (flow.checkpoints.interval <= absl::ZeroDuration()) {
    return Wrong(flow, "checkpoints.interval", "must be above zero");
  }
  if (flow.checkpoints.refresh_groups_interval <= absl::ZeroDuration()) {
    return Wrong(flow, "checkpoints.refresh_groups_interval",
                 "must be above zero");
  }
  if (flow.checkpoints.sync_group_offsets_interval <= absl::ZeroDuration()) {
    return Wrong(flow, "checkpoints.sync_group_offsets_interval",
                 "must be above zero");
  }
  if (flow.acls.interval <= absl::ZeroDuration()) {
    return Wrong(flow, "acls.interval", "must be above zero");
  }
  if (flow.topic_configs.interval <= absl::ZeroDuration()) {
    return Wrong(flow, "topic_configs.interval", "must be above zero");
  }
  if (flow.offset_syncs.lag_max < 0) {
    return Wrong(flow, "offset_syncs.lag_max", "must not be negative");
  }
  if (flow.offset_storage_partitions < 1) {
    return Wrong(flow, "offset_storage_partitions", "must be at least 1");
  }
  return CheckAlias(flow);
}

// Whether both give their copies of a topic the same name in the same cluster.
bool ShareTopics(const Flow& a, const Flow& b) {
  constexpr absl::string_view kProbe = "probe";
  return a.replicate && b.replicate &&
         a.target.cluster_name() == b.target.cluster_name() &&
         a.policy->FormatRemoteTopic(a.source.alias, kProbe) ==
             b.policy->FormatRemoteTopic(b.source.alias, kProbe);
}

// Whether both keep their checkpoints and offset index in the same topics.
bool ShareBookkeeping(const Flow& a, const Flow& b) {
  return a.replicate && b.replicate &&
         a.target.cluster_name() == b.target.cluster_name() &&
         a.source.alias == b.source.alias;
}

// The flows of one engine beside each other.
absl::Status CheckFlows(const std::vector<Flow>& flows) {
  for (auto flow = flows.begin(); flow != flows.end(); ++flow) {
    for (auto other = flows.begin(); other != flow; ++other) {
      if (flow->name() == other->name()) {
        return Wrong(*flow, "source and target", "duplicate flow");
      }
      if (ShareBookkeeping(*flow, *other)) {
        return Wrong(
            *flow, "source.alias",
            absl::StrCat("\"", flow->source.alias,
                         "\" is also the source of flow ", other->name(),
                         " into the same target, so their checkpoints "
                         "and offset index would mix; each source "
                         "needs an alias of its own"));
      }
    }
  }
  return absl::OkStatus();
}

// Fills in what the host left to the defaults.
absl::Status Complete(Flow* flow, LogSink* log, Clock* clock) {
  if (flow->topics == nullptr) {
    auto filter = RegexTopicFilter::Create();
    if (!filter.ok()) return filter.status();
    flow->topics = *std::move(filter);
  }
  if (flow->groups == nullptr) {
    auto filter = RegexGroupFilter::Create();
    if (!filter.ok()) return filter.status();
    flow->groups = *std::move(filter);
  }
  if (flow->topic_configs.filter == nullptr) {
    auto filter = RegexConfigPropertyFilter::Create();
    if (!filter.ok()) return filter.status();
    flow->topic_configs.filter = *std::move(filter);
  }
  if (flow->policy == nullptr) {
    auto policy = DefaultReplicationPolicy::Create();
    if (!policy.ok()) return policy.status();
    flow->policy = *std::move(policy);
  }
  for (FlowCluster* side : {&flow->source, &flow->target}) {
    auto cluster =
        internal::ConnectFlowCluster(*side, Logger(log, clock, flow->name()));
    if (!cluster.ok()) {
      return internal::Annotate(cluster.status(),
                                absl::StrCat("flow ", flow->name()));
    }
    side->cluster = *std::move(cluster);
  }
  return absl::OkStatus();
}

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

  void OnEvent(const EngineEvent& event) const {
    if (options.log != nullptr) {
      options.log->Log({options.clock->WallTime(), event.level, event.flow,
                        event.subject(), event.message});
    }
    if (options.listener != nullptr) options.listener->OnEvent(event);
  }

  // What every flow does; the last word of those that are gone.
  EngineStatus Status() {
    MutexLock lock(&runners_mu);
    if (runners.empty()) return last_status;
    EngineStatus status;
    status.set_started(running);
    for (const auto& runner : runners) {
      FlowStatus* flow = status.add_flows();
      runner->FillStatus(flow);
      if (!status.started()) flow->set_state(FLOW_STOPPED);
      internal::FillTotals(flow);
    }
    internal::FillHealth(&status);
    return status;
  }

  // Calls `act` for the flow of that name.
  absl::Status With(
      const std::string& flow,
      absl::FunctionRef<absl::Status(internal::FlowRunner*)> act) {
    MutexLock lock(&runners_mu);
    if (runners.empty()) {
      return absl::FailedPreconditionError("the engine is stopped");
    }
    for (const auto& runner : runners) {
      if (runner->name() == flow) return act(runner.get());
    }
    return absl::NotFoundError(absl::StrCat("there is no flow ", flow));
  }

  absl::Status SetPaused(const std::string& flow, const std::string& topic,
                         bool paused) {
    return With(flow, [&](internal::FlowRunner* runner) {
      runner->SetPaused(topic, paused);
      return absl::OkStatus();
    });
  }

  // They stay for as long as the caller holds `mu`.
  std::vector<internal::FlowRunner*> Runners()
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    MutexLock lock(&runners_mu);
    std::vector<internal::FlowRunner*> all;
    for (const auto& runner : runners) all.push_back(runner.get());
    return all;
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
    std::vector<std::unique_ptr<internal::FlowRunner>> gone;
    MutexLock lock(&runners_mu);
    last_status = std::move(last);
    gone.swap(runners);
  }

  const MirrorEngineOptions options;
  std::atomic<bool> running{false};
  Mutex mu;  // held for as long as Start() and Stop() take
  bool started ABSL_GUARDED_BY(mu) = false;
  bool stopped ABSL_GUARDED_BY(mu) = false;
  absl::Status stop_status ABSL_GUARDED_BY(mu);
  // Never held for long: Status() must not wait for Stop().
  Mutex runners_mu ABSL_ACQUIRED_AFTER(mu);
  // Empty once stopped.
  std::vector<std::unique_ptr<internal::FlowRunner>> runners
      ABSL_GUARDED_BY(runners_mu);
  EngineStatus last_status ABSL_GUARDED_BY(runners_mu);
};

absl::StatusOr<std::unique_ptr<MirrorEngine>> MirrorEngine::Create(
    MirrorEngineOptions options) {
  if (options.flows.empty()) {
    return absl::InvalidArgumentError("flows: must not be empty");
  }
  if (absl::Status status = CheckFlows(options.flows); !status.ok()) {
    return status;
  }
  for (Flow& flow : options.flows) {
    absl::Status status = Complete(&flow, options.log, options.clock);
    if (status.ok()) status = CheckFlow(flow);
    if (!status.ok()) return status;
  }
  for (Flow& flow : options.flows) {
    flow.target_is_shared |= std::any_of(
        options.flows.begin(), options.flows.end(), [&flow](const Flow& other) {
          return &other != &flow && ShareTopics(flow, other);
        });
  }
  std::vector<Flow> flows = std::exchange(options.flows, {});
  auto impl = std::make_unique<Impl>(std::move(options));
  for (Flow& flow : flows) {
    const std::string name = flow.name();
    auto runner = internal::FlowRunner::Create(
        std::move(flow), impl->options.clock,
        [impl = impl.get()](const EngineEvent& event) {
          impl->OnEvent(event);
        });
    if (!runner.ok()) {
      return internal::Annotate(runner.status(), absl::StrCat("flow ", name));
    }
    MutexLock lock(&impl->runners_mu);
    impl->runners.push_back(*std::move(runner));
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
  return impl_->With(flow, [&](internal::FlowRunner* runner) {
    return runner->Resolve(source, decision);
  });
}

}  // namespace mirror
