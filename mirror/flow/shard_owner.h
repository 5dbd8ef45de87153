// SPDX-License-Identifier: Apache-2.0
//
// Which shards of a flow this process owns, and its way to them: what Connect's
// worker group and its fencing of tasks are to MM2. See
// docs/adr/0020-processes-share-a-flow.md.
//
//   kNone --assigned--> kFencing --former owner fenced--> kFenced
//     ^                    ^                                 | Take()
//     |                    | lost its writer                 v
//     |<--NoteReleased()-- kReleasing <--revoked-- kRunning or kLoading
//     '<--the session is over: at any time, and on_lost is called
//
// Two threads use it. One calls RunOnce(), which never waits long, so that the
// process stays a member whatever else it waits for. The other, flow control,
// loads what is stored of a shard, runs it, and releases it.

#ifndef MIRROR_FLOW_SHARD_OWNER_H_
#define MIRROR_FLOW_SHARD_OWNER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "mirror/cluster/cluster.h"
#include "mirror/cluster/group_membership.h"
#include "mirror/cluster/record_sink.h"
#include "mirror/cluster/transactional_sink.h"
#include "mirror/model/topic_partition.h"
#include "mirror/runtime/clock.h"
#include "mirror/runtime/mutex.h"
#include "mirror/telemetry/engine_event.h"
#include "mirror/telemetry/status.pb.h"

namespace mirror::internal {

struct ShardOwnerOptions {
  std::string flow;  // "S->T"
  // Its topic is the index topic: one partition of it is one shard.
  MembershipOptions membership;
  // The id of a shard's writer is this and the shard's number. The name of
  // MM2's task: so it and this process fence each other.
  std::string transactional_id_prefix;
  std::string client_id;
  // These shards belong to another process now, perhaps for a while. Called by
  // RunOnce() with no lock held. May be null.
  std::function<void(const std::set<int32_t>&)> on_lost;
  // Called by the thread that finds it out with no lock held. May be null.
  std::function<void(EngineEvent)> on_event;
};

// A shard that no other process can write any more, and its writer.
struct FencedShard {
  int32_t shard = 0;
  std::unique_ptr<RecordSink> writer;
};

// Thread safety: RunOnce() belongs to one thread; the rest is thread-safe and
// waits for no cluster. Lifetime: `target` and `clock` must outlive it. Without
// Leave() its shards move when the session has ended.
class ShardOwner {
 public:
  ShardOwner(ShardOwnerOptions options, Cluster* target, Clock* clock);

  // The index topic is there, with so many partitions. Until then RunOnce()
  // does nothing.
  void Start(int32_t shards);
  // Moves things on and returns how long until the next call.
  absl::Duration RunOnce();
  // Leaves the group, so that others take the shards at once; with an instance
  // id, its place in the group waits for it until the session ends. The shards
  // must be written no more. RunOnce() must not be called after it.
  void Leave();

  // Shards to be loaded. The caller loads each; NoteRunning() says whether it
  // may run.
  std::vector<FencedShard> TakeFenced();
  // The shard is loaded. False: it was revoked or lost meanwhile.
  bool NoteRunning(int32_t shard);
  // Shards that run, or are loaded, and are to be released; again and again
  // until NoteReleased().
  std::set<int32_t> Releasing() const;
  // Nothing of the shard is written here any more.
  void NoteReleased(int32_t shard);
  // The writer of a shard that runs was lost: the shard is taken again, if it
  // is still this process's.
  void NoteWriterLost(int32_t shard, const absl::Status& why);

  // Whether this process is known to have been a member at `since` or later. If
  // not, RunOnce() finds it out.
  bool OwnedSince(absl::Time since);
  // Whether the shard runs here, and is not to be released.
  bool Runs(int32_t shard) const;
  // The same of the source partition's shard.
  bool Owns(const TopicPartition& source) const;
  // Why shards are not taken; OK if all is well.
  absl::Status error() const;
  void FillStatus(FlowStatus* status) const;

 private:
  enum class State { kNone, kFencing, kFenced, kLoading, kRunning, kReleasing };
  struct Shard {
    State state = State::kNone;
    absl::Time since;                    // it runs
    std::unique_ptr<RecordSink> writer;  // of kFenced
  };
  // The way from kFencing to kFenced.
  struct Fencing {
    std::unique_ptr<TransactionalSink> sink;
    bool done = false;
    // Of the last try, which is repeated then.
    absl::Status error;
    absl::Time next = absl::InfinitePast();
    // What the sink waits for.
    absl::Status waits;
  };

  // Follows the membership, which is recreated after it has failed.
  absl::Status Follow();
  void OnChange(const GroupMembership::Change& change);
  void OnAssigned(const std::set<int32_t>& shards);
  void OnRevoked(const std::set<int32_t>& shards);
  void OnLost(const std::set<int32_t>& shards);
  void ReleaseInGroup();
  absl::Status ProveIfAsked();
  // Of all shards that are to be fenced.
  absl::Status Fence();
  // OK: done, or not yet.
  absl::Status StepFencing(int32_t number, Fencing* fencing);
  std::set<int32_t> In(State state) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void SetError(const absl::Status& status);
  void Report(EngineEvent::Kind kind, LogLevel level,
              const std::set<int32_t>& shards, const std::string& message);

  const ShardOwnerOptions options_;
  Cluster* const target_;
  Clock* const clock_;

  // Used by the thread of RunOnce() only.
  std::unique_ptr<GroupMembership> membership_;
  std::map<int32_t, Fencing> fencing_;
  absl::Status group_error_;
  absl::Time group_error_until_ = absl::InfinitePast();

  mutable Mutex mu_;
  int32_t shard_count_ ABSL_GUARDED_BY(mu_) = 0;  // 0: not started
  std::map<int32_t, Shard> shards_ ABSL_GUARDED_BY(mu_);
  // To be released in the group.
  std::set<int32_t> released_ ABSL_GUARDED_BY(mu_);
  absl::Time proven_ ABSL_GUARDED_BY(mu_) = absl::InfinitePast();
  bool prove_ ABSL_GUARDED_BY(mu_) = false;
  absl::Status error_ ABSL_GUARDED_BY(mu_);
};

}  // namespace mirror::internal

#endif  // MIRROR_FLOW_SHARD_OWNER_H_
