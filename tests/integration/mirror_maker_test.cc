// SPDX-License-Identifier: Apache-2.0
//
// examples/mirror_maker as its users run it: a process, a properties file of
// MirrorMaker 2, real brokers.

#include "tests/support/mirror_maker.h"

#include <signal.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/cluster/cluster_admin.h"
#include "mirror/model/record.h"
#include "mirror/model/topic_partition.h"
#include "mirror/testing/matchers.h"
#include "nlohmann/json.hpp"
#include "tests/integration/test_cluster.h"

namespace mirror::internal::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// It is a few seconds; what takes longer here is the machine.
constexpr absl::Duration kStopTimeout = absl::Seconds(30);

// The file that MM2's documentation begins with.
std::string Mm2File(const std::string& a, const std::string& b) {
  return absl::StrCat(
      "# specify any number of cluster aliases\n"
      "clusters = A, B\n"
      "\n"
      "# connection information for each cluster\n"
      "A.bootstrap.servers = ",
      a, "\nB.bootstrap.servers = ", b,
      "\n\n"
      "# enable and configure individual replication flows\n"
      "A->B.enabled = true\n"
      "A->B.topics = orders.*\n"
      "B->A.enabled = false\n"
      "\n"
      "replication.factor=1\n"
      "checkpoints.topic.replication.factor=1\n"
      "heartbeats.topic.replication.factor=1\n"
      "offset-syncs.topic.replication.factor=1\n"
      "offset.storage.replication.factor=1\n"
      "status.storage.replication.factor=1\n"
      "config.storage.replication.factor=1\n");
}

// Every part of a record, also those that are null.
std::vector<Record> Shapes() {
  std::vector<Record> records(3);
  for (size_t i = 0; i < records.size(); ++i) {
    records[i].offset = UpstreamOffset(static_cast<int64_t>(i));
    records[i].timestamp_ms = absl::ToUnixMillis(absl::Now());
  }
  records[0].key = "key";
  records[0].value = "value";
  records[0].headers = {{"b", "1"}, {"a", std::nullopt}, {"b", ""}};
  records[1].key = "key";  // a tombstone
  records[2].value = std::string("\0\xff", 2);
  return records;
}

bool AwaitOutput(const ChildProcess& process, const std::string& text) {
  return Eventually([&] { return absl::StrContains(process.Output(), text); });
}

class MirrorMakerTest : public ::testing::Test {
 protected:
  // One pair of brokers for all tests, as each costs seconds.
  static TestCluster* A() {
    static const std::unique_ptr<TestCluster> kCluster =
        TestCluster::Start("A").value();
    return kCluster.get();
  }
  static TestCluster* B() {
    static const std::unique_ptr<TestCluster> kCluster =
        TestCluster::Start("B").value();
    return kCluster.get();
  }

  static std::string File() {
    return WriteProperties(Mm2File(A()->servers(), B()->servers()));
  }

  static bool AwaitCopied(const std::string& topic, int64_t end) {
    return AwaitEnd({absl::StrCat("A.", topic), 0}, end);
  }

  static bool AwaitEnd(const TopicPartition& copy, int64_t end) {
    const auto admin = B()->cluster()->NewAdmin("test").value();
    // No answer while the topic is being created.
    return Eventually([&] {
      return admin->ListOffsets({copy}, OffsetSpec::kLatest)[0].value_or(0) >=
             end;
    });
  }

  // The newest value for the first partition of `topic` in the progress topic.
  static std::string Progress(const std::string& topic) {
    const std::string key = absl::StrCat(
        R"(["MirrorSourceConnector",{"cluster":"A","partition":0,)",
        R"("topic":")", topic, R"("}])");
    std::string value = "none";
    for (const std::vector<Record>& records :
         B()->Read("mm2-offsets.A.internal")) {
      for (const Record& record : records) {
        if (record.key == key) value = record.value.value_or("null");
      }
    }
    return value;
  }
};

