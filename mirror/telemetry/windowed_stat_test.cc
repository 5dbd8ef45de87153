// SPDX-License-Identifier: Apache-2.0

#include "mirror/telemetry/windowed_stat.h"

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1700000000);

TEST(WindowedStat, HasNothingBeforeTheFirstValue) {
  WindowedStat stat;
  EXPECT_FALSE(stat.last().has_value());
  EXPECT_FALSE(stat.Window(kStart).has_value());
}

TEST(WindowedStat, SummarisesTheValuesOfTwoSamples) {
  WindowedStat stat;
  stat.Record(10, kStart);
  stat.Record(2, kStart + absl::Seconds(29));
  stat.Record(6, kStart + absl::Seconds(31));
  const auto window = stat.Window(kStart + absl::Seconds(31));
  ASSERT_TRUE(window.has_value());
  EXPECT_EQ(window->min, 2);
  EXPECT_EQ(window->max, 10);
  EXPECT_EQ(window->avg, 6);
  EXPECT_EQ(stat.last(), 6);
}

TEST(WindowedStat, ForgetsASampleAfterAMinute) {
  WindowedStat stat;
  stat.Record(100, kStart);
  stat.Record(1, kStart + absl::Seconds(35));
  const auto window = stat.Window(kStart + absl::Seconds(61));
  ASSERT_TRUE(window.has_value());
  EXPECT_EQ(window->max, 1);
  EXPECT_FALSE(stat.Window(kStart + absl::Seconds(120)).has_value());
  EXPECT_EQ(stat.last(), 1);
}

}  // namespace
}  // namespace mirror::internal
