// SPDX-License-Identifier: Apache-2.0

#include "mirror/sync/offset_sync_reader.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "mirror/model/record.h"
#include "mirror/sync/offset_sync.h"
#include "mirror/sync/offset_sync_store.h"
#include "mirror/testing/fake_cluster.h"
#include "mirror/testing/matchers.h"
#include "mirror/testing/simulated_clock.h"

namespace mirror::internal {
namespace {

const char kTopic[] = "mm2-offset-syncs.B.internal";
const TopicPartition kOrders{"orders", 3};

class OffsetSyncReaderTest : public ::testing::Test {
 protected:
  OffsetSyncReaderTest()
      : reader_(
            OffsetSyncReader::Create(&source_, kTopic, "test", &store_, &clock_)
                .value()) {}

  void Write(int64_t upstream, int64_t downstream) {
    const OffsetSync sync{kOrders, UpstreamOffset(upstream),
                          DownstreamOffset(downstream)};
    Record record;
    record.key = sync.EncodeKey().value();
    record.value = sync.EncodeValue();
    std::vector<Record> records;
    records.push_back(std::move(record));
    source_.Append({kTopic, 0}, std::move(records));
  }

  Translation At(int64_t upstream) {
    return store_.Translate(kOrders, UpstreamOffset(upstream));
  }

  SimulatedClock clock_;
  FakeCluster source_{"A"};
  OffsetSyncStore store_;
  const std::unique_ptr<OffsetSyncReader> reader_;
};

TEST_F(OffsetSyncReaderTest, FillsTheStoreWithWhatIsAdded) {
  source_.CreateTopic(kTopic, 1);
  Write(100, 500);
  ASSERT_THAT(reader_->CatchUp(), IsOk());
  EXPECT_EQ(At(100).offset, DownstreamOffset(500));
  EXPECT_FALSE(At(50).known());
  Write(200, 580);
  ASSERT_THAT(reader_->CatchUp(), IsOk());
  EXPECT_EQ(At(200).offset, DownstreamOffset(580));
}

TEST_F(OffsetSyncReaderTest, SkipsAndCountsWhatIsNoOffsetSync) {
  source_.CreateTopic(kTopic, 1);
  Record garbage;
  garbage.key = "x";
  garbage.value = "y";
  std::vector<Record> records;
  records.push_back(std::move(garbage));
  source_.Append({kTopic, 0}, std::move(records));
  Write(100, 500);
  ASSERT_THAT(reader_->CatchUp(), IsOk());
  EXPECT_EQ(reader_->unreadable(), 1);
  EXPECT_EQ(At(100).offset, DownstreamOffset(500));
}

TEST_F(OffsetSyncReaderTest, ForgetsWhatARecreatedTopicSaid) {
  source_.CreateTopic(kTopic, 1);
  Write(100, 500);
  ASSERT_THAT(reader_->CatchUp(), IsOk());
  source_.DeleteTopic(kTopic);
  source_.CreateTopic(kTopic, 1);
  Write(300, 10);
  ASSERT_THAT(reader_->CatchUp(), IsOk());
  EXPECT_FALSE(At(100).known());
  EXPECT_EQ(At(300).offset, DownstreamOffset(10));
}

TEST_F(OffsetSyncReaderTest, AMissingTopicIsNotFound) {
  EXPECT_THAT(reader_->CatchUp(), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(OffsetSyncReaderTest, CancelEndsLaterCalls) {
  source_.CreateTopic(kTopic, 1);
  reader_->Cancel();
  EXPECT_THAT(reader_->CatchUp(), StatusIs(absl::StatusCode::kCancelled));
}

}  // namespace
}  // namespace mirror::internal
