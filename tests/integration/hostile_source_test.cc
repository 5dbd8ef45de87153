// SPDX-License-Identifier: Apache-2.0
//
// A source with records that no application should write: each record arrives
// as it is, or is rejected by name. On both ways through a shard: batches sent
// on as they came, and records that transforms have seen.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/cluster/record_batch.h"
#include "mirror/cluster/record_sink.h"
#include "mirror/policy/filters.h"
#include "mirror/testing/matchers.h"
#include "mirror/transform/record_transform.h"
#include "tests/integration/mirror_test.h"
#include "tests/integration/test_cluster.h"
#include "tests/support/java_tool.h"

namespace mirror::internal::testing {
namespace {

using Kind = EngineEvent::Kind;
using ::testing::HasSubstr;

constexpr char kDelicate[] = "\"quoted\" 'and' \\ \n\r\t\x01\x7f <&>;--%s{}";
constexpr char kNotUtf8[] = "\xff\xfe\xc3\x28";
const std::string& NameWithNul() {
  static const std::string kName("before\0after", 12);
  return kName;
}

// Sees every record, and changes none.
class Looker final : public RecordTransform {
 public:
  absl::StatusOr<RecordVerdict> Transform(const TopicPartition& /*source*/,
                                          Record& /*record*/) const override {
    return RecordVerdict::kKeep;
  }
};

Record NewRecord(std::optional<std::string> key,
                 std::optional<std::string> value,
                 std::vector<Header> headers = {}) {
  Record record;
  record.timestamp_ms = absl::ToUnixMillis(absl::Now());
  record.key = std::move(key);
  record.value = std::move(value);
  record.headers = std::move(headers);
  return record;
}

Record At(absl::Time time) {
  Record record = NewRecord("key", "value");
  record.timestamp_ms = absl::ToUnixMillis(time);
  return record;
}

std::vector<Record> WithOffsets(std::vector<Record> records) {
  for (size_t i = 0; i < records.size(); ++i) {
    records[i].offset = UpstreamOffset(static_cast<int64_t>(i));
  }
  return records;
}

std::vector<Record> OddRecords() {
  std::vector<Record> records;
  const std::optional<std::string> contents[] = {
      std::nullopt, "", kDelicate, kNotUtf8, std::string("\0", 1)};
  for (const auto& key : contents) {
    for (const auto& value : contents) {
      records.push_back(NewRecord(key, value));
    }
  }
  for (const auto& value : contents) {
    records.push_back(NewRecord("headers", "odd",
                                {{"", value},
                                 {kDelicate, value},
                                 {kNotUtf8, value},
                                 {"twice", value},
                                 {"twice", "2"}}));
  }
  records.push_back(At(absl::Now() + absl::Minutes(30)));
  records.push_back(At(absl::FromUnixMillis(1)));
  records.push_back(At(absl::FromUnixMillis(-1)));  // none
  return records;
}

std::vector<Record> LargeRecords() {
  std::vector<Header> many;
  std::vector<Header> empty;
  for (int i = 0; i < 10000; ++i) {
    many.push_back({absl::StrCat("name-", i), absl::StrCat(i)});
    empty.push_back({absl::StrCat("name-", i % 7), std::nullopt});
  }
  const std::string megabyte(1 << 20, 'x');
  return {NewRecord("many", "headers", many),
          NewRecord("empty", "headers", empty),
          NewRecord("large", "header", {{"name", megabyte}}),
          NewRecord("large", "name", {{megabyte, "value"}}),
          NewRecord(megabyte, "large key"),
          NewRecord("large", std::string(5 << 20, 'y')),
          NewRecord("larger", std::string(15 << 20, 'z')),
          NewRecord(std::nullopt, std::nullopt)};
}

// The ways through a shard, by the name of the topic that takes it.
constexpr char kUntouched[] = "untouched";
constexpr char kTransformed[] = "transformed";

class HostileSourceTest : public MirrorTest {
 protected:
  static Flow NewFlow(const std::string& name) {
    Flow flow = MirrorTest::NewFlow();
    flow.topics = RegexTopicFilter::Create(Topic(name)).value();
    if (name == kTransformed) {
      flow.transforms = {std::make_shared<Looker>()};
    }
    return flow;
  }
  static TopicPartition Source(const std::string& name) {
    return {Topic(name), 0};
  }
  static void Create(const std::string& name, std::vector<Record> records,
                     std::map<std::string, std::string> configs = {}) {
    source()->CreateTopic(Topic(name), 1, std::move(configs));
    source()->Append(Source(name), WithOffsets(std::move(records)));
  }
  // Copies these records on both ways and expects each to arrive as it is.
  static void ExpectFaithful(
      const std::vector<Record>& records,
      const std::map<std::string, std::string>& configs = {}) {
    const std::vector<Record> written = WithOffsets(records);
    for (const char* name : {kUntouched, kTransformed}) {
      Create(name, written, configs);
      RunningMirror mirror(NewFlow(name));
      ASSERT_TRUE(mirror.AwaitCopied(source(), Topic(name))) << name;
      const std::vector<Record> copied = target()->Read(Copy(name))[0];
      ASSERT_EQ(copied.size(), written.size()) << name;
      for (size_t i = 0; i < written.size(); ++i) {
        // Not printed: some have megabytes.
        EXPECT_TRUE(copied[i] == written[i]) << name << " at offset " << i;
      }
      EXPECT_EQ(mirror.Partition(Topic(name), 0).records_retimed(), 0);
    }
  }
  // A topic's records in the eyes of Java.
  static absl::StatusOr<std::string> ReadByJava(const std::string& topic,
                                                int count) {
    return RunJavaTool("org.apache.kafka.tools.consumer.ConsoleConsumer",
                       {"--bootstrap-server", target()->servers(), "--topic",
                        topic, "--from-beginning", "--max-messages",
                        absl::StrCat(count), "--property", "print.headers=true",
                        "--property", "print.timestamp=true"});
  }
};

TEST_F(HostileSourceTest, OddContentsArriveAsTheyAre) {
  ExpectFaithful(OddRecords());
}

TEST_F(HostileSourceTest, LargeRecordsAndHeadersArriveAsTheyAre) {
  ExpectFaithful(LargeRecords(), {{"max.message.bytes", "20000000"}});
}

// 1,048,588 bytes with the batch around it, of which those take 72.
TEST_F(HostileSourceTest, TheLargestRecordThatATopicTakesByDefaultArrives) {
  Record record = NewRecord(std::nullopt, std::string(1048588 - 72, 'x'));
  ExpectFaithful({record});
  record.value->push_back('x');
  auto sink = source()->cluster()->NewSink({}).value();
  OwnedRecordBatch batch(Source(kUntouched), {record});
  std::vector<Ack> acks;
  int64_t next = 0;
  ASSERT_TRUE(Eventually([&] {
    if (next == 0) sink->Send(Source(kUntouched), &batch, &next).IgnoreError();
    EXPECT_THAT(sink->Poll(absl::Milliseconds(20), &acks), IsOk());
    return !acks.empty();
  }));
  EXPECT_THAT(acks[0].status, StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(HostileSourceTest, AHeaderNameWithANulArrivesWhole) {
  for (const char* name : {kUntouched, kTransformed}) {
    const Record record = NewRecord("k", "v", {{NameWithNul(), "value"}});
    Create(name, {record});
    RunningMirror mirror(NewFlow(name));
    ASSERT_TRUE(mirror.AwaitCopied(source(), Topic(name))) << name;
    EXPECT_THAT(ReadByJava(Copy(name), 1),
                IsOkAndHolds(HasSubstr(NameWithNul() + ":value")))
        << name;
  }
}

TEST_F(HostileSourceTest, ANameThatIsNotSeenWholeIsCopiedUnseenOrRefused) {
  const std::vector<Record> records = {
      At(absl::Now()), NewRecord("k", "v", {{NameWithNul(), std::nullopt}}),
      At(absl::Now())};
  Create(kUntouched, records);
  {
    RunningMirror mirror(NewFlow(kUntouched));
    ASSERT_TRUE(mirror.AwaitCopied(source(), Topic(kUntouched)));
    EXPECT_THAT(ReadByJava(Copy(kUntouched), 3),
                IsOkAndHolds(HasSubstr(NameWithNul() + ":null")));
  }
  Create(kTransformed, records);
  Flow flow = NewFlow(kTransformed);
  {
    RunningMirror mirror(flow);
    EXPECT_TRUE(mirror.AwaitEvent(
        Kind::kPartitionProblem,
        {"the record at offset 1 of ", Source(kTransformed).ToString(),
         "cluster A", "\"before\"", "a flow without transforms copies it"}));
    EXPECT_TRUE(
        mirror.AwaitProblem(Topic(kTransformed), 0, PROBLEM_RECORD_REFUSED));
    EXPECT_TRUE(
        Eventually([] { return target()->End({Copy(kTransformed), 0}) == 1; }));
  }
  flow.on_rejected_record = RejectedRecordPolicy::kSkip;
  RunningMirror mirror(flow);
  EXPECT_TRUE(mirror.AwaitEvent(Kind::kRecordSkipped, {"offset 1"}));
  EXPECT_TRUE(mirror.AwaitCopied(source(), Topic(kTransformed)));
  EXPECT_EQ(target()->End({Copy(kTransformed), 0}), 2);
}

// Only Java writes 0; to librdkafka it means now.
TEST_F(HostileSourceTest, ATimestampOfZeroIsWrittenAsOneAndReported) {
  for (const char* name : {kUntouched, kTransformed}) {
    Create(name, {});
    ASSERT_THAT(RunJavaTool("org.apache.kafka.tools.VerifiableProducer",
                            {"--bootstrap-server", source()->servers(),
                             "--topic", Topic(name), "--max-messages", "1",
                             "--message-create-time", "0"}),
                IsOk());
    ASSERT_EQ(source()->Read(Topic(name))[0][0].timestamp_ms, 0);
    RunningMirror mirror(NewFlow(name));
    EXPECT_TRUE(mirror.AwaitEvent(
        Kind::kTimestampChanged,
        {Source(name).ToString(), "at offsets 0 to 0", "timestamp 0",
         absl::StrCat(Copy(name), "-0"), "cluster B"}));
    EXPECT_TRUE(mirror.AwaitCopied(source(), Topic(name)));
    EXPECT_EQ(mirror.Partition(Topic(name), 0).records_retimed(), 1);
    EXPECT_THAT(ReadByJava(Copy(name), 1),
                IsOkAndHolds(HasSubstr("CreateTime:1\t")));
  }
}

// Of three records the second is of next year, which Kafka takes where the
// topic says so only.
class FarFutureTest : public HostileSourceTest {
 protected:
  static const absl::Time& NextYear() {
    static const absl::Time kTime = absl::Now() + absl::Hours(24 * 365);
    return kTime;
  }
  static void CreateOrders() {
    Create(kUntouched, {At(absl::Now()), At(NextYear()), At(absl::Now())},
           {{"message.timestamp.after.max.ms", "9223372036854775807"}});
  }
  // Leaves the target's topic with the broker's limit of an hour.
  static Flow NewFlow(RejectedRecordPolicy on_refused) {
    Flow flow = HostileSourceTest::NewFlow(kUntouched);
    flow.topic_configs.enabled = false;
    flow.on_rejected_record = on_refused;
    target()->CreateTopic(Copy(kUntouched), 1);
    return flow;
  }
};

TEST_F(FarFutureTest, IsCopiedWhereTheTopicIsConfiguredAsOnTheSource) {
  CreateOrders();
  RunningMirror mirror(HostileSourceTest::NewFlow(kUntouched));
  EXPECT_TRUE(mirror.AwaitCopied(source(), Topic(kUntouched)));
  ExpectSame(kUntouched);
}

TEST_F(FarFutureTest, IsRefusedByName) {
  CreateOrders();
  RunningMirror mirror(NewFlow(RejectedRecordPolicy::kStop));
  EXPECT_TRUE(mirror.AwaitEvent(
      Kind::kPartitionProblem,
      {Source(kUntouched).ToString(), "the record at offset 1",
       absl::StrCat(Copy(kUntouched), "-0"), "cluster B",
       "message.timestamp.after.max.ms", "on.rejected.record"}));
  EXPECT_TRUE(
      mirror.AwaitProblem(Topic(kUntouched), 0, PROBLEM_RECORD_REFUSED));
  EXPECT_EQ(target()->End({Copy(kUntouched), 0}), 1);
}

TEST_F(FarFutureTest, IsSkippedWhereTheOperatorSaysSkip) {
  CreateOrders();
  RunningMirror mirror(NewFlow(RejectedRecordPolicy::kSkip));
  EXPECT_TRUE(
      mirror.AwaitEvent(Kind::kRecordSkipped, {"the record at offset 1"}));
  EXPECT_TRUE(mirror.AwaitCopied(source(), Topic(kUntouched)));
  EXPECT_EQ(target()->End({Copy(kUntouched), 0}), 2);
}

TEST_F(FarFutureTest, IsKeptInTheDeadLetterTopic) {
  CreateOrders();
  Flow flow = NewFlow(RejectedRecordPolicy::kDeadLetter);
  flow.dead_letter_topic = Topic("letters");
  RunningMirror mirror(std::move(flow));
  EXPECT_TRUE(mirror.AwaitEvent(Kind::kRecordSkipped, {Topic("letters")}));
  EXPECT_TRUE(mirror.AwaitCopied(source(), Topic(kUntouched)));
  EXPECT_EQ(target()->End({Copy(kUntouched), 0}), 2);
  const auto letters = target()->Read(Topic("letters"))[0];
  ASSERT_EQ(letters.size(), 1u);
  EXPECT_EQ(letters[0].value, "value");
  EXPECT_EQ(letters[0].headers.back(),
            (Header{"__connect.errors.timestamp",
                    absl::StrCat(absl::ToUnixMillis(NextYear()))}));
}

}  // namespace
}  // namespace mirror::internal::testing
