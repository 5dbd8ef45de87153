// SPDX-License-Identifier: Apache-2.0

#include "mirror/flow/shard_handover.h"

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "mirror/flow/shared_process.h"
#include "mirror/testing/fake_cluster.h"
#include "mirror/testing/simulated_clock.h"

namespace mirror::internal {
namespace {

constexpr int32_t kPartitions = 6;

class ShardHandoverTest : public testing::Test {
 protected:
  ShardHandoverTest() { a_.CreateTopic("orders", kPartitions); }

  std::unique_ptr<SharedProcess> Start(const std::string& name) {
    SharedProcessOptions options;
    options.name = name;
    return std::make_unique<SharedProcess>(options, &a_, &b_, &clock_);
  }
  void Run(const std::vector<SharedProcess*>& processes,
           absl::Duration time = absl::Seconds(10)) {
    for (const absl::Time end = clock_.Now() + time; clock_.Now() < end;) {
      clock_.Advance(absl::Milliseconds(25));
      for (SharedProcess* process : processes) process->Step(&random_);
    }
  }
  void Fill(int64_t count) {
    for (int32_t i = 0; i < kPartitions; ++i) a_.Fill({"orders", i}, count);
  }
  // How often records of all partitions are on the target.
  int64_t Copies() {
    int64_t copies = 0;
    for (int32_t i = 0; i < kPartitions; ++i) {
      copies += b_.LogEnd({"A.orders", i});
    }
    return copies;
  }

  SimulatedClock clock_;
  std::mt19937_64 random_;
  FakeCluster a_{"A", {"", 1, /*waits=*/false}};
  FakeCluster b_{"B", {"", 2, /*waits=*/false}};
};

TEST_F(ShardHandoverTest, AReleasedShardIsDrainedAndTheOtherCopiesOn) {
  auto one = Start("one");
  Fill(100);
  Run({one.get()});
  ASSERT_EQ(one->partitions(), kPartitions);
  auto other = Start("other");
  Fill(100);
  Run({one.get(), other.get()});
  EXPECT_GT(one->partitions(), 0);
  EXPECT_GT(other->partitions(), 0);
  EXPECT_EQ(one->partitions() + other->partitions(), kPartitions);
  Fill(100);
  Run({one.get(), other.get()});
  EXPECT_EQ(Copies(), 300 * kPartitions);
}

TEST_F(ShardHandoverTest, WhatIsForgottenWithAShardIsReadAgainWithIt) {
  auto one = Start("one");
  Fill(100);
  Run({one.get()});
  auto other = Start("other");
  Run({one.get(), other.get()});
  for (int32_t i = 0; i < kPartitions; ++i) {
    const TopicPartition source{"orders", i};
    ASSERT_NE(one->Owns(source), other->Owns(source));
    SharedProcess& owner = one->Owns(source) ? *one : *other;
    SharedProcess& former = one->Owns(source) ? *other : *one;
    EXPECT_TRUE(owner.store().Translate(source, UpstreamOffset(50)).exact());
    EXPECT_FALSE(former.store().Translate(source, UpstreamOffset(50)).known());
  }
}

// Others must not wait for a partition that is stuck for longer than 5 s.
TEST_F(ShardHandoverTest, AShardThatDoesNotDrainIsGivenUpAfterAWhile) {
  auto one = Start("one");
  Fill(100);
  Run({one.get()});
  b_.HoldAcks();
  Fill(100);
  Run({one.get()}, absl::Seconds(1));
  auto other = Start("other");
  Run({one.get(), other.get()}, absl::Seconds(4));
  EXPECT_EQ(one->CountEvents(EngineEvent::Kind::kShardReleased), 0);
  Run({one.get(), other.get()}, absl::Seconds(4));
  EXPECT_GT(one->CountEvents(EngineEvent::Kind::kShardReleased), 0);
  b_.ReleaseAcks();
  Run({one.get(), other.get()}, absl::Seconds(30));
  EXPECT_EQ(one->partitions() + other->partitions(), kPartitions);
  EXPECT_EQ(Copies(), 200 * kPartitions);
}

TEST_F(ShardHandoverTest, AProcessThatLostItsSessionStopsAndTakesPartAgain) {
  auto one = Start("one");
  Fill(100);
  Run({one.get()});
  b_.EndSession(SharedProcess::kGroup, "one");
  auto other = Start("other");
  Run({other.get()});  // the one is paused
  EXPECT_EQ(other->partitions(), kPartitions);
  Fill(100);
  Run({one.get(), other.get()});
  EXPECT_EQ(one->CountEvents(EngineEvent::Kind::kShardLost), 1);
  EXPECT_EQ(one->partitions() + other->partitions(), kPartitions);
  EXPECT_EQ(Copies(), 200 * kPartitions);
}

}  // namespace
}  // namespace mirror::internal
