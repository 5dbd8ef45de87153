// SPDX-License-Identifier: Apache-2.0
//
// The jobs of a flow, made from its options. Which of them a flow has is
// FlowRunner's decision.
//
//   auto heartbeats = NewHeartbeatJob(context);
//   if (!heartbeats.ok()) return heartbeats.status();

#ifndef MIRROR_FLOW_JOBS_H_
#define MIRROR_FLOW_JOBS_H_

#include <functional>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "mirror/checkpoint/checkpoint_emitter.h"
#include "mirror/cluster/cluster.h"
#include "mirror/flow.h"
#include "mirror/flow/flow_control.h"
#include "mirror/flow/shard_owner.h"
#include "mirror/flow_job.h"
#include "mirror/metadata/topic_creator.h"
#include "mirror/model/topic_partition.h"
#include "mirror/replication/copy_loop.h"
#include "mirror/replication/copy_recorder.h"
#include "mirror/runtime/clock.h"
#include "mirror/sync/offset_sync_store.h"
#include "mirror/telemetry/engine_event.h"

namespace mirror::internal {

// What jobs share. It all must outlive them, the functions' objects included.
struct FlowJobContext {
  const Flow* flow = nullptr;
  Cluster* source = nullptr;
  Cluster* target = nullptr;
  OffsetSyncStore* store = nullptr;
  ShardOwner* owner = nullptr;  // null: the flow is not shared
  Clock* clock = nullptr;
  // Called with no lock held.
  std::function<void(EngineEvent)> on_event;
  // See FlowControl::running() and target_ready().
  std::function<bool()> running;
  std::function<bool()> target_ready;
  // The first, and this process does what exactly one does.
  std::function<bool()> leads;
  // See ShardOwner::Owns(); null: all are owned.
  std::function<bool(const TopicPartition&)> owns;
};

using NewFlowJob = absl::StatusOr<std::unique_ptr<FlowJob>>;

// The errors are InvalidArgument, for settings that the clients refuse. No
// cluster is contacted.
NewFlowJob NewHeartbeatJob(const FlowJobContext& context);
NewFlowJob NewTopicConfigJob(const FlowJobContext& context);
NewFlowJob NewAclJob(const FlowJobContext& context);

// `*on_copied` is what the copy loops are to call, as long as the job lives.
NewFlowJob NewOffsetSyncJob(const FlowJobContext& context,
                            CopyRecorder::OnCopied* on_copied);

// `*emitter` is what the job runs.
NewFlowJob NewCheckpointJob(const FlowJobContext& context,
                            CheckpointEmitter** emitter);
NewFlowJob NewGroupOffsetJob(const FlowJobContext& context,
                             CheckpointEmitter* checkpoints);

// Tells `jobs`, which may still grow, what it has done. `*control` is what the
// job runs.
NewFlowJob NewControlJob(const FlowJobContext& context,
                         std::vector<CopyLoop*> loops,
                         const std::vector<std::unique_ptr<FlowJob>>* jobs,
                         FlowControl** control);

// The flow's, with the name of the dead-letter topic.
DeliveryOptions DeliveryOf(const Flow& flow);

}  // namespace mirror::internal

#endif  // MIRROR_FLOW_JOBS_H_
