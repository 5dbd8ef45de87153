// SPDX-License-Identifier: Apache-2.0

#include "mirror/metrics/metrics_reader.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/metrics/metric_table.h"
#include "mirror/metrics/metrics_fixture.h"
#include "mirror/testing/simulated_clock.h"

namespace mirror::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::Optional;
using ::testing::StartsWith;

using LabelMap = std::map<std::string, std::string>;

constexpr char kMm2[] = "kafka_connect_mirror_mirrorsourceconnector_";
constexpr char kConnector[] = "\"A->B.MirrorSourceConnector\"";

LabelMap FlowLabels() { return {{"source", "A"}, {"target", "B"}}; }

LabelMap FlowLabelsAnd(LabelMap more) {
  more.merge(FlowLabels());
  return more;
}

LabelMap OrdersAtTarget(const std::string& partition) {
  return FlowLabelsAnd({{"topic", "A.orders"}, {"partition", partition}});
}

LabelMap Orders(const std::string& partition) {
  return FlowLabelsAnd({{"topic", "orders"}, {"partition", partition}});
}

size_t SeriesOf(const MetricsSnapshot& snapshot) {
  size_t series = 0;
  for (const MetricFamily& family : snapshot.families) {
    series += family.samples.size();
  }
  return series;
}

class MetricsReaderTest : public testing::Test {
 protected:
  // By a reader of its own.
  static MetricsSnapshot Read(const EngineStatus& status,
                              MetricsOptions options = {}) {
    return MetricsReader(options).Read(status);
  }
  static MetricsSnapshot ReadAt(MetricsLevel level,
                                const EngineStatus& status) {
    MetricsOptions options;
    options.level = level;
    return Read(status, options);
  }

  SimulatedClock clock_;
};

TEST_F(MetricsReaderTest, HasMm2sMetricsWithTheTargetsTopic) {
  const MetricsSnapshot snapshot = Read(CopyingStatus(2));
  const LabelMap labels = OrdersAtTarget("1");
  const std::map<std::string, double> expected = {
      {"record_count", 1001},
      {"byte_count", 100100},
      {"record_age_ms", 11},
      {"record_age_ms_min", 10},
      {"record_age_ms_max", 12},
      {"record_age_ms_avg", 11},
      {"replication_latency_ms", 21},
      {"replication_latency_ms_min", 20},
      {"replication_latency_ms_max", 22},
      {"replication_latency_ms_avg", 21}};
  for (const auto& [name, value] : expected) {
    EXPECT_THAT(ValueOf(snapshot, absl::StrCat(kMm2, name), labels),
                Optional(value))
        << name;
  }
}

TEST_F(MetricsReaderTest, HasOursWithTheSourcesTopic) {
  const MetricsSnapshot snapshot = Read(CopyingStatus(2));
  const std::map<std::string, double> expected = {
      {"records_total", 1001},
      {"bytes_total", 100100},
      {"lag_records", 2},
      {"lag_seconds", 1.5},
      {"last_ack_timestamp_seconds", 1700000000.001},
      {"acked_offset", 1000},
      {"committed_offset", 999}};
  for (const auto& [name, value] : expected) {
    EXPECT_THAT(
        ValueOf(snapshot, absl::StrCat("kafka_mirror_", name), Orders("1")),
        Optional(value))
        << name;
  }
}

TEST_F(MetricsReaderTest, SumsOrTakesTheWorstPerTopicAndPerFlow) {
  const LabelMap topic = FlowLabelsAnd({{"topic", "orders"}});
  for (const auto& [level, labels] :
       std::map<MetricsLevel, LabelMap>{{MetricsLevel::kTopic, topic},
                                        {MetricsLevel::kFlow, FlowLabels()}}) {
    const MetricsSnapshot snapshot = ReadAt(level, CopyingStatus(2));
    EXPECT_THAT(ValueOf(snapshot, "kafka_mirror_records_total", labels),
                Optional(2001));
    EXPECT_THAT(ValueOf(snapshot, "kafka_mirror_lag_records", labels),
                Optional(3));
    EXPECT_THAT(ValueOf(snapshot, "kafka_mirror_lag_seconds", labels),
                Optional(1.5));
    EXPECT_EQ(FindFamily(snapshot, "kafka_mirror_acked_offset"), nullptr);
  }
}

TEST_F(MetricsReaderTest, SeveralPartitionsHaveNoLastValueAndNoAverage) {
  const MetricsSnapshot snapshot =
      ReadAt(MetricsLevel::kTopic, CopyingStatus(2));
  const LabelMap labels = FlowLabelsAnd({{"topic", "A.orders"}});
  EXPECT_THAT(
      ValueOf(snapshot, absl::StrCat(kMm2, "record_age_ms_min"), labels),
      Optional(9));
  EXPECT_THAT(
      ValueOf(snapshot, absl::StrCat(kMm2, "record_age_ms_max"), labels),
      Optional(12));
  EXPECT_EQ(FindFamily(snapshot, absl::StrCat(kMm2, "record_age_ms")), nullptr);
  EXPECT_EQ(FindFamily(snapshot, absl::StrCat(kMm2, "record_age_ms_avg")),
            nullptr);
}

