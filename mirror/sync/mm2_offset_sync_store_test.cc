// SPDX-License-Identifier: Apache-2.0
//
// The model against what MM2 is known to do, and ours beside it.

#include "mirror/sync/mm2_offset_sync_store.h"

#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "mirror/sync/offset_sync_store.h"

namespace mirror::internal {
namespace {

const TopicPartition kTp{"orders", 3};

void ApplySteps(int64_t first, int64_t last, int64_t step,
                Mm2OffsetSyncStore* store) {
  for (int64_t u = first; u <= last; u += step) store->Apply(u, u);
}

TEST(Mm2OffsetSyncStore, KeepsSyncsAtGrowingDistances) {
  struct Row {
    int64_t last, step;
    const char* slots;
  };
  for (const Row& row : std::vector<Row>{
           {4, 1, "[0]4 [1]3 [2]2 [3]0"},
           {8, 1, "[0]8 [1]7 [2]6 [3]4 [4]0"},
           {16, 1, "[0]16 [1]15 [2]14 [3]12 [4]8 [5]0"},
           {500, 100, "[0]500 [8]400 [9]200 [10]0"},
           {2000, 100, "[0]2000 [8]1900 [9]1800 [10]1600 [11]800 [12]0"}}) {
    Mm2OffsetSyncStore store;
    store.FinishRead();
    ApplySteps(0, row.last, row.step, &store);
    EXPECT_EQ(store.ToString(), row.slots);
  }
}

TEST(Mm2OffsetSyncStore, ReadsItsTopicFromTheStart) {
  Mm2OffsetSyncStore store(/*must_read_to_end=*/false);
  ApplySteps(0, 1000, 10, &store);
  store.FinishRead();
  EXPECT_EQ(store.ToString(),
            "[0]1000 [5]990 [6]960 [7]900 [8]840 [9]720 [10]480 [11]0");
  ApplySteps(1000, 10000, 10, &store);
  EXPECT_EQ(store.ToString(),
            "[0]10000 [5]9990 [6]9960 [7]9900 [8]9840 [9]9600 [10]9120 "
            "[11]8640 [12]7680 [13]3840 [14]0");
}

TEST(Mm2OffsetSyncStore, ForgetsWhatCameBeforeItMustReadToTheEnd) {
  Mm2OffsetSyncStore store(/*must_read_to_end=*/true);
  ApplySteps(0, 1000, 10, &store);
  store.FinishRead();
  EXPECT_EQ(store.ToString(), "[0]1000");
  ApplySteps(1010, 10000, 10, &store);
  EXPECT_EQ(store.ToString(),
            "[0]10000 [5]9990 [6]9970 [7]9940 [8]9880 [9]9640 [10]9160 "
            "[11]8680 [12]6760 [13]4840 [14]1000");
  store.Apply(1500, 11000);
  EXPECT_EQ(store.ToString(), "[0]1500");
}

// Rows: what is applied, then queries with MM2's answer and ours.
struct Query {
  int64_t u;
  std::optional<int64_t> mm2;
  Translation ours;
};
struct Step {
  std::vector<std::pair<int64_t, int64_t>> syncs;
  std::vector<Query> queries;
};

Translation Exact(int64_t d) {
  return {DownstreamOffset(d), Exactness::kExact};
}
Translation AtLeast(int64_t d) {
  return {DownstreamOffset(d), Exactness::kLowerBound};
}

void CheckSteps(const std::vector<Step>& steps) {
  Mm2OffsetSyncStore mm2;
  mm2.FinishRead();
  OffsetSyncStore ours;
  for (const Step& step : steps) {
    for (const auto& [u, d] : step.syncs) {
      mm2.Apply(u, d);
      ours.ApplySync({kTp, UpstreamOffset(u), DownstreamOffset(d)});
    }
    for (const Query& query : step.queries) {
      EXPECT_EQ(mm2.Translate(query.u), query.mm2) << query.u;
      EXPECT_EQ(ours.Translate(kTp, UpstreamOffset(query.u)), query.ours)
          << query.u;
    }
  }
}

TEST(Mm2Syncs, AreTranslatedAsMm2DoesAndSaidToBeBounds) {
  CheckSteps({
      {{}, {{0, std::nullopt, {}}}},
      {{{100, 200}},
       {{0, -1, {}},
        {100, 200, Exact(200)},
        {101, 201, Exact(201)},
        {150, 201, AtLeast(201)}}},
      {{{150, 251}}, {{150, 251, Exact(251)}, {5, -1, {}}}},
  });
}

TEST(Mm2Syncs, AreNeverForgottenWhereMm2EvictsThem) {
  // Every sync is a fact about the target, so the higher answer is safe too.
  CheckSteps({
      {{{100, 100}, {200, 200}, {300, 300}}, {{250, 201, AtLeast(201)}}},
  });
  CheckSteps({
      {{{175, 175}, {275, 275}, {375, 375}, {475, 475}},
       {{250, 176, AtLeast(176)},
        {370, 176, AtLeast(276)},
        {400, 376, AtLeast(376)}}},
  });
  // The group at 13 stays at 6, where MM2 falls back to 5 and then freezes.
  CheckSteps({
      {{{11, 4}, {12, 5}}, {{13, 6, Exact(6)}}},
      {{{13, 6}, {14, 7}, {15, 8}, {16, 9}, {17, 10}}, {{13, 5, Exact(6)}}},
  });
}

TEST(Mm2Syncs, OfAReplacedTargetStartOver) {
  // MM2 keeps 150 -> 251, beyond the end of the new target log.
  CheckSteps({
      {{{100, 200}, {150, 251}}, {{150, 251, Exact(251)}}},
      {{{200, 10}}, {{150, 251, {}}, {200, 10, Exact(10)}}},
  });
}

TEST(Mm2Syncs, OfARestartWaitUntilAllIsCopiedAgain) {
  // MM2 jumps to the new copy of 1500 at once: a group that fails over before
  // 1501 to 10000 are copied again misses them. Ours stays before the copies.
  CheckSteps({
      {{{1000, 1000}, {10000, 10000}}, {{2000, 1001, AtLeast(1001)}}},
      {{{1500, 11000}},
       {{1499, -1, AtLeast(1001)},
        {1500, 11000, AtLeast(1001)},
        {2000, 11001, AtLeast(1001)}}},
      {{{10001, 19501}},
       {{1500, 11000, Exact(11000)}, {2000, 11001, AtLeast(11001)}}},
  });
  // Nothing is known below 200 -> 10, and 21 to 199 may lie there.
  CheckSteps({{{{200, 10}, {20, 20}}, {{20, 20, {}}}}});
}

TEST(Mm2Syncs, OursIsNeverBehindMm2WhileCopyingGoesForward) {
  std::mt19937 random(7);
  std::uniform_int_distribution<int64_t> gap(1, 300);
  Mm2OffsetSyncStore mm2;
  mm2.FinishRead();
  OffsetSyncStore ours;
  int64_t u = 0;
  int64_t d = 0;
  for (int i = 0; i < 2000; ++i) {
    const int64_t step = gap(random);
    u += step;
    d += std::uniform_int_distribution<int64_t>(1, step)(random);
    mm2.Apply(u, d);
    ours.ApplySync({kTp, UpstreamOffset(u), DownstreamOffset(d)});
    const int64_t query = std::uniform_int_distribution<int64_t>(0, u)(random);
    const Translation t = ours.Translate(kTp, UpstreamOffset(query));
    ASSERT_GE(t.known() ? t.offset.value() : -1, *mm2.Translate(query))
        << "query " << query;
  }
}

TEST(Mm2Syncs, PrecisionOfMm2BesideTheIndex) {
  Mm2OffsetSyncStore mm2;
  mm2.FinishRead();
  // With lag 100 a sync is due at every 101st record.
  for (int64_t u = 0; u < 1000000; u += 100) mm2.Apply(u, u);
  OffsetSyncStore ours;
  ours.Append(kTp, {{UpstreamOffset(0), DownstreamOffset(0), 1000000}});
  for (const auto& [u, mm2_answer] :
       std::vector<std::pair<int64_t, int64_t>>{{999950, 999901},
                                                {999000, 998401},
                                                {990000, 985601},
                                                {900000, 819201},
                                                {500000, 409601},
                                                {100000, 1}}) {
    EXPECT_EQ(mm2.Translate(u), mm2_answer);
    EXPECT_EQ(ours.Translate(kTp, UpstreamOffset(u)), Exact(u));
  }
}

}  // namespace
}  // namespace mirror::internal