// As on a Connect cluster whose connector has copied the first record.
TEST_F(MirrorMakerTest, ConnectorsContinueWhereConnectStoppedThem) {
  const auto key = [](const std::string& connector) {
    return absl::StrCat(
        "[\"", connector,
        R"(",{"cluster":"A","partition":0,"topic":"invoices"}])");
  };
  A()->CreateTopic("invoices", 1);
  A()->AppendNumbers({"invoices", 0}, 0, 3);
  B()->CreateTopic("A.invoices", 1);
  B()->AppendNumbers({"A.invoices", 0}, 0, 1);
  B()->CreateTopic("connect-offsets", 1, {{"cleanup.policy", "compact"}});
  std::vector<Record> progress(2);
  progress[0].key = key("invoices-source");
  progress[0].value = R"({"offset":0})";
  progress[1].key = key("another-source");
  progress[1].value = R"({"offset":2})";
  B()->Append({"connect-offsets", 0}, progress);
  const std::string pair = absl::StrCat(
      R"("source.cluster.alias": "A", "target.cluster.alias": "B", )",
      R"("source.cluster.bootstrap.servers": ")", A()->servers(),
      R"(", "target.cluster.bootstrap.servers": ")", B()->servers(), "\"");
  auto daemon = StartMirrorMaker(
      {WriteFile(
           "source.json",
           absl::StrCat(R"({"name": "invoices-source", "config": {)",
                        R"("connector.class": "MirrorSourceConnector", )",
                        R"("topics": "invoices", "replication.factor": 1, )",
                        pair, "}}")),
       WriteFile("heartbeat.json",
                 absl::StrCat(R"({"name": "beats", "connector.class": )",
                              R"("MirrorHeartbeatConnector", )", pair, "}")),
       "--connect-worker",
       WriteFile("worker.properties",
                 "offset.storage.topic = connect-offsets\n")});
  ASSERT_TRUE(AwaitCopied("invoices", 3)) << daemon->Output();
  ASSERT_TRUE(AwaitEnd({"heartbeats", 0}, 1)) << daemon->Output();
  ASSERT_THAT(daemon->Signal(SIGTERM), IsOk());
  ASSERT_THAT(daemon->Wait(kStopTimeout), IsOkAndHolds(0)) << daemon->Output();
  EXPECT_EQ(B()->Read("A.invoices")[0].size(), 3u);
  const std::vector<Record> stored = B()->Read("connect-offsets")[0];
  EXPECT_EQ(stored.back().key, key("invoices-source"));
  EXPECT_EQ(stored.back().value, R"({"offset":2})");
}

TEST_F(MirrorMakerTest, CopiesWholeRecordsFromMm2sFileAndResumesAfterAStop) {
  A()->CreateTopic("orders", 1);
  A()->Append({"orders", 0}, Shapes());
  auto daemon = StartMirrorMaker({File()});
  ASSERT_TRUE(AwaitCopied("orders", 3)) << daemon->Output();
  ASSERT_THAT(daemon->Signal(SIGTERM), IsOk());
  ASSERT_THAT(daemon->Wait(kStopTimeout), IsOkAndHolds(0)) << daemon->Output();
  EXPECT_EQ(B()->Read("A.orders"), A()->Read("orders"));
  EXPECT_EQ(Progress("orders"), R"({"offset":2})") << daemon->Output();

  A()->AppendNumbers({"orders", 0}, 3, 1);
  daemon = StartMirrorMaker({File(), "--clusters", "B"});
  ASSERT_TRUE(AwaitCopied("orders", 4)) << daemon->Output();
  ASSERT_THAT(daemon->Signal(SIGINT), IsOk());
  ASSERT_THAT(daemon->Wait(kStopTimeout), IsOkAndHolds(0)) << daemon->Output();
  EXPECT_EQ(B()->Read("A.orders"), A()->Read("orders")) << "nothing twice";
  EXPECT_THAT(daemon->Output(),
              AllOf(HasSubstr("SIGINT: stopping"), HasSubstr("stopped")));
}

TEST_F(MirrorMakerTest, ADaemonOfAHostCopiesUnderTheNamesOfItsPolicy) {
  A()->CreateTopic("bills", 1);
  A()->AppendNumbers({"bills", 0}, 0, 100);
  const std::string file = WriteProperties(
      absl::StrCat(Mm2File(A()->servers(), B()->servers()),
                   "A->B.topics = bills\n"
                   "replication.policy.class = com.acme.SuffixPolicy\n"
                   "replication.policy.suffix = -of-\n"));
  auto daemon = StartMirrorMaker({file}, "my_mirror_maker");
  ASSERT_TRUE(AwaitEnd({"bills-of-A", 0}, 100)) << daemon->Output();
  ASSERT_THAT(daemon->Signal(SIGTERM), IsOk());
  EXPECT_THAT(daemon->Wait(kStopTimeout), IsOkAndHolds(0)) << daemon->Output();
  EXPECT_EQ(B()->Partitions("A.bills"), 0);
}

