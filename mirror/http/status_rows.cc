// SPDX-License-Identifier: Apache-2.0

#include "mirror/http/status_rows.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "mirror/http/value_text.h"
#include "mirror/metrics/state_names.h"
#include "mirror/model/format_count.h"
#include "mirror/telemetry/health.h"

namespace mirror::internal {
namespace {

// Older counts would give the rate of a time when no one looked.
constexpr absl::Duration kMaxPause = absl::Minutes(2);

std::string FlowName(const FlowStatus& flow) {
  return absl::StrCat(flow.source(), "->", flow.target());
}

SeriesKey KeyOf(const FlowStatus& flow, const PartitionStatus& partition) {
  return {flow.source(), flow.target(), partition.topic(),
          partition.partition()};
}

template <class T>
std::optional<T> Sum(std::optional<T> a, std::optional<T> b) {
  if (!a.has_value()) return b;
  return b.has_value() ? std::optional<T>(*a + *b) : a;
}

// No value is less than any.
template <class T>
std::optional<T> Greater(std::optional<T> a, std::optional<T> b) {
  return std::max(a, b);
}

bool HasProblem(const PartitionStatus& partition) {
  return partition.state() == PARTITION_STOPPED ||
         partition.problem() != PROBLEM_NONE;
}

CopyRow RowOf(const FlowStatus& flow, const PartitionStatus& partition,
              const RowRates& rates) {
  CopyRow row;
  row.flow = FlowName(flow);
  row.topic = partition.topic();
  row.partition = partition.partition();
  row.target_topic = partition.target_topic();
  row.problems = HasProblem(partition) ? 1 : 0;
  row.state = flow.paused() && partition.state() == PARTITION_RUNNING
                  ? PARTITION_PAUSED
                  : partition.state();
  row.problem = partition.problem();
  if (partition.has_lag()) row.lag = partition.lag();
  if (partition.has_lag_ms()) row.lag_ms = partition.lag_ms();
  row.rate = rates.RateOf(flow, partition);
  row.records = partition.records();
  row.skipped = partition.skipped_records();
  if (partition.has_acked_offset()) row.acked_offset = partition.acked_offset();
  return row;
}

void AddToTopic(const CopyRow& partition, CopyRow* topic) {
  topic->partitions += partition.partitions;
  topic->problems += partition.problems;
  const int severity = StateSeverity(partition.state);
  if (severity > StateSeverity(topic->state)) {
    topic->state = partition.state;
    topic->problem = partition.problem;
  } else if (severity == StateSeverity(topic->state) &&
             topic->problem == PROBLEM_NONE) {
    topic->problem = partition.problem;
  }
  topic->lag = Sum(topic->lag, partition.lag);
  topic->lag_ms = Greater(topic->lag_ms, partition.lag_ms);
  topic->rate = Sum(topic->rate, partition.rate);
  topic->records += partition.records;
  topic->skipped += partition.skipped;
}

// "B is 0.4 s and 312 records behind A; 2 of 84 partitions have a problem".
std::string Summary(const FlowStatus& flow, const FlowRow& row) {
  if (flow.state() != FLOW_RUNNING) {
    return flow.reason().empty() ? absl::StrCat("This flow is ", row.state)
                                 : flow.reason();
  }
  std::string text;
  if (row.partitions == 0) {
    text = "No topic is copied";
  } else if (!row.lag.has_value()) {
    text = absl::StrCat("It is not known yet how far ", flow.target(),
                        " is behind ", flow.source());
  } else if (*row.lag == 0) {
    text = absl::StrCat(flow.target(), " has all records of ", flow.source());
  } else {
    text = absl::StrCat(
        flow.target(), " is ",
        row.lag_ms.has_value() ? FormatMs(*row.lag_ms) + " and " : "",
        FormatCount(*row.lag), *row.lag == 1 ? " record" : " records",
        " behind ", flow.source());
  }
  if (row.problems > 0) {
    absl::StrAppend(&text, "; ", FormatCount(row.problems), " of ",
                    FormatCount(row.partitions), " partitions ",
                    row.problems == 1 ? "has" : "have", " a problem");
  }
  return text;
}

// Collects the problems of a flow.
class FlowProblems {
 public:
  FlowProblems(const FlowStatus& flow, std::vector<ProblemRow>* rows)
      : flow_(flow), name_(FlowName(flow)), rows_(rows) {}

