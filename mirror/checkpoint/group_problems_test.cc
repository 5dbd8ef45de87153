// SPDX-License-Identifier: Apache-2.0

#include "mirror/checkpoint/group_problems.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(GroupProblems, TellWhenOneBeginsChangesAndEnds) {
  GroupProblems problems("A->B");
  problems.Note("billing", "forbidden", "solved");
  auto events = problems.TakeEvents();
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].kind, EngineEvent::Kind::kGroupProblem);
  EXPECT_EQ(events[0].group, "billing");
  EXPECT_EQ(events[0].message, "forbidden");
  problems.Note("billing", "forbidden", "solved");
  problems.Note("other", "", "solved");
  EXPECT_THAT(problems.TakeEvents(), IsEmpty());
  problems.Note("billing", "", "solved");
  events = problems.TakeEvents();
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].kind, EngineEvent::Kind::kGroupRecovered);
  EXPECT_EQ(events[0].message, "solved");
  EXPECT_THAT(problems.reasons(), IsEmpty());
}

TEST(GroupProblems, DoNotFloodTheLog) {
  GroupProblems problems("A->B");
  for (int i = 0; i < 1000; ++i) {
    problems.Note(std::to_string(i), "forbidden", "solved");
  }
  const auto events = problems.TakeEvents();
  ASSERT_THAT(events, SizeIs(10));
  EXPECT_THAT(events[9].message, HasSubstr("990 other groups"));
  EXPECT_THAT(problems.reasons(), SizeIs(1000));
}

TEST(GroupProblems, ForgetGroupsOfOthersSilently) {
  GroupProblems problems("A->B");
  problems.Note("mine", "forbidden", "solved");
  problems.Note("yours", "forbidden", "solved");
  problems.TakeEvents();
  problems.ForgetAllBut({"mine"});
  EXPECT_THAT(problems.reasons(), SizeIs(1));
  EXPECT_THAT(problems.TakeEvents(), IsEmpty());
}

}  // namespace
}  // namespace mirror::internal