TEST_F(MirrorMakerTest, StopsInTimeWhileTheTargetIsStalled) {
  A()->CreateTopic("orders-stalled", 1);
  A()->AppendNumbers({"orders-stalled", 0}, 0, 10);
  const auto daemon = StartMirrorMaker({File()});
  ASSERT_TRUE(AwaitCopied("orders-stalled", 10)) << daemon->Output();
  ASSERT_THAT(B()->broker()->Pause(), IsOk());
  A()->AppendNumbers({"orders-stalled", 0}, 10, 1000);
  ASSERT_THAT(daemon->Signal(SIGTERM), IsOk());
  EXPECT_THAT(daemon->Wait(kStopTimeout), IsOkAndHolds(0)) << daemon->Output();
  ASSERT_THAT(B()->broker()->Resume(), IsOk());
}

TEST_F(MirrorMakerTest, StopsInTimeWithoutAnyCluster) {
  const auto daemon = StartMirrorMaker(
      {WriteProperties(Mm2File("127.0.0.1:1", "no-such-host.invalid:9092"))});
  ASSERT_TRUE(AwaitOutput(*daemon, "no-such-host.invalid"));
  ASSERT_THAT(daemon->Signal(SIGTERM), IsOk());
  EXPECT_THAT(daemon->Wait(kStopTimeout), IsOkAndHolds(0)) << daemon->Output();
}

TEST_F(MirrorMakerTest, TwoAliasesOfOneClusterAreCode3) {
  const std::string file =
      WriteProperties(Mm2File(A()->servers(), A()->servers()));
  const Ended ended = RunMirrorMaker({file});
  EXPECT_EQ(ended.exit_code, 3);
  EXPECT_THAT(ended.output, HasSubstr("clusters A and B are one and the same"));
  const Ended check = RunMirrorMaker({file, "--check"});
  EXPECT_EQ(check.exit_code, 3);
  EXPECT_THAT(check.output,
              HasSubstr("clusters A and B have the same cluster id"));
}

TEST_F(MirrorMakerTest, CheckTellsOfBothClustersAndTouchesNothing) {
  A()->CreateTopic("orders-checked", 1);
  const Ended ended = RunMirrorMaker({File(), "--check"});
  EXPECT_EQ(ended.exit_code, 0);
  EXPECT_THAT(
      ended.output,
      AllOf(HasSubstr(absl::StrCat("info A->B A source is reachable, cluster "
                                   "id ",
                                   A()->broker()->cluster_id())),
            HasSubstr("topics are selected"),
            HasSubstr(absl::StrCat("info A->B B target is reachable, cluster "
                                   "id ",
                                   B()->broker()->cluster_id()))));
  EXPECT_EQ(B()->Partitions("A.orders-checked"), 0);
}

TEST_F(MirrorMakerTest, CheckOfAnUnreachableClusterIsCode3) {
  const Ended ended = RunMirrorMaker(
      {WriteProperties(Mm2File(A()->servers(), "127.0.0.1:1")), "--check"});
  EXPECT_EQ(ended.exit_code, 3);
  EXPECT_THAT(ended.output,
              AllOf(HasSubstr("A source is reachable"),
                    HasSubstr("error A->B B cluster B: 127.0.0.1:1")));
}

TEST_F(MirrorMakerTest, JsonLogsAndFiguresAreOneObjectPerLine) {
  A()->CreateTopic("orders-figures", 1);
  A()->AppendNumbers({"orders-figures", 0}, 0, 5);
  const auto daemon =
      StartMirrorMaker({File(), "--log-format=json", "--status-interval=1"});
  ASSERT_TRUE(AwaitCopied("orders-figures", 5)) << daemon->Output();
  ASSERT_TRUE(AwaitOutput(*daemon, " records copied, ")) << daemon->Output();
  ASSERT_THAT(daemon->Signal(SIGTERM), IsOk());
  ASSERT_THAT(daemon->Wait(kStopTimeout), IsOkAndHolds(0));
  const std::string output = daemon->Output();
  for (const absl::string_view line :
       absl::StrSplit(output, '\n', absl::SkipEmpty())) {
    const auto entry = nlohmann::json::parse(line, nullptr, false);
    ASSERT_TRUE(entry.is_object()) << line;
    EXPECT_TRUE(entry.contains("time") && entry.contains("level") &&
                entry.contains("flow") && entry.contains("subject") &&
                entry.contains("message"))
        << line;
  }
}

}  // namespace
}  // namespace mirror::internal::testing
