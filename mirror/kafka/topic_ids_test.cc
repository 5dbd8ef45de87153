// SPDX-License-Identifier: Apache-2.0

#include "mirror/kafka/topic_ids.h"

#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

TEST(TopicIds, ReadsTheLineThatTellsOfAnId) {
  TopicIds ids;
  EXPECT_EQ(ids.IdOf("orders"), "");
  ids.OnLog(
      "[thrd:main]: Topic orders changed id from AAAAAAAAAAAAAAAAAAAAAA to "
      "ODhDHXzjRxuIZv7A_6rIqg");
  EXPECT_EQ(ids.IdOf("orders"), "ODhDHXzjRxuIZv7A_6rIqg");
  EXPECT_EQ(ids.version(), 1u);
  ids.OnLog("Topic orders changed id from ODhDHXzjRxuIZv7A_6rIqg to x-y_z");
  EXPECT_EQ(ids.IdOf("orders"), "x-y_z");
  EXPECT_EQ(ids.version(), 2u);
  EXPECT_EQ(ids.IdOf("order"), "");
}

TEST(TopicIds, BrokersWithoutIdsRecreateNoTopic) {
  EXPECT_EQ(KnownTopicId("AAAAAAAAAAAAAAAAAAAAAA"), "");
  EXPECT_EQ(KnownTopicId("x-y_z"), "x-y_z");
  TopicIds ids;
  ids.OnLog("Topic orders changed id from x-y_z to AAAAAAAAAAAAAAAAAAAAAA");
  EXPECT_EQ(ids.IdOf("orders"), "");
  EXPECT_EQ(ids.version(), 0u);
}

TEST(TopicIds, SkipsOtherLines) {
  TopicIds ids;
  for (const char* line :
       {"", "[thrd:main]: Topic orders [0] Leader 1 Epoch 0",
        "Topic orders changed id from ", "changed id from a to b",
        "Topic orders changed id from only"}) {
    ids.OnLog(line);
    EXPECT_EQ(ids.version(), 0u) << line;
  }
}

}  // namespace
}  // namespace mirror::internal
