// SPDX-License-Identifier: Apache-2.0
//
// What a flow remembers: how far each partition is copied
// (mm2-offsets.S.internal, as Connect keeps it), which copy is at which offset
// (mm2-offset-index.S.internal), and, for a flow that moves over from MM2,
// MM2's offset syncs. First it sees to the configs of the topics that the flow
// keeps for itself.
//
// A process that runs a flow alone reads all of it once:
//
//   absl::Status status = memory.Load(admin);
//
// Of several processes that share a flow, each reads what its shards need, when
// it takes them, and forgets it when it has released them:
//
//   absl::Status status = memory.LoadShards(admin, {3});
//   ... the shard is copied ...
//   memory.ForgetShard(3);

#ifndef MIRROR_FLOW_FLOW_MEMORY_H_
#define MIRROR_FLOW_FLOW_MEMORY_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mirror/cluster/cluster.h"
#include "mirror/cluster/cluster_admin.h"
#include "mirror/cluster/internal_topic.h"
#include "mirror/cluster/internal_topic_check.h"
#include "mirror/cluster/internal_topic_config.h"
#include "mirror/flow/memory_reader.h"
#include "mirror/flow_options.h"
#include "mirror/model/offset.h"
#include "mirror/model/topic_partition.h"
#include "mirror/progress/progress_store.h"
#include "mirror/runtime/clock.h"
#include "mirror/sync/offset_sync_store.h"

namespace mirror::internal {

struct FlowMemoryOptions {
  std::string flow;  // "S->T"
  // With the name of the topic. The index topic has the same replication
  // factor.
  ProgressOptions progress;
  std::string index_topic;
  // How many shards a flow begins with; the topic's count is used later on.
  int32_t index_partitions = 4;
  // MM2's syncs; empty: there are none.
  std::string offset_syncs_topic;
  bool offset_syncs_on_source = true;
  // Of the target, whose configs are looked at and corrected besides those
  // above: what the flow cannot do without.
  std::map<std::string, InternalTopicKind> others;
};

// Purpose: fills the index and the stored progress of the shards that this
// process has. Both topics are read to the end of their logs. An open
// transaction of another writer hides what was committed behind it, so reading
// waits until it ends: up to TopicFollower::kTransactionTimeout, then it is an
// error that says so.
// Thread safety: Cancel() and Doing() are thread-safe, the rest belongs to one
// thread. The index is thread-safe, but has only a part of a shard until
// LoadShards() has returned.
// Lifetime: all that the constructor takes must outlive it.
class FlowMemory {
 public:
  FlowMemory(FlowMemoryOptions options, Cluster* source, Cluster* target,
             OffsetSyncStore* index, Clock* clock);

  // Corrects the configs of the flow's topics on the target, and creates
  // progress and index where they are missing. How many partitions both have is
  // known then, and stays while the process has shards. Needs only the target,
  // as all but LoadOffsetSyncs(). May be called again after an error, which
  // names cluster and topic. FailedPrecondition: a topic would lose records,
  // and may not be altered; the message says what to do.
  absl::Status Prepare(ClusterAdmin* target_admin);
  // The same, and reads both for all shards, however long that takes. After an
  // error the next call continues where this one stopped.
  absl::Status Load(ClusterAdmin* target_admin);
  // The same for shards that no loop has: reads their partitions of the index
  // and what was added to the progress since the last call. Both replace what
  // was known of the shards' source partitions. What a shard's previous owner
  // can still write is not seen, so it must be fenced or gone. After an error a
  // call with the same shards continues where this one stopped.
  absl::Status LoadShards(ClusterAdmin* target_admin,
                          const std::set<int32_t>& shards);
  // No loop has the shard, and nothing of it is being written: what is known of
  // its source partitions is dropped. The topics keep it.
  void ForgetShard(int32_t shard);
  // Reads MM2's syncs for the shards that were loaded since the last call; if
  // they are kept on the source, their topic's configs are corrected first.
  // What cannot be read of them is a warning. May be called again after an
  // error.
  absl::Status LoadOffsetSyncs(ClusterAdmin* source_admin);

  // Makes a running call return soon, and all later ones.
  void Cancel() { reader_.Cancel(); }

  // How far reading is, for the operator: "reading mm2-offsets.A.internal:
  // 1,200,000 of 5,000,000 records"; empty while it reads nothing.
  std::string Doing() const { return reader_.Doing(); }

  // The last source offset copied, by source partition; of the shards that were
  // loaded, as all that follows.
  const std::map<TopicPartition, UpstreamOffset>& progress() const {
    return progress_.offsets();
  }
  // The same with the flow's notes; to be kept up to date by who writes them.
  ProgressStore& stored() { return progress_; }
  // The same of all shards, those of other processes too, as far as
  // LoadShards() has read.
  const ProgressStore& of_all_shards() const { return topic_progress_; }
  // Progress that counts no more, as the topic got more partitions.
  std::vector<SupersededProgress> superseded_progress() const {
    return progress_.superseded();
  }
  int32_t offset_storage_partitions() const { return progress_partitions_; }
  // How many shards the flow has.
  int32_t index_partitions() const { return index_partitions_; }
  // What was odd about the topics, for the operator.
  const TopicWarnings& warnings() const { return warnings_; }

 private:
  struct Topics {
    InternalTopic progress;
    InternalTopic index;
  };

  absl::Status Correct(ClusterAdmin* admin, const Cluster& cluster,
                       const std::string& topic, InternalTopicKind kind);
  absl::StatusOr<Topics> EnsureTopics(ClusterAdmin* admin);
  void NoteCounts(const Topics& topics);
  ProgressStore NoProgress() const;
  // Brings `topic_progress_` up to date.
  absl::Status ReadProgress();
  bool IsOf(const std::set<int32_t>& shards,
            const TopicPartition& source) const;
  // Takes what was read of both into use.
  void Apply(const std::set<int32_t>& shards, StoredTopic* index);
  void Forget(const std::set<int32_t>& shards);
  void ReadOffsetSyncs();
  void Warn(const std::string& topic, std::string message);
  void WarnOfGarbage(const std::string& topic, int64_t records);

  const FlowMemoryOptions options_;
  Cluster* const source_;
  Cluster* const target_;
  OffsetSyncStore* const index_;
  MemoryReader reader_;

  // Those that were loaded, and of these, those that lack MM2's syncs.
  std::set<int32_t> shards_;
  std::set<int32_t> without_syncs_;
  // Of these shards.
  ProgressStore progress_;
  // Of all shards, as far as the topic was read.
  ProgressStore topic_progress_;
  int32_t progress_partitions_ = 0;
  int32_t index_partitions_ = 0;
  TopicWarnings warnings_;
  // Corrected so far.
  std::set<std::string> corrected_;
  // They live on between attempts, and that of the progress between shards.
  StoredTopic stored_progress_;
  StoredTopic stored_index_;
  // Partitions of the index for these shards, which are being loaded.
  StoredTopic loading_index_;
  std::set<int32_t> loading_;
  StoredTopic stored_syncs_;
};

}  // namespace mirror::internal

#endif  // MIRROR_FLOW_FLOW_MEMORY_H_
