// SPDX-License-Identifier: Apache-2.0
//
// For tests: a process that runs the flow A->B with others, one step at a time.

#ifndef MIRROR_FLOW_SHARED_PROCESS_H_
#define MIRROR_FLOW_SHARED_PROCESS_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "mirror/flow/flow_control.h"
#include "mirror/flow/shard_owner.h"
#include "mirror/flow/waiting_clock.h"
#include "mirror/model/topic_partition.h"
#include "mirror/policy/filters.h"
#include "mirror/policy/mm2_replication_policies.h"
#include "mirror/replication/copy_loop.h"
#include "mirror/replication/shards.h"
#include "mirror/sync/offset_sync_store.h"
#include "mirror/telemetry/engine_event.h"
#include "mirror/telemetry/status.pb.h"
#include "mirror/testing/fake_cluster.h"
#include "mirror/testing/simulated_clock.h"

namespace mirror::internal {

struct SharedProcessOptions {
  std::string name;  // its client id in the group
  int shards = 3;
  int loops = 1;
};

// Destroying it is a SIGKILL: nothing is drained, committed or left.
class SharedProcess {
 public:
  static constexpr char kGroup[] = "A-mm2";

  SharedProcess(SharedProcessOptions options, FakeCluster* source,
                FakeCluster* target, SimulatedClock* clock)
      : name_(std::move(options.name)), clock_(clock), waiting_clock_(clock) {
    MakeOwner(target);
    MakeLoops(options, source, target);
    MakeControl(options, source, target);
  }

  // One turn of each of its threads, in any order.
  void Step(std::mt19937_64* random) {
    std::vector<std::function<void()>> turns = {
        [this] { owner_->RunOnce(); },
        [this] {
          if (clock_->Now() < control_due_) return;
          waiting_clock_.StartOver();
          control_due_ = clock_->Now() + control_->RunOnce();
        }};
    for (const auto& loop : loops_) {
      turns.push_back([loop = loop.get()] { loop->RunOnce(); });
    }
    std::shuffle(turns.begin(), turns.end(), *random);
    for (const auto& turn : turns) turn();
  }

  // As MirrorEngine stops: drains for at most 2 s, then leaves the group.
  void Stop() {
    const absl::Time deadline = clock_->Now() + absl::Seconds(2);
    std::vector<CopyLoop*> busy;
    for (const auto& loop : loops_) busy.push_back(loop.get());
    while (!busy.empty()) {
      clock_->Advance(absl::Milliseconds(25));
      busy.erase(std::remove_if(busy.begin(), busy.end(),
                                [deadline](CopyLoop* loop) {
                                  return loop->DrainOnce(deadline).has_value();
                                }),
                 busy.end());
    }
    owner_->Leave();
  }

  bool Owns(const TopicPartition& source) const { return owner_->Owns(source); }
  // How many partitions its loops have.
  int partitions() const { return Status().partitions_size(); }
  // The last source offset whose progress is stored; -1: none.
  int64_t Committed(const TopicPartition& source) const {
    const WorkerStatus status = Status();
    for (const PartitionStatus& partition : status.partitions()) {
      if (partition.topic() == source.topic &&
          partition.partition() == source.partition &&
          partition.has_committed_offset()) {
        return partition.committed_offset();
      }
    }
    return -1;
  }
  int CountEvents(EngineEvent::Kind kind) const {
    return static_cast<int>(std::count_if(
        events_.begin(), events_.end(),
        [kind](const EngineEvent& event) { return event.kind == kind; }));
  }
  const std::string& name() const { return name_; }
  OffsetSyncStore& store() { return store_; }

 private:
  void MakeOwner(FakeCluster* target) {
    ShardOwnerOptions options;
    options.flow = "A->B";
    options.membership.group = kGroup;
    options.membership.topic = "mm2-offset-index.A.internal";
    options.membership.client_id = name_;
    options.transactional_id_prefix = "A-mm2-MirrorSourceConnector-";
    options.client_id = name_;
    options.on_event = [this](EngineEvent event) { Note(std::move(event)); };
    options.on_lost = [this](const std::set<int32_t>& lost) {
      for (const auto& loop : loops_) {
        loop->WithShards([&lost](Shards* shards) {
          for (const int32_t shard : lost) shards->Drop(shard);
        });
      }
    };
    owner_ = std::make_unique<ShardOwner>(std::move(options), target, clock_);
  }

  void MakeLoops(const SharedProcessOptions& options, FakeCluster* source,
                 FakeCluster* target) {
    CopyLoopOptions loop;
    loop.flow = "A->B";
    loop.offset_storage_topic = "mm2-offsets.A.internal";
    loop.index_topic = "mm2-offset-index.A.internal";
    loop.partition.source_alias = "A";
    loop.partition.target_alias = "B";
    loop.store = &store_;
    loop.shards_are_given = true;
    loop.owned = [this](absl::Time since) { return owner_->OwnedSince(since); };
    loop.on_event = [this](EngineEvent event) { Note(std::move(event)); };
    for (int i = 0; i < options.loops; ++i) {
      loop.index = i;
      loops_.push_back(CopyLoop::Create(loop, source, target, clock_).value());
    }
  }

  void MakeControl(const SharedProcessOptions& options, FakeCluster* source,
                   FakeCluster* target) {
    FlowControlOptions control;
    control.flow = "A->B";
    control.selection.policy = DefaultReplicationPolicy::Create().value();
    control.selection.filter = RegexTopicFilter::Create("orders").value();
    control.selection.source_alias = "A";
    control.selection.target_alias = "B";
    control.topic_configs.filter = RegexConfigPropertyFilter::Create().value();
    control.memory.flow = "A->B";
    control.memory.progress.offset_storage_topic = "mm2-offsets.A.internal";
    control.memory.index_topic = "mm2-offset-index.A.internal";
    control.memory.index_partitions = options.shards;
    control.store = &store_;
    control.owner = owner_.get();
    control.on_event = [this](EngineEvent event) { Note(std::move(event)); };
    std::vector<CopyLoop*> loops;
    for (const auto& loop : loops_) loops.push_back(loop.get());
    control_ = FlowControl::Create(std::move(control), source, target,
                                   std::move(loops), &waiting_clock_)
                   .value();
  }

  void Note(EngineEvent event) { events_.push_back(std::move(event)); }
  WorkerStatus Status() const {
    WorkerStatus status;
    for (const auto& loop : loops_) loop->FillStatus(&status);
    return status;
  }

  const std::string name_;
  SimulatedClock* const clock_;
  WaitingClock waiting_clock_;
  OffsetSyncStore store_;
  std::vector<EngineEvent> events_;
  std::unique_ptr<ShardOwner> owner_;
  std::vector<std::unique_ptr<CopyLoop>> loops_;
  std::unique_ptr<FlowControl> control_;
  absl::Time control_due_ = absl::InfinitePast();
};

}  // namespace mirror::internal

#endif  // MIRROR_FLOW_SHARED_PROCESS_H_
