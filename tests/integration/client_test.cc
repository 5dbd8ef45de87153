// SPDX-License-Identifier: Apache-2.0
//
// MirrorClient and its programs on a real broker, with what a mirror leaves
// there. Flow: primary -> standby.

#include <signal.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/checkpoint/checkpoint.h"
#include "mirror/client/mirror_client.h"
#include "mirror/sync/index_segment.h"
#include "mirror/sync/offset_sync.h"
#include "mirror/testing/matchers.h"
#include "tests/integration/test_cluster.h"
#include "tests/support/child_process.h"
#include "tests/support/raw_client.h"

namespace mirror::internal::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr char kIndex[] = "mm2-offset-index.primary.internal";
constexpr char kCheckpoints[] = "primary.checkpoints.internal";

Record NewRecord(std::string key, std::string value) {
  Record record;
  record.timestamp_ms = absl::ToUnixMillis(absl::Now());
  record.key = std::move(key);
  record.value = std::move(value);
  return record;
}

// Source 0 to 999 of `topic`-0 became target `first` and on.
Record Index(const std::string& topic, int64_t first) {
  const IndexSegmentKey key{{topic, 0}, UpstreamOffset(0)};
  IndexSegment segment;
  segment.began_here = true;
  segment.runs = {{UpstreamOffset(0), DownstreamOffset(first), 1000}};
  return NewRecord(*key.Encode(), segment.Encode());
}

Record CheckpointOf(const std::string& group, const std::string& topic,
                    int64_t u, int64_t d) {
  const Checkpoint checkpoint{
      group, {topic, 0}, UpstreamOffset(u), DownstreamOffset(d), ""};
  return NewRecord(*checkpoint.EncodeKey(), *checkpoint.EncodeValue());
}

// One broker for all tests, each of which has its own topics and groups.
class ClientTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    standby_ = TestCluster::Start("standby").value().release();
    standby_->CreateTopic(kIndex, 2, {{"cleanup.policy", "compact"}});
    standby_->CreateTopic(kCheckpoints, 1, {{"cleanup.policy", "compact"}});
  }
  static void TearDownTestSuite() {
    delete standby_;
    standby_ = nullptr;
  }

  ClientTest() {
    MirrorClientOptions options;
    options.alias = "standby";
    options.properties = {{"bootstrap.servers", standby_->servers()}};
    client_ = MirrorClient::Create(std::move(options)).value();
  }

  // 1000 copies after 500 other records, and a group that stood at 777.
  static void Mirror(const std::string& topic, const std::string& group) {
    const std::string copy = absl::StrCat("primary.", topic);
    standby_->CreateTopic(copy, 1);
    standby_->AppendNumbers({copy, 0}, 0, 1500);
    standby_->Append({kIndex, 1}, {Index(topic, 500)});
    standby_->Append({kCheckpoints, 0}, {CheckpointOf(group, copy, 777, 501)});
    AwaitGroupCoordinator(standby_->servers(), group);
  }

  static TestCluster* standby_;
  std::unique_ptr<MirrorClient> client_;
};

TestCluster* ClientTest::standby_ = nullptr;

TEST_F(ClientTest, TranslatesGroupsAndPositions) {
  Mirror("orders", "billing");
  const auto positions =
      client_->TranslateOffsets("primary", "billing", kPatience);
  EXPECT_THAT(positions,
              IsOkAndHolds(ElementsAre(
                  Pair(TopicPartition{"primary.orders", 0},
                       GroupPosition{DownstreamOffset(1277), Exactness::kExact,
                                     GroupPosition::Origin::kIndex,
                                     UpstreamOffset(777), ""}))));
  EXPECT_THAT(
      client_->TranslateOffset("primary", {"orders", 0}, UpstreamOffset(7),
                               kPatience),
      IsOkAndHolds(Translation{DownstreamOffset(507), Exactness::kExact}));
  EXPECT_THAT(
      client_->TranslateBack("primary", {"orders", 0}, DownstreamOffset(507),
                             kPatience),
      IsOkAndHolds(BackTranslation{UpstreamOffset(7), Exactness::kExact}));
  EXPECT_THAT(client_->RemoteConsumerOffsets("primary", "billing", kPatience),
              IsOkAndHolds(ElementsAre(Pair(TopicPartition{"primary.orders", 0},
                                            GroupOffset{501, ""}))));
  EXPECT_THAT(client_->RemoteTopics("primary"),
              IsOkAndHolds(::testing::Contains("primary.orders")));
}

