// SPDX-License-Identifier: Apache-2.0
//
// Engines that share a flow, each as a process of its own would.

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/eventually.h"
#include "mirror/flow.h"
#include "mirror/mirror_engine.h"
#include "mirror/policy/filters.h"
#include "mirror/testing/fake_cluster.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal {
namespace {

constexpr int32_t kPartitions = 16;
constexpr int kShards = 4;

class SharedFlowTest : public testing::Test {
 protected:
  SharedFlowTest() { a_->CreateTopic("orders", kPartitions); }

  Flow NewFlow() {
    Flow flow("A", "B");
    flow.source.cluster = a_;
    flow.target.cluster = b_;
    flow.topics = RegexTopicFilter::Create("orders").value();
    flow.refresh_topics_interval = absl::Milliseconds(200);
    flow.shards = kShards;
    flow.ownership = Ownership::kGroup;
    flow.heartbeats.interval = absl::Milliseconds(100);
    return flow;
  }
  static std::unique_ptr<MirrorEngine> Start(Flow flow) {
    auto engine =
        MirrorEngine::Create(MirrorEngineOptions({std::move(flow)})).value();
    EXPECT_THAT(engine->Start(), IsOk());
    return engine;
  }
  std::unique_ptr<MirrorEngine> Start() { return Start(NewFlow()); }

  static std::set<int32_t> Shards(const MirrorEngine& engine) {
    std::set<int32_t> shards;
    const EngineStatus status = engine.Status();
    for (const ShardStatus& shard : status.flows(0).shards()) {
      if (shard.state() == SHARD_RUNNING) shards.insert(shard.shard());
    }
    return shards;
  }
  static bool AwaitShards(const MirrorEngine& engine, size_t count) {
    return Eventually([&] { return Shards(engine).size() == count; });
  }
  // Each source partition that the engine copies.
  static std::set<int32_t> Partitions(const MirrorEngine& engine) {
    std::set<int32_t> partitions;
    const EngineStatus status = engine.Status();
    for (const WorkerStatus& worker : status.flows(0).workers()) {
      for (const PartitionStatus& partition : worker.partitions()) {
        partitions.insert(partition.partition());
      }
    }
    return partitions;
  }

  // Appends `count` records to each partition.
  void Fill(int64_t count) {
    for (int32_t i = 0; i < kPartitions; ++i) a_->Fill({"orders", i}, count);
    filled_ += count;
  }
  // Each record is on the target.
  bool AwaitCopied() {
    return Eventually([&] {
      if (!b_->HasTopic("A.orders")) return false;
      for (int32_t i = 0; i < kPartitions; ++i) {
        if (b_->LogEnd({"A.orders", i}) < filled_) return false;
      }
      return true;
    });
  }
  // Each record is there once, and so at the offset that it has on the source.
  void ExpectCopiedOnce() {
    for (int32_t i = 0; i < kPartitions; ++i) {
      EXPECT_EQ(b_->LogEnd({"A.orders", i}), filled_) << i;
    }
  }

  const std::shared_ptr<FakeCluster> a_ = std::make_shared<FakeCluster>("A");
  const std::shared_ptr<FakeCluster> b_ = std::make_shared<FakeCluster>("B");
  int64_t filled_ = 0;
};

TEST_F(SharedFlowTest, OneProcessTakesAllShards) {
  Fill(10);
  auto engine = Start();
  ASSERT_TRUE(AwaitShards(*engine, kShards));
  EXPECT_TRUE(AwaitCopied());
  ExpectCopiedOnce();
  EXPECT_EQ(engine->Status().flows(0).state(), FLOW_RUNNING);
}

TEST_F(SharedFlowTest, TwoProcessesCopyEachPartitionOnce) {
  Fill(10);
  auto one = Start();
  ASSERT_TRUE(AwaitCopied());
  auto other = Start();
  ASSERT_TRUE(AwaitShards(*other, kShards / 2));
  ASSERT_TRUE(AwaitShards(*one, kShards / 2));
  Fill(1000);
  EXPECT_TRUE(AwaitCopied());
  ExpectCopiedOnce();
  std::set<int32_t> partitions = Partitions(*one);
  EXPECT_TRUE(Eventually([&] {
    return Partitions(*one).size() + Partitions(*other).size() == kPartitions;
  }));
  partitions.merge(Partitions(*other));
  EXPECT_EQ(partitions.size(), kPartitions);
}

TEST_F(SharedFlowTest, TheOtherCopiesAllWhenOneStops) {
  auto one = Start();
  auto other = Start();
  ASSERT_TRUE(AwaitShards(*other, kShards / 2));
  Fill(1000);
  EXPECT_THAT(one->Stop(), IsOk());
  Fill(1000);
  ASSERT_TRUE(AwaitShards(*other, kShards));
  EXPECT_TRUE(AwaitCopied());
  ExpectCopiedOnce();
}

TEST_F(SharedFlowTest, AProcessWithoutAShardStandsBy) {
  Flow flow = NewFlow();
  flow.shards = 1;
  auto one = Start(flow);
  ASSERT_TRUE(AwaitShards(*one, 1));
  auto other = Start(flow);
  EXPECT_TRUE(Eventually(
      [&] { return other->Status().flows(0).state() == FLOW_STANDBY; }));
  EXPECT_EQ(other->Status().flows(0).heartbeats(), 0);
  Fill(10);
  EXPECT_TRUE(AwaitCopied());
  EXPECT_THAT(one->Stop(), IsOk());
  ASSERT_TRUE(AwaitShards(*other, 1));
  Fill(10);
  EXPECT_TRUE(AwaitCopied());
  ExpectCopiedOnce();
  EXPECT_TRUE(
      Eventually([&] { return other->Status().flows(0).heartbeats() > 0; }));
}

TEST_F(SharedFlowTest, ATopicThatAppearsIsSharedToo) {
  Flow flow = NewFlow();
  flow.topics = RegexTopicFilter::Create("orders|payments").value();
  auto one = Start(flow);
  auto other = Start(flow);
  ASSERT_TRUE(AwaitShards(*other, kShards / 2));
  a_->CreateTopic("payments", kPartitions);
  for (int32_t i = 0; i < kPartitions; ++i) a_->Fill({"payments", i}, 10);
  EXPECT_TRUE(Eventually([&] {
    if (!b_->HasTopic("A.payments")) return false;
    for (int32_t i = 0; i < kPartitions; ++i) {
      if (b_->LogEnd({"A.payments", i}) != 10) return false;
    }
    return true;
  }));
}

}  // namespace
}  // namespace mirror::internal
