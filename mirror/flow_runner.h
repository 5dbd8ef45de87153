// SPDX-License-Identifier: Apache-2.0
//
// A flow with its threads: the parts of mirror/replication, mirror/heartbeat
// and mirror/sync, wired together. Internal to MirrorEngine.

#ifndef MIRROR_FLOW_RUNNER_H_
#define MIRROR_FLOW_RUNNER_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mirror/checkpoint/checkpoint_emitter.h"
#include "mirror/checkpoint/group_offset_syncer.h"
#include "mirror/flow.h"
#include "mirror/flow/flow_control.h"
#include "mirror/heartbeat/heartbeat_emitter.h"
#include "mirror/metadata/acl_sync.h"
#include "mirror/metadata/topic_config_sync.h"
#include "mirror/replication/copy_loop.h"
#include "mirror/runtime/clock.h"
#include "mirror/runtime/mutex.h"
#include "mirror/runtime/periodic_worker.h"
#include "mirror/sync/offset_sync_publisher.h"
#include "mirror/sync/offset_sync_store.h"
#include "mirror/telemetry/engine_event.h"
#include "mirror/telemetry/status.pb.h"
#include "mirror/telemetry/trouble_filter.h"

namespace mirror::internal {

// Thread safety: thread-safe. Lifetime: as MirrorEngine.
class FlowRunner {
 public:
  using OnEvent = std::function<void(EngineEvent)>;

  // `flow` has its clusters and policies set. InvalidArgument for settings that
  // the clients refuse. Contacts no cluster.
  static absl::StatusOr<std::unique_ptr<FlowRunner>> Create(Flow flow,
                                                            Clock* clock,
                                                            OnEvent on_event);
  ~FlowRunner();

  // Starts all loops. ResourceExhausted: a thread is not to be had; those that
  // were started run until StopLoops().
  absl::Status Start();
  // Makes whatever waits for a cluster return soon.
  void Cancel();
  // Ends all loops; idempotent.
  void StopLoops();
  // After StopLoops(): one turn of waiting for acknowledgements and committing,
  // to be called until it returns how that went. See CopyLoop::DrainOnce().
  std::optional<absl::Status> DrainOnce(absl::Time deadline);

  void SetPaused(const std::string& topic, bool paused);
  absl::Status Resolve(const TopicPartition& source, LossPolicy decision);
  void FillStatus(FlowStatus* status) const;
  const std::string& name() const { return name_; }

 private:
  FlowRunner(Flow flow, Clock* clock, OnEvent on_event);
  absl::Status Build();
  absl::Status BuildOffsetSyncs();
  absl::Status BuildLoops();
  absl::Status BuildControl();
  absl::Status BuildTopicConfigs();
  absl::Status BuildCheckpoints();
  absl::Status BuildGroupOffsets();
  absl::Status BuildAcls();
  void AddWorker(const std::string& name, PeriodicWorker::RunOnce run_once);
  // Passes an event on, unless the same error has just been reported.
  void Tell(EngineEvent event);
  // Reports a failure of a small job when it begins and when it ends.
  void NoteOutcome(const std::string& job, EngineEvent::Kind kind,
                   const absl::Status& status, absl::Status* last);

  const Flow flow_;
  const std::string name_;
  Clock* const clock_;
  const OnEvent on_event_;

  Mutex mu_;
  TroubleFilter troubles_ ABSL_GUARDED_BY(mu_);

  OffsetSyncStore store_;
  std::unique_ptr<OffsetSyncPublisher> offset_syncs_;  // null: not emitted
  std::unique_ptr<HeartbeatEmitter> heartbeats_;       // null: not emitted
  std::vector<std::unique_ptr<CopyLoop>> loops_;
  // How the drain of each went; none while it lasts.
  std::vector<std::optional<absl::Status>> drained_;
  std::unique_ptr<FlowControl> control_;              // null: nothing is copied
  std::unique_ptr<TopicConfigSyncer> topic_configs_;  // null: not synced
  std::unique_ptr<CheckpointEmitter> checkpoints_;    // null: not emitted
  std::unique_ptr<GroupOffsetSyncer> group_offsets_;  // null: not synced
  std::unique_ptr<AclSyncer> acls_;                   // null: not copied
  // Of the thread of that name each.
  absl::Status heartbeat_status_;
  absl::Status offset_sync_status_;
  absl::Status topic_config_status_;
  absl::Status checkpoint_status_;
  absl::Status group_offset_status_;
  absl::Status acl_status_;
  std::vector<std::unique_ptr<PeriodicWorker>> workers_;
};

}  // namespace mirror::internal

#endif  // MIRROR_FLOW_RUNNER_H_