TEST_F(ClientTest, SeesWhatIsAddedAndRecreatedTopics) {
  Mirror("added", "added");
  const auto translate = [&](const std::string& topic) {
    return client_->TranslateOffset("primary", {topic, 0}, UpstreamOffset(7),
                                    kPatience);
  };
  EXPECT_THAT(translate("added"), IsOk());
  Mirror("added2", "added");
  EXPECT_THAT(translate("added2"), IsOk());
  standby_->DeleteTopic(kIndex);
  EXPECT_THAT(translate("added"), StatusIs(absl::StatusCode::kNotFound));
  standby_->CreateTopic(kIndex, 2, {{"cleanup.policy", "compact"}});
  standby_->Append({kIndex, 0}, {Index("added", 300)});
  EXPECT_THAT(
      translate("added"),
      IsOkAndHolds(Translation{DownstreamOffset(307), Exactness::kExact}));
}

TEST_F(ClientTest, CommitsForAnInactiveGroupOnly) {
  Mirror("commits", "committer");
  const GroupPositions positions =
      client_->TranslateOffsets("primary", "committer", kPatience).value();
  {
    const GroupMember member(standby_->servers(), "committer",
                             "primary.commits");
    EXPECT_THAT(client_->CommitOffsets("committer", positions, kPatience),
                StatusIs(absl::StatusCode::kFailedPrecondition));
  }
  const TopicPartition copy{"primary.commits", 0};
  EXPECT_TRUE(Eventually([&] {  // the member may still be leaving
    const auto results =
        client_->CommitOffsets("committer", positions, kPatience);
    return results.ok() && results->at(copy).ok();
  }));
  EXPECT_THAT(client_->CommitOffsets("committer", positions, kPatience),
              IsOkAndHolds(ElementsAre(
                  Pair(copy, StatusIs(absl::StatusCode::kAlreadyExists,
                                      HasSubstr("is at 1277"))))));
}

TEST_F(ClientTest, TranslateOffsetsPrintsAndApplies) {
  Mirror("printed", "printer");
  std::vector<std::string> argv = {"examples/translate_offsets",
                                   "--bootstrap-server",
                                   standby_->servers(),
                                   "--source",
                                   "primary",
                                   "--group",
                                   "printer",
                                   "--apply"};
  const Ended applied = RunProgram(argv);
  EXPECT_EQ(applied.exit_code, 0) << applied.output;
  EXPECT_EQ(applied.output,
            "primary.printed 0 1277 exact\nprimary.printed-0: committed "
            "1277\n");
  argv.insert(argv.end(), {"--format", "json", "--topic-partition=printed:0",
                           "--offset", "7"});
  const Ended json = RunProgram(argv);
  EXPECT_EQ(json.exit_code, 0) << json.output;
  EXPECT_THAT(json.output, AllOf(HasSubstr("\"offset\": 507"),
                                 HasSubstr("the group is at 1277 already")));
}

TEST_F(ClientTest, TranslateOffsetsSaysWhatIsWrong) {
  const std::vector<std::string> argv = {
      "examples/translate_offsets", "--bootstrap-server", standby_->servers()};
  Ended ended = RunProgram(argv);
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_EQ(ended.output, "error: --source is missing\n");
  std::vector<std::string> unknown = argv;
  unknown.insert(unknown.end(), {"--source", "other", "--group", "billing"});
  ended = RunProgram(unknown);
  EXPECT_EQ(ended.exit_code, 1);
  EXPECT_THAT(ended.output, HasSubstr("other.checkpoints.internal"));
}

