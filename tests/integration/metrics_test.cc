// SPDX-License-Identifier: Apache-2.0
//
// What a running mirror_maker answers to Prometheus, to probes and to curl.

#include <httplib.h>
#include <signal.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/cluster/group_admin.h"
#include "mirror/testing/matchers.h"
#include "nlohmann/json.hpp"
#include "tests/integration/test_cluster.h"
#include "tests/support/child_process.h"
#include "tests/support/mirror_maker.h"
#include "tests/support/promtool.h"

namespace mirror::internal::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string Mm2File(const std::string& a, const std::string& b) {
  return absl::StrCat("clusters = A, B\nA.bootstrap.servers = ", a,
                      "\nB.bootstrap.servers = ", b,
                      "\nA->B.enabled = true\nA->B.topics = orders\n"
                      "replication.factor=1\n"
                      "emit.checkpoints.interval.seconds=1\n"
                      "checkpoints.topic.replication.factor=1\n"
                      "heartbeats.topic.replication.factor=1\n"
                      "offset-syncs.topic.replication.factor=1\n"
                      "offset.storage.replication.factor=1\n");
}

// The text behind `series` and a space, in a line of its own; "" if there is
// none.
std::string ValueOf(const std::string& text, const std::string& series) {
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    if (absl::StartsWith(line, absl::StrCat(series, " "))) {
      return std::string(line.substr(series.size() + 1));
    }
  }
  return "";
}

double NumberOf(const std::string& text, const std::string& series) {
  double value = -1;
  EXPECT_TRUE(absl::SimpleAtod(ValueOf(text, series), &value)) << series;
  return value;
}

// Only of our families: it finds fault with MM2's names.
Ended LintOurs(const std::string& text) {
  std::string ours;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    if (absl::StrContains(line, "kafka_mirror_")) {
      absl::StrAppend(&ours, line, "\n");
    }
  }
  return RunPromtool({"check", "metrics"}, ours);
}

class MetricsTest : public ::testing::Test {
 protected:
  MetricsTest()
      : a_(TestCluster::Start("A").value()),
        b_(TestCluster::Start("B").value()) {
    a_->CreateTopic("orders", 2);
    a_->AppendNumbers({"orders", 0}, 0, 30);
    a_->AppendNumbers({"orders", 1}, 0, 12);
  }

  void StartDaemon() {
    file_ = WriteProperties(Mm2File(a_->servers(), b_->servers()));
    daemon_ = StartMirrorMaker({file_, "--metrics-listen", "127.0.0.1:0"});
    ASSERT_TRUE(Eventually([this] {
      const std::string output = daemon_->Output();
      const size_t begin = output.find("http://127.0.0.1:");
      const size_t end = output.find("/metrics", begin);
      if (begin == std::string::npos || end == std::string::npos) return false;
      url_ = output.substr(begin, end - begin);
      client_ = std::make_unique<httplib::Client>(url_);
      return true;
    })) << daemon_->Output();
  }

  // Packed on the way: the client asks for gzip and unpacks it.
  std::string Get(const std::string& path, int code = 200) {
    const httplib::Result result = client_->Get(path.c_str());
    EXPECT_TRUE(result) << path << ": " << httplib::to_string(result.error());
    if (!result) return "";
    EXPECT_EQ(result->status, code) << path << ": " << result->body;
    return result->body;
  }

  std::string AwaitCopied() {
    std::string text;
    EXPECT_TRUE(Eventually([&] {
      text = Get("/metrics");
      return Mm2(text, "record_count", 0) == "30" &&
             Mm2(text, "record_count", 1) == "12";
    })) << text
        << daemon_->Output();
    return text;
  }

  static std::string Mm2(const std::string& text, const std::string& name,
                         int partition) {
    return ValueOf(
        text, absl::StrCat("kafka_connect_mirror_mirrorsourceconnector_", name,
                           R"({source="A",target="B",topic="A.orders",)",
                           R"(partition=")", partition, R"("})"));
  }
  static double Ours(const std::string& text, const std::string& name,
                     int partition) {
    return NumberOf(
        text,
        absl::StrCat("kafka_mirror_", name,
                     R"({source="A",target="B",topic="orders",partition=")",
                     partition, R"("})"));
  }

  const std::unique_ptr<TestCluster> a_;
  const std::unique_ptr<TestCluster> b_;
  std::string file_;
  std::string url_;
  std::unique_ptr<ChildProcess> daemon_;
  std::unique_ptr<httplib::Client> client_;
};

TEST_F(MetricsTest, ValuesAreWhatWasCopied) {
  const double before = absl::ToDoubleSeconds(absl::Now() - absl::UnixEpoch());
  StartDaemon();
  const std::string text = AwaitCopied();
  int64_t bytes = 0;
  const std::vector<std::vector<std::string>> values = a_->Values("orders");
  for (const std::string& value : values[0]) {
    bytes += static_cast<int64_t>(value.size());
  }
  EXPECT_EQ(Mm2(text, "byte_count", 0), absl::StrCat(bytes));
  EXPECT_EQ(Ours(text, "records_total", 1), 12);
  EXPECT_EQ(Ours(text, "acked_offset", 1), 11);
  EXPECT_GE(Ours(text, "last_ack_timestamp_seconds", 0), before - 1);
  ASSERT_TRUE(Eventually([this] {
    const std::string later = Get("/metrics");
    return Ours(later, "lag_records", 0) == 0 &&
           Ours(later, "lag_seconds", 0) == 0 &&
           NumberOf(
               later,
               "kafka_mirror_heartbeats_total{source=\"A\",target=\"B\"}") > 0;
  })) << Get("/metrics");
  EXPECT_GE(NumberOf(Get("/metrics"),
                     "kafka_mirror_heartbeat_timestamp_seconds{source=\"A\","
                     "target=\"B\"}"),
            before - 1);
  // B->A writes heartbeats, as in MM2.
  EXPECT_EQ(ValueOf(text, "kafka_connect_worker_connector_count"), "6");
}

