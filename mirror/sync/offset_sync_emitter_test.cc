// SPDX-License-Identifier: Apache-2.0

#include "mirror/sync/offset_sync_emitter.h"

#include <random>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const TopicPartition kOrders{"orders", 0};

OffsetSync Sync(int64_t u, int64_t d, TopicPartition tp = kOrders) {
  return {std::move(tp), UpstreamOffset(u), DownstreamOffset(d)};
}

void Copied(OffsetSyncEmitter* emitter, int64_t u, int64_t d, int64_t count = 1,
            const TopicPartition& tp = kOrders) {
  emitter->OnCopied(tp, UpstreamOffset(u), DownstreamOffset(d), count);
}

// The vectors of MM2's own decision, lag 50; every sync is sent at once.
TEST(OffsetSyncEmitter, DecidesAsMm2) {
  struct Row {
    int64_t u, d;
    bool sync;
  };
  const std::vector<Row> rows = {
      {0, 100, true},                   // first
      {2, 102, true},                   // gap
      {3, 152, false},                  // 152 - 103 = 49
      {4, 153, true},                   // 50
      {5, 154, false},                  // 0
      {6, 203, false},                  // 203 - 154 = 49
      {7, 204, true},                   // 50
      {2, 206, true},                   // upstream rewind
      {3, 207, false}, {4, 3, true},    // downstream backwards
      {5, 4, false},   {7, 6, true},    // gap
      {8, 7, false},   {10, 57, true},  // gap
      {11, 58, false}};
  OffsetSyncEmitter emitter(50);
  for (const Row& row : rows) {
    Copied(&emitter, row.u, row.d);
    EXPECT_EQ(!emitter.Take(10).empty(), row.sync) << row.u << ", " << row.d;
  }
}

TEST(OffsetSyncEmitter, LagZeroMakesEveryRecordASync) {
  OffsetSyncEmitter emitter(0);
  for (int64_t i = 0; i < 5; ++i) {
    Copied(&emitter, i, i);
    EXPECT_THAT(emitter.Take(10), ElementsAre(Sync(i, i)));
  }
}

TEST(OffsetSyncEmitter, DelaysWhatIsNotDueUntilThePromotion) {
  OffsetSyncEmitter emitter(2);
  Copied(&emitter, 0, 1);
  EXPECT_THAT(emitter.Take(10), ElementsAre(Sync(0, 1)));
  Copied(&emitter, 1, 2);
  EXPECT_THAT(emitter.Take(10), IsEmpty());
  emitter.Promote();
  EXPECT_THAT(emitter.Take(10), ElementsAre(Sync(1, 2)));
  emitter.Promote();
  EXPECT_THAT(emitter.Take(10), IsEmpty());
}

TEST(OffsetSyncEmitter, KeepsOnlyTheNewestUnsentSyncOfAPartition) {
  OffsetSyncEmitter emitter(50);
  Copied(&emitter, 0, 100);
  EXPECT_THAT(emitter.Take(10), ElementsAre(Sync(0, 100)));
  Copied(&emitter, 2, 102);
  Copied(&emitter, 4, 104);
  Copied(&emitter, 5, 105);
  emitter.Promote();
  EXPECT_THAT(emitter.Take(10), ElementsAre(Sync(5, 105)));
}

// MM2, which sends at once, finds no translation before the oldest sync.
TEST(OffsetSyncEmitter, NothingReplacesTheBeginningOfAPartition) {
  OffsetSyncEmitter emitter(100);
  Copied(&emitter, 7, 3, 5000);
  Copied(&emitter, 6000, 5003);
  EXPECT_THAT(emitter.Take(10), ElementsAre(Sync(7, 3), Sync(6000, 5003)));
}

TEST(OffsetSyncEmitter, NothingReplacesABeginningThatWasGivenBack) {
  OffsetSyncEmitter emitter(100);
  Copied(&emitter, 7, 3, 10);
  emitter.GiveBack(emitter.Take(10));
  Copied(&emitter, 17, 13, 200);
  EXPECT_THAT(emitter.Take(10), ElementsAre(Sync(7, 3), Sync(209, 205)));
}

TEST(OffsetSyncEmitter, SendsInTheOrderInWhichPartitionsBecameDue) {
  const TopicPartition other{"other", 0};
  OffsetSyncEmitter emitter(1);
  Copied(&emitter, 0, 0, 1, other);
  Copied(&emitter, 0, 100);
  Copied(&emitter, 2, 102);          // keeps the second place
  Copied(&emitter, 9, 9, 1, other);  // and this the first
  EXPECT_THAT(emitter.Take(1), ElementsAre(Sync(0, 0, other)));
  EXPECT_THAT(emitter.Take(10),
              ElementsAre(Sync(9, 9, other), Sync(0, 100), Sync(2, 102)));
  EXPECT_THAT(emitter.Take(10), IsEmpty());
}

TEST(OffsetSyncEmitter, SyncsThatFailedComeAgain) {
  OffsetSyncEmitter emitter(0);
  Copied(&emitter, 0, 0, 3);
  const std::vector<OffsetSync> failed = emitter.Take(10);
  emitter.GiveBack(failed);
  EXPECT_THAT(emitter.Take(10), ElementsAre(Sync(0, 0), Sync(2, 2)));
  Copied(&emitter, 3, 3);
  emitter.GiveBack(failed);
  EXPECT_THAT(emitter.Take(10), ElementsAre(Sync(0, 0), Sync(3, 3)));
}

// Runs must decide as their records one by one.
TEST(OffsetSyncEmitter, ARunIsItsRecords) {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    const int64_t lag = static_cast<int64_t>(random() % 8);
    OffsetSyncEmitter runs(lag);
    OffsetSyncEmitter records(lag);
    int64_t u = 0;
    int64_t d = 0;
    for (int step = 0; step < 30; ++step) {
      if (random() % 4 == 0) u += static_cast<int64_t>(random() % 5) - 1;
      if (random() % 4 == 0) d += static_cast<int64_t>(random() % 5) - 1;
      const int64_t count = 1 + static_cast<int64_t>(random() % 20);
      Copied(&runs, u, d, count);
      for (int64_t i = 0; i < count; ++i) Copied(&records, u + i, d + i);
      u += count;
      d += count;
      if (random() % 3 == 0) {
        runs.Promote();
        records.Promote();
      }
      if (random() % 2 == 0) {
        ASSERT_EQ(runs.Take(1), records.Take(1));
      }
    }
  }
}

TEST(OffsetSyncEmitter, ForgetsAPartitionWithItsUnsentSyncs) {
  const TopicPartition other{"payments", 0};
  OffsetSyncEmitter emitter(50);
  Copied(&emitter, 0, 0, 10);
  Copied(&emitter, 0, 0, 10, other);
  emitter.Forget(kOrders);
  emitter.Promote();
  EXPECT_THAT(emitter.Take(10),
              ElementsAre(Sync(0, 0, other), Sync(9, 9, other)));
  // A partition of that name begins again.
  Copied(&emitter, 5, 5);
  EXPECT_THAT(emitter.Take(10), ElementsAre(Sync(5, 5)));
}

}  // namespace
}  // namespace mirror::internal
