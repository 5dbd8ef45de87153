// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/skip_status.h"

#include "gtest/gtest.h"
#include "mirror/model/position.h"

namespace mirror::internal {
namespace {

const TopicPartition kOrders0{"orders", 0};

SkippedRange Range(int64_t first, int64_t end, int64_t second) {
  return {UpstreamOffset(first), UpstreamOffset(end),           end - first,
          SkipReason::kRefused,  absl::FromUnixSeconds(second), "too large"};
}

PartitionStatus StatusOf(const OffsetSyncStore& store) {
  PartitionStatus status;
  FillSkipped(store, kOrders0, &status);
  return status;
}

TEST(FillSkipped, SaysNothingWhereNothingIsSkipped) {
  OffsetSyncStore store;
  store.Skip({"orders", 1}, Range(0, 5, 1));
  EXPECT_EQ(StatusOf(store).skipped_records(), 0);
  EXPECT_EQ(StatusOf(store).skipped_size(), 0);
}

TEST(FillSkipped, ShowsARange) {
  OffsetSyncStore store;
  store.Skip(kOrders0, Range(40, 90, 1700000000));
  const PartitionStatus status = StatusOf(store);
  EXPECT_EQ(status.skipped_records(), 50);
  ASSERT_EQ(status.skipped_size(), 1);
  const SkippedRangeStatus& range = status.skipped(0);
  EXPECT_EQ(range.first_offset(), 40);
  EXPECT_EQ(range.end_offset(), 90);
  EXPECT_EQ(range.records(), 50);
  EXPECT_EQ(range.reason(), "refused");
  EXPECT_EQ(range.time_ms(), 1700000000000);
  EXPECT_EQ(range.detail(), "too large");
}

TEST(FillSkipped, CountsAllAndShowsTheNewestOfAllGenerations) {
  OffsetSyncStore store;
  for (int64_t i = 0; i < 30; ++i) {
    store.Skip(kOrders0, Range(i * 10, i * 10 + 2, 100 + i));
  }
  store.Skip(kOrders0, Range(5, 6, 500));  // the log lost its end
  store.StartOver(kOrders0);
  store.Skip(kOrders0, Range(0, 7, 600));
  const PartitionStatus status = StatusOf(store);
  EXPECT_EQ(status.skipped_records(), 68);
  ASSERT_EQ(status.skipped_size(), 20);
  EXPECT_EQ(status.skipped(0).first_offset(), 120);
  EXPECT_EQ(status.skipped(17).first_offset(), 290);
  EXPECT_EQ(status.skipped(18).first_offset(), 5);
  EXPECT_EQ(status.skipped(19).end_offset(), 7);
}

}  // namespace
}  // namespace mirror::internal
