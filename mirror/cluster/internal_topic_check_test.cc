// SPDX-License-Identifier: Apache-2.0

#include "mirror/cluster/internal_topic_check.h"

#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/testing/fake_cluster.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal {
namespace {

using Kind = InternalTopicKind;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

constexpr char kTopic[] = "mm2-offsets.A.internal";

class InternalTopicCheckTest : public testing::Test {
 protected:
  InternalTopicCheckTest()
      : cluster_("B", {"", 1, /*waits=*/false}),
        admin_(cluster_.NewAdmin("test").value()) {}

  absl::Status Correct(Kind kind = Kind::kProgress) {
    warnings_.clear();
    return CorrectInternalTopic(admin_.get(), "B", kTopic, kind, &warnings_);
  }
  std::string Config(const std::string& name) {
    return cluster_.TopicConfigs(kTopic)[name];
  }

  FakeCluster cluster_;
  std::unique_ptr<ClusterAdmin> admin_;
  TopicWarnings warnings_;
};

TEST_F(InternalTopicCheckTest, ATopicThatIsNotThereIsLeftToItsCreator) {
  EXPECT_THAT(Correct(), IsOk());
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(InternalTopicCheckTest, ATopicOfOursIsFine) {
  cluster_.CreateTopic(kTopic, 25, InternalTopicConfigs(Kind::kProgress));
  EXPECT_THAT(Correct(), IsOk());
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(InternalTopicCheckTest, APolicyThatDeletesIsSetToCompactWithAWarning) {
  auto configs = InternalTopicConfigs(Kind::kProgress);
  configs["cleanup.policy"] = "compact,delete";
  cluster_.CreateTopic(kTopic, 25, configs);
  EXPECT_THAT(Correct(), IsOk());
  EXPECT_EQ(Config("cleanup.policy"), "compact");
  EXPECT_THAT(warnings_, ElementsAre(Pair(
                             kTopic, AllOf(HasSubstr("cluster B"),
                                           HasSubstr("is compact,delete"),
                                           HasSubstr("was set to compact")))));
  EXPECT_THAT(Correct(), IsOk());
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(InternalTopicCheckTest, APolicyThatDeletesAndMayNotBeAlteredIsAnError) {
  cluster_.CreateTopic(kTopic, 25);
  cluster_.FailAlterConfigs(kTopic, absl::PermissionDeniedError("denied"));
  EXPECT_THAT(
      Correct(),
      StatusIs(absl::StatusCode::kFailedPrecondition,
               AllOf(HasSubstr("cluster B, topic mm2-offsets.A.internal"),
                     HasSubstr("cleanup.policy is delete"),
                     HasSubstr("kafka-configs.sh --bootstrap-server "
                               "BROKERS_OF_B --alter --entity-type topics "
                               "--entity-name mm2-offsets.A.internal "
                               "--add-config cleanup.policy=compact"))));
  EXPECT_EQ(Config("cleanup.policy"), "");
}

TEST_F(InternalTopicCheckTest, HeartbeatsMayBeDeleted) {
  auto configs = InternalTopicConfigs(Kind::kHeartbeats);
  configs["cleanup.policy"] = "delete";
  cluster_.CreateTopic(kTopic, 1, configs);
  EXPECT_THAT(Correct(Kind::kHeartbeats), IsOk());
  EXPECT_EQ(Config("cleanup.policy"), "delete");
}

TEST_F(InternalTopicCheckTest, SegmentsOfKafkasSizeAreMadeSmallWithAWarning) {
  cluster_.CreateTopic(kTopic, 25, {{"cleanup.policy", "compact"}});
  EXPECT_THAT(Correct(), IsOk());
  EXPECT_EQ(Config("segment.bytes"), "4194304");
  EXPECT_EQ(Config("segment.ms"), "3600000");
  EXPECT_THAT(
      warnings_,
      ElementsAre(Pair(kTopic, AllOf(HasSubstr("segment.bytes is 1073741824"),
                                     HasSubstr("was altered")))));
}

TEST_F(InternalTopicCheckTest, SegmentsThatMayNotBeAlteredAreOnlyReported) {
  cluster_.CreateTopic(kTopic, 25, {{"cleanup.policy", "compact"}});
  cluster_.FailAlterConfigs(kTopic, absl::InvalidArgumentError("not here"));
  EXPECT_THAT(Correct(), IsOk());
  EXPECT_THAT(
      warnings_,
      ElementsAre(Pair(kTopic, AllOf(HasSubstr("not here"),
                                     HasSubstr("--add-config segment.bytes="
                                               "4194304,segment.ms=3600000,"
                                               "min.cleanable.dirty.ratio="
                                               "0.1")))));
}

TEST_F(InternalTopicCheckTest, ConfigsThatMayNotBeReadAreReported) {
  cluster_.CreateTopic(kTopic, 25);
  cluster_.FailDescribeConfigs(kTopic, absl::PermissionDeniedError("denied"));
  EXPECT_THAT(Correct(), IsOk());
  EXPECT_THAT(warnings_,
              ElementsAre(Pair(
                  kTopic, AllOf(HasSubstr("allow DESCRIBE_CONFIGS on topic "
                                          "mm2-offsets.A.internal"),
                                HasSubstr("cleanup.policy is compact")))));
}

TEST_F(InternalTopicCheckTest, AReviewSaysWhatWouldBeAlteredAndAltersNothing) {
  cluster_.CreateTopic(kTopic, 25);
  const auto plan = ReviewInternalTopic(admin_.get(), "B", kTopic,
                                        Kind::kProgress, &warnings_);
  ASSERT_THAT(plan, IsOk());
  EXPECT_TRUE(plan->policy.has_value());
  EXPECT_THAT(plan->segments, testing::SizeIs(3));
  EXPECT_THAT(
      warnings_,
      ElementsAre(Pair(kTopic, HasSubstr("does not start if it may not: "
                                         "kafka-configs.sh")),
                  Pair(kTopic, HasSubstr("if it may: kafka-configs.sh"))));
  EXPECT_THAT(cluster_.TopicConfigs(kTopic), IsEmpty());
}

TEST_F(InternalTopicCheckTest, AnOutageIsAnErrorAndTheNextCallSucceeds) {
  cluster_.CreateTopic(kTopic, 25);
  cluster_.SetDown(true);
  EXPECT_THAT(Correct(),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("cluster B")));
  cluster_.SetDown(false);
  cluster_.FailAlterConfigs(kTopic, absl::UnavailableError("busy"));
  EXPECT_THAT(Correct(), StatusIs(absl::StatusCode::kUnavailable));
  cluster_.FailAlterConfigs(kTopic, absl::OkStatus());
  EXPECT_THAT(Correct(), IsOk());
  EXPECT_EQ(Config("cleanup.policy"), "compact");
}

}  // namespace
}  // namespace mirror::internal
