// SPDX-License-Identifier: Apache-2.0
//
// The alerts and the dashboard ask for metrics that exist, in queries that
// Prometheus takes; and so do dashboards and alerts for MM2.

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/metrics/metric_table.h"
#include "mirror/metrics/metrics_fixture.h"
#include "mirror/metrics/metrics_reader.h"
#include "mirror/metrics/prometheus_text.h"
#include "mirror/testing/simulated_clock.h"
#include "nlohmann/json.hpp"
#include "tests/support/promtool.h"

namespace mirror::internal::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::IsSubsetOf;
using ::testing::Not;
using ::testing::UnorderedElementsAreArray;

constexpr char kAlerts[] = "dashboards/kafka_mirror_alerts.yaml";
constexpr char kAlertsTest[] = "dashboards/kafka_mirror_alerts_test.yaml";

std::string Read(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

// Every word kafka_... in `text`.
std::set<std::string> MetricsIn(const std::string& text) {
  std::set<std::string> names;
  std::string word;
  for (const char c : absl::StrCat(text, " ")) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_') {
      word += c;
      continue;
    }
    if (absl::StartsWith(word, "kafka_")) names.insert(word);
    word.clear();
  }
  return names;
}

std::set<std::string> MetricsThatExist() {
  std::set<std::string> names;
  for (const MetricInfo& info : kMetricTable) names.insert(info.name);
  return names;
}

// The queries of a dashboard, with values for Grafana's variables.
std::vector<std::string> Queries() {
  std::vector<std::string> queries;
  const auto dashboard = nlohmann::json::parse(
      Read("dashboards/kafka_mirror.json"), nullptr, false);
  for (const auto& panel : dashboard["panels"]) {
    for (const auto& target : panel["targets"]) {
      queries.push_back(absl::StrReplaceAll(
          target["expr"].get<std::string>(),
          {{"$__rate_interval", "5m"}, {"$source", ".*"}, {"$target", ".*"}}));
    }
  }
  return queries;
}

// The words after `key` in lines of the file.
std::vector<std::string> ValuesOf(const std::string& path,
                                  const std::string& key) {
  std::vector<std::string> values;
  const std::string text = Read(path);
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    const size_t at = line.find(key);
    if (at == absl::string_view::npos) continue;
    values.emplace_back(line.substr(at + key.size()));
  }
  return values;
}

TEST(DashboardsTest, EveryQueryOfTheDashboardNamesMetricsThatExist) {
  const std::vector<std::string> queries = Queries();
  ASSERT_THAT(queries, Not(IsEmpty()));
  for (const std::string& query : queries) {
    EXPECT_THAT(MetricsIn(query), Not(IsEmpty())) << query;
    EXPECT_THAT(MetricsIn(query), IsSubsetOf(MetricsThatExist()));
  }
}

TEST(DashboardsTest, PrometheusTakesEveryQueryOfTheDashboard) {
  nlohmann::json rules = nlohmann::json::array();
  for (const std::string& query : Queries()) {
    rules.push_back(
        {{"record", absl::StrCat("query:", rules.size())}, {"expr", query}});
  }
  // JSON is YAML.
  const nlohmann::json file = {
      {"groups", {{{"name", "dashboard"}, {"rules", rules}}}}};
  const std::string path = MakeTestDirectory("dashboard") + "/rules.yaml";
  std::ofstream(path) << file.dump();
  const Ended ended = RunPromtool({"check", "rules", path});
  EXPECT_EQ(ended.exit_code, 0) << ended.output;
}

TEST(DashboardsTest, AlertsNameMetricsThatExist) {
  std::set<std::string> names = MetricsIn(Read(kAlerts));
  // The files' own names.
  for (const std::string own :
       {"kafka_mirror", "kafka_mirror_alerts", "kafka_mirror_alerts_test"}) {
    names.erase(own);
  }
  ASSERT_THAT(names, Not(IsEmpty()));
  EXPECT_THAT(names, IsSubsetOf(MetricsThatExist()));
}

TEST(DashboardsTest, EveryAlertIsTestedAndFiresInItsTest) {
  const std::vector<std::string> alerts = ValuesOf(kAlerts, "- alert: ");
  std::vector<std::string> tested = ValuesOf(kAlertsTest, "alertname: ");
  std::sort(tested.begin(), tested.end());
  tested.erase(std::unique(tested.begin(), tested.end()), tested.end());
  EXPECT_THAT(tested, UnorderedElementsAreArray(alerts));
  const Ended check = RunPromtool({"check", "rules", kAlerts});
  EXPECT_EQ(check.exit_code, 0) << check.output;
  const Ended test = RunPromtool({"test", "rules", kAlertsTest});
  EXPECT_EQ(test.exit_code, 0) << test.output;
}