TEST_F(ClientTest, FormatTopicPrintsALineForEachRecord) {
  const std::string topic = "mm2-offset-syncs.printed.internal";
  standby_->CreateTopic(topic, 1);
  const OffsetSync sync{
      {"orders", 3}, UpstreamOffset(1000), DownstreamOffset(998)};
  standby_->Append(
      {topic, 0},
      {NewRecord(*sync.EncodeKey(), sync.EncodeValue()), NewRecord("x", "y")});
  std::vector<std::string> argv = {"examples/format_topic",
                                   "--bootstrap-server", standby_->servers(),
                                   "--topic", topic};
  const Ended ended = RunProgram(argv);
  EXPECT_EQ(ended.exit_code, 0);
  EXPECT_THAT(ended.output,
              AllOf(HasSubstr(absl::StrCat(sync.ToString(), "\n")),
                    HasSubstr("1 records skipped")));
  argv.back() = "no-kind";
  EXPECT_EQ(RunProgram(argv).exit_code, 2);
}

TEST_F(ClientTest, AClusterThatCannotBeReachedEndsInDeadlineExceeded) {
  MirrorClientOptions options;
  options.properties = {{"bootstrap.servers", "127.0.0.1:1"}};
  options.request_timeout = absl::Seconds(1);
  const auto client = MirrorClient::Create(std::move(options)).value();
  const absl::Time start = absl::Now();
  EXPECT_THAT(
      client->TranslateOffsets("primary", "billing", absl::Seconds(2)),
      StatusIs(absl::StatusCode::kDeadlineExceeded, HasSubstr("target")));
  EXPECT_LT(absl::Now() - start, absl::Seconds(10));
}

// The lines' values, in order.
std::vector<std::string> Values(const std::string& output) {
  std::vector<std::string> values;
  for (const auto line : absl::StrSplit(output, '\n', absl::SkipEmpty())) {
    const std::vector<std::string> fields = absl::StrSplit(line, ' ');
    if (fields.size() == 4) values.push_back(fields[3]);
  }
  return values;
}

TEST_F(ClientTest, AnApplicationResumesAtTheNextRecord) {
  const auto primary = TestCluster::Start("primary").value();
  primary->CreateTopic("numbers", 1);
  primary->AppendNumbers({"numbers", 0}, 0, 100);
  AwaitGroupCoordinator(primary->servers(), "counters");
  const auto application =
      ChildProcess::Start({"examples/failover_consumer", primary->servers(),
                           standby_->servers(), "counters", "numbers"},
                          MakeTestDirectory("application") + "/output")
          .value();
  const auto groups = primary->cluster()->NewGroupAdmin("test").value();
  ASSERT_TRUE(Eventually([&] {
    const auto offsets = groups->ListGroupOffsets({"counters"}).front();
    const auto it = offsets.ok() ? offsets->find({"numbers", 0})
                                 : GroupOffsets::const_iterator();
    return offsets.ok() && it != offsets->end() && it->second.offset == 100;
  })) << application->Output();

  // What a mirror leaves; it had copied 200 records, to 10 and on.
  standby_->CreateTopic("primary.numbers", 1);
  standby_->AppendNumbers({"primary.numbers", 0}, 1000, 10);
  standby_->AppendNumbers({"primary.numbers", 0}, 0, 200);
  standby_->Append({kIndex, 0}, {Index("numbers", 10)});
  standby_->Append({kCheckpoints, 0},
                   {CheckpointOf("counters", "primary.numbers", 100, 11)});
  ASSERT_THAT(primary->broker()->Kill(), IsOk());
  EXPECT_TRUE(Eventually([&] {
    return Values(application->Output()).size() >= 200;
  })) << application->Output();
  ASSERT_THAT(application->Signal(SIGTERM), IsOk());
  EXPECT_THAT(application->Wait(kPatience), IsOkAndHolds(0));
  std::vector<std::string> expected;
  for (int i = 0; i < 200; ++i) expected.push_back(absl::StrCat(i));
  EXPECT_EQ(Values(application->Output()), expected);
}

}  // namespace
}  // namespace mirror::internal::testing
