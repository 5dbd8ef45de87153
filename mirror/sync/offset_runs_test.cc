// SPDX-License-Identifier: Apache-2.0

#include "mirror/sync/offset_runs.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

Translation Exact(int64_t d) {
  return {DownstreamOffset(d), Exactness::kExact};
}
Translation AtLeast(int64_t d) {
  return {DownstreamOffset(d), Exactness::kLowerBound};
}
BackTranslation BackExact(int64_t u) {
  return {UpstreamOffset(u), Exactness::kExact};
}
BackTranslation BackAtLeast(int64_t u) {
  return {UpstreamOffset(u), Exactness::kLowerBound};
}

// OffsetRuns with plain numbers.
class Runs {
 public:
  explicit Runs(size_t max_runs = 1000) : runs_(max_runs) {}

  Runs& Append(int64_t u, int64_t d, int64_t count) {
    EXPECT_TRUE(runs_.Append(UpstreamOffset(u), DownstreamOffset(d), count));
    return *this;
  }
  Runs& Begin(int64_t u, int64_t d) {
    runs_.Begin(UpstreamOffset(u), DownstreamOffset(d));
    return *this;
  }
  Runs& Resume(int64_t u, UnindexedCopies unindexed) {
    runs_.Resume(UpstreamOffset(u), unindexed);
    return *this;
  }
  Translation At(int64_t u) const { return runs_.Translate(UpstreamOffset(u)); }
  BackTranslation Back(int64_t d) const {
    return runs_.TranslateBack(DownstreamOffset(d));
  }
  OffsetRuns* operator->() { return &runs_; }

 private:
  OffsetRuns runs_;
};

TEST(OffsetRuns, KnowNothingAtFirst) {
  Runs runs;
  EXPECT_EQ(runs.At(0), Translation());
  EXPECT_EQ(runs.Back(0), BackTranslation());
}

TEST(OffsetRuns, AMillionConsecutiveRecordsAreOneRun) {
  Runs runs;
  for (int64_t i = 0; i < 1000000; ++i)
    runs->Append(UpstreamOffset(i), DownstreamOffset(i + 7), 1);
  EXPECT_EQ(runs->size(), 1u);
  EXPECT_EQ(runs.At(123456), Exact(123463));
}

TEST(OffsetRuns, AnswerInsideBetweenAndPastRuns) {
  Runs runs;
  runs.Append(10, 100, 10).Append(25, 111, 5);
  EXPECT_EQ(runs.At(9), Translation());  // before the first run
  EXPECT_EQ(runs.At(10), Exact(100));    // inside
  EXPECT_EQ(runs.At(19), Exact(109));
  EXPECT_EQ(runs.At(20), Exact(110));  // at the end
  EXPECT_EQ(runs.At(24), Exact(110));  // between
  EXPECT_EQ(runs.At(25), Exact(111));
  EXPECT_EQ(runs.At(30), Exact(116));    // caught up
  EXPECT_EQ(runs.At(31), AtLeast(116));  // past the newest
}

TEST(OffsetRuns, TranslateBackFromTheSameRuns) {
  Runs runs;
  runs.Append(10, 100, 10).Append(25, 112, 5);
  EXPECT_EQ(runs.Back(99), BackTranslation());
  EXPECT_EQ(runs.Back(105), BackExact(15));
  EXPECT_EQ(runs.Back(110), BackExact(20));
  EXPECT_EQ(runs.Back(111), BackExact(20));
  EXPECT_EQ(runs.Back(113), BackExact(26));
  EXPECT_EQ(runs.Back(117), BackExact(30));
  EXPECT_EQ(runs.Back(118), BackAtLeast(30));
}

TEST(OffsetRuns, BelowWhereCopyingBeganIsTheFirstCopy) {
  Runs runs;
  runs.Begin(10, 100);
  EXPECT_EQ(runs.At(3), Exact(100));
  EXPECT_EQ(runs.At(10), Exact(100));
  EXPECT_EQ(runs.At(11), AtLeast(100));
  runs.Append(12, 100, 5);  // 10 and 11 are markers
  EXPECT_EQ(runs->size(), 1u);
  EXPECT_EQ(runs.At(3), Exact(100));
  EXPECT_EQ(runs.Back(3), BackExact(12));
}