// "docs/operations.md#what-is-never-copied" for "## What is never copied".
TEST(DashboardsTest, EveryAlertNamesASectionThatSaysWhatToDo) {
  std::set<std::string> sections;
  for (const std::string& title : ValuesOf("docs/operations.md", "## ")) {
    sections.insert(absl::StrCat(
        "docs/operations.md#",
        absl::StrReplaceAll(absl::AsciiStrToLower(title), {{" ", "-"}})));
  }
  const std::vector<std::string> runbooks = ValuesOf(kAlerts, "runbook: ");
  EXPECT_EQ(runbooks.size(), ValuesOf(kAlerts, "- alert: ").size());
  for (const std::string& runbook : runbooks) {
    EXPECT_THAT(sections, ::testing::Contains(runbook));
  }
}

// As a scrape has the metrics of a flow of which one partition is stopped, with
// the labels that Strimzi's dashboard selects by: promtool's input series.
nlohmann::json ScrapedSeries() {
  SimulatedClock clock;
  MetricsReader reader({}, &clock);
  reader.Read(FullStatus());
  clock.Advance(absl::Seconds(1));  // for the rates
  const std::string text = ToPrometheusText(reader.Read(FullStatus()));
  nlohmann::json series = nlohmann::json::array();
  for (const absl::string_view line :
       absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    if (line[0] == '#') continue;
    std::string name(line.substr(0, line.rfind(' ')));
    if (!absl::StrContains(name, "{")) name += "{}";
    const char* const more = absl::EndsWith(name, "{}") ? "" : ",";
    name.insert(name.find('{') + 1,
                absl::StrCat("strimzi_io_kind=\"KafkaMirrorMaker2\","
                             "strimzi_io_cluster=\"m\",namespace=\"n\","
                             "pod=\"p\",kubernetes_pod_name=\"p\"",
                             more));
    series.push_back(
        {{"series", name},
         {"values", absl::StrCat(line.substr(line.rfind(' ') + 1), "x20")}});
  }
  return series;
}

// Panels of strimzi-kafka-mirror-maker-2.json, and alerts for MM2. {S} is what
// the dashboard selects by.
const char* const kQueriesForMm2[] = {
    "sum(kafka_connect_worker_connector_count{S})",
    "sum(kafka_connect_worker_task_count{S})",
    "sum(kafka_connect_mirror_mirrorsourceconnector_record_rate{S})",
    "sum(kafka_connect_mirror_mirrorsourceconnector_byte_rate{S})",
    R"(sum(kafka_consumer_fetch_manager_records_lag{S,clientid=~)"
    R"(".*replication-consumer\""}) by (topic, partition))",
    "sum(kafka_connect_mirror_mirrorsourceconnector_record_age_ms{S})"
    " by (partition, topic)",
    "sum(kafka_connect_mirror_mirrorsourceconnector_record_age_ms_avg{S})"
    " by (partition, topic)",
    "sum(kafka_connect_mirror_mirrorsourceconnector_record_age_ms_min{S})"
    " by (partition, topic)",
    "sum(kafka_connect_mirror_mirrorsourceconnector_record_age_ms_max{S})"
    " by (partition, topic)",
    "sum(kafka_connect_mirror_mirrorsourceconnector_replication_latency_ms{S})"
    " by (partition, topic)",
    "max(kafka_connect_mirror_mirrorsourceconnector_"
    "replication_latency_ms_max{S}) >= 0",
    R"(sum(kafka_connect_source_task_source_record_active_count{connector=~)"
    R"("\".*SourceConnector\""}))",
    "sum(kafka_connect_coordinator_assigned_connectors{S})"
    " by (kubernetes_pod_name)",
    "sum(kafka_connect_coordinator_assigned_tasks{S}) by (kubernetes_pod_name)",
    "sum(kafka_connect_worker_rebalance_rebalancing{S})",
    R"(sum(kafka_connect_connector_status{status="failed"}))"
    " by (namespace, pod) > 0",
    "sum(kafka_connect_worker_connector_failed_task_count)"
    " by (namespace, pod) > 0",
    "sum(rate(kafka_connect_source_task_source_record_write_total[10m]))",
};

TEST(DashboardsTest, QueriesForMm2FindSeries) {
  nlohmann::json queries = nlohmann::json::array();
  for (const std::string query : kQueriesForMm2) {
    queries.push_back(
        {{"eval_time", "10m"},
         {"expr", absl::StrCat("count(",
                               absl::StrReplaceAll(
                                   query, {{"{S",
                                            "{strimzi_io_kind="
                                            "~\"KafkaMirrorMaker2\","
                                            "strimzi_io_cluster=\"m\""}}),
                               ") > bool 0")},
         {"exp_samples", {{{"labels", "{}"}, {"value", 1}}}}});
  }
  nlohmann::json test = {{"interval", "1m"},
                         {"input_series", ScrapedSeries()},
                         {"promql_expr_test", queries}};
  nlohmann::json file = nlohmann::json::object();
  file["evaluation_interval"] = "1m";
  file["tests"] = nlohmann::json::array({test});
  const std::string path = MakeTestDirectory("mm2") + "/test.yaml";
  std::ofstream(path) << file.dump();
  const Ended ended = RunPromtool({"test", "rules", path});
  EXPECT_EQ(ended.exit_code, 0) << ended.output;
}

}  // namespace
}  // namespace mirror::internal::testing
