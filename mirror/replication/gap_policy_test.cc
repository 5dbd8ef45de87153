// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/gap_policy.h"

#include <optional>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mirror {
namespace {

using ::testing::HasSubstr;

constexpr PartitionBounds kLog{UpstreamOffset(100), UpstreamOffset(200)};

std::optional<int64_t> Start(std::optional<int64_t> wanted, GapPolicy on_gap,
                             StartAt start_at = StartAt::kEarliest) {
  std::optional<UpstreamOffset> offset;
  if (wanted.has_value()) offset = UpstreamOffset(*wanted);
  const auto start = DecideStart(offset, kLog, on_gap, start_at).start;
  if (!start.has_value()) return std::nullopt;
  return start->value();
}

TEST(DecideStart, BeginsWhereTheOptionSaysWithoutProgress) {
  EXPECT_EQ(Start(std::nullopt, GapPolicy::kStop), 100);
  EXPECT_EQ(Start(std::nullopt, GapPolicy::kStop, StartAt::kLatest), 200);
}

TEST(DecideStart, GoesOnWhereTheLogHasTheOffset) {
  for (const int64_t wanted : {100, 150, 200}) {
    EXPECT_EQ(Start(wanted, GapPolicy::kStop), wanted);
  }
}

TEST(DecideStart, StopsAtAGapByDefault) {
  EXPECT_EQ(Start(99, GapPolicy::kStop), std::nullopt);
  EXPECT_EQ(Start(201, GapPolicy::kStop), std::nullopt);
}

TEST(DecideStart, SkipsOrReseedsWhenTold) {
  EXPECT_EQ(Start(50, GapPolicy::kSkip), 100);
  EXPECT_EQ(Start(50, GapPolicy::kReseed), 100);
  EXPECT_EQ(Start(500, GapPolicy::kSkip), 200);
  EXPECT_EQ(Start(500, GapPolicy::kReseed), 100);
}

TEST(DecideStart, NamesTheRecordsThatAreMissing) {
  EXPECT_THAT(DecideStart(UpstreamOffset(40), kLog, GapPolicy::kSkip,
                          StartAt::kEarliest)
                  .gap,
              HasSubstr("40 to 99"));
  EXPECT_THAT(DecideStart(UpstreamOffset(500), kLog, GapPolicy::kStop,
                          StartAt::kEarliest)
                  .gap,
              HasSubstr("ends at 200, below 500"));
}

}  // namespace
}  // namespace mirror
