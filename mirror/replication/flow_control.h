// SPDX-License-Identifier: Apache-2.0
//
// What keeps a flow's shards supplied: connects, reads the stored progress,
// finds topics, creates and extends them on the target, hands partitions to the
// shards and answers where their logs begin and end. MirrorSourceConnector's
// share of the work; the shards are its tasks.
//
//   CONNECTING --cluster ids--> PREPARING --progress read--> RUNNING
//        \--source and target are one cluster--> FAILED

#ifndef MIRROR_REPLICATION_FLOW_CONTROL_H_
#define MIRROR_REPLICATION_FLOW_CONTROL_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mirror/cluster/cluster.h"
#include "mirror/metadata/topic_plan.h"
#include "mirror/policy/topic_selection.h"
#include "mirror/replication/gap_policy.h"
#include "mirror/replication/progress_store.h"
#include "mirror/replication/shard.h"
#include "mirror/runtime/clock.h"
#include "mirror/runtime/mutex.h"
#include "mirror/telemetry/engine_event.h"
#include "mirror/telemetry/status.pb.h"

namespace mirror {

struct FlowControlOptions {
  std::string flow;  // "S->T"
  TopicSelection selection;
  GapPolicy on_gap = GapPolicy::kStop;
  int32_t replication_factor = -1;
  absl::Duration refresh_interval = absl::Seconds(5);
  std::string progress_topic;
  int32_t progress_partitions = 25;
  int32_t progress_replication_factor = -1;
  // Called by the control's thread with no lock held.
  std::function<void(EngineEvent)> on_event;
};

// Thread safety: RunOnce() belongs to one thread; the rest is thread-safe.
// Lifetime: clusters, shards and clock must outlive the control.
class FlowControl {
 public:
  // Contacts nobody. InvalidArgument for settings that the clients refuse.
  static absl::StatusOr<std::unique_ptr<FlowControl>> Create(
      FlowControlOptions options, Cluster* source, Cluster* target,
      std::vector<Shard*> shards, Clock* clock);

  // Does what is due and returns how long until the next call. May wait for the
  // clusters, as long as their request timeouts.
  absl::Duration RunOnce();

  // Makes RunOnce() return soon, now and later.
  void Cancel();

  // State, reason and topic problems.
  void FillStatus(FlowStatus* status) const;

  // The shard that a source partition belongs to.
  static size_t ShardOf(const TopicPartition& source, size_t shards);

 private:
  struct KnownTopic {
    std::string id;
    int32_t partitions = 0;
    bool missing = false;
  };

  FlowControl(FlowControlOptions options, Cluster* source, Cluster* target,
              std::vector<Shard*> shards, Clock* clock);

  absl::Status Connect();
  absl::Status Prepare();
  absl::Status ReadProgress(ProgressStore* progress);
  absl::Status Refresh();
  // Returns whether anything was asked of the target.
  bool CreateMissing(const TopicPlan& plan);
  void Apply(const MirroredTopic& topic);
  void OnRecreated(const MirroredTopic& topic);
  void SuspendMissing(const std::set<std::string>& present);
  absl::Status ResolveBounds();

  Shard* ShardFor(const TopicPartition& source);
  void SetState(FlowState state, const absl::Status& trouble);
  void NoteTopicProblem(const std::string& topic, const absl::Status& status);
  void Report(EngineEvent::Kind kind, LogLevel level, std::string subject,
              std::string message);

  const FlowControlOptions options_;
  Cluster* const source_cluster_;
  Cluster* const target_cluster_;
  const std::vector<Shard*> shards_;
  Clock* const clock_;
  std::unique_ptr<ClusterAdmin> source_admin_;
  std::unique_ptr<ClusterAdmin> target_admin_;

  // Used by the control's thread only.
  ProgressStore progress_;
  std::map<std::string, KnownTopic> known_;
  absl::Time next_refresh_ = absl::InfinitePast();
  bool connected_ = false;

  std::atomic<bool> cancelled_{false};
  mutable Mutex mu_;
  FlowState state_ ABSL_GUARDED_BY(mu_) = FLOW_STARTING;
  absl::Status trouble_ ABSL_GUARDED_BY(mu_);
  std::map<std::string, std::string> topic_problems_ ABSL_GUARDED_BY(mu_);
};

}  // namespace mirror

#endif  // MIRROR_REPLICATION_FLOW_CONTROL_H_
