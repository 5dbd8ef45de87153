// SPDX-License-Identifier: Apache-2.0

#include "mirror/model/topic_partition.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

TEST(TopicPartition, PrintsAsKafkaDoes) {
  EXPECT_EQ((TopicPartition{"orders", 3}).ToString(), "orders-3");
}

TEST(TopicPartition, ParsesAtTheLastDash) {
  EXPECT_EQ(TopicPartition::Parse("a-b-12").value(),
            (TopicPartition{"a-b", 12}));
}

TEST(TopicPartition, RefusesWhatIsNoTopicPartition) {
  for (const std::string text :
       {"", "orders", "orders-", "-3", "orders-x", "orders-99999999999"}) {
    EXPECT_EQ(TopicPartition::Parse(text).status().code(),
              absl::StatusCode::kInvalidArgument)
        << text;
    EXPECT_THAT(std::string(TopicPartition::Parse(text).status().message()),
                testing::HasSubstr("\"" + text + "\""));
  }
}

TEST(TopicPartition, OrdersByTopicThenNumber) {
  EXPECT_LT((TopicPartition{"a", 10}), (TopicPartition{"b", 2}));
  EXPECT_LT((TopicPartition{"a", 2}), (TopicPartition{"a", 10}));
  EXPECT_NE((TopicPartition{"a", 2}), (TopicPartition{"b", 2}));
}

}  // namespace
}  // namespace mirror::internal
