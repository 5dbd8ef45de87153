// SPDX-License-Identifier: Apache-2.0
//
// A flow A->B between two FakeClusters in one thread, for tests: control and
// loops take turns, and the clock moves only by Step().

#ifndef MIRROR_FLOW_FLOW_FIXTURE_H_
#define MIRROR_FLOW_FLOW_FIXTURE_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "mirror/flow/flow_control.h"
#include "mirror/flow/waiting_clock.h"
#include "mirror/policy/filters.h"
#include "mirror/policy/mm2_replication_policies.h"
#include "mirror/replication/copy_loop.h"
#include "mirror/sync/offset_sync_publisher.h"
#include "mirror/sync/offset_sync_store.h"
#include "mirror/telemetry/engine_event.h"
#include "mirror/telemetry/status.pb.h"
#include "mirror/testing/fake_cluster.h"
#include "mirror/testing/simulated_clock.h"

namespace mirror::internal {

class SimulatedFlow {
 public:
  explicit SimulatedFlow(uint64_t seed = 1)
      : source_("A", Single(seed)), target_("B", Single(seed + 1)) {
    control_options_.flow = "A->B";
    control_options_.selection.policy =
        DefaultReplicationPolicy::Create().value();
    control_options_.selection.filter = RegexTopicFilter::Create().value();
    control_options_.selection.source_alias = "A";
    control_options_.selection.target_alias = "B";
    control_options_.topic_configs.filter =
        RegexConfigPropertyFilter::Create().value();
    control_options_.memory.flow = "A->B";
    control_options_.memory.progress.offset_storage_topic =
        "mm2-offsets.A.internal";
    control_options_.memory.index_topic = "mm2-offset-index.A.internal";
    loop_options_.flow = "A->B";
    loop_options_.offset_storage_topic = "mm2-offsets.A.internal";
    loop_options_.index_topic = "mm2-offset-index.A.internal";
    loop_options_.partition.source_alias = "A";
    loop_options_.partition.target_alias = "B";
  }

  // Change these before Start().
  FlowControlOptions& control_options() { return control_options_; }
  CopyLoopOptions& loop_options() { return loop_options_; }
  // What the flow sees as source(), if not itself.
  void set_source_port(Cluster* port) { source_port_ = port; }
  // Offset syncs are written to A or to B, and read at each start.
  void EmitOffsetSyncs(bool on_source, int64_t lag_max) {
    sync_options_.topic = on_source ? "mm2-offset-syncs.B.internal"
                                    : "mm2-offset-syncs.A.internal";
    sync_options_.offset_syncs.lag_max = lag_max;
    sync_options_.may_write = [this](const TopicPartition& source) {
      return store_->IsIndexed(source);
    };
    control_options_.memory.offset_syncs_topic = sync_options_.topic;
    control_options_.memory.offset_syncs_on_source = on_source;
    loop_options_.on_copied = [this](const TopicPartition& source,
                                     UpstreamOffset first,
                                     DownstreamOffset base, int64_t count) {
      syncs_->OnCopied(source, first, base, count);
    };
  }

  // Begins a run of the engine; a second call is a restart.
  void Start(int loops = 2) { Start(loops, loops); }
  // The same with one pair of clients for all partitions of the index topic.
  void StartOneLoop(int index_partitions) { Start(1, index_partitions); }
  void Start(int loops, int index_partitions) {
    Crash();
    control_due_ = absl::InfinitePast();
    const auto on_event = [this](EngineEvent event) {
      events_.push_back(std::move(event));
    };
    loop_options_.on_event = on_event;
    control_options_.on_event = on_event;
    control_options_.memory.index_partitions = index_partitions;
    store_ = std::make_unique<OffsetSyncStore>();
    if (!sync_options_.topic.empty()) StartSyncs();
    control_options_.store = store_.get();
    loop_options_.store = store_.get();
    std::vector<CopyLoop*> raw;
    for (int i = 0; i < loops; ++i) {
      loop_options_.index = i;
      loops_.push_back(
          CopyLoop::Create(loop_options_, source_port_, &target_, &clock_)
              .value());
      raw.push_back(loops_.back().get());
    }
    control_ = FlowControl::Create(control_options_, source_port_, &target_,
                                   raw, &clock_)
                   .value();
  }

  // SIGKILL: nothing is drained, nothing committed.
  void Crash() {
    control_.reset();
    loops_.clear();
    syncs_.reset();
  }

