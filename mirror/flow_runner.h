// SPDX-License-Identifier: Apache-2.0
//
// A flow with its threads: its copy loops and its jobs. Internal to
// MirrorEngine.

#ifndef MIRROR_FLOW_RUNNER_H_
#define MIRROR_FLOW_RUNNER_H_

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mirror/cluster/control_clients.h"
#include "mirror/flow.h"
#include "mirror/flow/flow_control.h"
#include "mirror/flow/shard_owner.h"
#include "mirror/flow_job.h"
#include "mirror/flow_jobs.h"
#include "mirror/live_filters.h"
#include "mirror/replication/copy_loop.h"
#include "mirror/replication/copy_recorder.h"
#include "mirror/runtime/clock.h"
#include "mirror/runtime/mutex.h"
#include "mirror/runtime/periodic_worker.h"
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

  // Stops and resumes reading a topic, or all of them; see CopyLoop.
  void SetPaused(const std::optional<std::string>& topic, bool paused);
  // Runs on with other options, as CheckUpdate() lets it.
  void Update(const Flow& flow);
  absl::Status Resolve(const TopicPartition& source, LossPolicy decision);
  void FillStatus(FlowStatus* status) const;
  const std::string& name() const { return name_; }

 private:
  FlowRunner(Flow flow, Clock* clock, OnEvent on_event);
  void InstallFilters();
  absl::Status Build();
  void AddOwner();
  FlowJobContext JobContext();
  absl::Status AddLoops(const CopyRecorder::OnCopied& on_copied);
  absl::Status AddJob(NewFlowJob job);
  void AddWorker(const std::string& name, PeriodicWorker::RunOnce run_once);
  absl::Duration RunJob(FlowJob* job, absl::Status* last);
  // Passes an event on, unless the same error has just been reported.
  void Report(EngineEvent event);
  // Reports a failure of a job when it begins and when it ends.
  void NoteOutcome(const FlowJob& job, const absl::Status& status,
                   absl::Status* last);

  // As at the start, with filters that can be replaced: those below.
  Flow flow_;
  std::shared_ptr<LiveTopicFilter> topics_;
  std::shared_ptr<LiveGroupFilter> groups_;
  std::shared_ptr<LiveConfigPropertyFilter> configs_;
  const std::string name_;
  Clock* const clock_;
  const OnEvent on_event_;

  Mutex mu_;
  TroubleFilter troubles_ ABSL_GUARDED_BY(mu_);

  // For jobs; copy loops have clients of their own.
  ControlClients source_;
  ControlClients target_;
  OffsetSyncStore store_;
  std::unique_ptr<ShardOwner> owner_;  // null: the flow is not shared
  std::vector<std::unique_ptr<CopyLoop>> loops_;
  std::atomic<bool> paused_{false};  // all topics
  // How the drain of each went; none while it lasts.
  std::vector<std::optional<absl::Status>> drained_;
  FlowControl* control_ = nullptr;  // of a job; null: nothing is copied
  // One may use those before it.
  std::vector<std::unique_ptr<FlowJob>> jobs_;
  std::vector<std::unique_ptr<PeriodicWorker>> workers_;
};

}  // namespace mirror::internal

#endif  // MIRROR_FLOW_RUNNER_H_
