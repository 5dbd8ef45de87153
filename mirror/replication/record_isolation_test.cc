// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/record_isolation.h"

#include <algorithm>

#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

UpstreamOffset U(int64_t offset) { return UpstreamOffset(offset); }

TEST(RecordIsolation, IsNotActiveBeforeARejection) {
  RecordIsolation isolation;
  EXPECT_FALSE(isolation.active());
  isolation.Settled(U(10));
  EXPECT_FALSE(isolation.active());
}

TEST(RecordIsolation, FindsOneRecordOfAThousandInFewPieces) {
  constexpr int64_t kCulprit = 777;
  RecordIsolation isolation;
  isolation.OnBatchRejected(U(0), U(999), /*too_large=*/false);
  int64_t next = 0;
  int pieces = 0;
  while (true) {
    ASSERT_TRUE(isolation.active());
    ASSERT_LT(++pieces, 40);
    const int64_t count = std::min(isolation.max_records(), 1000 - next);
    if (next > kCulprit || next + count <= kCulprit) {
      isolation.OnPieceAccepted(U(next + count - 1));
      next += count;
    } else if (count == 1) {
      break;
    } else {
      isolation.OnPieceRejected(U(next), U(next + count - 1), count, count,
                                /*too_large=*/false);
    }
  }
  EXPECT_EQ(next, kCulprit);
}

TEST(RecordIsolation, EndsBehindTheRecordsThatWereRejected) {
  RecordIsolation isolation;
  isolation.OnBatchRejected(U(0), U(3), /*too_large=*/false);
  isolation.OnPieceAccepted(U(1));
  EXPECT_TRUE(isolation.active());
  isolation.Settled(U(3));
  EXPECT_TRUE(isolation.active()) << "one more piece shows that it was all";
  isolation.OnPieceAccepted(U(5));
  EXPECT_FALSE(isolation.active());
}

TEST(RecordIsolation, ARejectedPieceIsSearchedToItsEnd) {
  RecordIsolation isolation;
  isolation.OnPieceRejected(U(0), U(63), 64, 6400, /*too_large=*/false);
  isolation.OnPieceAccepted(U(31));
  EXPECT_TRUE(isolation.active());
}

TEST(RecordIsolation, AfterEachRejectionMorePiecesGoOneByOne) {
  RecordIsolation isolation;
  int64_t last = 0;
  for (const int expected : {1, 2, 4}) {
    isolation.OnBatchRejected(U(last), U(last), /*too_large=*/false);
    isolation.Settled(U(last));
    int pieces = 0;
    for (; isolation.active(); ++pieces) isolation.OnPieceAccepted(U(++last));
    EXPECT_EQ(pieces, expected);
    ++last;
  }
}

TEST(RecordIsolation, HalvesTheBatchesOfATopicThatFindsThemTooLarge) {
  RecordIsolation isolation;
  isolation.OnBatchRejected(U(0), U(999), /*too_large=*/true);
  EXPECT_EQ(isolation.max_bytes(), 500000);
  isolation.OnPieceRejected(U(0), U(499), 500, 400000, /*too_large=*/true);
  EXPECT_EQ(isolation.max_bytes(), 200000);
  isolation.OnPieceAccepted(U(999));
  isolation.OnPieceAccepted(U(1999));
  EXPECT_FALSE(isolation.active());
  EXPECT_EQ(isolation.max_bytes(), 200000);
  isolation.ForgetSizes();
  EXPECT_GT(isolation.max_bytes(), 1 << 30);
}

TEST(RecordIsolation, SuspectsAreRememberedUntilTheyAreSettled) {
  RecordIsolation isolation;
  isolation.Suspect(U(7));
  isolation.Settled(U(6));
  EXPECT_TRUE(isolation.IsSuspect(U(7)));
  EXPECT_TRUE(isolation.HasSuspects(U(0), U(7)));
  EXPECT_FALSE(isolation.HasSuspects(U(8), U(9)));
  isolation.Settled(U(7));
  EXPECT_FALSE(isolation.IsSuspect(U(7)));
}

}  // namespace
}  // namespace mirror::internal
