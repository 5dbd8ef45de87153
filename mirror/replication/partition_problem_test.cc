// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/partition_problem.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mirror {
namespace {

using ::testing::HasSubstr;

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

TEST(PartitionProblem, RemediesNameTopicAndCluster) {
  EXPECT_THAT(TargetRemedy(PROBLEM_RECORD_REFUSED, "B", "A.orders"),
              HasSubstr("max.message.bytes of topic A.orders on cluster B"));
  EXPECT_THAT(TargetRemedy(PROBLEM_NOT_AUTHORIZED, "B", "A.orders"),
              HasSubstr("allow WRITE on topic A.orders of cluster B"));
  EXPECT_EQ(TargetRemedy(PROBLEM_OTHER, "B", "A.orders"), "");
}

}  // namespace
}  // namespace mirror
