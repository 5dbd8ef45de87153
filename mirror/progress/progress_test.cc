// SPDX-License-Identifier: Apache-2.0

#include "mirror/progress/progress.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

using Committable = std::optional<UpstreamOffset>;

constexpr UpstreamOffset U(int64_t offset) { return UpstreamOffset(offset); }

TEST(Progress, HasNothingToCommitBeforeTheFirstAck) {
  Progress progress;
  EXPECT_EQ(progress.Committable(), std::nullopt);
  ASSERT_TRUE(progress.Sent(U(10), U(19), 10).ok());
  EXPECT_EQ(progress.Committable(), std::nullopt);
}

TEST(Progress, CommitsTheLastRecordOfTheAckedPrefix) {
  Progress progress;
  ASSERT_TRUE(progress.Sent(U(10), U(19), 10).ok());
  progress.Acked(U(10), 5);
  EXPECT_EQ(progress.Committable(), Committable(14));
  progress.Acked(U(15), 5);
  EXPECT_EQ(progress.Committable(), Committable(19));
  EXPECT_TRUE(progress.idle());
}

TEST(Progress, HoldsBackAcksThatOvertook) {
  Progress progress;
  ASSERT_TRUE(progress.Sent(U(0), U(9), 10).ok());
  progress.Acked(U(5), 5);
  progress.Acked(U(2), 1);
  EXPECT_EQ(progress.Committable(), std::nullopt);
  progress.Acked(U(0), 2);
  EXPECT_EQ(progress.Committable(), Committable(2));
  progress.Acked(U(3), 2);
  EXPECT_EQ(progress.Committable(), Committable(9));
}

TEST(Progress, TakesAcksAcrossBatches) {
  Progress progress;
  ASSERT_TRUE(progress.Sent(U(0), U(4), 5).ok());
  ASSERT_TRUE(progress.Sent(U(5), U(9), 5).ok());
  progress.Acked(U(0), 7);
  EXPECT_EQ(progress.Committable(), Committable(6));
}

// 5..14 do not exist (compacted, or a transaction's end): not 14 but 4, the
// last record, is what MM2 would commit.
TEST(Progress, CommitsARecordAndNotAGap) {
  Progress progress;
  ASSERT_TRUE(progress.Sent(U(0), U(4), 5).ok());
  ASSERT_TRUE(progress.Sent(U(15), U(19), 5).ok());
  progress.Acked(U(0), 5);
  EXPECT_EQ(progress.Committable(), Committable(4));
}

TEST(Progress, CountsOffABatchWithGaps) {
  Progress progress;
  ASSERT_TRUE(progress.Sent(U(10), U(20), 3).ok());  // 10, 15 and 20
  ASSERT_TRUE(progress.Sent(U(21), U(29), 9).ok());
  progress.Acked(U(10), 1);
  EXPECT_EQ(progress.Committable(), Committable(10));
  progress.Acked(U(15), 1);
  EXPECT_EQ(progress.Committable(), Committable(10));  // 11 might be a record
  progress.Acked(U(20), 3);
  EXPECT_EQ(progress.Committable(), Committable(22));
}

TEST(Progress, NeedsNoAckForDroppedRecords) {
  Progress progress;
  progress.Dropped(U(4));
  EXPECT_EQ(progress.Committable(), Committable(4));
  ASSERT_TRUE(progress.Sent(U(5), U(6), 2).ok());
  progress.Dropped(U(9));
  EXPECT_EQ(progress.Committable(), Committable(4));
  progress.Acked(U(5), 2);
  EXPECT_EQ(progress.Committable(), Committable(9));
}

TEST(Progress, IgnoresRepeatedAcks) {
  Progress progress;
  ASSERT_TRUE(progress.Sent(U(0), U(10), 3).ok());  // 0, 5 and 10
  progress.Acked(U(0), 1);
  progress.Acked(U(0), 1);
  progress.Acked(U(0), 1);
  EXPECT_EQ(progress.Committable(), Committable(0));
  EXPECT_FALSE(progress.idle());
}

TEST(Progress, IgnoresAcksOfWhatIsNotInFlight) {
  Progress progress;
  progress.Acked(U(0), 100);
  EXPECT_EQ(progress.Committable(), std::nullopt);
  ASSERT_TRUE(progress.Sent(U(10), U(19), 10).ok());
  progress.Acked(U(20), 5);
  progress.Acked(U(10), 0);
  EXPECT_EQ(progress.Committable(), std::nullopt);
}

