// SPDX-License-Identifier: Apache-2.0
//
// What a flow remembers, read once at its start: how far each partition is
// copied (mm2-offsets.S.internal, as Connect keeps it), which copy stands where
// (mm2-offset-index.S.internal), and, for a flow that moves over from MM2,
// MM2's offset syncs.

#ifndef MIRROR_REPLICATION_FLOW_MEMORY_H_
#define MIRROR_REPLICATION_FLOW_MEMORY_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "mirror/cluster/cluster.h"
#include "mirror/cluster/cluster_admin.h"
#include "mirror/cluster/topic_follower.h"
#include "mirror/model/offset.h"
#include "mirror/model/record.h"
#include "mirror/model/topic_partition.h"
#include "mirror/replication/progress_store.h"
#include "mirror/runtime/clock.h"
#include "mirror/runtime/mutex.h"
#include "mirror/sync/offset_sync_store.h"

namespace mirror {

struct FlowMemoryOptions {
  std::string flow;  // "S->T"
  std::string progress_topic;
  int32_t progress_partitions = 25;
  int32_t progress_replication_factor = -1;
  std::string index_topic;
  // How many shards a flow begins with; the topic's count is used later on.
  int32_t index_partitions = 4;
  int32_t index_replication_factor = -1;
  // MM2's syncs; empty: there are none.
  std::string offset_syncs_topic;
  bool offset_syncs_on_source = true;
};

// Thread safety: Load() belongs to one thread, Cancel() is thread-safe.
// Lifetime: all that the constructor takes must outlive it.
class FlowMemory {
 public:
  FlowMemory(FlowMemoryOptions options, Cluster* source, Cluster* target,
             OffsetSyncStore* index, Clock* clock);

  // Creates the two topics of the flow where they are missing, and reads both.
  // Needs only the target. May be called again after an error; names cluster
  // and topic.
  absl::Status Load(ClusterAdmin* target_admin);
  // Then MM2's syncs, which may be kept on the source. Whatever they lack is a
  // warning.
  void LoadOffsetSyncs();

  // Makes a Load() under way return soon.
  void Cancel();

  // The last source offset copied, by source partition.
  const std::map<TopicPartition, UpstreamOffset>& progress() const {
    return progress_.offsets();
  }
  // The same with the flow's notes; to be kept up to date by who writes them.
  ProgressStore& stored() { return progress_; }
  int32_t progress_partitions() const { return progress_partitions_; }
  // How many shards the flow has.
  int32_t index_partitions() const { return index_partitions_; }
  // What was odd about the topics, for the operator.
  const std::vector<std::pair<std::string, std::string>>& warnings() const {
    return warnings_;
  }

 private:
  using Visit = absl::FunctionRef<void(const Record&)>;

  absl::Status LoadProgress(ClusterAdmin* target_admin);
  absl::Status LoadIndex(ClusterAdmin* target_admin);
  absl::Status Read(Cluster* cluster, const std::string& topic, Visit visit);
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
  std::vector<std::pair<std::string, std::string>> warnings_;

  Mutex mu_;
  bool cancelled_ ABSL_GUARDED_BY(mu_) = false;
  // The one that reads now.
  std::shared_ptr<TopicFollower> follower_ ABSL_GUARDED_BY(mu_);
};

}  // namespace mirror

#endif  // MIRROR_REPLICATION_FLOW_MEMORY_H_
