// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/partition_problem.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Fix(PartitionProblem problem, absl::string_view why) {
  return TargetRemedy(problem, absl::InvalidArgumentError(why), "B",
                      "A.orders");
}

TEST(PartitionProblem, OfTheSourceFollowsTheCode) {
  EXPECT_EQ(SourceProblem(absl::DataLossError("")), PROBLEM_CORRUPT_BATCH);
  EXPECT_EQ(SourceProblem(absl::OutOfRangeError("")), PROBLEM_SOURCE_GAP);
  EXPECT_EQ(SourceProblem(absl::FailedPreconditionError("")),
            PROBLEM_SOURCE_RECREATED);
  EXPECT_EQ(SourceProblem(absl::NotFoundError("")),
            PROBLEM_SOURCE_TOPIC_MISSING);
  EXPECT_EQ(SourceProblem(absl::PermissionDeniedError("")),
            PROBLEM_NOT_AUTHORIZED);
  EXPECT_EQ(SourceProblem(absl::UnavailableError("")), PROBLEM_OTHER);
}

TEST(PartitionProblem, OfTheTargetFollowsTheCode) {
  EXPECT_EQ(TargetProblem(absl::InvalidArgumentError("")),
            PROBLEM_RECORD_REFUSED);
  EXPECT_EQ(TargetProblem(absl::NotFoundError("")),
            PROBLEM_TARGET_TOPIC_MISSING);
  EXPECT_EQ(TargetProblem(absl::UnauthenticatedError("")),
            PROBLEM_NOT_AUTHORIZED);
  EXPECT_EQ(TargetProblem(absl::UnavailableError("")), PROBLEM_OTHER);
}

TEST(PartitionProblem, FixesNameTopicAndCluster) {
  EXPECT_THAT(Fix(PROBLEM_RECORD_REFUSED, "(MSG_SIZE_TOO_LARGE)"),
              HasSubstr("max.message.bytes of topic A.orders on cluster B"));
  EXPECT_THAT(Fix(PROBLEM_NOT_AUTHORIZED, ""),
              HasSubstr("allow WRITE on topic A.orders of cluster B"));
  EXPECT_EQ(Fix(PROBLEM_OTHER, ""), "");
}

TEST(PartitionProblem, FixesOfARejectedRecordFitTheCode) {
  const std::string invalid =
      Fix(PROBLEM_RECORD_REFUSED, "not validated (INVALID_RECORD)");
  EXPECT_THAT(invalid, HasSubstr("no key"));
  EXPECT_THAT(invalid,
              HasSubstr("cleanup.policy of topic A.orders on cluster B"));
  EXPECT_THAT(invalid, Not(HasSubstr("max.message.bytes")));
  const std::string time =
      Fix(PROBLEM_RECORD_REFUSED, "out of range (INVALID_TIMESTAMP)");
  EXPECT_THAT(time, HasSubstr("message.timestamp.after.max.ms"));
  EXPECT_THAT(time, Not(HasSubstr("max.message.bytes")));
  const std::string unknown = Fix(PROBLEM_RECORD_REFUSED, "no idea");
  EXPECT_THAT(unknown, HasSubstr("max.message.bytes"));
  EXPECT_THAT(unknown, HasSubstr("message.timestamp.after.max.ms"));
}

}  // namespace
}  // namespace mirror::internal
