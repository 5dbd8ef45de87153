// SPDX-License-Identifier: Apache-2.0

#include "mirror/client/best_position.h"

#include <optional>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "mirror/model/position.h"

namespace mirror::internal {
namespace {

using Origin = GroupPosition::Origin;

const TopicPartition& Orders() {
  static const auto* const kOrders = new TopicPartition{"orders", 0};
  return *kOrders;
}

struct Case {
  std::string name;
  // What the index knows: source 0 to 99 are target 500 to 599; and, if
  // `gap`, source 200 to 299 target 650 to 749.
  bool gap;
  int64_t u;
  int64_t d;
  std::optional<int64_t> log_end;
  int64_t offset;
  Exactness exactness;
  Origin origin;
};

class BestPositionTest : public testing::TestWithParam<Case> {};

TEST_P(BestPositionTest, IsTheFurthestSafeOne) {
  const Case& test = GetParam();
  OffsetSyncStore store;
  store.Begin(Orders(), UpstreamOffset(0),
              {DownstreamOffset(500), DownstreamOffset(500)});
  store.Append(Orders(), {{UpstreamOffset(0), DownstreamOffset(500), 100}});
  if (test.gap) {
    store.Resume(Orders(), UpstreamOffset(200), UnindexedCopies::kNone);
    store.Append(Orders(), {{UpstreamOffset(200), DownstreamOffset(650), 100}});
  }
  const Checkpoint checkpoint{"billing",
                              {"A.orders", 0},
                              UpstreamOffset(test.u),
                              DownstreamOffset(test.d),
                              "note"};
  std::optional<DownstreamOffset> log_end;
  if (test.log_end) log_end = DownstreamOffset(*test.log_end);
  const GroupPosition position =
      BestPosition(checkpoint, &store, Orders(), log_end);
  EXPECT_EQ(position,
            (GroupPosition{DownstreamOffset(test.offset), test.exactness,
                           test.origin, UpstreamOffset(test.u), "note"}))
      << position;
}

constexpr auto kExact = Exactness::kExact;
constexpr auto kLowerBound = Exactness::kLowerBound;
constexpr auto kUnknown = Exactness::kUnknown;

INSTANTIATE_TEST_SUITE_P(All, BestPositionTest,
                         testing::ValuesIn(std::vector<Case>{
                             {"IndexBeatsAnOlderCheckpoint", false, 50, 501,
                              600, 550, kExact, Origin::kIndex},
                             {"IndexBeatsACheckpointPastIt", false, 50, 580,
                              600, 550, kExact, Origin::kIndex},
                             {"AtTheEndOfTheIndex", false, 100, 501, 600, 600,
                              kExact, Origin::kIndex},
                             {"PastTheIndex", false, 120, 501, 700, 600,
                              kLowerBound, Origin::kIndex},
                             {"PastTheIndexTheCheckpointKnowsMore", false, 120,
                              610, 700, 610, kLowerBound, Origin::kCheckpoint},
                             {"CheckpointPastTheLogIsOfAnEarlierTopic", false,
                              120, 5000, 700, 600, kLowerBound, Origin::kIndex},
                             {"IndexPastTheLogIsOfAnEarlierTopic", false, 50,
                              30, 40, 30, kLowerBound, Origin::kCheckpoint},
                             {"BothPastTheLog", false, 50, 501, 40, 0, kUnknown,
                              Origin::kNone},
                             {"NoSuchTopicAnyMore", false, 50, 501,
                              std::nullopt, 0, kUnknown, Origin::kNone},
                             {"TheIndexContradictsTheCheckpoint", true, 120,
                              700, 750, 600, kLowerBound, Origin::kIndex},
                         }),
                         [](const auto& test) { return test.param.name; });

TEST(BestPosition, IsTheCheckpointsWithoutAnIndexOrASourceName) {
  const Checkpoint checkpoint{"billing",
                              {"A.orders", 0},
                              UpstreamOffset(50),
                              DownstreamOffset(501),
                              /*metadata=*/""};
  const GroupPosition expected{DownstreamOffset(501), kLowerBound,
                               Origin::kCheckpoint, UpstreamOffset(50), ""};
  const OffsetSyncStore store;
  const DownstreamOffset end(600);
  EXPECT_EQ(BestPosition(checkpoint, nullptr, Orders(), end), expected);
  EXPECT_EQ(BestPosition(checkpoint, &store, Orders(), end), expected);
  EXPECT_EQ(BestPosition(checkpoint, &store, std::nullopt, end), expected);
}

}  // namespace
}  // namespace mirror::internal
