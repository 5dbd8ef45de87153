// SPDX-License-Identifier: Apache-2.0

#include "mirror/flow/topic_problems.h"

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

class TopicProblemsTest : public testing::Test {
 protected:
  int Problems() {
    FlowStatus status;
    problems_.FillStatus(&status);
    return status.topic_problems_size();
  }

  std::vector<EngineEvent> events_;
  TopicProblems problems_{"A->B", absl::Seconds(5), [this](EngineEvent event) {
                            events_.push_back(std::move(event));
                          }};
};

TEST_F(TopicProblemsTest, ReportsAProblemOnceAndKeepsItUntilItEnds) {
  problems_.Note("A.orders", absl::PermissionDeniedError("no"));
  problems_.Note("A.orders", absl::PermissionDeniedError("no"));
  ASSERT_EQ(events_.size(), 1u);
  EXPECT_EQ(events_[0].message, "no; retried every 5s");
  EXPECT_EQ(Problems(), 1);
  problems_.Note("A.orders", absl::OkStatus());
  EXPECT_EQ(Problems(), 0);
}

TEST_F(TopicProblemsTest, ATopicThatIsNoLongerRefusedIsNoProblem) {
  problems_.NoteRefused({{"A.orders", "a cycle"}, {"A.bills", "a cycle"}});
  problems_.NoteRefused({{"A.orders", "a cycle"}});
  EXPECT_EQ(events_.size(), 2u);
  EXPECT_EQ(Problems(), 1);
  problems_.NoteRefused({});
  EXPECT_EQ(Problems(), 0);
}

TEST_F(TopicProblemsTest, ATopicOfTheTargetIsNoTopicOfTheSource) {
  problems_.NoteRefused({{"A.orders", "a cycle"}});
  problems_.Note("A.orders", absl::OkStatus());
  problems_.NoteRefused({{"A.orders", "a cycle"}});
  EXPECT_EQ(events_.size(), 1u);
  EXPECT_EQ(Problems(), 1);
}

}  // namespace
}  // namespace mirror::internal
