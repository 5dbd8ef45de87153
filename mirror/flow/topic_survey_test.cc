// SPDX-License-Identifier: Apache-2.0

#include "mirror/flow/topic_survey.h"

#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/testing/fake_cluster.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal {
namespace {

using absl::StatusCode;
using ::testing::_;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using ::testing::SizeIs;

class TopicSurveyTest : public testing::Test {
 protected:
  TopicSurveyTest() {
    a_.CreateTopic("orders", 2);
    a_.CreateTopic("payments", 1);
    a_.CreateTopic("unwanted", 1);
    b_.CreateTopic("A.orders", 2);
    b_.CreateTopic("other", 1);
  }

  // Orders are on both sides, payments are to be created.
  absl::StatusOr<TopicSurvey> Survey() {
    return SurveyTopics(
        {source_.get(), "A"}, {target_.get(), "B"},
        [](const auto&, const auto&) {
          TopicPlan plan;
          plan.ready = {{"orders", "A.orders", 2}};
          plan.create = {{"payments", {"A.payments", 1, -1, {}}}};
          return plan;
        });
  }

  FakeCluster a_{"A"};
  FakeCluster b_{"B"};
  std::unique_ptr<ClusterAdmin> source_ = a_.NewAdmin("test").value();
  std::unique_ptr<ClusterAdmin> target_ = b_.NewAdmin("test").value();
};

TEST_F(TopicSurveyTest, TellsTheIdsOfWhatIsMirrored) {
  const TopicSurvey survey = Survey().value();
  ASSERT_THAT(survey.plan.ready, SizeIs(1));
  EXPECT_EQ(survey.plan.ready[0].id,
            source_->DescribeTopics({"orders"})[0]->id);
  ASSERT_THAT(survey.plan.create, SizeIs(1));
  EXPECT_EQ(survey.plan.create[0].source_id,
            source_->DescribeTopics({"payments"})[0]->id);
  EXPECT_THAT(survey.on_source, ElementsAre("orders", "payments", "unwanted"));
  EXPECT_THAT(survey.on_target,
              ElementsAre(Pair("A.orders", Not(IsEmpty())), Pair("other", "")));
}

TEST_F(TopicSurveyTest, WhatIsDeletedInBetweenIsOmitted) {
  a_.DeleteTopic("payments");
  b_.DeleteTopic("A.orders");
  const TopicSurvey survey = Survey().value();
  EXPECT_THAT(survey.plan.create, IsEmpty());
  EXPECT_THAT(survey.on_target, ElementsAre(Pair("other", _)));
}

TEST_F(TopicSurveyTest, AnOutageIsAnErrorThatNamesTheCluster) {
  b_.SetDown(true);
  EXPECT_THAT(Survey(), StatusIs(StatusCode::kUnavailable, HasSubstr("B")));
}

}  // namespace
}  // namespace mirror::internal
