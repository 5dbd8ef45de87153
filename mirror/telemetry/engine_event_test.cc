// SPDX-License-Identifier: Apache-2.0

#include "mirror/telemetry/engine_event.h"

#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

EngineEvent Event() {
  return EngineEvent(EngineEvent::Kind::kTopicCreated, LogLevel::kInfo, "A->B",
                     "created");
}

TEST(EngineEventTest, SubjectIsTheMostPreciseField) {
  EXPECT_EQ(Event().subject(), "");
  EngineEvent event = Event().WithCluster("B");
  EXPECT_EQ(event.subject(), "B");
  event.acl = "ALLOW READ";
  EXPECT_EQ(event.subject(), "ALLOW READ");
  event.group = "billing";
  EXPECT_EQ(event.subject(), "billing");
  event.topic = "orders";
  EXPECT_EQ(event.subject(), "orders");
  event.partition = TopicPartition{"orders", 3};
  EXPECT_EQ(event.subject(), "orders-3");
}

TEST(EngineEventTest, FieldsAreAddedToAnEvent) {
  const EngineEvent event = Event()
                                .WithPartition({"orders", 3})
                                .WithTopic("orders")
                                .WithGroup("billing")
                                .WithCluster("B")
                                .WithCause(absl::AbortedError("why"));
  EXPECT_EQ(event.flow, "A->B");
  EXPECT_EQ(event.message, "created");
  EXPECT_EQ(event.partition, (TopicPartition{"orders", 3}));
  EXPECT_EQ(event.topic, "orders");
  EXPECT_EQ(event.group, "billing");
  EXPECT_EQ(event.cluster, "B");
  EXPECT_EQ(event.cause, absl::AbortedError("why"));
}

}  // namespace
}  // namespace mirror::internal
