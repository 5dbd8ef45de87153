// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/sink_budget.h"

#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

TEST(SinkBudgetTest, WhatIsFreeShrinksAndGrowsWithWhatIsTaken) {
  SinkBudget budget(800);
  int64_t first = 0;
  int64_t second = 0;
  budget.Note(300, &first);
  budget.Note(100, &second);
  EXPECT_EQ(budget.Share(2, false).free_bytes, 100);
  budget.Note(50, &first);
  EXPECT_EQ(budget.Share(2, false).free_bytes, 350);
  EXPECT_EQ(first, 50);
}

TEST(SinkBudgetTest, WhatEachOwnsTogetherIsAQuarterAndNeverTaken) {
  SinkBudget budget(800);
  int64_t noted = 0;
  budget.Note(10000, &noted);
  EXPECT_EQ(budget.Share(10, true).own_bytes, 20);
  EXPECT_LT(budget.Share(10, true).free_bytes, 0);
  EXPECT_TRUE(budget.Share(10, true).crowded);
}

TEST(SinkBudgetTest, WithoutPartitionsThereIsAShare) {
  EXPECT_EQ(SinkBudget(800).Share(0, false).own_bytes, 200);
}

}  // namespace
}  // namespace mirror::internal
