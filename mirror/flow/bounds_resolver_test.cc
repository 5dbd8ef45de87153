// SPDX-License-Identifier: Apache-2.0

#include "mirror/flow/bounds_resolver.h"

#include <memory>
#include <vector>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/testing/fake_cluster.h"
#include "mirror/testing/matchers.h"
#include "mirror/testing/simulated_clock.h"

namespace mirror::internal {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const TopicPartition kOrders0{"orders", 0};
const TopicPartition kOrders1{"orders", 1};

class BoundsResolverTest : public testing::Test {
 protected:
  BoundsResolverTest() { a_.CreateTopic("orders", 2); }

  // A turn for partitions that wait.
  std::vector<BoundsResolver::Answer> Turn(
      const std::vector<TopicPartition>& waiting) {
    return resolver_.Ask(resolver_.Due(waiting));
  }

  FakeCluster a_{"A"};
  SimulatedClock clock_;
  std::unique_ptr<ClusterAdmin> admin_ = a_.NewAdmin("test").value();
  BoundsResolver resolver_{admin_.get(), OffsetSpec::kLatest, &clock_};
};

TEST_F(BoundsResolverTest, TellsWhereALogBeginsAndEnds) {
  a_.Fill(kOrders0, 10);
  a_.DeleteRecordsBefore(kOrders0, 4);
  const auto answers = Turn({kOrders0});
  ASSERT_THAT(answers, SizeIs(1));
  ASSERT_THAT(answers[0].bounds, IsOk());
  EXPECT_EQ(answers[0].bounds->log_start, UpstreamOffset(4));
  EXPECT_EQ(answers[0].bounds->end, UpstreamOffset(10));
  EXPECT_THAT(resolver_.error(), IsOk());
}

TEST_F(BoundsResolverTest, OneWithoutALeaderIsRetriedAfterASecond) {
  a_.SetPartitionDown(kOrders0, true);
  const auto answers = Turn({kOrders0, kOrders1});
  EXPECT_THAT(answers[0].bounds, StatusIs(StatusCode::kUnavailable));
  EXPECT_THAT(answers[1].bounds, IsOk());
  EXPECT_THAT(resolver_.Due({kOrders0}), IsEmpty());
  EXPECT_THAT(resolver_.error(),
              StatusIs(StatusCode::kUnavailable, HasSubstr("has no leader")));
  clock_.Advance(absl::Seconds(1));
  EXPECT_THAT(resolver_.Due({kOrders0}), ElementsAre(kOrders0));
  a_.SetPartitionDown(kOrders0, false);
  Turn({kOrders0});
  EXPECT_THAT(resolver_.error(), IsOk());
}

TEST_F(BoundsResolverTest, WhatNoLongerWaitsIsNoError) {
  a_.SetPartitionDown(kOrders0, true);
  Turn({kOrders0});
  EXPECT_FALSE(resolver_.error().ok());
  EXPECT_THAT(resolver_.Due({}), IsEmpty());
  EXPECT_THAT(resolver_.error(), IsOk());
}

TEST_F(BoundsResolverTest, AMissingTopicIsNoError) {
  const auto answers = Turn({{"missing", 0}});
  EXPECT_THAT(answers[0].bounds, StatusIs(StatusCode::kNotFound));
  EXPECT_THAT(resolver_.error(), IsOk());
}

TEST_F(BoundsResolverTest, ATurnAsksAboutALimitedNumber) {
  a_.CreateTopic("wide", 5000);
  std::vector<TopicPartition> waiting;
  for (int32_t i = 0; i < 5000; ++i) waiting.push_back({"wide", i});
  EXPECT_THAT(Turn(waiting), SizeIs(2000));
}

}  // namespace
}  // namespace mirror::internal
