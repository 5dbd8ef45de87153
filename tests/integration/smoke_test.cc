// SPDX-License-Identifier: Apache-2.0
//
// What a mirror does in fair weather, between real brokers.

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/testing/matchers.h"
#include "tests/integration/mirror_test.h"
#include "tests/support/java_tool.h"
#include "tests/support/raw_client.h"

namespace mirror::internal::testing {
namespace {

using ::testing::HasSubstr;

class SmokeTest : public MirrorTest {};

// A record of every shape: null, empty and binary parts, repeated headers.
std::vector<Record> AllShapes() {
  const std::string binary("\0\xff\r\n", 4);
  std::vector<Record> records(6);
  for (size_t i = 0; i < records.size(); ++i) {
    records[i].offset = UpstreamOffset(static_cast<int64_t>(i));
    records[i].timestamp_ms = absl::ToUnixMillis(absl::Now());
    records[i].key = absl::StrCat("key-", i);
    records[i].value = absl::StrCat("value-", i);
  }
  records[0].key.reset();
  records[1].value.reset();  // a tombstone
  records[2].key = "";
  records[2].value = "";
  records[3].key = binary;
  records[3].value = binary;
  records[4].headers = {
      {"b", "1"}, {"a", std::nullopt}, {"b", ""}, {"", binary}, {"b", "1"}};
  records[5].timestamp_ms = 1700000000123;
  return records;
}

TEST_F(SmokeTest, CopiesRecordByRecord) {
  source()->CreateTopic(Topic("shapes"), 1, {{"retention.ms", "-1"}});
  source()->Append({Topic("shapes"), 0}, AllShapes());
  source()->CreateTopic(Topic("orders"), 3);
  for (int32_t i = 0; i < 3; ++i) {
    source()->AppendNumbers({Topic("orders"), i}, 0, 5000 * i);
  }
  RunningMirror mirror(NewFlow());
  EXPECT_TRUE(mirror.AwaitCopied(source(), Topic("shapes")));
  EXPECT_TRUE(mirror.AwaitCopied(source(), Topic("orders")));
  ExpectSame("shapes");
  ExpectSame("orders");
  EXPECT_TRUE(mirror.AwaitEvent(EngineEvent::Kind::kTopicCreated,
                                {Copy("orders"), "cluster B", "3 partitions"}));
}

TEST_F(SmokeTest, SkipsWhatWasAborted) {
  source()->CreateTopic(Topic("sales"), 1);
  const TopicPartition tp{Topic("sales"), 0};
  AppendAborted(source()->servers(), tp, 3);
  AppendCommitted(source()->servers(), tp, 2);
  source()->AppendNumbers(tp, 7, 1);
  RunningMirror mirror(NewFlow());
  EXPECT_TRUE(mirror.AwaitCopied(source(), Topic("sales")));
  EXPECT_EQ(target()->Values(Copy("sales"))[0],
            (std::vector<std::string>{"t4", "t5", "7"}));
}

TEST_F(SmokeTest, StoresProgressInTheBytesOfMm2) {
  source()->CreateTopic(Topic("orders"), 1);
  source()->AppendNumbers({Topic("orders"), 0}, 0, 42);
  RunningMirror mirror(NewFlow());
  ASSERT_TRUE(mirror.AwaitCopied(source(), Topic("orders")));
  std::optional<std::string> value;
  for (const auto& records : target()->Read("mm2-offsets.A.internal")) {
    for (const Record& record : records) {
      if (record.key ==
          absl::StrCat(R"(["MirrorSourceConnector",{"cluster":"A",)",
                       R"("partition":0,"topic":")", Topic("orders"),
                       R"("}])")) {
        value = record.value;
      }
    }
  }
  EXPECT_EQ(value, R"({"offset":41})");
}

TEST_F(SmokeTest, ResumesAfterAStopWithoutDuplicates) {
  source()->CreateTopic(Topic("orders"), 2);
  Load load(source(), Topic("orders"));
  for (const int64_t goal : {1000, 3000, 5000}) {
    RunningMirror mirror(NewFlow());
    EXPECT_TRUE(Eventually([&] {
      const PartitionStatus status = mirror.Partition(Topic("orders"), 0);
      return status.records() > 100 && load.written() > goal;
    }));
    EXPECT_THAT(mirror.engine()->Stop(), IsOk());
  }
  load.Stop();
  RunningMirror mirror(NewFlow());
  EXPECT_TRUE(mirror.AwaitCopied(source(), Topic("orders")));
  ExpectSame("orders");
}

TEST_F(SmokeTest, FollowsTopicsThatAppearAndGrow) {
  RunningMirror mirror(NewFlow());
  source()->CreateTopic(Topic("orders"), 1);
  source()->AppendNumbers({Topic("orders"), 0}, 0, 10);
  EXPECT_TRUE(Eventually(
      [&] { return mirror.AwaitCopied(source(), Topic("orders")); }));
  source()->AddPartitions(Topic("orders"), 3);
  source()->AppendNumbers({Topic("orders"), 2}, 0, 10);
  EXPECT_TRUE(mirror.AwaitCopied(source(), Topic("orders")));
  EXPECT_EQ(target()->Partitions(Copy("orders")), 3);
  ExpectSame("orders");
}

TEST_F(SmokeTest, HoldsAPausedTopicOnly) {
  for (const char* name : {"held", "free"}) {
    source()->CreateTopic(Topic(name), 1);
    source()->AppendNumbers({Topic(name), 0}, 0, 10);
  }
  RunningMirror mirror(NewFlow());
  ASSERT_TRUE(mirror.AwaitCopied(source(), Topic("held")));
  ASSERT_THAT(mirror.engine()->PauseTopic("A->B", Topic("held")), IsOk());
  for (const char* name : {"held", "free"}) {
    source()->AppendNumbers({Topic(name), 0}, 10, 10);
  }
  EXPECT_TRUE(mirror.AwaitCopied(source(), Topic("free")));
  EXPECT_EQ(target()->End({Copy("held"), 0}), 10);
  EXPECT_EQ(mirror.Partition(Topic("held"), 0).state(), PARTITION_PAUSED);
  ASSERT_THAT(mirror.engine()->ResumeTopic("A->B", Topic("held")), IsOk());
  EXPECT_TRUE(mirror.AwaitCopied(source(), Topic("held")));
  ExpectSame("held");
}

TEST_F(SmokeTest, ItsHeartbeatsAreReadByMm2sFormatter) {
  RunningMirror mirror(NewFlow());
  ASSERT_TRUE(Eventually([&] { return mirror.Status().heartbeats() >= 2; }));
  EXPECT_THAT(RunJavaTool("org.apache.kafka.tools.consumer.ConsoleConsumer",
                          {"--bootstrap-server", target()->servers(), "--topic",
                           "heartbeats", "--from-beginning", "--max-messages",
                           "2", "--formatter",
                           "org.apache.kafka.connect.mirror.formatters."
                           "HeartbeatFormatter"}),
              IsOkAndHolds(HasSubstr(
                  "Heartbeat{sourceClusterAlias=A, targetClusterAlias=B")));
}

}  // namespace
}  // namespace mirror::internal::testing
