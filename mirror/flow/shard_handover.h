// SPDX-License-Identifier: Apache-2.0
//
// The part of flow control that has shards loaded, run and released, as the
// shard owner asks for. See shard_owner.h for the whole way of a shard.
//
//   taken:    what is stored of it is read, its loop is given it
//   revoked:  its loop drains, commits and releases its partitions, then it
//   goes lost:     its loop drops it at once
//
// What is stored is forgotten with a shard, as another process writes it now.

#ifndef MIRROR_FLOW_SHARD_HANDOVER_H_
#define MIRROR_FLOW_SHARD_HANDOVER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "mirror/cluster/cluster_admin.h"
#include "mirror/cluster/record_sink.h"
#include "mirror/flow/flow_memory.h"
#include "mirror/flow/shard_owner.h"
#include "mirror/replication/copy_loop.h"
#include "mirror/runtime/clock.h"

namespace mirror::internal {

// What flow control does about the partitions of a shard.
struct ShardHandoverHooks {
  // Has loops release those that they have.
  std::function<void(int32_t shard)> release;
  // Whether a loop still has one.
  std::function<bool(int32_t shard)> has_partitions;
  // Whether a shard may run: a flow's first look at its source, which another
  // process takes, is stored.
  std::function<bool()> may_run;
  // No loop has one any more.
  std::function<void(int32_t shard)> on_gone;
  // The shard runs: its partitions may be given to loops.
  std::function<void(int32_t shard)> on_running;
};

// Thread safety: used by one thread. Lifetime: what the constructor takes must
// outlive it.
class ShardHandover {
 public:
  ShardHandover(ShardHandoverHooks hooks, ShardOwner* owner, FlowMemory* memory,
                std::vector<CopyLoop*> loops, Clock* clock);

  // Moves things on; every turn. May wait for the target while it reads what is
  // stored of a shard. An error of that is retried by the next call.
  absl::Status Step(ClusterAdmin* source, ClusterAdmin* target);

 private:
  // Shards whose writers were lost, or that the owner has lost.
  void NoteLost();
  void FinishDropped();
  void StepReleasing();
  absl::Status Load(ClusterAdmin* source, ClusterAdmin* target);
  absl::Status LoadAll(const std::set<int32_t>& shards, ClusterAdmin* source,
                       ClusterAdmin* target);
  void Give(int32_t shard, std::unique_ptr<RecordSink> writer);
  void Drop(int32_t shard);
  CopyLoop* LoopOf(int32_t shard) const {
    return loops_[static_cast<size_t>(shard) % loops_.size()];
  }

  const ShardHandoverHooks hooks_;
  ShardOwner* const owner_;
  FlowMemory* const memory_;
  const std::vector<CopyLoop*> loops_;
  Clock* const clock_;

  std::map<int32_t, std::unique_ptr<RecordSink>> loading_;
  absl::Status load_status_;
  absl::Time next_load_ = absl::InfinitePast();
  std::set<int32_t> running_;
  // Asked to drain, and how long they may take.
  std::map<int32_t, absl::Time> draining_;
  // Until their loops have dropped them.
  std::set<int32_t> dropping_;
};

}  // namespace mirror::internal

#endif  // MIRROR_FLOW_SHARD_HANDOVER_H_
