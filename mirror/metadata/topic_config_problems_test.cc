// SPDX-License-Identifier: Apache-2.0

#include "mirror/metadata/topic_config_problems.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using ::testing::SizeIs;

TEST(TopicConfigProblems, TellWhenOneBeginsChangesAndEnds) {
  TopicConfigProblems problems("A->B");
  auto events = problems.Update({{{"A.orders", ""}, "forbidden"}});
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].kind, EngineEvent::Kind::kTopicConfigRefused);
  EXPECT_EQ(events[0].flow, "A->B");
  EXPECT_EQ(events[0].topic, "A.orders");
  EXPECT_EQ(events[0].message, "forbidden");
  EXPECT_THAT(problems.Update({{{"A.orders", ""}, "forbidden"}}), IsEmpty());
  EXPECT_THAT(problems.Update({{{"A.orders", ""}, "other"}}), SizeIs(1));
  events = problems.Update({});
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].kind, EngineEvent::Kind::kTopicConfigsChanged);
  EXPECT_THAT(problems.reasons(), IsEmpty());
}

TEST(TopicConfigProblems, SingleConfigsAreKnownByName) {
  TopicConfigProblems problems("A->B");
  problems.Update(
      {{{"A.orders", "retention.ms"}, "no"}, {{"A.payments", ""}, "no"}});
  EXPECT_THAT(problems.Configs(),
              ElementsAre(Pair("A.orders", "retention.ms")));
  // That it is set at last is an event of its own.
  EXPECT_THAT(problems.Update({{{"A.payments", ""}, "no"}}), IsEmpty());
}

TEST(TopicConfigProblems, DoNotFloodTheLog) {
  TopicConfigProblems problems("A->B");
  TopicConfigProblems::Reasons reasons;
  for (int i = 0; i < 1000; ++i) reasons[{std::to_string(i), ""}] = "no";
  const auto events = problems.Update(reasons);
  ASSERT_THAT(events, SizeIs(10));
  EXPECT_THAT(events[9].message, HasSubstr("990 other"));
}

TEST(TopicConfigProblems, NameWhatToGrant) {
  const absl::Status denied = absl::PermissionDeniedError("cluster B: no");
  EXPECT_THAT(NotDescribed(denied, "A.orders", "B"),
              AllOf(HasSubstr("cluster B: no"),
                    HasSubstr("allow DESCRIBE_CONFIGS on topic A.orders on "
                              "cluster B")));
  EXPECT_THAT(NotAltered(denied, "A.orders", "B"),
              HasSubstr("allow ALTER_CONFIGS on topic A.orders on cluster B"));
  EXPECT_THAT(NotAltered(absl::UnavailableError("gone"), "A.orders", "B"),
              AllOf(HasSubstr("gone"), Not(HasSubstr("allow"))));
}

TEST(TopicConfigProblems, NameTheRefusedConfigAndWhatToDo) {
  const absl::Status refusal = absl::InvalidArgumentError("cluster B: no");
  EXPECT_THAT(NotChanged(refusal, {"retention.ms", "5", "1000", ""}),
              AllOf(HasSubstr("retention.ms is not set to 1000: cluster B: no"),
                    HasSubstr("config.properties.exclude")));
  EXPECT_THAT(NotChanged(refusal, {"retention.ms", "5", std::nullopt, ""}),
              HasSubstr("retention.ms is not reset to the default"));
}

}  // namespace
}  // namespace mirror::internal
