// SPDX-License-Identifier: Apache-2.0
//
// What a flow knows of deleted topics is forgotten after a day: by loops, in
// memory, and in the progress and index topics.

#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/flow/flow_gap_fixture.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal {
namespace {

using ::testing::IsEmpty;
using Kind = EngineEvent::Kind;

class FlowForgetTest : public FlowGapTest {
 protected:
  // Time passes with a turn each hour, longer than a refresh.
  void Pass(absl::Duration time) {
    const absl::Time end = flow_.clock().Now() + time;
    while (flow_.clock().Now() < end) {
      flow_.clock().Advance(absl::Hours(1) - absl::Seconds(10));
      flow_.RunFor(absl::Seconds(10));
    }
  }
  // The keys that a topic of the target has, but for what is deleted.
  std::set<std::string> Live(const std::string& topic) {
    std::set<std::string> keys;
    for (int32_t i = 0; i < b().PartitionCount(topic); ++i) {
      for (const Record& record : b().Records({topic, i})) {
        if (record.value.has_value()) {
          keys.insert(*record.key);
        } else {
          keys.erase(*record.key);
        }
      }
    }
    return keys;
  }
  // Of progress and index, those that name the topic.
  int LiveRecordsOf(const std::string& name) {
    int count = 0;
    for (const char* topic :
         {"mm2-offsets.A.internal", "mm2-offset-index.A.internal"}) {
      for (const std::string& key : Live(topic)) {
        count += key.find(name) != std::string::npos;
      }
    }
    return count;
  }
  size_t PartitionsInStatus() {
    WorkerStatus status;
    for (const auto& loop : flow_.loops()) loop->FillStatus(&status);
    return static_cast<size_t>(status.partitions_size());
  }
  void DeleteOrders() {
    a().DeleteTopic("orders");
    flow_.RunFor(absl::Seconds(15));
  }
};

TEST_F(FlowForgetTest, ATopicThatIsDeletedForADayIsForgotten) {
  StartWithTen();
  DeleteOrders();
  Pass(absl::Hours(23));
  EXPECT_EQ(flow_.Status(kOrders0).problem(), PROBLEM_SOURCE_TOPIC_MISSING);
  EXPECT_GE(LiveRecordsOf("orders"), 3);
  Pass(absl::Hours(3));
  EXPECT_EQ(PartitionsInStatus(), 0u);
  EXPECT_EQ(LiveRecordsOf("orders"), 0);
  EXPECT_THAT(flow_.store().Partitions(), IsEmpty());
  EXPECT_EQ(flow_.CountEvents(Kind::kTopicForgotten), 1);
  // What was copied stays.
  EXPECT_EQ(b().Records(kCopy0).size(), 10u);
}

TEST_F(FlowForgetTest, ATopicThatComesLaterIsANewOne) {
  StartWithTen();
  DeleteOrders();
  Pass(absl::Hours(26));
  a().CreateTopic("orders", 1);
  AppendNew(20);
  flow_.RunFor(absl::Seconds(15));
  EXPECT_EQ(Copies("new"), 20);
  EXPECT_EQ(b().Records(kCopy0).size(), 30u);
  EXPECT_EQ(flow_.CountEvents(Kind::kSourceRecreated), 0);
  Restart();
  flow_.RunFor(absl::Seconds(15));
  EXPECT_EQ(Copies("new"), 20);
}

TEST_F(FlowForgetTest, ATopicThatIsRecreatedWithinTheDayIsNotANewOne) {
  Policies(LossPolicy::kSkip, LossPolicy::kStop);
  StartWithTen();
  DeleteOrders();
  Pass(absl::Hours(20));
  a().CreateTopic("orders", 1);
  AppendNew(20);
  flow_.RunFor(absl::Seconds(15));
  EXPECT_EQ(flow_.CountEvents(Kind::kSourceRecreated), 1);
  Pass(absl::Hours(48));
  EXPECT_EQ(Copies("new"), 20);
  EXPECT_EQ(flow_.CountEvents(Kind::kTopicForgotten), 0);
  EXPECT_GE(LiveRecordsOf("orders"), 2);
}

TEST_F(FlowForgetTest, ATopicThatIsGoneBeforeTheStartIsForgotten) {
  StartWithTen();
  ASSERT_THAT(flow_.Stop(), IsOk());
  a().DeleteTopic("orders");
  flow_.Start();
  Pass(absl::Hours(12));
  Restart();
  Pass(absl::Hours(11));
  EXPECT_GE(LiveRecordsOf("orders"), 3);
  Pass(absl::Hours(3));
  EXPECT_EQ(LiveRecordsOf("orders"), 0);
  EXPECT_THAT(flow_.store().Partitions(), IsEmpty());
}

TEST_F(FlowForgetTest, NothingIsForgottenWhileAccessIsDenied) {
  StartWithTen();
  a().FailDescribe("orders", absl::PermissionDeniedError("no DESCRIBE"));
  Pass(absl::Hours(50));
  EXPECT_GE(LiveRecordsOf("orders"), 2);
  a().FailDescribe("orders", absl::OkStatus());
  AppendNew(5);
  flow_.RunFor(absl::Seconds(15));
  EXPECT_EQ(b().Records(kCopy0).size(), 15u);
}

TEST_F(FlowForgetTest, NothingIsForgottenWhileTheSourceIsAnotherCluster) {
  StartWithTen();
  a().Rebuild("another-cluster");
  Pass(absl::Hours(50));
  EXPECT_GE(LiveRecordsOf("orders"), 2);
  EXPECT_EQ(flow_.CountEvents(Kind::kTopicForgotten), 0);
}

TEST_F(FlowForgetTest, APausedTopicIsForgottenWithAWarning) {
  StartWithTen();
  for (const auto& loop : flow_.loops()) loop->SetPaused("orders", true);
  DeleteOrders();
  Pass(absl::Hours(26));
  EXPECT_EQ(flow_.CountEvents(Kind::kTopicForgotten), 1);
  EXPECT_EQ(flow_.events().back().level, LogLevel::kWarning);
  EXPECT_EQ(flow_.events().back().kind, Kind::kTopicForgotten);
}

// The process ends at any moment around the tombstones, and the topic is
// recreated while no engine runs: all of its records must be copied.
TEST_F(FlowForgetTest, AKillAtAnyMomentLosesNothingOfANewTopic) {
  for (int steps = 0; steps < 60; steps += 2) {
    SimulatedFlow flow;
    flow.control_options().delivery.on_source_gap = LossPolicy::kSkip;
    flow.loop_options().partition.delivery.on_source_gap = LossPolicy::kSkip;
    flow.control_options().topics.forget_deleted_topics_after =
        absl::Minutes(1);
    flow.source().CreateTopic("orders", 1);
    flow.source().Fill(kOrders0, 10);
    flow.Start();
    flow.RunFor(absl::Seconds(5));
    flow.source().DeleteTopic("orders");
    flow.RunFor(absl::Seconds(10));
    flow.clock().Advance(absl::Minutes(1));
    for (int i = 0; i < steps; ++i) flow.Step();
    flow.Crash();
    flow.source().CreateTopic("orders", 1);
    for (int i = 0; i < 7; ++i) {
      flow.source().Append(kOrders0, WithValue("new"));
    }
    flow.Start();
    flow.RunFor(absl::Seconds(8));
    int copies = 0;
    for (const Record& record : flow.target().Records(kCopy0)) {
      copies += record.value == "new";
    }
    EXPECT_EQ(copies, 7) << steps;
  }
}

// The same without a new topic: the next run completes what this one began.
TEST_F(FlowForgetTest, AKillAtAnyMomentLeavesNothingBehind) {
  flow_.control_options().topics.forget_deleted_topics_after = absl::Minutes(1);
  flow_.Start();
  for (int steps = 0; steps < 60; steps += 3) {
    const std::string topic = absl::StrCat("orders-", steps);
    a().CreateTopic(topic, 1);
    a().Fill({topic, 0}, 10);
    flow_.RunFor(absl::Seconds(8));
    a().DeleteTopic(topic);
    flow_.RunFor(absl::Seconds(10));
    flow_.clock().Advance(absl::Minutes(1));
    for (int i = 0; i < steps; ++i) flow_.Step();
    flow_.Start();
    flow_.RunFor(absl::Seconds(5));
    flow_.clock().Advance(absl::Minutes(1));
    flow_.RunFor(absl::Seconds(10));
    EXPECT_EQ(LiveRecordsOf("orders"), 0) << steps;
    EXPECT_THAT(flow_.store().Partitions(), IsEmpty()) << steps;
  }
}

class FlowChurnTest : public FlowForgetTest {
 protected:
  struct Sizes {
    size_t in_loops;
    size_t in_index;
    size_t progress_keys;
    size_t index_keys;
  };
  Sizes Measure() {
    return {PartitionsInStatus(), flow_.store().Partitions().size(),
            Live("mm2-offsets.A.internal").size(),
            Live("mm2-offset-index.A.internal").size()};
  }
  // An hour in which topics are created, copied and deleted.
  void Hour(int hour) {
    std::vector<std::string> topics;
    for (int i = 0; i < kTopicsPerHour; ++i) {
      topics.push_back(absl::StrCat("job-", hour, "-", i));
      a().CreateTopic(topics.back(), 1);
      a().Fill({topics.back(), 0}, 2);
    }
    Turns(12);
    for (const std::string& topic : topics) {
      copied_ += b().HasTopic("A." + topic) &&
                 b().Records({"A." + topic, 0}).size() == 2;
      a().DeleteTopic(topic);
    }
    Turns(8);
    // Its owner deletes the copies twice as much later.
    for (int i = 0; hour >= 2 * kDay && i < kTopicsPerHour; ++i) {
      b().DeleteTopic(absl::StrCat("A.job-", hour - 2 * kDay, "-", i));
    }
    flow_.clock().Advance(absl::Minutes(59));
  }
  // Long ones.
  void Turns(int count) {
    for (int i = 0; i < count; ++i) {
      flow_.clock().Advance(absl::Milliseconds(475));
      flow_.Step();
    }
  }

