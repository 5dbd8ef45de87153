// SPDX-License-Identifier: Apache-2.0

#include "mirror/http/value_text.h"

#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

TEST(ValueTextTest, TimesHaveTwoUnitsAtMost) {
  EXPECT_EQ(FormatMs(-5), "0 s") << "clocks of two machines differ";
  EXPECT_EQ(FormatMs(0), "0 s");
  EXPECT_EQ(FormatMs(1), "0.1 s") << "not 0";
  EXPECT_EQ(FormatMs(449), "0.4 s");
  EXPECT_EQ(FormatMs(59'999), "59 s");
  EXPECT_EQ(FormatMs(60'000), "1 m");
  EXPECT_EQ(FormatMs(200'000), "3 m 20 s");
  EXPECT_EQ(FormatMs(5 * 3'600'000 + 600'000), "5 h 10 m");
  EXPECT_EQ(FormatMs(49LL * 3'600'000), "2 d 1 h");
}

TEST(ValueTextTest, RatesAreExactIfSmall) {
  EXPECT_EQ(FormatRate(0), "0/s");
  EXPECT_EQ(FormatRate(0.01), "0.1/s") << "not 0";
  EXPECT_EQ(FormatRate(9.94), "9.9/s");
  EXPECT_EQ(FormatRate(19999.6), "20,000/s");
}

TEST(ValueTextTest, StatesAreWords) {
  EXPECT_EQ(StateText(PARTITION_RUNNING, PROBLEM_NONE), "running");
  EXPECT_EQ(StateText(PARTITION_BACKING_OFF, PROBLEM_RECORD_REFUSED),
            "backing off: record refused");
}

}  // namespace
}  // namespace mirror::internal
