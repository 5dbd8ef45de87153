// SPDX-License-Identifier: Apache-2.0

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "mirror/policy/filters.h"

namespace mirror::internal {
namespace {

TEST(RegexGroupFilter, TakesAllButToolGroupsByDefault) {
  const auto filter = RegexGroupFilter::Create().value();
  for (const char* group : {"billing", "connect", "my console-consumer-1"}) {
    EXPECT_TRUE(filter->ShouldReplicateGroup(group)) << group;
  }
  for (const char* group :
       {"console-consumer-42", "connect-sink", "__internal"}) {
    EXPECT_FALSE(filter->ShouldReplicateGroup(group)) << group;
  }
}

TEST(RegexGroupFilter, ExcludeWinsOverInclude) {
  const auto filter = RegexGroupFilter::Create("billing.*", ".*-test").value();
  EXPECT_TRUE(filter->ShouldReplicateGroup("billing-eu"));
  EXPECT_FALSE(filter->ShouldReplicateGroup("billing-test"));
  EXPECT_FALSE(filter->ShouldReplicateGroup("orders"));
}

TEST(RegexGroupFilter, NamesThePropertyOfABadExpression) {
  const auto include = RegexGroupFilter::Create("(");
  EXPECT_EQ(include.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(absl::StartsWith(include.status().message(), "groups: "));
  const auto exclude = RegexGroupFilter::Create(".*", "(");
  EXPECT_TRUE(absl::StartsWith(exclude.status().message(), "groups.exclude: "));
}

}  // namespace
}  // namespace mirror::internal