TEST(OffsetRuns, ACleanRestartContinuesTheSameRun) {
  Runs runs;
  runs.Append(0, 0, 100).Resume(100, UnindexedCopies::kPossible);
  runs.Append(100, 100, 50);
  EXPECT_EQ(runs->size(), 1u);
  EXPECT_EQ(runs.At(120), Exact(120));
}

TEST(OffsetRuns, WhatARestartHasNotReachedStaysInItsOldPlace) {
  Runs runs;
  runs.Append(0, 0, 101).Resume(50, UnindexedCopies::kPossible);
  runs.Append(50, 101, 21);  // 50..70 again
  // 71..100 are at 71..100 only: starting at 122 would lose them.
  EXPECT_EQ(runs.At(49), Exact(49));
  EXPECT_EQ(runs.At(60), AtLeast(71));
  EXPECT_EQ(runs.At(80), AtLeast(80));
  EXPECT_EQ(runs.At(101), AtLeast(122));
  EXPECT_EQ(runs.Back(60), BackAtLeast(50));
  runs.Append(71, 122, 30);  // 71..100 again
  EXPECT_EQ(runs.At(49), Exact(49));
  EXPECT_EQ(runs.At(60), Exact(111));
  EXPECT_EQ(runs.At(80), Exact(131));
  EXPECT_EQ(runs.At(101), Exact(152));
  EXPECT_EQ(runs.Back(131), BackExact(80));
  EXPECT_EQ(runs.Back(60), BackExact(50));
}

TEST(OffsetRuns, UnindexedCopiesCountUntilTheyAreMadeAgain) {
  Runs runs;
  // 101..150 were copied to 101..150, then the mirror was killed.
  runs.Append(0, 0, 101).Resume(101, UnindexedCopies::kPossible);
  runs.Append(101, 151, 10);
  EXPECT_EQ(runs.At(105), AtLeast(101));
  EXPECT_EQ(runs.At(120), AtLeast(101));  // the only copy is at 120
  // Had one been refused, copies of later records could be among them.
  runs.Append(111, 161, 39 + kMaxRecordsInFlight);
  EXPECT_EQ(runs.At(120), AtLeast(101));
  runs.Append(150 + kMaxRecordsInFlight, 200 + kMaxRecordsInFlight, 1);
  EXPECT_EQ(runs.At(105), Exact(155));
  EXPECT_EQ(runs.At(120), Exact(170));
}

TEST(OffsetRuns, UnindexedCopiesAreOfNoMoreRecordsThanTheSourceHas) {
  OffsetRuns runs;
  runs.Append(UpstreamOffset(0), DownstreamOffset(0), 101);
  runs.Resume(UpstreamOffset(101), UnindexedCopies::kPossible);
  runs.Append(UpstreamOffset(101), DownstreamOffset(151), 10,
              UpstreamOffset(121));
  EXPECT_EQ(runs.Translate(UpstreamOffset(105)), AtLeast(101));
  runs.Append(UpstreamOffset(111), DownstreamOffset(161), 10);
  EXPECT_EQ(runs.Translate(UpstreamOffset(105)), Exact(155));
}

TEST(OffsetRuns, TheEndOfTheLogEndsCatchingUpHoweverHoleyItIs) {
  OffsetRuns runs;
  runs.Append(UpstreamOffset(0), DownstreamOffset(0), 101);
  runs.Resume(UpstreamOffset(101), UnindexedCopies::kPossible);
  // Of 101..120 half are markers, so fewer records come than offsets.
  runs.Append(UpstreamOffset(101), DownstreamOffset(151), 10,
              UpstreamOffset(121));
  runs.Pass(UpstreamOffset(111));
  EXPECT_EQ(runs.Translate(UpstreamOffset(105)), AtLeast(101));
  runs.Pass(UpstreamOffset(121));
  EXPECT_EQ(runs.Translate(UpstreamOffset(105)), Exact(155));
  EXPECT_EQ(runs.Translate(UpstreamOffset(121)), Exact(161));
}

TEST(OffsetRuns, ExactlyOnceLeavesNoUnindexedCopies) {
  Runs runs;
  runs.Append(0, 0, 101).Resume(101, UnindexedCopies::kNone);
  runs.Append(101, 151, 10);  // 101..150 on the target were aborted
  EXPECT_EQ(runs.At(105), Exact(155));
}

