// SPDX-License-Identifier: Apache-2.0

#include "mirror/java/nearest_name.h"

#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

TEST(NearestNameTest, FindsMisspellingsOnly) {
  EXPECT_EQ(NearestName("task.max", {"tasks.max", "topics"}), "tasks.max");
  EXPECT_EQ(NearestName("topics.exlcude", {"topics.exclude", "topics"}),
            "topics.exclude");
  EXPECT_EQ(NearestName("quotas", {"tasks.max", "topics.exclude"}), "");
}

}  // namespace
}  // namespace mirror::internal
