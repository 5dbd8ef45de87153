// SPDX-License-Identifier: Apache-2.0

#include "mirror/metrics/metric_table.h"

// Text that several rows share; macros, so that each row stays one constant.
#define MM2(metric) "kafka_connect_mirror_mirrorsourceconnector_" metric
#define WORKER(metric) "kafka_connect_worker_" metric
#define OURS(metric) "kafka_mirror_" metric
#define PARTITION "source, target, topic, partition"
#define TOPIC "source, target, topic"
#define FLOW "source, target"

namespace mirror::internal {

constexpr MetricType kCounter = MetricType::kCounter;
constexpr MetricType kGauge = MetricType::kGauge;

const MetricInfo kMetricTable[kMetricCount] = {
    // MM2 calls counts gauges, and names the topic as the target does.
    {Metric::kMm2RecordCount, MM2("record_count"), kGauge, PARTITION,
     "Records acknowledged by the target since the start."},
    {Metric::kMm2RecordRate, MM2("record_rate"), kGauge, PARTITION,
     "Records acknowledged per second, over the last 30 to 60 seconds."},
    {Metric::kMm2ByteCount, MM2("byte_count"), kGauge, PARTITION,
     "Bytes of values acknowledged by the target since the start."},
    {Metric::kMm2ByteRate, MM2("byte_rate"), kGauge, PARTITION,
     "Bytes of values acknowledged per second, over the last 30 to 60 "
     "seconds."},
    {Metric::kMm2RecordAge, MM2("record_age_ms"), kGauge, PARTITION,
     "Age of the last record when it was read."},
    {Metric::kMm2RecordAgeMin, MM2("record_age_ms_min"), kGauge, PARTITION,
     "Least age of a record when read, over the last 30 to 60 seconds."},
    {Metric::kMm2RecordAgeMax, MM2("record_age_ms_max"), kGauge, PARTITION,
     "Greatest age of a record when read, over the last 30 to 60 seconds."},
    {Metric::kMm2RecordAgeAvg, MM2("record_age_ms_avg"), kGauge, PARTITION,
     "Average age of records when read, over the last 30 to 60 seconds."},
    {Metric::kMm2Latency, MM2("replication_latency_ms"), kGauge, PARTITION,
     "Age of the last record when the target acknowledged it."},
    {Metric::kMm2LatencyMin, MM2("replication_latency_ms_min"), kGauge,
     PARTITION,
     "Least age of a record when acknowledged, over the last 30 to 60 "
     "seconds."},
    {Metric::kMm2LatencyMax, MM2("replication_latency_ms_max"), kGauge,
     PARTITION,
     "Greatest age of a record when acknowledged, over the last 30 to 60 "
     "seconds."},
    {Metric::kMm2LatencyAvg, MM2("replication_latency_ms_avg"), kGauge,
     PARTITION,
     "Average age of records when acknowledged, over the last 30 to 60 "
     "seconds."},

    {Metric::kConnectConnectors, WORKER("connector_count"), kGauge, "",
     "Three for each flow that is not stopped, as MM2 runs them (source, "
     "checkpoint, heartbeat), also for one that only writes heartbeats."},
    {Metric::kConnectTasks, WORKER("task_count"), kGauge, "",
     "Tasks of the source connectors: pairs of clients that copy."},
    {Metric::kConnectTotalTasks, WORKER("connector_total_task_count"), kGauge,
     "connector", "Tasks of the source connector, whatever their state."},
    {Metric::kConnectRunningTasks, WORKER("connector_running_task_count"),
     kGauge, "connector", "Tasks in none of the other states."},
    {Metric::kConnectPausedTasks, WORKER("connector_paused_task_count"), kGauge,
     "connector", "Tasks of which every partition is paused."},
    {Metric::kConnectFailedTasks, WORKER("connector_failed_task_count"), kGauge,
     "connector",
     "Tasks of a failed flow, and those with a partition that waits for a "
     "decision."},
    {Metric::kConnectUnassignedTasks, WORKER("connector_unassigned_task_count"),
     kGauge, "connector", "Tasks of a flow that is starting."},
    {Metric::kConnectTaskStatus, "kafka_connect_connector_status", kGauge,
     "connector, task, status", "1 for the state that the task is in."},
    {Metric::kConnectAssignedConnectors,
     "kafka_connect_coordinator_assigned_connectors", kGauge, "clientid",
     "Connectors of the flow in this process."},
    {Metric::kConnectAssignedTasks, "kafka_connect_coordinator_assigned_tasks",
     kGauge, "clientid",
     "Tasks of the flow's source connector in this process."},
    {Metric::kConnectRebalancing, "kafka_connect_worker_rebalance_rebalancing",
     kGauge, "", "Always 0: a process has all tasks of its flows."},
    {Metric::kConnectActiveRecords,
     "kafka_connect_source_task_source_record_active_count", kGauge,
     "connector, task", "Records sent to the target and not yet acknowledged."},
    {Metric::kConnectRecordsWritten,
     "kafka_connect_source_task_source_record_write_total", kCounter,
     "connector, task",
     "Records acknowledged by the target for the partitions that the task has "
     "now."},
    {Metric::kConsumerLag, "kafka_consumer_fetch_manager_records_lag", kGauge,
     "clientid, topic, partition",
     "Records of the source topic that the target has not acknowledged. MM2 "
     "counts from what was fetched."},

    {Metric::kRecords, OURS("records_total"), kCounter, PARTITION,
     "Records acknowledged by the target."},
    {Metric::kBytes, OURS("bytes_total"), kCounter, PARTITION,
     "Bytes of values acknowledged by the target."},
    {Metric::kLagRecords, OURS("lag_records"), kGauge, PARTITION,
     "Source offsets from the last acknowledged record to the end of the log, "
     "as far as known."},
    {Metric::kLagSeconds, OURS("lag_seconds"), kGauge, PARTITION,
     "Age of the last acknowledged record; 0 if there is no lag. The longest "
     "one, if for several partitions."},
    {Metric::kLastAck, OURS("last_ack_timestamp_seconds"), kGauge, PARTITION,
     "When the target last acknowledged a batch."},
    {Metric::kAckedOffset, OURS("acked_offset"), kGauge, PARTITION,
     "Source offset of the last acknowledged record; per partition only."},
    {Metric::kCommittedOffset, OURS("committed_offset"), kGauge, PARTITION,
     "Source offset of the last record whose progress is stored; per partition "
     "only. A crash copies again what is after it."},
    {Metric::kPartitionProblem, OURS("partition_problem"), kGauge,
     PARTITION ", state, problem",
     "1 while the partition has the problem; per partition only."},

    {Metric::kRecordsDropped, OURS("records_dropped_total"), kCounter, TOPIC,
     "Records dropped by transforms."},
    {Metric::kRecordsRetimed, OURS("records_retimed_total"), kCounter, TOPIC,
     "Records acknowledged with timestamp 1 in place of 0."},
    {Metric::kRecordsSkipped, OURS("records_skipped_total"), kCounter, TOPIC,
     "Records that are never copied, for whatever reason, at most; with those "
     "of previous runs."},
    {Metric::kLastSkip, OURS("last_skip_timestamp_seconds"), kGauge, TOPIC,
     "When records were last found to be never copied."},
    {Metric::kRestarts, OURS("partition_restarts_total"), kCounter, TOPIC,
     "Times that a partition was reset by an error."},

    {Metric::kFlowState, OURS("flow_state"), kGauge, FLOW ", state",
     "1 for the state that the flow is in: starting, running, standby, failed "
     "or stopped."},
    {Metric::kFlowHealth, OURS("flow_health"), kGauge, FLOW ", health",
     "1 for the health of the flow: ok, degraded or failed."},
    {Metric::kPartitions, OURS("partitions"), kGauge, FLOW ", state",
     "Partitions in the state."},
    {Metric::kProblemPartitions, OURS("problem_partitions"), kGauge,
     FLOW ", problem", "Partitions with the problem."},
    {Metric::kTopicProblems, OURS("topic_problems"), kGauge, FLOW,
     "Topics that are selected and cannot be mirrored."},
    {Metric::kInFlightRecords, OURS("in_flight_records"), kGauge,
     FLOW ", worker", "Records sent to the target and not yet acknowledged."},
    {Metric::kHeartbeats, OURS("heartbeats_total"), kCounter, FLOW,
     "Heartbeats acknowledged by the target."},
    {Metric::kLastHeartbeat, OURS("heartbeat_timestamp_seconds"), kGauge, FLOW,
     "When the newest heartbeat that the target acknowledged was sent."},
    {Metric::kOffsetSyncs, OURS("offset_syncs_total"), kCounter, FLOW,
     "MM2-style offset syncs written."},
    {Metric::kCheckpointGroups, OURS("checkpoint_groups"), kGauge, FLOW,
     "Groups with a position in a topic of the flow."},
    {Metric::kCheckpointProblemGroups, OURS("checkpoint_problem_groups"),
     kGauge, FLOW, "Groups whose offsets cannot be read or written."},
    {Metric::kCheckpointsWritten, OURS("checkpoints_written_total"), kCounter,
     FLOW, "Checkpoints written."},
    {Metric::kCheckpointsDeleted, OURS("checkpoints_deleted_total"), kCounter,
     FLOW, "Checkpoints deleted, as the position is gone."},
    {Metric::kUntranslatedPartitions,
     OURS("checkpoint_untranslated_partitions"), kGauge, FLOW,
     "Positions of groups for which too little was copied to translate them."},
    {Metric::kUnreadableCheckpoints, OURS("checkpoint_unreadable_records"),
     kGauge, FLOW, "Records of the checkpoints topic that are no checkpoints."},
    {Metric::kGroupSyncGroups, OURS("group_sync_groups"), kGauge,
     FLOW ", state",
     "Groups by what was decided in the last round: synced, active or "
     "refused."},
    {Metric::kGroupSyncPartitions, OURS("group_sync_partitions"), kGauge,
     FLOW ", decision",
     "Partitions of groups by what was decided in the last round: written, "
     "ahead, refused or withheld."},
    {Metric::kGroupSyncState, OURS("group_sync_state"), kGauge,
     FLOW ", group, state",
     "1 for what was decided for the group; with the option for groups only."},
    {Metric::kGroupOffsetsWritten, OURS("group_offsets_written_total"),
     kCounter, FLOW, "Offsets of groups committed on the target."},
    {Metric::kGroupOffsetsReset, OURS("group_offsets_reset_total"), kCounter,
     FLOW, "Offsets of groups committed below the previous one."},
    {Metric::kConfigTopics, OURS("config_topics"), kGauge, FLOW,
     "Topics whose configs were compared in the last round."},
    {Metric::kConfigsWritten, OURS("configs_written_total"), kCounter, FLOW,
     "Topic configs set or removed on the target."},
    {Metric::kConfigsOverwritten, OURS("configs_overwritten_total"), kCounter,
     FLOW, "Topic configs that were changed on the target and overwritten."},
    {Metric::kConfigProblems, OURS("config_problems"), kGauge, FLOW,
     "Topic configs that cannot be read or set."},
    {Metric::kAcls, OURS("acls"), kGauge, FLOW,
     "ACLs that the target should have, and has."},
    {Metric::kAclsCreated, OURS("acls_created_total"), kCounter, FLOW,
     "ACLs created on the target."},
    {Metric::kAclsRemoved, OURS("acls_removed_total"), kCounter, FLOW,
     "ACLs removed from the target."},
    {Metric::kAclsExcluded, OURS("acls_excluded"), kGauge, FLOW,
     "ACLs of the source that are not copied although the flow selects them."},
    {Metric::kAclsRejected, OURS("acls_rejected"), kGauge, FLOW,
     "ACLs that the target does not create or remove."},
    {Metric::kRoundSeconds, OURS("round_seconds"), kGauge, FLOW ", round",
     "How long the last round took, by what it is for: checkpoints, "
     "group_offsets, topic_configs, acls."},
    {Metric::kRoundFailed, OURS("round_failed"), kGauge, FLOW ", round",
     "1 if the last round failed; the status has the reason."},

    {Metric::kBuildInfo, OURS("build_info"), kGauge, "version",
     "1; the version is a label."},
};

}  // namespace mirror::internal
