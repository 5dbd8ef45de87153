// SPDX-License-Identifier: Apache-2.0
//
// What a record looks like after the adapter has read and written it, in the
// eyes of others: librdkafka itself and Kafka's Java consumer.

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
#include "mirror/kafka/kafka_cluster.h"
#include "mirror/testing/matchers.h"
#include "tests/support/java_tool.h"
#include "tests/support/kafka_broker.h"
#include "tests/support/raw_client.h"

namespace mirror::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::KafkaBroker;

class KafkaFidelityTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    absl::StatusOr<std::unique_ptr<KafkaBroker>> broker = KafkaBroker::Start();
    ASSERT_THAT(broker, IsOk());
    broker_ = broker->release();
  }
  static void TearDownTestSuite() { delete broker_; }

  KafkaFidelityTest() {
    KafkaClusterOptions options;
    options.alias = "real";
    options.properties = {{"bootstrap.servers", broker_->bootstrap_servers()}};
    cluster_ = KafkaCluster::Create(std::move(options)).value();
  }

  TopicPartition NewTopic(std::map<std::string, std::string> configs = {}) {
    static int last = 0;
    const std::string topic = absl::StrCat("topic-", ++last);
    auto admin = cluster_->NewAdmin("test").value();
    EXPECT_THAT(admin->CreateTopics({{topic, 1, -1, std::move(configs)}})[0],
                IsOk());
    return {topic, 0};
  }

  // Copies the first `count` records of `from`, untouched, as the engine does.
  void Copy(const TopicPartition& from, const TopicPartition& to, int64_t count,
            const SinkOptions& options = {}) {
    auto source = cluster_->NewSource({}).value();
    auto sink = cluster_->NewSink(options).value();
    ASSERT_THAT(source->Assign({{from, UpstreamOffset(0)}}), IsOk());
    const absl::Time deadline = absl::Now() + absl::Seconds(30);
    for (int64_t copied = 0; copied < count || sink->in_flight() > 0;) {
      ASSERT_LT(absl::Now(), deadline);
      Fetched fetched;
      ASSERT_THAT(source->Poll(absl::Milliseconds(20), &fetched), IsOk());
      std::vector<Ack> acks;
      for (const auto& batch : fetched.batches) {
        for (int64_t next = 0; next < batch->count();) {
          const absl::Status sent = sink->Send(to, batch.get(), &next);
          ASSERT_TRUE(sent.ok() || absl::IsNotFound(sent)) << sent;
          ASSERT_THAT(sink->Poll(absl::Milliseconds(1), &acks), IsOk());
        }
        copied += batch->count();
      }
      ASSERT_THAT(sink->Poll(absl::Milliseconds(1), &acks), IsOk());
      for (const Ack& ack : acks) ASSERT_THAT(ack.status, IsOk());
    }
  }

  void Write(const TopicPartition& tp, std::vector<Record> records) {
    for (size_t i = 0; i < records.size(); ++i) {
      records[i].offset = UpstreamOffset(static_cast<int64_t>(i));
    }
    auto sink = cluster_->NewSink({}).value();
    OwnedRecordBatch batch(tp, std::move(records));
    std::vector<Ack> acks;
    const absl::Time deadline = absl::Now() + absl::Seconds(30);
    for (int64_t next = 0; next < batch.count() || sink->in_flight() > 0;) {
      ASSERT_LT(absl::Now(), deadline);
      sink->Send(tp, &batch, &next).IgnoreError();
      ASSERT_THAT(sink->Poll(absl::Milliseconds(5), &acks), IsOk());
    }
    for (const Ack& ack : acks) ASSERT_THAT(ack.status, IsOk());
  }

  std::vector<Record> Read(const TopicPartition& tp, size_t count) {
    auto source = cluster_->NewSource({}).value();
    EXPECT_THAT(source->Assign({{tp, UpstreamOffset(0)}}), IsOk());
    std::vector<Record> records;
    const absl::Time deadline = absl::Now() + absl::Seconds(30);
    while (records.size() < count && absl::Now() < deadline) {
      Fetched fetched;
      EXPECT_THAT(source->Poll(absl::Milliseconds(20), &fetched), IsOk());
      for (const auto& batch : fetched.batches) {
        for (int64_t i = 0; i < batch->count(); ++i) {
          records.push_back(batch->ToRecord(i));
        }
      }
    }
    EXPECT_EQ(records.size(), count);
    return records;
  }

  static std::vector<int64_t> Timestamps(const std::vector<Record>& records) {
    std::vector<int64_t> timestamps;
    for (const Record& record : records) {
      timestamps.push_back(record.timestamp_ms);
    }
    return timestamps;
  }

  static KafkaBroker* broker_;
  std::unique_ptr<KafkaCluster> cluster_;
};
KafkaBroker* KafkaFidelityTest::broker_ = nullptr;

