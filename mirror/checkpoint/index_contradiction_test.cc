// SPDX-License-Identifier: Apache-2.0

#include "mirror/checkpoint/index_contradiction.h"

#include <cstdint>

#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

const TopicPartition kOrders{"orders", 0};

class IndexContradictionTest : public testing::Test {
 protected:
  void Copied(int64_t u, int64_t d, int64_t count) {
    index_.Append(kOrders, {{UpstreamOffset(u), DownstreamOffset(d), count}});
  }
  bool Contradicted(int64_t u, int64_t d) {
    return IndexContradicts(index_, kOrders, UpstreamOffset(u),
                            DownstreamOffset(d));
  }

  OffsetSyncStore index_;
};

TEST_F(IndexContradictionTest, AnEmptyIndexContradictsNothing) {
  EXPECT_FALSE(Contradicted(1000, 998));
}

TEST_F(IndexContradictionTest, APositionUpToTheExactOneIsTrue) {
  Copied(0, 500, 1000);
  EXPECT_FALSE(Contradicted(100, 550));
  EXPECT_FALSE(Contradicted(100, 600));
  EXPECT_TRUE(Contradicted(100, 601));
  EXPECT_FALSE(Contradicted(1000, 1500));
}

// The copies of an earlier log are not in the index: it begins at 1500.
TEST_F(IndexContradictionTest, APositionAmongLaterCopiesIsOfAnEarlierLog) {
  Copied(1500, 0, 200);
  EXPECT_TRUE(Contradicted(1000, 998));
  EXPECT_TRUE(Contradicted(1000, 100));
}

TEST_F(IndexContradictionTest, WhatATruncationLeftIsTrue) {
  Copied(1500, 500, 1000);
  EXPECT_FALSE(Contradicted(400, 400));
  EXPECT_TRUE(Contradicted(700, 700));
}

// Source offsets 100 to 149 were compacted away.
TEST_F(IndexContradictionTest, APositionInAGapOfTheSourceIsTrue) {
  Copied(0, 0, 100);
  Copied(150, 100, 50);
  EXPECT_FALSE(Contradicted(120, 100));
  EXPECT_TRUE(Contradicted(120, 101));
}

TEST_F(IndexContradictionTest, APositionInCopiesThatAreMadeAgainIsTrue) {
  index_.Begin(kOrders, UpstreamOffset(0), {});
  Copied(0, 0, 1000);
  index_.Resume(kOrders, UpstreamOffset(900), UnindexedCopies::kPossible);
  index_.Append(kOrders, {{UpstreamOffset(900), DownstreamOffset(1050), 10}});
  EXPECT_FALSE(Contradicted(950, 950));
  EXPECT_FALSE(Contradicted(850, 850));
}

}  // namespace
}  // namespace mirror::internal