  // Stops as MirrorEngine does, `patience` after now at the latest; `each_turn`
  // comes before each turn of the loops, 25 ms apart.
  absl::Status Stop(
      absl::Duration patience = absl::ZeroDuration(),
      const std::function<void()>& each_turn = [] {}) {
    const absl::Time deadline = clock_.Now() + patience;
    absl::Status status;
    std::vector<CopyLoop*> busy;
    for (const auto& loop : loops_) busy.push_back(loop.get());
    while (!busy.empty()) {
      each_turn();
      clock_.Advance(absl::Milliseconds(25));
      std::vector<CopyLoop*> still_busy;
      for (CopyLoop* loop : busy) {
        const auto result = loop->DrainOnce(deadline);
        if (!result.has_value()) still_busy.push_back(loop);
        status.Update(result.value_or(absl::OkStatus()));
      }
      busy = std::move(still_busy);
    }
    Crash();
    return status;
  }

  // One turn of everything, 25 ms later.
  void Step() {
    clock_.Advance(absl::Milliseconds(25));
    if (clock_.Now() >= control_due_) {
      control_due_ = clock_.Now() + control_->RunOnce();
    }
    for (const auto& loop : loops_) loop->RunOnce();
    if (syncs_ == nullptr || clock_.Now() < syncs_due_) return;
    sync_clock_.StartOver();
    syncs_->RunOnce().IgnoreError();  // written at the next turn
    syncs_due_ = clock_.Now() + absl::Milliseconds(100);
  }

  // Steps until `done`, at most `limit` of simulated time; returns done().
  bool RunUntil(const std::function<bool()>& done,
                absl::Duration limit = absl::Minutes(5)) {
    const absl::Time deadline = clock_.Now() + limit;
    while (!done() && clock_.Now() < deadline) Step();
    return done();
  }

  void RunFor(absl::Duration time) {
    RunUntil([] { return false; }, time);
  }

  // Whether B holds as many records of `topic` as A, partition by partition.
  bool Copied(const std::string& topic, int32_t partitions) {
    for (int32_t i = 0; i < partitions; ++i) {
      if (!target_.HasTopic("A." + topic)) return false;
      if (target_.Records({"A." + topic, i}).size() <
          source_.Records({topic, i}).size()) {
        return false;
      }
    }
    return true;
  }

  PartitionStatus Status(const TopicPartition& source) {
    WorkerStatus status;
    for (const auto& loop : loops_) loop->FillStatus(&status);
    for (const PartitionStatus& partition : status.partitions()) {
      if (partition.topic() == source.topic &&
          partition.partition() == source.partition) {
        return partition;
      }
    }
    return PartitionStatus();
  }

  FlowStatus ControlStatus() {
    FlowStatus status;
    control_->FillStatus(&status);
    return status;
  }

  int CountEvents(EngineEvent::Kind kind) const {
    int count = 0;
    for (const EngineEvent& event : events_) count += event.kind == kind;
    return count;
  }

  // The first event of this kind, which there must be.
  const EngineEvent& Event(EngineEvent::Kind kind) const {
    return *std::find_if(
        events_.begin(), events_.end(),
        [kind](const EngineEvent& event) { return event.kind == kind; });
  }

  FlowControl& control() { return *control_; }
  OffsetSyncStore& store() { return *store_; }
  FakeCluster& source() { return source_; }
  FakeCluster& target() { return target_; }
  SimulatedClock& clock() { return clock_; }
  std::vector<EngineEvent>& events() { return events_; }
  std::vector<std::unique_ptr<CopyLoop>>& loops() { return loops_; }

 private:
  static FakeClusterOptions Single(uint64_t seed) {
    FakeClusterOptions options;
    options.seed = seed;
    options.waits = false;
    return options;
  }

  void StartSyncs() {
    Cluster* const cluster = control_options_.memory.offset_syncs_on_source
                                 ? source_port_
                                 : &target_;
    sync_clock_.StartOver();
    syncs_ = OffsetSyncPublisher::Create(cluster, sync_options_, &sync_clock_)
                 .value();
    syncs_due_ = absl::InfinitePast();
  }

  SimulatedClock clock_;
  WaitingClock sync_clock_{&clock_};
  FakeCluster source_;
  FakeCluster target_;
  Cluster* source_port_ = &source_;
  FlowControlOptions control_options_;
  CopyLoopOptions loop_options_;
  OffsetSyncPublisherOptions sync_options_;  // no topic: none are written
  std::unique_ptr<OffsetSyncStore> store_;
  std::unique_ptr<OffsetSyncPublisher> syncs_;
  absl::Time syncs_due_;
  std::vector<std::unique_ptr<CopyLoop>> loops_;
  std::unique_ptr<FlowControl> control_;
  absl::Time control_due_ = absl::InfinitePast();
  std::vector<EngineEvent> events_;
};

}  // namespace mirror::internal

#endif  // MIRROR_FLOW_FLOW_FIXTURE_H_
