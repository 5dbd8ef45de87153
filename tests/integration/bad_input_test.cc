// SPDX-License-Identifier: Apache-2.0
//
// What operators and clusters get wrong: a partition or topic with a problem
// says so, with cluster, topic, partition and what to do, loses nothing, and
// stops no other.

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/testing/matchers.h"
#include "tests/integration/mirror_test.h"
#include "tests/integration/test_cluster.h"
#include "tests/support/raw_client.h"

namespace mirror::internal::testing {
namespace {

using Kind = EngineEvent::Kind;
using ::testing::Contains;
using ::testing::HasSubstr;

class BadInputTest : public MirrorTest {
 protected:
  // Two topics of numbers: one to fail, and one for comparison.
  static void CreateBadAndGood() {
    for (const char* name : {"bad", "good"}) {
      source()->CreateTopic(Topic(name), 1);
      source()->AppendNumbers({Topic(name), 0}, 0, 100);
    }
  }
  // The good topic is copied on while the other one has a problem.
  static void ExpectGoodContinues(RunningMirror* mirror) {
    source()->AppendNumbers({Topic("good"), 0},
                            source()->End({Topic("good"), 0}), 100);
    EXPECT_TRUE(mirror->AwaitCopied(source(), Topic("good")));
  }
  // Recreates the source's bad topic once the mirror has missed the old one.
  static void Recreate(RunningMirror* mirror) {
    source()->DeleteTopic(Topic("bad"));
    EXPECT_TRUE(
        mirror->AwaitProblem(Topic("bad"), 0, PROBLEM_SOURCE_TOPIC_MISSING));
    source()->CreateTopic(Topic("bad"), 1);
  }
  static void ExpectBothSame(RunningMirror* mirror) {
    for (const char* name : {"bad", "good"}) {
      EXPECT_TRUE(mirror->AwaitCopied(source(), Topic(name))) << name;
      ExpectSame(name);
    }
  }
};

Record Large(int64_t offset, size_t bytes) {
  Record record;
  record.offset = UpstreamOffset(offset);
  record.timestamp_ms = absl::ToUnixMillis(absl::Now());
  record.value = std::string(bytes, 'x');
  return record;
}

TEST_F(BadInputTest, ATopicThatMayNotBeCreated) {
  CreateBadAndGood();
  Deny(target()->servers(), Copy("bad"), AclOperation::kCreate);
  RunningMirror mirror(NewFlow());
  EXPECT_TRUE(mirror.AwaitEvent(
      Kind::kTopicProblem,
      {Copy("bad"), "cluster B", "allow CREATE on topic", "1 partitions"}));
  ExpectGoodContinues(&mirror);
  ASSERT_EQ(mirror.Status().topic_problems_size(), 1);
  EXPECT_EQ(mirror.Status().topic_problems(0).topic(), Copy("bad"));
  AllowAll(target()->servers(), Copy("bad"));
  ExpectBothSame(&mirror);
  EXPECT_EQ(mirror.Status().topic_problems_size(), 0);
}

TEST_F(BadInputTest, AReplicationFactorTheTargetCannotGive) {
  CreateBadAndGood();
  target()->CreateTopic(Copy("good"), 1);
  Flow flow = NewFlow();
  flow.replication_factor = 3;
  RunningMirror mirror(std::move(flow));
  EXPECT_TRUE(
      mirror.AwaitEvent(Kind::kTopicProblem,
                        {Copy("bad"), "cluster B", "replication.factor (3)"}));
  ExpectGoodContinues(&mirror);
}

TEST_F(BadInputTest, ARecordLargerThanTheTargetAllows) {
  for (const char* name : {"bad", "good"})
    source()->CreateTopic(Topic(name), 2);
  target()->CreateTopic(Copy("bad"), 2, {{"max.message.bytes", "20000"}});
  const TopicPartition tp{Topic("bad"), 0};
  source()->AppendNumbers(tp, 0, 50);
  source()->Append(tp, {Large(50, 30000)});
  source()->AppendNumbers(tp, 51, 50);
  source()->AppendNumbers({Topic("bad"), 1}, 0, 100);
  RunningMirror mirror(NewFlow());
  EXPECT_TRUE(
      mirror.AwaitEvent(Kind::kPartitionProblem,
                        {tp.ToString(), "the record at offset 50", Copy("bad"),
                         "cluster B", "raise max.message.bytes of topic"}));
  EXPECT_EQ(mirror.Partition(Topic("bad"), 0).problem(),
            PROBLEM_RECORD_REFUSED);
  ExpectGoodContinues(&mirror);
  EXPECT_TRUE(Eventually([&] {
    return mirror.Partition(Topic("bad"), 1).committed_offset() == 99;
  }));
  EXPECT_EQ(target()->End({Copy("bad"), 0}), 50);
  SetTopicConfig(target()->servers(), Copy("bad"), "max.message.bytes", "");
  EXPECT_TRUE(mirror.AwaitCopied(source(), Topic("bad")));
  ExpectSame("bad");
}

class NullKeyTest : public BadInputTest {
 protected:
  // Compacted after r4 was written without a key, in one batch with others.
  static void CreatePrices() {
    source()->CreateTopic(Topic("prices"), 1);
    std::vector<Record> records;
    for (int i = 0; i < 10; ++i) {
      Record record = Large(i, 10);
      if (i != 4) record.key = absl::StrCat("k", i);
      records.push_back(std::move(record));
    }
    source()->Append(Prices(), std::move(records));
    SetTopicConfig(source()->servers(), Topic("prices"), "cleanup.policy",
                   "compact");
    target()->CreateTopic(Copy("prices"), 1, {{"cleanup.policy", "compact"}});
  }
  static TopicPartition Prices() { return {Topic("prices"), 0}; }
  // The reason why r4 is rejected, without what to do.
  static std::string Rejection() {
    const std::string copy = TopicPartition{Copy("prices"), 0}.ToString();
    return absl::StrCat("the record at offset 4 of ", Prices().ToString(),
                        " was rejected by ", copy,
                        " on cluster B: cluster B: ", copy,
                        ": Broker: Broker failed to validate record "
                        "(INVALID_RECORD); it has no key, and cleanup.policy "
                        "is compact");
  }
};

TEST_F(NullKeyTest, InACompactedTopicStopsWithTheReasonAndWhatToDo) {
  CreatePrices();
  RunningMirror mirror(NewFlow());
  EXPECT_TRUE(mirror.AwaitEvent(Kind::kPartitionProblem,
                                {Rejection(), "no key", "cleanup.policy"}));
  EXPECT_TRUE(Eventually([&] {
    return absl::StartsWith(mirror.Partition(Prices().topic, 0).reason(),
                            Rejection());
  })) << mirror.Partition(Prices().topic, 0).reason();
  EXPECT_EQ(target()->End({Copy("prices"), 0}), 4);
}

TEST_F(NullKeyTest, InACompactedTopicIsADeadLetterWithTheReason) {
  CreatePrices();
  Flow flow = NewFlow();
  flow.on_rejected_record = RejectedRecordPolicy::kDeadLetter;
  flow.dead_letter_topic = Topic("letters");
  RunningMirror mirror(std::move(flow));
  EXPECT_TRUE(mirror.AwaitCopied(source(), Topic("prices")));
  EXPECT_EQ(target()->End({Copy("prices"), 0}), 9);
  const auto letters = target()->Read(Topic("letters"));
  ASSERT_EQ(letters.at(0).size(), 1u);
  EXPECT_THAT(
      letters[0][0].headers,
      Contains(Header{"__connect.errors.exception.message", Rejection()}));
  const PartitionStatus status = mirror.Partition(Prices().topic, 0);
  ASSERT_EQ(status.skipped_size(), 1);
  EXPECT_THAT(status.skipped(0).detail(), HasSubstr(Rejection()));
}

TEST_F(BadInputTest, ATopicThatMayNotBeWritten) {
  CreateBadAndGood();
  target()->CreateTopic(Copy("bad"), 1);
  Deny(target()->servers(), Copy("bad"), AclOperation::kWrite);
  RunningMirror mirror(NewFlow());
  EXPECT_TRUE(mirror.AwaitEvent(
      Kind::kPartitionProblem,
      {absl::StrCat(Topic("bad"), "-0"), absl::StrCat(Copy("bad"), "-0"),
       "cluster B", "allow WRITE on topic"}));
  EXPECT_TRUE(mirror.AwaitProblem(Topic("bad"), 0, PROBLEM_NOT_AUTHORIZED));
  ExpectGoodContinues(&mirror);
  AllowAll(target()->servers(), Copy("bad"));
  ExpectBothSame(&mirror);
}

TEST_F(BadInputTest, TheTargetsTopicIsDeleted) {
  CreateBadAndGood();
  Flow flow = NewFlow();
  flow.on_target_change = LossPolicy::kSkip;
  RunningMirror mirror(std::move(flow));
  ASSERT_TRUE(mirror.AwaitCopied(source(), Topic("bad")));
  target()->DeleteTopic(Copy("bad"));
  source()->AppendNumbers({Topic("bad"), 0}, 100, 100);
  ExpectGoodContinues(&mirror);
  // What was there is gone, by the operator's hand; the rest arrives.
  EXPECT_TRUE(mirror.AwaitCopied(source(), Topic("bad")));
  EXPECT_EQ(target()->Values(Copy("bad"))[0].front(), "100");
  EXPECT_EQ(target()->Values(Copy("bad"))[0].back(), "199");
}

TEST_F(BadInputTest, TheSourcesTopicIsDeleted) {
  CreateBadAndGood();
  RunningMirror mirror(NewFlow());
  ASSERT_TRUE(mirror.AwaitCopied(source(), Topic("bad")));
  source()->DeleteTopic(Topic("bad"));
  EXPECT_TRUE(mirror.AwaitEvent(
      Kind::kPartitionStopped,
      {absl::StrCat(Topic("bad"), "-0"), "is gone from cluster A"}));
  EXPECT_TRUE(
      mirror.AwaitProblem(Topic("bad"), 0, PROBLEM_SOURCE_TOPIC_MISSING));
  ExpectGoodContinues(&mirror);
  EXPECT_EQ(target()->End({Copy("bad"), 0}), 100);
}

TEST_F(BadInputTest, ARecreatedTopicStopsByDefault) {
  CreateBadAndGood();
  RunningMirror mirror(NewFlow());
  ASSERT_TRUE(mirror.AwaitCopied(source(), Topic("bad")));
  Recreate(&mirror);
  source()->AppendNumbers({Topic("bad"), 0}, 0, 500);
  EXPECT_TRUE(mirror.AwaitEvent(
      Kind::kPartitionStopped,
      {absl::StrCat(Topic("bad"), "-0"), "was deleted and created again",
       "cluster A", "set on.source.gap to reseed"}));
  ExpectGoodContinues(&mirror);
  EXPECT_EQ(mirror.Partition(Topic("bad"), 0).state(), PARTITION_STOPPED);
  EXPECT_EQ(target()->End({Copy("bad"), 0}), 100) << "the new topic leaked in";
}

TEST_F(BadInputTest, ARecreatedTopicIsCopiedWhereTheOperatorSaysReseed) {
  CreateBadAndGood();
  Flow flow = NewFlow();
  flow.on_source_gap = LossPolicy::kReseed;
  RunningMirror mirror(std::move(flow));
  ASSERT_TRUE(mirror.AwaitCopied(source(), Topic("bad")));
  const auto before = target()->Values(Copy("bad"))[0];
  Recreate(&mirror);
  source()->AppendNumbers({Topic("bad"), 0}, 1000, 500);
  ExpectGoodContinues(&mirror);
  EXPECT_TRUE(
      Eventually([&] { return target()->End({Copy("bad"), 0}) >= 600; }));
  EXPECT_TRUE(mirror.AwaitCopied(source(), Topic("bad")));
  std::vector<std::string> expected = before;
  for (int i = 1000; i < 1500; ++i) expected.push_back(absl::StrCat(i));
  EXPECT_EQ(target()->Values(Copy("bad"))[0], expected);
}

TEST_F(BadInputTest, RecordsDeletedBeforeTheyWereCopiedAreNoSilentGap) {
  CreateBadAndGood();
  const TopicPartition tp{Topic("bad"), 0};
  {
    RunningMirror mirror(NewFlow());
    ASSERT_TRUE(mirror.AwaitCopied(source(), Topic("bad")));
    ASSERT_THAT(mirror.engine()->Stop(), IsOk());
  }
  source()->AppendNumbers(tp, 100, 100);
  DeleteRecordsBefore(source()->servers(), tp, 150);
  {
    RunningMirror mirror(NewFlow());
    EXPECT_TRUE(mirror.AwaitEvent(Kind::kPartitionStopped,
                                  {tp.ToString(), "on.source.gap"}));
    ExpectGoodContinues(&mirror);
    EXPECT_EQ(target()->End({Copy("bad"), 0}), 100);
  }
  Flow flow = NewFlow();
  flow.on_source_gap = LossPolicy::kSkip;
  RunningMirror mirror(std::move(flow));
  EXPECT_TRUE(mirror.AwaitEvent(Kind::kSourceGap, {tp.ToString(), "150"}));
  EXPECT_TRUE(mirror.AwaitCopied(source(), Topic("bad")));
  EXPECT_EQ(target()->End({Copy("bad"), 0}), 150);
}

TEST_F(BadInputTest, GarbageInTheOffsetsTopic) {
  CreateBadAndGood();
  Flow flow = NewFlow();
  flow.offset_storage_topic = "mm2-offsets.garbage.internal";
  target()->CreateTopic(flow.offset_storage_topic, 5,
                        {{"cleanup.policy", "compact"}});
  const std::vector<std::pair<std::string, std::string>> garbage = {
      {"{", "{"},
      {"", ""},
      {R"(["MirrorSourceConnector",{"cluster":"A"}])", R"({"offset":7})"},
      {absl::StrCat(R"(["MirrorSourceConnector",{"cluster":"A","partition":0,)",
                    R"("topic":")", Topic("bad"), R"("}])"),
       R"({"offset":"many"})"},
      {"\xff\xfe", std::string(1000, '\0')}};
  std::vector<Record> records;
  for (const auto& [key, value] : garbage) {
    Record record;
    record.offset = UpstreamOffset(static_cast<int64_t>(records.size()));
    record.timestamp_ms = absl::ToUnixMillis(absl::Now());
    record.key = key;
    record.value = value;
    records.push_back(std::move(record));
  }
  target()->Append({flow.offset_storage_topic, 2}, std::move(records));
  RunningMirror mirror(flow);
  EXPECT_TRUE(mirror.AwaitEvent(Kind::kTopicProblem,
                                {flow.offset_storage_topic, "5 records"}));
  ExpectBothSame(&mirror);
  // Its own records are found among the garbage.
  ASSERT_THAT(mirror.engine()->Stop(), IsOk());
  RunningMirror next(flow);
  ExpectGoodContinues(&next);
  ExpectBothSame(&next);
}

TEST_F(BadInputTest, TwoAliasesOfOneCluster) {
  Flow flow = NewFlow();
  flow.target.properties = flow.source.properties;
  RunningMirror mirror(std::move(flow));
  EXPECT_TRUE(mirror.AwaitEvent(
      Kind::kFlowFailed,
      {"clusters A and B are one and the same",
       source()->broker()->cluster_id(), "bootstrap.servers"}));
  EXPECT_EQ(mirror.Status().state(), FLOW_FAILED);
  EXPECT_THAT(mirror.Status().reason(), HasSubstr("one and the same"));
}

TEST_F(BadInputTest, AWrongPort) {
  Flow flow = NewFlow();
  flow.target.properties["bootstrap.servers"] = "127.0.0.1:1";
  RunningMirror mirror(std::move(flow));
  EXPECT_TRUE(
      mirror.AwaitEvent(Kind::kClusterTrouble, {"cluster B", "127.0.0.1:1"}));
  EXPECT_EQ(mirror.Status().state(), FLOW_STARTING);
}

TEST_F(BadInputTest, AHostThatCannotBeResolved) {
  Flow flow = NewFlow();
  flow.source.properties["bootstrap.servers"] = "no-such-host.invalid:9092";
  RunningMirror mirror(std::move(flow));
  EXPECT_TRUE(
      mirror.AwaitEvent(Kind::kClusterTrouble,
                        {"cluster A", "no-such-host.invalid:9092", "resolve"}));
}

// A broker of its own, which also listens on port 9094 with passwords.
TEST_F(BadInputTest, AWrongPassword) {
  auto broker = KafkaBroker::Start().value();
  const std::string host = broker->bootstrap_servers().substr(
      0, broker->bootstrap_servers().find(':'));
  const std::string plain = absl::StrCat("PLAINTEXT://", host, ":9092,");
  const std::string sasl = absl::StrCat("SASL_PLAINTEXT://", host, ":9094");
  ASSERT_THAT(
      broker->Restart(
          {absl::StrCat("listeners=", plain, "CONTROLLER://", host, ":9093,",
                        sasl),
           absl::StrCat("advertised.listeners=", plain, sasl),
           "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,"
           "CONTROLLER:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT",
           "sasl.enabled.mechanisms=PLAIN",
           "listener.name.sasl_plaintext.plain.sasl.jaas.config="
           "org.apache.kafka.common.security.plain.PlainLoginModule required "
           "user_mirror=\"right\";"}),
      IsOk());
  Flow flow = NewFlow();
  flow.target.properties = {{"bootstrap.servers", absl::StrCat(host, ":9094")},
                            {"security.protocol", "sasl_plaintext"},
                            {"sasl.mechanism", "PLAIN"},
                            {"sasl.username", "mirror"},
                            {"sasl.password", "wrong"}};
  {
    RunningMirror mirror(flow);
    EXPECT_TRUE(mirror.AwaitEvent(Kind::kClusterTrouble,
                                  {"cluster B", "refuses the credentials"}));
  }
  flow.target.properties["sasl.password"] = "right";
  RunningMirror mirror(flow);
  EXPECT_TRUE(mirror.AwaitEvent(Kind::kFlowStarted, {}));
}

}  // namespace
}  // namespace mirror::internal::testing