  // As few as show the growth, for the test's sake.
  static constexpr int kTopicsPerHour = 6;
  static constexpr int kDay = 6;
  int copied_ = 0;
};

TEST_F(FlowChurnTest, AMonthOfShortTopicsTakesNoMoreMemoryThanADay) {
  flow_.control_options().topics.forget_deleted_topics_after =
      absl::Hours(kDay);
  flow_.Start();
  std::vector<Sizes> sizes;
  for (int hour = 0; hour < 30 * 24; ++hour) {
    Hour(hour);
    if (hour % (5 * 24) == 47) sizes.push_back(Measure());
    flow_.events().clear();
  }
  EXPECT_EQ(copied_, 30 * 24 * kTopicsPerHour);
  // A day's worth, and those of the hour or two that it takes to notice.
  const size_t most = (kDay + 2) * kTopicsPerHour;
  for (const Sizes& size : sizes) {
    EXPECT_LE(size.in_loops, most);
    EXPECT_GE(size.in_loops, most / 2);
    EXPECT_LE(size.in_index, most);
    // With a note each, and that of the first look.
    EXPECT_LE(size.progress_keys, 2 * most + 1);
    EXPECT_LE(size.index_keys, most);
  }
  EXPECT_LE(sizes.back().in_loops, sizes.front().in_loops + kTopicsPerHour);
  flow_.Start();
  flow_.RunFor(absl::Seconds(5));
  EXPECT_LE(flow_.store().Partitions().size(), most);
}

}  // namespace
}  // namespace mirror::internal
