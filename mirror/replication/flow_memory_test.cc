// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/flow_memory.h"

#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/replication/connect_offset.h"
#include "mirror/sync/offset_sync.h"
#include "mirror/testing/fake_cluster.h"
#include "mirror/testing/matchers.h"
#include "mirror/testing/simulated_clock.h"

namespace mirror {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

const TopicPartition kOrders{"orders", 3};
constexpr char kProgressTopic[] = "mm2-offsets.A.internal";
constexpr char kIndexTopic[] = "mm2-offset-index.A.internal";
constexpr char kSyncsTopic[] = "mm2-offset-syncs.B.internal";

class FlowMemoryTest : public testing::Test {
 protected:
  FlowMemoryTest()
      : source_("A", {"", 1, /*waits=*/false}),
        target_("B", {"", 2, /*waits=*/false}),
        admin_(target_.NewAdmin("test").value()) {
    FlowMemoryOptions options;
    options.flow = "A->B";
    options.progress_topic = kProgressTopic;
    options.index_topic = kIndexTopic;
    options.offset_syncs_topic = kSyncsTopic;
    memory_ = std::make_unique<FlowMemory>(options, &source_, &target_, &store_,
                                           &clock_);
  }

  absl::Status Load() {
    absl::Status status = memory_->Load(admin_.get());
    if (status.ok()) memory_->LoadOffsetSyncs();
    return status;
  }

  static void Put(FakeCluster* cluster, const TopicPartition& tp,
                  const std::string& key, const std::string& value) {
    Record record;
    record.key = key;
    record.value = value;
    cluster->Append(tp, std::move(record));
  }

  SimulatedClock clock_;
  FakeCluster source_;
  FakeCluster target_;
  OffsetSyncStore store_;
  std::unique_ptr<ClusterAdmin> admin_;
  std::unique_ptr<FlowMemory> memory_;
};

TEST_F(FlowMemoryTest, AFlowThatNeverRanHasItsTopicsMade) {
  ASSERT_THAT(Load(), IsOk());
  EXPECT_EQ(memory_->progress_partitions(), 25);
  EXPECT_EQ(memory_->index_partitions(), 4);
  EXPECT_EQ(target_.PartitionCount(kIndexTopic), 4);
  EXPECT_THAT(target_.TopicConfigs(kIndexTopic),
              ElementsAre(Pair("cleanup.policy", "compact")));
  EXPECT_THAT(memory_->progress(), IsEmpty());
  EXPECT_THAT(memory_->warnings(), IsEmpty());
}

TEST_F(FlowMemoryTest, ProgressAndIndexComeBack) {
  target_.CreateTopic(kProgressTopic, 2);
  Put(&target_, {kProgressTopic, 1}, SourceOffsetKey{"A", kOrders}.Encode(),
      EncodeConnectOffsetValue(UpstreamOffset(41)));
  target_.CreateTopic(kIndexTopic, 4);
  OffsetSyncStore before;
  before.Begin(kOrders, UpstreamOffset(0), {});
  before.Append(kOrders, {{UpstreamOffset(0), DownstreamOffset(0), 42}});
  const IndexFlush flush = before.PrepareFlush({kOrders}).value();
  for (const IndexRecord& record : flush.records()) {
    Put(&target_, {kIndexTopic, 2}, record.key, *record.value);
  }
  ASSERT_THAT(Load(), IsOk());
  EXPECT_THAT(memory_->progress(),
              ElementsAre(Pair(kOrders, UpstreamOffset(41))));
  EXPECT_EQ(store_.Translate(kOrders, UpstreamOffset(17)),
            (Translation{DownstreamOffset(17), Exactness::kExact}));
}

TEST_F(FlowMemoryTest, WhatMirrorMaker2CopiedIsKnownFromItsSyncs) {
  source_.CreateTopic(kSyncsTopic, 1);
  const OffsetSync sync{kOrders, UpstreamOffset(100), DownstreamOffset(90)};
  Put(&source_, {kSyncsTopic, 0}, *sync.EncodeKey(), sync.EncodeValue());
  ASSERT_THAT(Load(), IsOk());
  EXPECT_EQ(store_.Translate(kOrders, UpstreamOffset(150)),
            (Translation{DownstreamOffset(91), Exactness::kLowerBound}));
}

TEST_F(FlowMemoryTest, SyncsThatCannotBeReadStopNothing) {
  source_.CreateTopic(kSyncsTopic, 1);
  source_.Fill({kSyncsTopic, 0}, 1);
  source_.FailFetch({kSyncsTopic, 0}, absl::PermissionDeniedError("READ"));
  ASSERT_THAT(Load(), IsOk());
  EXPECT_THAT(memory_->warnings(),
              ElementsAre(Pair(kSyncsTopic, AllOf(HasSubstr("cluster A"),
                                                  HasSubstr("READ")))));
}

TEST_F(FlowMemoryTest, GarbageIsPassedOverAndTold) {
  target_.CreateTopic(kProgressTopic, 1);
  target_.Fill({kProgressTopic, 0}, 3);
  target_.CreateTopic(kIndexTopic, 4);
  target_.Fill({kIndexTopic, 1}, 2);
  ASSERT_THAT(Load(), IsOk());
  EXPECT_THAT(memory_->warnings(),
              ElementsAre(Pair(kProgressTopic, HasSubstr("3 records")),
                          Pair(kIndexTopic, HasSubstr("2 records"))));
}

TEST_F(FlowMemoryTest, TheTopicSaysHowManyShardsThereAre) {
  target_.CreateTopic(kIndexTopic, 7);
  ASSERT_THAT(Load(), IsOk());
  EXPECT_EQ(memory_->index_partitions(), 7);
  EXPECT_THAT(memory_->warnings(),
              ElementsAre(Pair(kIndexTopic, AllOf(HasSubstr("7 partitions"),
                                                  HasSubstr("tasks.max")))));
}

TEST_F(FlowMemoryTest, AnOutageIsAnErrorAndTheNextCallSucceeds) {
  target_.SetDown(true);
  EXPECT_THAT(Load(),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("cluster B")));
  target_.SetDown(false);
  EXPECT_THAT(Load(), IsOk());
}

TEST_F(FlowMemoryTest, IsCancelled) {
  target_.CreateTopic(kProgressTopic, 1);
  memory_->Cancel();
  EXPECT_THAT(Load(), StatusIs(absl::StatusCode::kCancelled));
}

}  // namespace
}  // namespace mirror