TEST(OffsetRuns, ARecordGoneSinceDoesNotHoldTheNewCopiesBack) {
  Runs runs;
  runs.Append(0, 0, 101).Resume(50, UnindexedCopies::kPossible);
  runs.Append(50, 101, 30).Append(81, 131, 20);  // 80 was compacted away
  EXPECT_EQ(runs.At(60), Exact(111));
  EXPECT_EQ(runs.At(80), Exact(131));
}

TEST(OffsetRuns, WithoutResumeAGapIsABound) {
  OffsetRuns runs;
  const OffsetRun first{UpstreamOffset(0), DownstreamOffset(0), 10};
  runs.Apply({first});
  ASSERT_TRUE(runs.Append(UpstreamOffset(15), DownstreamOffset(12), 5));
  EXPECT_EQ(runs.Translate(UpstreamOffset(12)), AtLeast(10));
}

TEST(OffsetRuns, ATargetThatWentBackIsRefused) {
  Runs runs;
  runs.Append(0, 100, 10);
  EXPECT_FALSE(runs->Append(UpstreamOffset(10), DownstreamOffset(50), 1));
  EXPECT_EQ(runs.At(5), Exact(105));
}

TEST(OffsetRuns, ThinningDegradesTheOldestToBounds) {
  Runs runs(100);
  for (int64_t i = 0; i < 101; ++i) runs.Append(i * 10, i * 6, 5);
  EXPECT_LE(runs->size(), 100u);
  EXPECT_GT(runs->thinned(), 0);
  EXPECT_EQ(runs.At(3), Exact(3));     // the first run stays
  EXPECT_EQ(runs.At(12), AtLeast(5));  // forgotten
  EXPECT_EQ(runs.At(22), Exact(14));
  EXPECT_EQ(runs.At(1002), Exact(602));  // the newest stay
}

TEST(OffsetRuns, BelowTheLogStartRunsAreForgotten) {
  Runs runs;
  runs.Begin(0, 0).Append(0, 0, 10).Append(20, 10, 10).Append(40, 20, 10);
  runs->DropBelow(UpstreamOffset(25));
  EXPECT_EQ(runs->size(), 2u);
  EXPECT_EQ(runs.At(15), Exact(10));  // nothing was copied between
  EXPECT_EQ(runs.At(5), Translation());
  EXPECT_EQ(runs.At(25), Exact(15));
}

TEST(OffsetRuns, OlderSyncsFillInWhereTheyFit) {
  OffsetRuns runs;
  runs.Append(UpstreamOffset(100), DownstreamOffset(200), 10);
  EXPECT_TRUE(runs.ApplySync(UpstreamOffset(50), DownstreamOffset(60)));
  EXPECT_TRUE(runs.ApplySync(UpstreamOffset(60), DownstreamOffset(203)));
  EXPECT_TRUE(runs.ApplySync(UpstreamOffset(105), DownstreamOffset(205)));
  EXPECT_EQ(runs.size(), 2u);
  EXPECT_EQ(runs.Translate(UpstreamOffset(70)), AtLeast(61));
  EXPECT_EQ(runs.Translate(UpstreamOffset(105)), Exact(205));
}

// No mirror writes such a mark, but a topic may hold anything.
TEST(OffsetRuns, AMarkThatCatchesUpDoesNotHideWhatIsKnown) {
  OffsetRuns runs;
  runs.Append(UpstreamOffset(0), DownstreamOffset(0), 90);
  OffsetRun mark{UpstreamOffset(140), DownstreamOffset(90), 0};
  mark.unindexed = 2;
  runs.Apply({mark});
  ASSERT_TRUE(runs.catching_up());
  EXPECT_EQ(runs.TranslateBack(DownstreamOffset(89)), BackExact(89));
  EXPECT_EQ(runs.TranslateBack(DownstreamOffset(90)), BackAtLeast(140));
}

TEST(OffsetRuns, ContradictionsAreIgnored) {
  OffsetRuns runs;
  runs.Append(UpstreamOffset(100), DownstreamOffset(200), 10);
  const OffsetRun odd{UpstreamOffset(7), DownstreamOffset(203), 3};
  runs.Apply({odd});
  EXPECT_EQ(runs.size(), 1u);
  EXPECT_EQ(runs.Translate(UpstreamOffset(105)), Exact(205));
}

}  // namespace
}  // namespace mirror::internal
