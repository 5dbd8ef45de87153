// SPDX-License-Identifier: Apache-2.0

#include "mirror/daemon/text_table.h"

#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

TEST(TextTableTest, ColumnsAreAligned) {
  const TextTable table{
      {{"topic"}, {"lag", true}, {"reason"}},
      {{"orders", "1,200", ""}, {"gr\u00fc\u00dfe", "7", "a b"}}};
  EXPECT_EQ(FormatTable(table),
            "topic     lag  reason\n"
            "orders  1,200  -\n"
            "gr\u00fc\u00dfe       7  a b\n");
  EXPECT_EQ(FormatTable({{{"a"}, {"b", true}}, {}}), "a  b\n");
}

TEST(TextTableTest, NamesDoNothingToTheTerminal) {
  EXPECT_EQ(FormatTable({{{"group"}}, {{"\x1b[2J\n\xff"}}}),
            "group\n\\u{1b}[2J\\u{a}\\xff\n");
}

}  // namespace
}  // namespace mirror::internal