TEST_F(MetricsReaderTest, AnIdlePartitionHasNoMinimumRatherThanNan) {
  EngineStatus status = CopyingStatus(1);
  WindowedMs* const age = status.mutable_flows(0)
                              ->mutable_workers(0)
                              ->mutable_partitions(0)
                              ->mutable_record_age();
  age->clear_min();
  age->clear_max();
  age->clear_avg();
  const MetricsSnapshot snapshot = Read(status);
  EXPECT_EQ(FindFamily(snapshot, absl::StrCat(kMm2, "record_age_ms_min")),
            nullptr);
  EXPECT_THAT(ValueOf(snapshot, absl::StrCat(kMm2, "record_age_ms"),
                      OrdersAtTarget("0")),
              Optional(10));
}

TEST_F(MetricsReaderTest, ASumDoesNotShrinkWhenAPartitionLeavesOrRestarts) {
  MetricsOptions options;
  options.level = MetricsLevel::kFlow;
  MetricsReader reader(options, &clock_);
  const auto records = [&reader](const EngineStatus& status) {
    return ValueOf(reader.Read(status), "kafka_mirror_records_total",
                   FlowLabels());
  };
  EXPECT_THAT(records(CopyingStatus(2)), Optional(2001));
  EXPECT_THAT(records(CopyingStatus(1)), Optional(2001)) << "one left";
  EngineStatus again = CopyingStatus(1);
  again.mutable_flows(0)
      ->mutable_workers(0)
      ->mutable_partitions(0)
      ->set_records(5);
  EXPECT_THAT(records(again), Optional(2006)) << "one began again";
  EXPECT_THAT(records(CopyingStatus(0)), Optional(2006)) << "all left";
}

TEST_F(MetricsReaderTest, ATopicThatLeftHasNoSeries) {
  MetricsReader reader;
  reader.Read(CopyingStatus(1));
  EXPECT_EQ(
      FindFamily(reader.Read(CopyingStatus(0)), "kafka_mirror_records_total"),
      nullptr);
}

TEST_F(MetricsReaderTest, RatesAreOverTheLast30To60Seconds) {
  MetricsReader reader({}, &clock_);
  EngineStatus status = CopyingStatus(1);
  PartitionStatus* const partition =
      status.mutable_flows(0)->mutable_workers(0)->mutable_partitions(0);
  const auto rate_after = [&](absl::Duration time, int64_t records) {
    clock_.Advance(time);
    partition->set_records(partition->records() + records);
    return ValueOf(reader.Read(status), absl::StrCat(kMm2, "record_rate"),
                   OrdersAtTarget("0"));
  };
  EXPECT_EQ(rate_after(absl::ZeroDuration(), 0), std::nullopt);
  EXPECT_THAT(rate_after(absl::Seconds(10), 100), Optional(10));
  EXPECT_THAT(rate_after(absl::Seconds(20), 500), Optional(20));
  EXPECT_THAT(rate_after(absl::Seconds(10), 0), Optional(15));
  EXPECT_THAT(rate_after(absl::Seconds(10), 0), Optional(12));
  EXPECT_THAT(rate_after(absl::Seconds(10), 0), Optional(0));
}

TEST_F(MetricsReaderTest, ATaskWithAStoppedPartitionHasFailed) {
  EngineStatus status = FullStatus();
  status.mutable_flows(0)->add_workers()->set_index(1);
  const MetricsSnapshot snapshot = Read(status);
  const LabelMap connector = {{"connector", kConnector}};
  EXPECT_THAT(
      ValueOf(snapshot, "kafka_connect_worker_connector_failed_task_count",
              connector),
      Optional(1));
  EXPECT_THAT(
      ValueOf(snapshot, "kafka_connect_worker_connector_running_task_count",
              connector),
      Optional(1));
  EXPECT_THAT(
      ValueOf(snapshot, "kafka_connect_connector_status",
              {{"connector", kConnector}, {"task", "0"}, {"status", "failed"}}),
      Optional(1));
  EXPECT_THAT(ValueOf(snapshot, "kafka_mirror_partition_problem",
                      FlowLabelsAnd({{"topic", "orders"},
                                     {"partition", "1"},
                                     {"state", "stopped"},
                                     {"problem", "source_gap"}})),
              Optional(1));
  EXPECT_THAT(ValueOf(snapshot, "kafka_mirror_problem_partitions",
                      FlowLabelsAnd({{"problem", "source_gap"}})),
              Optional(1));
}

TEST_F(MetricsReaderTest, TheConsumersLagMatchesTheQueriesForMm2) {
  EXPECT_THAT(
      ValueOf(Read(CopyingStatus(1)),
              "kafka_consumer_fetch_manager_records_lag",
              {{"clientid",
                "\"A->B|A->B.MirrorSourceConnector-0|replication-consumer\""},
               {"topic", "orders"},
               {"partition", "0"}}),
      Optional(1));
}

