// SPDX-License-Identifier: Apache-2.0

#include "mirror/metrics/flow_metrics.h"

#include <cstdint>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "mirror/metrics/state_names.h"

namespace mirror::internal {
namespace {

// The families of one flow.
class FlowMetrics {
 public:
  FlowMetrics(const FlowStatus& flow, SnapshotBuilder* builder)
      : flow_(flow),
        labels_(SnapshotBuilder::Labels(
            {{"source", flow.source()}, {"target", flow.target()}})),
        builder_(builder) {}

  void AddState() {
    for (const FlowState state : {FLOW_STARTING, FLOW_RUNNING, FLOW_STANDBY,
                                  FLOW_FAILED, FLOW_STOPPED}) {
      Add(Metric::kFlowState, "state", StateName(state),
          flow_.state() == state);
    }
    for (const Health health : {HEALTH_OK, HEALTH_DEGRADED, HEALTH_FAILED}) {
      Add(Metric::kFlowHealth, "health", StateName(health),
          flow_.health() == health);
    }
    Add(Metric::kHeartbeats, flow_.heartbeats());
    if (flow_.last_heartbeat_ms() > 0) {
      Add(Metric::kLastHeartbeat,
          static_cast<double>(flow_.last_heartbeat_ms()) / 1000);
    }
  }

  void AddPartitions() {
    std::map<int, int64_t> states;
    std::map<int, int64_t> problems;
    for (const WorkerStatus& worker : flow_.workers()) {
      Add(Metric::kInFlightRecords, "worker", absl::StrCat(worker.index()),
          worker.records_in_flight());
      for (const PartitionStatus& partition : worker.partitions()) {
        ++states[partition.state()];
        ++problems[partition.problem()];
      }
    }
    // The first value of both enums says that there is nothing to say.
    for (int i = 1; i < PartitionState_ARRAYSIZE; ++i) {
      Add(Metric::kPartitions, "state",
          StateName(static_cast<PartitionState>(i)), states[i]);
    }
    for (int i = 1; i < PartitionProblem_ARRAYSIZE; ++i) {
      Add(Metric::kProblemPartitions, "problem",
          ProblemName(static_cast<PartitionProblem>(i)), problems[i]);
    }
    Add(Metric::kTopicProblems, flow_.topic_problems_size());
    Add(Metric::kOffsetSyncs, flow_.offset_syncs());
  }

  void AddCheckpoints(const CheckpointStatus& checkpoints) {
    Add(Metric::kCheckpointGroups, checkpoints.groups());
    Add(Metric::kCheckpointProblemGroups, checkpoints.problem_count());
    Add(Metric::kCheckpointsWritten, checkpoints.emitted());
    Add(Metric::kCheckpointsDeleted, checkpoints.deleted());
    Add(Metric::kUntranslatedPartitions, checkpoints.untranslated_partitions());
    Add(Metric::kUnreadableCheckpoints, checkpoints.unreadable_records());
    AddRound("checkpoints", checkpoints);
  }

  void AddGroupOffsets(const GroupOffsetSyncStatus& sync, bool groups) {
    std::map<int, int64_t> states;
    int64_t written = 0;
    int64_t ahead = 0;
    int64_t refused = 0;
    int64_t withheld = 0;
    for (const GroupSync& group : sync.groups()) {
      ++states[group.state()];
      written += group.written();
      ahead += group.ahead();
      refused += group.refused();
      withheld += group.withheld();
      if (groups) AddGroup(group);
    }
    for (const GroupSyncState state :
         {GROUP_SYNCED, GROUP_ACTIVE, GROUP_REFUSED}) {
      Add(Metric::kGroupSyncGroups, "state", StateName(state), states[state]);
    }
    Add(Metric::kGroupSyncPartitions, "decision", "written", written);
    Add(Metric::kGroupSyncPartitions, "decision", "ahead", ahead);
    Add(Metric::kGroupSyncPartitions, "decision", "refused", refused);
    Add(Metric::kGroupSyncPartitions, "decision", "withheld", withheld);
    Add(Metric::kGroupOffsetsWritten, sync.written());
    Add(Metric::kGroupOffsetsReset, sync.reset());
    AddRound("group_offsets", sync);
  }

  void AddTopicConfigs(const TopicConfigSyncStatus& sync) {
    Add(Metric::kConfigTopics, sync.topics());
    Add(Metric::kConfigsWritten, sync.written());
    Add(Metric::kConfigsOverwritten, sync.overwritten());
    Add(Metric::kConfigProblems, sync.problem_count());
    AddRound("topic_configs", sync);
  }

  void AddAcls(const AclSyncStatus& sync) {
    Add(Metric::kAcls, sync.present());
    Add(Metric::kAclsCreated, sync.created());
    Add(Metric::kAclsRemoved, sync.removed());
    Add(Metric::kAclsExcluded, sync.left_out_count());
    Add(Metric::kAclsRejected, sync.refused_count());
    AddRound("acls", sync);
  }

 private:
  template <typename Number>
  void Add(Metric metric, Number value) {
    builder_->Add(metric, labels_, value);
  }
  template <typename Number>
  void Add(Metric metric, const std::string& label, const std::string& name,
           Number value) {
    builder_->Add(metric, SnapshotBuilder::With(labels_, label, name), value);
  }

  template <typename SyncStatus>
  void AddRound(const std::string& round, const SyncStatus& sync) {
    Add(Metric::kRoundSeconds, "round", round,
        static_cast<double>(sync.last_round_ms()) / 1000);
    Add(Metric::kRoundFailed, "round", round, !sync.reason().empty());
  }

  void AddGroup(const GroupSync& group) {
    MetricLabels labels = *labels_;
    labels.emplace_back("group", group.group());
    labels.emplace_back("state", StateName(group.state()));
    builder_->Add(Metric::kGroupSyncState,
                  SnapshotBuilder::Labels(std::move(labels)), 1);
  }

  const FlowStatus& flow_;
  const SnapshotBuilder::SharedLabels labels_;
  SnapshotBuilder* const builder_;
};

}  // namespace

void AddFlowMetrics(const FlowStatus& flow, bool groups,
                    SnapshotBuilder* builder) {
  FlowMetrics metrics(flow, builder);
  metrics.AddState();
  if (!flow.workers().empty()) metrics.AddPartitions();
  if (flow.has_checkpoints()) metrics.AddCheckpoints(flow.checkpoints());
  if (flow.has_group_offsets()) {
    metrics.AddGroupOffsets(flow.group_offsets(), groups);
  }
  if (flow.has_topic_configs()) metrics.AddTopicConfigs(flow.topic_configs());
  if (flow.has_acls()) metrics.AddAcls(flow.acls());
}

}  // namespace mirror::internal