// Null, empty, text and binary in every combination.
std::vector<Record> DelicateRecords() {
  const std::optional<std::string> bytes[] = {std::nullopt, "", "x",
                                              std::string("\0\xff\n", 3)};
  std::vector<Record> records;
  for (const auto& key : bytes) {
    for (const auto& value : bytes) {
      Record record;
      record.offset = UpstreamOffset(static_cast<int64_t>(records.size()));
      record.timestamp_ms = 1000000000000 + record.offset.value();
      record.key = key;
      record.value = value;
      if (value != "x") {
        record.headers = {{"twice", "1"},
                          {"null", std::nullopt},
                          {"twice", "2"},
                          {"", ""},
                          {"utf8-\xc3\xa9", value}};
      }
      records.push_back(std::move(record));
    }
  }
  return records;
}

TEST_F(KafkaFidelityTest, ACopyIsEqualInEveryPart) {
  const TopicPartition from = NewTopic();
  const TopicPartition to = NewTopic();
  const std::vector<Record> records = DelicateRecords();
  Write(from, records);
  Copy(from, to, static_cast<int64_t>(records.size()));
  EXPECT_EQ(Read(to, records.size()), records);
}

TEST_F(KafkaFidelityTest, HeadersSurviveAFullBuffer) {
  const TopicPartition from = NewTopic();
  const TopicPartition to = NewTopic();
  std::vector<Record> records;
  for (int i = 0; i < 300; ++i) {
    Record record;
    record.offset = UpstreamOffset(i);
    record.timestamp_ms = 1000000000000;
    record.value = std::string(1000, 'x');
    record.headers = {{"number", absl::StrCat(i)}};
    records.push_back(std::move(record));
  }
  Write(from, records);
  SinkOptions options;
  options.max_buffered_bytes = 10000;
  Copy(from, to, 300, options);
  EXPECT_EQ(Read(to, 300), records);
}

TEST_F(KafkaFidelityTest, AHeaderNameWithANulStaysWhole) {
  const TopicPartition from = NewTopic();
  const TopicPartition to = NewTopic();
  const std::string name("before\0after", 12);
  testing::AppendWithHeader(broker_->bootstrap_servers(), from, name, "v");
  Copy(from, to, 1);
  EXPECT_THAT(testing::RunJavaTool(
                  "org.apache.kafka.tools.consumer.ConsoleConsumer",
                  {"--bootstrap-server", broker_->bootstrap_servers(),
                   "--topic", to.topic, "--from-beginning", "--max-messages",
                   "1", "--property", "print.headers=true"}),
              IsOkAndHolds(HasSubstr(name + ":v")));
}

// To librdkafka, timestamp 0 means now; -1 is a record without one.
TEST_F(KafkaFidelityTest, TimestampsAreKeptButForZero) {
  const TopicPartition from = NewTopic();
  const TopicPartition to = NewTopic();
  std::vector<Record> records(4);
  records[0].timestamp_ms = 1234;
  records[1].timestamp_ms = 0;
  records[2].timestamp_ms = -1;
  records[3].timestamp_ms = absl::ToUnixMillis(absl::Now());
  const int64_t now = records[3].timestamp_ms;
  Write(from, records);
  Copy(from, to, 4);
  EXPECT_THAT(Timestamps(Read(to, 4)), ElementsAre(1234, 1, -1, now));
}

TEST_F(KafkaFidelityTest, ALogAppendTimeIsKeptAsTheCreateTime) {
  const TopicPartition from =
      NewTopic({{"message.timestamp.type", "LogAppendTime"}});
  const TopicPartition to = NewTopic();
  std::vector<Record> records(1);
  records[0].timestamp_ms = 1234;
  Write(from, records);
  const auto appended = Timestamps(Read(from, 1));
  EXPECT_GT(appended[0], 1234);
  Copy(from, to, 1);
  EXPECT_EQ(Timestamps(Read(to, 1)), appended);
}

TEST_F(KafkaFidelityTest, ARecordLargerThanAllBuffersIsCopied) {
  const std::map<std::string, std::string> configs = {
      {"max.message.bytes", "30000000"}};
  const TopicPartition from = NewTopic(configs);
  const TopicPartition to = NewTopic(configs);
  std::vector<Record> records(3);
  for (Record& record : records) {
    record.timestamp_ms = 1;
    record.value.emplace().resize(20000000, 'x');
  }
  Write(from, records);
  Copy(from, to, 3);
  EXPECT_EQ(Read(to, 3)[2].value, records[2].value);
}

TEST_F(KafkaFidelityTest, CompressedBatchesAreReadWhateverTheCodec) {
  for (const std::string codec : {"gzip", "snappy", "lz4", "zstd"}) {
    const TopicPartition from = NewTopic({{"compression.type", codec}});
    const TopicPartition to = NewTopic();
    const std::vector<Record> records = DelicateRecords();
    Write(from, records);
    Copy(from, to, static_cast<int64_t>(records.size()));
    EXPECT_EQ(Read(to, records.size()), records) << codec;
  }
}

}  // namespace
}  // namespace mirror::internal
