// SPDX-License-Identifier: Apache-2.0

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "mirror/policy/filters.h"

namespace mirror::internal {
namespace {

TEST(RegexConfigPropertyFilter, ExcludesWhatBelongsToTheClusterByDefault) {
  const auto filter = RegexConfigPropertyFilter::Create().value();
  for (const char* property :
       {"follower.replication.throttled.replicas",
        "leader.replication.throttled.replicas",
        "message.timestamp.difference.max.ms", "message.timestamp.type",
        "unclean.leader.election.enable", "min.insync.replicas"}) {
    EXPECT_FALSE(filter->ShouldReplicateConfigProperty(property)) << property;
  }
  for (const char* property :
       {"retention.ms", "cleanup.policy", "message.timestamp.type.x"}) {
    EXPECT_TRUE(filter->ShouldReplicateConfigProperty(property)) << property;
  }
}

TEST(RegexConfigPropertyFilter, EmptyListExcludesNothing) {
  const auto filter = RegexConfigPropertyFilter::Create("").value();
  EXPECT_TRUE(filter->ShouldReplicateConfigProperty("min.insync.replicas"));
}

TEST(RegexConfigPropertyFilter, TakesDefaultsFromTheTargetByDefault) {
  EXPECT_FALSE(
      RegexConfigPropertyFilter::Create().value()->ShouldReplicateSourceDefault(
          "retention.ms"));
  EXPECT_TRUE(RegexConfigPropertyFilter::Create("", ClusterSide::kSource)
                  .value()
                  ->ShouldReplicateSourceDefault("retention.ms"));
}

TEST(RegexConfigPropertyFilter, NamesThePropertyOfABadExpression) {
  const auto filter = RegexConfigPropertyFilter::Create("a(?=b)");
  EXPECT_EQ(filter.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(absl::StartsWith(filter.status().message(),
                               "config.properties.exclude: "));
}

}  // namespace
}  // namespace mirror::internal
