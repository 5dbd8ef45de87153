// SPDX-License-Identifier: Apache-2.0

#include "mirror/model/format_count.h"

#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

TEST(FormatCountTest, CountsHaveCommas) {
  EXPECT_EQ(FormatCount(0), "0");
  EXPECT_EQ(FormatCount(999), "999");
  EXPECT_EQ(FormatCount(1000), "1,000");
  EXPECT_EQ(FormatCount(1234567), "1,234,567");
  EXPECT_EQ(FormatCount(-123), "-123");
  EXPECT_EQ(FormatCount(-123456), "-123,456");
}

}  // namespace
}  // namespace mirror::internal
