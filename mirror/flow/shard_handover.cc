// SPDX-License-Identifier: Apache-2.0

#include "mirror/flow/shard_handover.h"

#include <utility>

#include "mirror/progress/shard_of.h"
#include "mirror/replication/shards.h"

namespace mirror::internal {
namespace {

// What is not acknowledged and committed after this time is copied again by the
// next owner, as after a crash: others must not wait for a partition that is
// stuck.
constexpr absl::Duration kDrainTimeout = absl::Seconds(5);
constexpr absl::Duration kRetry = absl::Milliseconds(200);

}  // namespace

ShardHandover::ShardHandover(ShardHandoverHooks hooks, ShardOwner* owner,
                             FlowMemory* memory, std::vector<CopyLoop*> loops,
                             Clock* clock)
    : hooks_(std::move(hooks)),
      owner_(owner),
      memory_(memory),
      loops_(std::move(loops)),
      clock_(clock) {}

absl::Status ShardHandover::Step(ClusterAdmin* source, ClusterAdmin* target) {
  NoteLost();
  StepReleasing();
  FinishDropped();
  return Load(source, target);
}

void ShardHandover::NoteLost() {
  for (CopyLoop* loop : loops_) {
    std::vector<LostShard> lost;
    loop->WithShards([&lost](Shards* shards) { lost = shards->TakeLost(); });
    for (const LostShard& shard : lost) {
      owner_->NoteWriterLost(shard.shard, shard.why);
    }
  }
  const std::set<int32_t> releasing = owner_->Releasing();
  const std::set<int32_t> running = running_;
  for (const int32_t shard : running) {
    if (!owner_->Runs(shard) && releasing.count(shard) == 0) Drop(shard);
  }
}

void ShardHandover::StepReleasing() {
  for (const int32_t shard : owner_->Releasing()) {
    loading_.erase(shard);
    if (running_.count(shard) == 0) {
      if (dropping_.count(shard) == 0) owner_->NoteReleased(shard);
      continue;
    }
    const auto [draining, begins] =
        draining_.emplace(shard, clock_->Now() + kDrainTimeout);
    if (begins) hooks_.release(shard);
    const bool drained = !hooks_.has_partitions(shard);
    if (drained || clock_->Now() >= draining->second) Drop(shard);
  }
}

void ShardHandover::Drop(int32_t shard) {
  LoopOf(shard)->WithShards([shard](Shards* shards) { shards->Drop(shard); });
  running_.erase(shard);
  draining_.erase(shard);
  dropping_.insert(shard);
}

void ShardHandover::FinishDropped() {
  for (auto it = dropping_.begin(); it != dropping_.end();) {
    const int32_t shard = *it;
    bool there = false;
    LoopOf(shard)->WithShards([&there, shard](Shards* shards) {
      there = shards->Find(shard) != nullptr;
    });
    if (there) {
      ++it;
      continue;
    }
    hooks_.on_gone(shard);
    memory_->ForgetShard(shard);
    it = dropping_.erase(it);
  }
}

absl::Status ShardHandover::Load(ClusterAdmin* source, ClusterAdmin* target) {
  for (FencedShard& fenced : owner_->TakeFenced()) {
    loading_[fenced.shard] = std::move(fenced.writer);
  }
  std::set<int32_t> shards;
  for (const auto& [shard, writer] : loading_) {
    // Its loop still drops what it had of the shard.
    if (dropping_.count(shard) == 0) shards.insert(shard);
  }
  if (shards.empty()) return absl::OkStatus();
  if (clock_->Now() < next_load_) return load_status_;
  load_status_ = LoadAll(shards, source, target);
  if (!load_status_.ok()) {
    next_load_ = clock_->Now() + kRetry;
    return load_status_;
  }
  for (const int32_t shard : shards) {
    Give(shard, std::move(loading_.extract(shard).mapped()));
  }
  return load_status_;
}

absl::Status ShardHandover::LoadAll(const std::set<int32_t>& shards,
                                    ClusterAdmin* source,
                                    ClusterAdmin* target) {
  absl::Status status = memory_->LoadShards(target, shards);
  if (status.ok()) status = memory_->LoadOffsetSyncs(source);
  // The owner of shard 0 takes the flow's first look.
  if (!status.ok() || shards.count(0) > 0 || hooks_.may_run()) return status;
  for (const int32_t shard : shards) memory_->ForgetShard(shard);
  return absl::UnavailableError(
      "the owner of shard 0 has not stored yet where partitions begin");
}

void ShardHandover::Give(int32_t shard, std::unique_ptr<RecordSink> writer) {
  LoopOf(shard)->WithShards([this, shard, &writer](Shards* shards) {
    shards->Give(shard, &writer);
    for (const SupersededProgress& old : memory_->superseded_progress()) {
      if (ShardOf(old.source, memory_->index_partitions()) != shard) continue;
      shards->DeleteProgress(old.source, old.progress_partition);
    }
  });
  running_.insert(shard);
  if (owner_->NoteRunning(shard)) {
    hooks_.on_running(shard);
  } else {
    Drop(shard);  // revoked or lost while it was read
  }
}

}  // namespace mirror::internal