  void Add() {
    if (flow_.state() == FLOW_STOPPED) return;
    if (flow_.state() == FLOW_FAILED) {
      Add(HEALTH_FAILED, "", "failed", flow_.reason());
    } else if (!flow_.reason().empty()) {
      Add(HEALTH_DEGRADED, "", StateName(flow_.state()), flow_.reason());
    }
    for (const WorkerStatus& worker : flow_.workers()) {
      for (const PartitionStatus& partition : worker.partitions()) {
        if (HasProblem(partition)) AddPartition(partition);
      }
    }
    for (const TopicProblem& problem : flow_.topic_problems()) {
      Add(HEALTH_DEGRADED, problem.topic(), "not mirrored", problem.reason());
    }
    AddGroups();
    AddSettings();
  }

 private:
  void Add(Health health, const std::string& subject,
           const std::string& problem, const std::string& reason) {
    rows_->push_back({health, name_, subject, problem,
                      absl::StrReplaceAll(reason, {{"\n", " "}})});
  }

  void AddPartition(const PartitionStatus& partition) {
    Add(partition.state() == PARTITION_STOPPED ? HEALTH_FAILED
                                               : HEALTH_DEGRADED,
        absl::StrCat(partition.topic(), "-", partition.partition()),
        StateText(partition.state(), partition.problem()), partition.reason());
  }

  void AddGroups() {
    const CheckpointStatus& checkpoints = flow_.checkpoints();
    if (!checkpoints.reason().empty()) {
      Add(HEALTH_DEGRADED, "", "checkpoints", checkpoints.reason());
    }
    for (const GroupProblem& problem : checkpoints.problems()) {
      Add(HEALTH_DEGRADED, absl::StrCat("group ", problem.group()),
          "not translated", problem.reason());
    }
    const GroupOffsetSyncStatus& sync = flow_.group_offsets();
    if (!sync.reason().empty()) {
      Add(HEALTH_DEGRADED, "", "group offsets", sync.reason());
    }
    for (const GroupSync& group : sync.groups()) {
      if (group.state() != GROUP_REFUSED) continue;
      Add(HEALTH_DEGRADED, absl::StrCat("group ", group.group()),
          "offsets refused", GroupReason(group));
    }
  }

  // They do not count for the health of the flow.
  void AddSettings() {
    const TopicConfigSyncStatus& configs = flow_.topic_configs();
    if (!configs.reason().empty()) {
      Add(HEALTH_UNSPECIFIED, "", "topic configs", configs.reason());
    }
    for (const TopicConfigProblem& problem : configs.problems()) {
      Add(HEALTH_UNSPECIFIED,
          absl::StrCat(problem.topic(), problem.config().empty() ? "" : " ",
                       problem.config()),
          "topic config", problem.reason());
    }
    const AclSyncStatus& acls = flow_.acls();
    if (!acls.reason().empty()) {
      Add(HEALTH_UNSPECIFIED, "", "ACLs", acls.reason());
    }
    for (const AclNote& note : acls.refused()) {
      Add(HEALTH_UNSPECIFIED, note.acl(), "ACL refused", note.reason());
    }
  }

  // Of the group, or of its first partition that was refused.
  static std::string GroupReason(const GroupSync& group) {
    if (!group.reason().empty()) return group.reason();
    for (const PartitionSync& detail : group.details()) {
      if (detail.refused().empty()) continue;
      return absl::StrCat(detail.topic(), "-", detail.partition(), ": ",
                          detail.refused());
    }
    return "";
  }