TEST(Progress, RefusesARewindWithoutReset) {
  Progress progress;
  ASSERT_TRUE(progress.Sent(U(10), U(19), 10).ok());
  EXPECT_EQ(progress.Sent(U(19), U(25), 7).code(),
            absl::StatusCode::kInvalidArgument);
  progress.Acked(U(10), 20);
  EXPECT_EQ(progress.Committable(), Committable(19));
  progress.Reset();
  EXPECT_EQ(progress.Committable(), std::nullopt);
  ASSERT_TRUE(progress.Sent(U(5), U(9), 5).ok());
  progress.Acked(U(5), 1);
  EXPECT_EQ(progress.Committable(), Committable(5));
}

TEST(Progress, RefusesCountsThatCannotBe) {
  Progress progress;
  EXPECT_FALSE(progress.Sent(U(0), U(9), 11).ok());
  EXPECT_FALSE(progress.Sent(U(0), U(9), 0).ok());
  EXPECT_FALSE(progress.Sent(U(9), U(0), 1).ok());
  EXPECT_TRUE(progress.idle());
}

TEST(Progress, KeepsOneRangeForASteadyStream) {
  Progress progress;
  for (int64_t i = 0; i < 100000; ++i) {
    ASSERT_TRUE(progress.Sent(U(i * 10), U(i * 10 + 9), 10).ok());
    if (i >= 50) progress.Acked(U((i - 50) * 10), 10);
    ASSERT_LE(progress.ranges_in_flight(), 1u);
  }
}

// Every record on its own: true only if it is acked or dropped.
class BruteForce {
 public:
  void Sent(int64_t offset) { done_.emplace(offset, false); }
  void Dropped(int64_t offset) { done_.emplace(offset, true); }
  void Acked(int64_t offset) { done_.at(offset) = true; }
  Committable Answer() const {
    Committable result;
    for (const auto& [offset, done] : done_) {
      if (!done) break;
      result = U(offset);
    }
    return result;
  }

 private:
  std::map<int64_t, bool> done_;
};

struct Records {
  int64_t first;
  int64_t count;
};

// Random dense batches, gaps between them, drops and acks in random order and
// grouping: always exactly the brute-force answer.
TEST(Progress, AgreesWithBruteForceOnDenseBatches) {
  for (uint32_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    Progress progress;
    BruteForce model;
    std::vector<Records> unacked;
    int64_t next = 0;
    for (int step = 0; step < 100; ++step) {
      const int64_t count = 1 + random() % 8;
      switch (random() % 4) {
        case 0:
          for (int64_t i = 0; i < count; ++i) model.Dropped(next + i);
          progress.Dropped(U(next + count - 1));
          next += count;
          break;
        case 1:
          next += random() % 3;  // maybe a gap
          ASSERT_TRUE(progress.Sent(U(next), U(next + count - 1), count).ok());
          for (int64_t i = 0; i < count; ++i) model.Sent(next + i);
          unacked.push_back({next, count});
          next += count;
          break;
        default:
          if (unacked.empty()) break;
          std::swap(unacked[random() % unacked.size()], unacked.back());
          const Records run = unacked.back();
          unacked.pop_back();
          const int64_t skip = random() % run.count;
          progress.Acked(U(run.first + skip), run.count - skip);
          for (int64_t i = skip; i < run.count; ++i) model.Acked(run.first + i);
          if (skip > 0) unacked.push_back({run.first, skip});
      }
      ASSERT_EQ(progress.Committable(), model.Answer()) << "step " << step;
      ASSERT_LE(progress.ranges_in_flight(), unacked.size());
    }
  }
}

// With gaps inside batches the answer may be late but is never too far, never
// goes back, and is exact once everything is acked.
TEST(Progress, IsNeverAheadOfBruteForceOnBatchesWithGaps) {
  for (uint32_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    Progress progress;
    BruteForce model;
    std::vector<int64_t> unacked;
    int64_t next = 0;
    for (int batch = 0; batch < 20; ++batch) {
      const int64_t first = next;
      const int64_t count = 1 + random() % 6;
      for (int64_t i = 0; i < count; ++i) {
        model.Sent(next);
        unacked.push_back(next);
        next += 1 + random() % 3;
      }
      ASSERT_TRUE(progress.Sent(U(first), U(unacked.back()), count).ok());
    }
    std::shuffle(unacked.begin(), unacked.end(), random);
    Committable before;
    for (const int64_t offset : unacked) {
      progress.Acked(U(offset), 1);
      model.Acked(offset);
      ASSERT_LE(progress.Committable(), model.Answer());
      ASSERT_GE(progress.Committable(), before);
      before = progress.Committable();
    }
    ASSERT_EQ(progress.Committable(), model.Answer());
    ASSERT_TRUE(progress.idle());
  }
}

}  // namespace
}  // namespace mirror::internal
