// SPDX-License-Identifier: Apache-2.0
//
// What a store says about a run that has only grown since the last flush, and
// what it makes of that after a restart.

#include <cstdint>
#include <limits>
#include <optional>

#include "gtest/gtest.h"
#include "mirror/sync/offset_sync_store.h"

namespace mirror::internal {
namespace {

const TopicPartition kOrders{"orders", 0};

Translation Exactly(int64_t d) {
  return {DownstreamOffset(d), Exactness::kExact};
}

class StoreGrowthTest : public testing::Test {
 protected:
  StoreGrowthTest() { store_.Begin(kOrders, UpstreamOffset(0), {}); }

  void Copy(int64_t u, int64_t d, int64_t count) {
    store_.Append(kOrders, {{UpstreamOffset(u), DownstreamOffset(d), count}});
  }
  // Writes what the topic lacks; `reader_` reads it.
  void Flush() {
    const IndexFlush flush = store_.PrepareFlush({kOrders}).value();
    for (const IndexRecord& record : flush.records()) {
      std::optional<absl::string_view> value;
      if (record.value.has_value()) value = *record.value;
      ASSERT_TRUE(reader_.ApplyIndexRecord(record.key, value).ok());
    }
    store_.CommitFlush(flush);
  }
  Translation Read(int64_t u) {
    return reader_.Translate(kOrders, UpstreamOffset(u));
  }

  OffsetSyncStore store_;
  OffsetSyncStore reader_;
};

TEST_F(StoreGrowthTest, ARunThatOnlyGrewIsWrittenAndRead) {
  Copy(0, 0, 10);
  EXPECT_EQ(store_.Growth(kOrders), std::nullopt) << "the topic has no run";
  Flush();
  EXPECT_EQ(store_.Growth(kOrders), std::nullopt) << "the topic has it all";
  Copy(10, 10, 10);
  const auto growth = store_.Growth(kOrders);
  ASSERT_TRUE(growth.has_value());
  EXPECT_EQ(growth->length, 20);
  reader_.ApplyGrowth(kOrders, *growth);
  EXPECT_EQ(Read(20), Exactly(20));
  EXPECT_EQ(reader_.Stats(kOrders).indexed_end, DownstreamOffset(20));
  reader_.ApplyGrowth(kOrders, *growth);
  EXPECT_EQ(Read(20), Exactly(20));
  EXPECT_EQ(reader_.Stats(kOrders).runs, 1u);
  EXPECT_FALSE(reader_.PrepareFlush({kOrders})->records().empty())
      << "the topic still lacks it";
}

TEST_F(StoreGrowthTest, TheMarkOfABeginGrowsIntoARun) {
  Flush();
  Copy(0, 0, 10);
  const auto growth = store_.Growth(kOrders);
  ASSERT_TRUE(growth.has_value());
  reader_.ApplyGrowth(kOrders, *growth);
  EXPECT_EQ(Read(0), Exactly(0));
  EXPECT_EQ(Read(10), Exactly(10));
}

TEST_F(StoreGrowthTest, WhateverElseChangedIsNoGrowth) {
  Copy(0, 0, 10);
  Flush();
  Copy(12, 10, 10);
  EXPECT_EQ(store_.Growth(kOrders), std::nullopt) << "a gap";
  Flush();
  store_.Pass(kOrders, UpstreamOffset(30));
  EXPECT_EQ(store_.Growth(kOrders), std::nullopt) << "markers";
  Flush();
  Copy(30, 20, 10);
  Flush();
  Copy(40, 30, 10);
  ASSERT_TRUE(store_.Growth(kOrders).has_value());
  store_.SetLeaderEpoch(kOrders, 7);
  EXPECT_EQ(store_.Growth(kOrders), std::nullopt) << "another leader";
  Flush();
  Copy(50, 40, 10);
  SkippedRange range;
  range.first = UpstreamOffset(60);
  range.end = UpstreamOffset(61);
  store_.Skip(kOrders, range);
  EXPECT_EQ(store_.Growth(kOrders), std::nullopt) << "a skipped record";
  Flush();
  store_.Resume(kOrders, UpstreamOffset(60), UnindexedCopies::kPossible);
  Copy(60, 55, 10);
  EXPECT_EQ(store_.Growth(kOrders), std::nullopt) << "a restart";
  Flush();
  store_.StartOver(kOrders);
  EXPECT_EQ(store_.Growth(kOrders), std::nullopt) << "another topic";
}

TEST_F(StoreGrowthTest, OnlyTheNewestRunOfTheSameGenerationGrows) {
  Copy(0, 0, 10);
  Flush();
  Copy(10, 10, 10);
  const RunGrowth growth = *store_.Growth(kOrders);
  RunGrowth other = growth;
  ++other.generation;
  reader_.ApplyGrowth(kOrders, other);
  other = growth;
  other.downstream = DownstreamOffset(1);
  reader_.ApplyGrowth(kOrders, other);
  other = growth;
  other.length = std::numeric_limits<int64_t>::max();
  reader_.ApplyGrowth(kOrders, other);
  EXPECT_FALSE(Read(15).exact());
  EXPECT_EQ(Read(10), Exactly(10));
  // A gap came behind it.
  Copy(25, 20, 5);
  Flush();
  reader_.ApplyGrowth(
      kOrders, {growth.generation, growth.upstream, growth.downstream, 1000});
  EXPECT_EQ(Read(26), Exactly(21));
  EXPECT_EQ(Read(20), Exactly(20));
  reader_.ApplyGrowth({"unknown", 0}, growth);
  EXPECT_FALSE(reader_.Translate({"unknown", 0}, UpstreamOffset(5)).known());
}

TEST_F(StoreGrowthTest, AnIndexThatIsAheadIsNotReset) {
  Copy(0, 0, 10);
  Flush();
  Copy(10, 10, 10);
  const RunGrowth growth = *store_.Growth(kOrders);
  Copy(20, 20, 10);
  Flush();
  reader_.ApplyGrowth(kOrders, growth);
  EXPECT_EQ(Read(30), Exactly(30));
}

}  // namespace
}  // namespace mirror::internal
