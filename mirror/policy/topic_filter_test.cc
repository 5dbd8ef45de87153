// SPDX-License-Identifier: Apache-2.0

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "mirror/policy/filters.h"

namespace mirror::internal {
namespace {

TEST(RegexTopicFilter, TakesAllButInternalAndReplicaTopicsByDefault) {
  const auto filter = RegexTopicFilter::Create().value();
  for (const char* topic : {"orders", "A.orders", "replica", "internal",
                            "_schemas", "orders.internal.v2", "xinternal"}) {
    EXPECT_TRUE(filter->ShouldReplicateTopic(topic)) << topic;
  }
  for (const char* topic : {"x-internal", "x.internal", "x.replica",
                            "__consumer_offsets", "S.checkpoints.internal"}) {
    EXPECT_FALSE(filter->ShouldReplicateTopic(topic)) << topic;
  }
}

TEST(RegexTopicFilter, ExcludeWinsOverInclude) {
  const auto filter =
      RegexTopicFilter::Create("orders.*", "orders-old.*").value();
  EXPECT_TRUE(filter->ShouldReplicateTopic("orders-eu"));
  EXPECT_FALSE(filter->ShouldReplicateTopic("orders-old-eu"));
  EXPECT_FALSE(filter->ShouldReplicateTopic("payments"));
}

TEST(RegexTopicFilter, KeepsTheDefaultExcludesWhenOnlyTopicsAreGiven) {
  const auto filter = RegexTopicFilter::Create("orders.*").value();
  EXPECT_TRUE(filter->ShouldReplicateTopic("orders"));
  EXPECT_FALSE(filter->ShouldReplicateTopic("orders-internal"));
}

TEST(RegexTopicFilter, EmptyListsMatchNothing) {
  EXPECT_FALSE(RegexTopicFilter::Create("").value()->ShouldReplicateTopic("a"));
  EXPECT_TRUE(RegexTopicFilter::Create(".*", "").value()->ShouldReplicateTopic(
      "__consumer_offsets"));
}

TEST(RegexTopicFilter, NamesThePropertyOfABadExpression) {
  const auto include = RegexTopicFilter::Create("(?!a).*");
  EXPECT_EQ(include.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(absl::StartsWith(include.status().message(), "topics: "));
  const auto exclude = RegexTopicFilter::Create(".*", "(?!a).*");
  EXPECT_TRUE(absl::StartsWith(exclude.status().message(), "topics.exclude: "));
}

}  // namespace
}  // namespace mirror::internal
