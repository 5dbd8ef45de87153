// SPDX-License-Identifier: Apache-2.0

#include "mirror/metrics/connect_metrics.h"

#include <array>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace mirror::internal {
namespace {

// Source, checkpoint and heartbeat.
constexpr int kConnectorsPerFlow = 3;

// As Kafka quotes a value of an MBean with characters such as '>'; queries for
// MM2 match the quotation marks, which are a part of the label.
std::string JmxQuoted(const std::string& value) {
  return absl::StrCat("\"",
                      absl::StrReplaceAll(value, {{"\\", "\\\\"},
                                                  {"\"", "\\\""},
                                                  {"*", "\\*"},
                                                  {"?", "\\?"},
                                                  {"\n", "\\n"}}),
                      "\"");
}

enum TaskState { kRunning, kPaused, kFailed, kUnassigned, kTaskStates };

constexpr std::array<const char*, kTaskStates> kTaskStateNames = {
    "running", "paused", "failed", "unassigned"};
constexpr std::array<Metric, kTaskStates> kTaskCounts = {
    Metric::kConnectRunningTasks, Metric::kConnectPausedTasks,
    Metric::kConnectFailedTasks, Metric::kConnectUnassignedTasks};

// Failed means what an alert for MM2 is for: someone has to act.
TaskState StateOf(const FlowStatus& flow, const WorkerStatus& worker) {
  if (flow.state() == FLOW_FAILED) return kFailed;
  bool all_paused = worker.partitions_size() > 0;
  for (const PartitionStatus& partition : worker.partitions()) {
    if (partition.state() == PARTITION_STOPPED) return kFailed;
    all_paused = all_paused && partition.state() == PARTITION_PAUSED;
  }
  if (flow.state() == FLOW_STARTING) return kUnassigned;
  return all_paused ? kPaused : kRunning;
}

class ConnectMetrics {
 public:
  ConnectMetrics(const FlowStatus& flow, SnapshotBuilder* builder)
      : flow_(flow),
        name_(absl::StrCat(flow.source(), "->", flow.target())),
        connector_(absl::StrCat(name_, ".MirrorSourceConnector")),
        builder_(builder) {}

  void AddTasks() {
    std::array<int64_t, kTaskStates> counts = {};
    for (const WorkerStatus& worker : flow_.workers()) {
      const TaskState state = StateOf(flow_, worker);
      ++counts[state];
      AddTask(worker, state);
    }
    const auto labels =
        SnapshotBuilder::Labels({{"connector", JmxQuoted(connector_)}});
    builder_->Add(Metric::kConnectTotalTasks, labels, flow_.workers_size());
    for (int i = 0; i < kTaskStates; ++i) {
      builder_->Add(kTaskCounts[i], labels, counts[i]);
    }
    const auto client =
        SnapshotBuilder::Labels({{"clientid", JmxQuoted(name_)}});
    builder_->Add(Metric::kConnectAssignedConnectors, client,
                  kConnectorsPerFlow);
    builder_->Add(Metric::kConnectAssignedTasks, client, flow_.workers_size());
  }

  void AddLags() {
    for (const WorkerStatus& worker : flow_.workers()) {
      const std::string client =
          JmxQuoted(absl::StrCat(name_, "|", connector_, "-", worker.index(),
                                 "|replication-consumer"));
      for (const PartitionStatus& partition : worker.partitions()) {
        if (!partition.has_lag()) continue;
        builder_->Add(Metric::kConsumerLag,
                      SnapshotBuilder::Labels(
                          {{"clientid", client},
                           {"topic", partition.topic()},
                           {"partition", absl::StrCat(partition.partition())}}),
                      partition.lag());
      }
    }
  }

 private:
  void AddTask(const WorkerStatus& worker, TaskState state) {
    const auto labels =
        SnapshotBuilder::Labels({{"connector", JmxQuoted(connector_)},
                                 {"task", absl::StrCat(worker.index())}});
    int64_t written = 0;
    for (const PartitionStatus& partition : worker.partitions()) {
      written += partition.records();
    }
    builder_->Add(
        Metric::kConnectTaskStatus,
        SnapshotBuilder::With(labels, "status", kTaskStateNames[state]), 1);
    builder_->Add(Metric::kConnectActiveRecords, labels,
                  worker.records_in_flight());
    builder_->Add(Metric::kConnectRecordsWritten, labels, written);
  }

  const FlowStatus& flow_;
  const std::string name_;
  const std::string connector_;
  SnapshotBuilder* const builder_;
};

}  // namespace

void AddConnectMetrics(const EngineStatus& status, MetricsLevel level,
                       SnapshotBuilder* builder) {
  int64_t connectors = 0;
  int64_t tasks = 0;
  for (const FlowStatus& flow : status.flows()) {
    if (flow.state() == FLOW_STOPPED) continue;
    connectors += kConnectorsPerFlow;
    tasks += flow.workers_size();
    ConnectMetrics metrics(flow, builder);
    metrics.AddTasks();
    if (level == MetricsLevel::kPartition) metrics.AddLags();
  }
  const auto none = SnapshotBuilder::Labels({});
  builder->Add(Metric::kConnectConnectors, none, connectors);
  builder->Add(Metric::kConnectTasks, none, tasks);
  builder->Add(Metric::kConnectRebalancing, none, 0);
}

}  // namespace mirror::internal