// What a command prints to standard output; logs are lines of another form.
nlohmann::json JsonOf(const Ended& ended) {
  for (const absl::string_view line : absl::StrSplit(ended.output, '\n')) {
    if (absl::StartsWith(line, "[")) {
      return nlohmann::json::parse(line, nullptr, false);
    }
  }
  return nullptr;
}

TEST_F(MetricsTest, ThePageAndTheCommandsShowWhatRuns) {
  StartDaemon();
  AwaitCopied();
  EXPECT_THAT(Get("/?view=partitions&q=orders-1"),
              AllOf(HasSubstr("A-&gt;B"), HasSubstr("orders-1<"),
                    Not(HasSubstr("orders-0<"))));
  const std::string address = url_.substr(url_.rfind('/') + 1);
  const Ended status = RunMirrorMaker({"status", "--at", address});
  EXPECT_EQ(status.exit_code, 0);
  EXPECT_THAT(status.output, HasSubstr("A->B  running"));
  const Ended topics = RunMirrorMaker({"topics", "--json", "--at", address});
  EXPECT_EQ(topics.exit_code, 0);
  int64_t copied = 0;
  for (const auto& topic : JsonOf(topics)) {
    if (topic["name"] == "orders") copied = topic["records"];
  }
  EXPECT_EQ(copied, 42) << topics.output;
  EXPECT_EQ(RunMirrorMaker({"status", "--at", "127.0.0.1:1"}).exit_code, 3);
}

TEST_F(MetricsTest, APreviewFindsWhatIsNotCopiedAndWhereGroupsResume) {
  StartDaemon();
  AwaitCopied();
  const auto groups = a_->cluster()->NewGroupAdmin("test").value();
  ASSERT_THAT(groups->AlterGroupOffsets("billing", {{{"orders", 0}, {10, ""}}}),
              IsOk());
  const auto preview = [this] {
    return RunMirrorMaker({"preview-failover", file_, "--json"});
  };
  ASSERT_TRUE(Eventually([&] {
    const nlohmann::json flows = JsonOf(preview());
    return flows.is_array() && !flows[0]["groups"].empty() &&
           flows[0]["groups"][0]["exact"] == 1;
  })) << preview().output;
  ASSERT_THAT(daemon_->Signal(SIGTERM), IsOk());
  ASSERT_THAT(daemon_->Wait(absl::Seconds(30)), IsOkAndHolds(0));
  a_->AppendNumbers({"orders", 0}, 30, 5);
  ASSERT_THAT(groups->AlterGroupOffsets("billing", {{{"orders", 0}, {12, ""}}}),
              IsOk());
  const Ended ended = preview();
  EXPECT_EQ(ended.exit_code, 0) << ended.output;
  const nlohmann::json flow = JsonOf(ended)[0];
  EXPECT_EQ(flow["flow"], "A->B");
  for (const auto& partition : flow["partitions"]) {
    if (partition["topic"] != "orders") continue;
    const bool behind = partition["partition"] == 0;
    EXPECT_EQ(partition["records"], behind ? 5 : 0) << ended.output;
    EXPECT_EQ(partition["oldest_age_ms"].is_null(), !behind) << ended.output;
  }
  EXPECT_EQ(flow["groups"][0]["group"], "billing");
  EXPECT_EQ(flow["groups"][0]["rereads"], 2);
  EXPECT_EQ(flow["groups"][0]["skipped_reason"], "");
}

TEST_F(MetricsTest, PromtoolFindsNoFaultWithOurFamilies) {
  StartDaemon();
  const Ended lint = LintOurs(AwaitCopied());
  EXPECT_EQ(lint.exit_code, 0) << lint.output;
  EXPECT_THAT(lint.output, IsEmpty());
}

TEST_F(MetricsTest, StatusAndProbesAnswerAlsoWhileTheTargetIsDown) {
  StartDaemon();
  AwaitCopied();
  int64_t copied = 0;
  const auto status = nlohmann::json::parse(Get("/status"), nullptr, false);
  for (const auto& worker : status["flows"][0]["workers"]) {
    for (const auto& partition : worker["partitions"]) {
      if (partition["topic"] != "orders") continue;
      int64_t records = 0;
      EXPECT_TRUE(
          absl::SimpleAtoi(partition["records"].get<std::string>(), &records));
      copied += records;
    }
  }
  EXPECT_EQ(copied, 42) << "not counting heartbeats";
  Get("/readyz");
  EXPECT_THAT(Get("/health"), HasSubstr(R"("status":"healthy")"));
  ASSERT_THAT(b_->broker()->Pause(), IsOk());
  a_->AppendNumbers({"orders", 0}, 30, 5);
  EXPECT_EQ(Get("/livez"), "ok\n");
  EXPECT_TRUE(Eventually(
      [this] { return Ours(Get("/metrics"), "lag_records", 0) == 5; }));
  Get("/readyz");
  ASSERT_THAT(b_->broker()->Resume(), IsOk());
  EXPECT_TRUE(Eventually(
      [this] { return Mm2(Get("/metrics"), "record_count", 0) == "35"; }));
  ASSERT_THAT(daemon_->Signal(SIGTERM), IsOk());
  EXPECT_THAT(daemon_->Wait(absl::Seconds(30)), IsOkAndHolds(0))
      << daemon_->Output();
}

}  // namespace
}  // namespace mirror::internal::testing