  const FlowStatus& flow_;
  const std::string name_;
  std::vector<ProblemRow>* const rows_;
};

}  // namespace

void RowRates::Update(const EngineStatus& status, absl::Time now) {
  if (now - updated_ > kMaxPause) memory_ = CountMemory();
  updated_ = now;
  memory_.Begin(now);
  for (const FlowStatus& flow : status.flows()) {
    for (const WorkerStatus& worker : flow.workers()) {
      for (const PartitionStatus& partition : worker.partitions()) {
        const SeriesKey key = KeyOf(flow, partition);
        memory_.Count(key, partition, key);
      }
    }
  }
  memory_.End();
}

std::optional<double> RowRates::RateOf(const FlowStatus& flow,
                                       const PartitionStatus& partition) const {
  const std::optional<Rates> rates = memory_.RatesOf(KeyOf(flow, partition));
  return rates.has_value() ? std::optional<double>(rates->records)
                           : std::nullopt;
}

std::string CopyRow::Name() const {
  return partition < 0 ? topic : absl::StrCat(topic, "-", partition);
}

std::vector<FlowRow> FlowRows(const EngineStatus& status,
                              const RowRates& rates) {
  std::vector<FlowRow> rows;
  for (const FlowStatus& flow : status.flows()) {
    FlowRow row;
    row.flow = FlowName(flow);
    row.state = flow.paused() ? "paused" : StateName(flow.state());
    row.health = flow.health();
    row.partitions = flow.totals().partitions();
    row.problems = flow.totals().partitions_with_problem();
    if (flow.totals().has_lag()) row.lag = flow.totals().lag();
    if (flow.totals().has_lag_ms()) row.lag_ms = flow.totals().lag_ms();
    row.records = flow.totals().records();
    for (const WorkerStatus& worker : flow.workers()) {
      for (const PartitionStatus& partition : worker.partitions()) {
        row.rate = Sum(row.rate, rates.RateOf(flow, partition));
      }
    }
    if (flow.last_heartbeat_ms() > 0) {
      row.heartbeat_ms = flow.last_heartbeat_ms();
    }
    row.summary = Summary(flow, row);
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<CopyRow> PartitionRows(const EngineStatus& status,
                                   const RowRates& rates) {
  std::vector<CopyRow> rows;
  for (const FlowStatus& flow : status.flows()) {
    for (const WorkerStatus& worker : flow.workers()) {
      for (const PartitionStatus& partition : worker.partitions()) {
        rows.push_back(RowOf(flow, partition, rates));
      }
    }
  }
  std::sort(rows.begin(), rows.end(), [](const CopyRow& a, const CopyRow& b) {
    return std::tie(a.flow, a.topic, a.partition) <
           std::tie(b.flow, b.topic, b.partition);
  });
  return rows;
}

std::vector<CopyRow> TopicRows(const std::vector<CopyRow>& partitions) {
  std::vector<CopyRow> topics;
  for (const CopyRow& partition : partitions) {
    if (!topics.empty() && topics.back().flow == partition.flow &&
        topics.back().topic == partition.topic) {
      AddToTopic(partition, &topics.back());
      continue;
    }
    topics.push_back(partition);
    topics.back().partition = -1;
    topics.back().acked_offset = std::nullopt;
  }
  return topics;
}

std::vector<GroupRow> GroupRows(const EngineStatus& status) {
  std::vector<GroupRow> rows;
  for (const FlowStatus& flow : status.flows()) {
    for (const GroupSync& group : flow.group_offsets().groups()) {
      rows.push_back({FlowName(flow), group.group(), group.state(),
                      group.reason(), group.partitions(), group.written(),
                      group.ahead(), group.refused(), group.withheld()});
    }
  }
  return rows;
}

std::vector<ProblemRow> ProblemRows(const EngineStatus& status) {
  std::vector<ProblemRow> rows;
  for (const FlowStatus& flow : status.flows()) {
    FlowProblems(flow, &rows).Add();
  }
  std::sort(rows.begin(), rows.end(),
            [](const ProblemRow& a, const ProblemRow& b) {
              return std::tie(b.health, a.flow, a.subject, a.problem) <
                     std::tie(a.health, b.flow, b.subject, b.problem);
            });
  return rows;
}

Health HealthOf(const CopyRow& row) {
  if (row.state == PARTITION_STOPPED) return HEALTH_FAILED;
  if (row.problems > 0) return HEALTH_DEGRADED;
  return row.state == PARTITION_RUNNING ? HEALTH_OK : HEALTH_UNSPECIFIED;
}

Health HealthOf(const GroupRow& row) {
  switch (row.state) {
    case GROUP_SYNCED:
      return HEALTH_OK;
    case GROUP_REFUSED:
      return HEALTH_DEGRADED;
    default:
      return HEALTH_UNSPECIFIED;
  }
}

}  // namespace mirror::internal
