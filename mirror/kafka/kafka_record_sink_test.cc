// SPDX-License-Identifier: Apache-2.0
//
// How many producers a sink has; tests/contract has what it promises.

#include "mirror/kafka/kafka_record_sink.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal {
namespace {

TEST(LaneBatchSize, TheFirstLaneServesTopicsThatTakeItsBatches) {
  EXPECT_EQ(LaneBatchSize(SendOptions::kNoLimit, 1000000), 1000000);
  EXPECT_EQ(LaneBatchSize(1048588, 1000000), 1000000);
  EXPECT_EQ(LaneBatchSize(65536, 16384), 16384);
}

TEST(LaneBatchSize, IsNeverLargerThanATopicTakes) {
  for (const int64_t limit : {999999, 262144, 65536, 20000, 5000, 1000, 10}) {
    EXPECT_LE(LaneBatchSize(limit, 1000000), limit) << limit;
  }
  EXPECT_EQ(LaneBatchSize(65536, 1000000), 62500);
  EXPECT_EQ(LaneBatchSize(65000, 1000000), LaneBatchSize(65536, 1000000));
}

class KafkaRecordSinkTest : public testing::Test {
 protected:
  // No broker answers there; lanes come without one.
  KafkaRecordSinkTest() {
    ClientSettings settings;
    settings.alias = "backup";
    settings.properties = {{"bootstrap.servers", "127.0.0.1:1"}};
    sink_ = KafkaRecordSink::Create(settings, {}).value();
  }
  void Send(const SendOptions& options) {
    OwnedRecordBatch batch({"upstream", 0}, std::vector<Record>(1));
    int64_t next = 0;
    EXPECT_THAT(sink_->Send({"orders", 0}, &batch, &next, options),
                StatusIs(absl::StatusCode::kNotFound));
  }
  std::unique_ptr<KafkaRecordSink> sink_;
};

TEST_F(KafkaRecordSinkTest, MostSinksHaveOneProducer) {
  SendOptions options;
  Send(options);
  options.max_batch_bytes = 1048588;
  Send(options);
  EXPECT_EQ(sink_->producers(), 1u);
}

TEST_F(KafkaRecordSinkTest, ProbesHaveOneProducerWhateverTheTopic) {
  SendOptions options;
  options.probe = true;
  Send(options);
  options.max_batch_bytes = 65536;
  Send(options);
  EXPECT_EQ(sink_->producers(), 2u);
}

TEST_F(KafkaRecordSinkTest, TopicsOfSimilarLimitsShareAProducer) {
  SendOptions options;
  for (const int64_t limit : {65536, 70000, 100000}) {
    options.max_batch_bytes = limit;
    Send(options);
  }
  EXPECT_EQ(sink_->producers(), 2u);
}

}  // namespace
}  // namespace mirror::internal