TEST_F(MetricsReaderTest, OnlyFlowsThatAreNotStoppedHaveConnectors) {
  EngineStatus status = CopyingStatus(1);
  *status.add_flows() = status.flows(0);
  status.mutable_flows(1)->set_source("C");
  EXPECT_THAT(ValueOf(Read(status), "kafka_connect_worker_connector_count", {}),
              Optional(6));
  status.mutable_flows(1)->set_state(FLOW_STOPPED);
  EXPECT_THAT(ValueOf(Read(status), "kafka_connect_worker_connector_count", {}),
              Optional(3));
}

TEST_F(MetricsReaderTest, ExactlyOneStateOfAFlowIsOne) {
  EngineStatus status = CopyingStatus(1);
  const std::map<std::string, FlowState> states = {{"running", FLOW_RUNNING},
                                                   {"standby", FLOW_STANDBY}};
  for (const auto& [name, now] : states) {
    status.mutable_flows(0)->set_state(now);
    const MetricsSnapshot snapshot = Read(status);
    for (const std::string state :
         {"starting", "running", "standby", "failed", "stopped"}) {
      EXPECT_THAT(ValueOf(snapshot, "kafka_mirror_flow_state",
                          FlowLabelsAnd({{"state", state}})),
                  Optional(state == name ? 1 : 0))
          << state;
    }
  }
}

TEST_F(MetricsReaderTest, GroupsHaveSeriesOnlyIfAskedFor) {
  EXPECT_EQ(FindFamily(Read(FullStatus()), "kafka_mirror_group_sync_state"),
            nullptr);
  MetricsOptions options;
  options.groups = true;
  EXPECT_THAT(
      ValueOf(Read(FullStatus(), options), "kafka_mirror_group_sync_state",
              FlowLabelsAnd({{"group", "billing"}, {"state", "synced"}})),
      Optional(1));
}

TEST_F(MetricsReaderTest, ANameThatIsNotUtf8IsEscaped) {
  EngineStatus status = FullStatus();
  status.mutable_flows(0)
      ->mutable_group_offsets()
      ->mutable_groups(0)
      ->set_group("caf\xe9");
  MetricsOptions options;
  options.groups = true;
  EXPECT_THAT(
      ValueOf(Read(status, options), "kafka_mirror_group_sync_state",
              FlowLabelsAnd({{"group", "caf\\xe9"}, {"state", "synced"}})),
      Optional(1));
}

TEST_F(MetricsReaderTest, HasEveryFamilyOfTheTableWithItsLabels) {
  MetricsOptions options;
  options.groups = true;
  MetricsReader reader(options, &clock_);
  reader.Read(FullStatus());
  clock_.Advance(absl::Seconds(1));  // for the rates
  const MetricsSnapshot snapshot = reader.Read(FullStatus());
  ASSERT_EQ(snapshot.families.size(), kMetricCount);
  for (size_t i = 0; i < kMetricCount; ++i) {
    const MetricFamily& family = snapshot.families[i];
    ASSERT_EQ(static_cast<size_t>(kMetricTable[i].metric), i);
    EXPECT_EQ(family.name, kMetricTable[i].name);
    for (const MetricSample& sample : family.samples) {
      EXPECT_EQ(absl::StrJoin(*sample.labels, ", ",
                              [](std::string* out, const auto& label) {
                                out->append(label.first);
                              }),
                kMetricTable[i].labels)
          << family.name;
    }
  }
}

TEST_F(MetricsReaderTest, TheLevelBoundsHowManySeriesThereAre) {
  constexpr int kPartitions = 10000;
  const EngineStatus status = CopyingStatus(kPartitions);
  MetricsReader reader({}, &clock_);
  reader.Read(status);
  clock_.Advance(absl::Seconds(1));
  EXPECT_LE(SeriesOf(reader.Read(status)), 20 * kPartitions + 100);
  EXPECT_LE(SeriesOf(ReadAt(MetricsLevel::kTopic, status)), 120);
  EXPECT_LE(SeriesOf(ReadAt(MetricsLevel::kFlow, status)), 120);
}

TEST_F(MetricsReaderTest, AFlowThatOnlyWritesHeartbeatsHasNoPartitions) {
  EngineStatus status;
  FlowStatus* const flow = status.add_flows();
  flow->set_source("B");
  flow->set_target("A");
  flow->set_state(FLOW_RUNNING);
  flow->set_heartbeats(3);
  const MetricsSnapshot snapshot = ReadAt(MetricsLevel::kFlow, status);
  EXPECT_THAT(ValueOf(snapshot, "kafka_mirror_heartbeats_total",
                      {{"source", "B"}, {"target", "A"}}),
              Optional(3));
  EXPECT_EQ(FindFamily(snapshot, "kafka_mirror_records_total"), nullptr);
}

}  // namespace
}  // namespace mirror::internal
