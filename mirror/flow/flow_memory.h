// SPDX-License-Identifier: Apache-2.0
//
// What a flow remembers, read once at its start: how far each partition is
// copied (mm2-offsets.S.internal, as Connect keeps it), which copy stands where
// (mm2-offset-index.S.internal), and, for a flow that moves over from MM2,
// MM2's offset syncs. First it sees to the configs of the topics that the flow
// keeps for itself.

#ifndef MIRROR_FLOW_FLOW_MEMORY_H_
#define MIRROR_FLOW_FLOW_MEMORY_H_

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "mirror/cluster/cluster.h"
#include "mirror/cluster/cluster_admin.h"
#include "mirror/cluster/compacted_records.h"
#include "mirror/cluster/internal_topic_check.h"
#include "mirror/cluster/internal_topic_config.h"
#include "mirror/cluster/topic_follower.h"
#include "mirror/flow_options.h"
#include "mirror/model/offset.h"
#include "mirror/model/topic_partition.h"
#include "mirror/progress/progress_store.h"
#include "mirror/runtime/clock.h"
#include "mirror/runtime/mutex.h"
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

// Thread safety: Load() belongs to one thread, Cancel() and Doing() are
// thread-safe.
// Lifetime: all that the constructor takes must outlive it.
class FlowMemory {
 public:
  FlowMemory(FlowMemoryOptions options, Cluster* source, Cluster* target,
             OffsetSyncStore* index, Clock* clock);

  // Corrects the configs of the flow's topics on the target, creates progress
  // and index where they are missing, and reads both, however long that takes.
  // Needs only the target. May be called again after an error, which names
  // cluster and topic: reading continues where it stopped. FailedPrecondition:
  // a topic would lose records, and may not be altered; the message says what
  // to do.
  absl::Status Load(ClusterAdmin* target_admin);
  // Then the same for MM2's syncs, if they are kept on the source, and reads
  // them. What cannot be read of them is a warning. May be called again after
  // an error.
  absl::Status LoadOffsetSyncs(ClusterAdmin* source_admin);

  // Makes a running Load() return soon.
  void Cancel();

  // How far Load() is, for the operator: "reading mm2-offsets.A.internal:
  // 1,200,000 of 5,000,000 records"; empty while it reads nothing.
  std::string Doing() const;

  // The last source offset copied, by source partition.
  const std::map<TopicPartition, UpstreamOffset>& progress() const {
    return progress_.offsets();
  }
  // The same with the flow's notes; to be kept up to date by who writes them.
  ProgressStore& stored() { return progress_; }
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
  // A topic that is read until it is complete.
  struct Reading {
    std::string topic;
    std::shared_ptr<TopicFollower> follower;
    CompactedRecords records;
  };
  using Visit = TopicFollower::Visit;

  absl::Status Correct(ClusterAdmin* admin, const Cluster& cluster,
                       const std::string& topic, InternalTopicKind kind);
  absl::Status LoadProgress(ClusterAdmin* target_admin);
  absl::Status LoadIndex(ClusterAdmin* target_admin);
  // Takes what was read of both into use.
  void Apply();
  void ReadOffsetSyncs();
  // Reads on to the topic's end.
  absl::Status Read(Cluster* cluster, const std::string& topic,
                    Reading* reading);
  absl::Status CatchUp(Cluster* cluster, Reading* reading, Visit visit,
                       absl::FunctionRef<void()> on_reset);
  absl::Status Open(Cluster* cluster, Reading* reading);
  void Warn(const std::string& topic, std::string message);
  void WarnOfGarbage(const std::string& topic, int64_t records);

  const FlowMemoryOptions options_;
  Cluster* const source_;
  Cluster* const target_;
  OffsetSyncStore* const index_;
  Clock* const clock_;

  ProgressStore progress_;
  int32_t progress_partitions_ = 0;
  int32_t index_partitions_ = 0;
  TopicWarnings warnings_;
  // Corrected so far.
  std::set<std::string> corrected_;
  // They live on between attempts.
  Reading progress_reading_;
  Reading index_reading_;
  Reading syncs_reading_;

  mutable Mutex mu_;
  bool cancelled_ ABSL_GUARDED_BY(mu_) = false;
  // The one that reads now, and what.
  std::shared_ptr<TopicFollower> follower_ ABSL_GUARDED_BY(mu_);
  std::string topic_ ABSL_GUARDED_BY(mu_);
};

}  // namespace mirror::internal

#endif  // MIRROR_FLOW_FLOW_MEMORY_H_
