// SPDX-License-Identifier: Apache-2.0

#include "mirror/flow/flow_memory.h"

#include <functional>
#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/cluster/internal_topic_config.h"
#include "mirror/progress/connect_offset.h"
#include "mirror/runtime/clock.h"
#include "mirror/runtime/mutex.h"
#include "mirror/sync/offset_sync.h"
#include "mirror/testing/fake_cluster.h"
#include "mirror/testing/matchers.h"
#include "mirror/testing/simulated_clock.h"

namespace mirror::internal {
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

// Calls a function with each reading.
class WatchedClock final : public Clock {
 public:
  absl::Time Now() override {
    on_look();
    return clock_.Now();
  }
  absl::Time WallTime() override { return clock_.WallTime(); }
  bool AwaitUntil(Mutex* mu, absl::Time deadline,
                  absl::FunctionRef<bool()> done)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) override {
    return clock_.AwaitUntil(mu, deadline, done);
  }

  std::function<void()> on_look = [] {};

 private:
  SimulatedClock clock_;
};

class FlowMemoryTest : public testing::Test {
 protected:
  FlowMemoryTest()
      : source_("A", {"", 1, /*waits=*/false}),
        target_("B", {"", 2, /*waits=*/false}),
        source_admin_(source_.NewAdmin("test").value()),
        admin_(target_.NewAdmin("test").value()) {
    FlowMemoryOptions options;
    options.flow = "A->B";
    options.progress.offset_storage_topic = kProgressTopic;
    options.index_topic = kIndexTopic;
    options.offset_syncs_topic = kSyncsTopic;
    options.others["A.checkpoints.internal"] = InternalTopicKind::kCheckpoints;
    memory_ = std::make_unique<FlowMemory>(options, &source_, &target_, &store_,
                                           &clock_);
  }

  absl::Status Load() {
    const absl::Status status = memory_->Load(admin_.get());
    return status.ok() ? memory_->LoadOffsetSyncs(source_admin_.get()) : status;
  }
  // As a flow creates it.
  void Create(const std::string& topic, int32_t partitions,
              InternalTopicKind kind) {
    target_.CreateTopic(topic, partitions, InternalTopicConfigs(kind));
  }
  void CreateProgress(int32_t partitions = 1) {
    Create(kProgressTopic, partitions, InternalTopicKind::kProgress);
  }
  void CreateIndex(int32_t partitions = 4) {
    Create(kIndexTopic, partitions, InternalTopicKind::kOffsetIndex);
  }
  void PutProgress(int64_t offset) {
    Put(&target_, {kProgressTopic, 0}, SourceOffsetKey{"A", kOrders}.Encode(),
        EncodeConnectOffsetValue(UpstreamOffset(offset)));
  }

  static void Put(FakeCluster* cluster, const TopicPartition& tp,
                  const std::string& key, const std::string& value) {
    Record record;
    record.key = key;
    record.value = value;
    cluster->Append(tp, std::move(record));
  }

  WatchedClock clock_;
  FakeCluster source_;
  FakeCluster target_;
  OffsetSyncStore store_;
  std::unique_ptr<ClusterAdmin> source_admin_;
  std::unique_ptr<ClusterAdmin> admin_;
  std::unique_ptr<FlowMemory> memory_;
};

TEST_F(FlowMemoryTest, AFlowThatNeverRanHasItsTopicsCreated) {
  ASSERT_THAT(Load(), IsOk());
  EXPECT_EQ(memory_->offset_storage_partitions(), 25);
  EXPECT_EQ(memory_->index_partitions(), 4);
  EXPECT_EQ(target_.PartitionCount(kIndexTopic), 4);
  EXPECT_THAT(target_.TopicConfigs(kIndexTopic),
              InternalTopicConfigs(InternalTopicKind::kOffsetIndex));
  EXPECT_THAT(target_.TopicConfigs(kProgressTopic),
              InternalTopicConfigs(InternalTopicKind::kProgress));
  EXPECT_THAT(memory_->progress(), IsEmpty());
  EXPECT_THAT(memory_->warnings(), IsEmpty());
}

TEST_F(FlowMemoryTest, ProgressAndIndexComeBack) {
  CreateProgress(2);
  Put(&target_, {kProgressTopic, 1}, SourceOffsetKey{"A", kOrders}.Encode(),
      EncodeConnectOffsetValue(UpstreamOffset(41)));
  CreateIndex();
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
  source_.CreateTopic(kSyncsTopic, 1,
                      InternalTopicConfigs(InternalTopicKind::kOffsetSyncs));
  const OffsetSync sync{kOrders, UpstreamOffset(100), DownstreamOffset(90)};
  Put(&source_, {kSyncsTopic, 0}, *sync.EncodeKey(), sync.EncodeValue());
  ASSERT_THAT(Load(), IsOk());
  EXPECT_EQ(store_.Translate(kOrders, UpstreamOffset(150)),
            (Translation{DownstreamOffset(91), Exactness::kLowerBound}));
}

TEST_F(FlowMemoryTest, SyncsThatCannotBeReadStopNothing) {
  source_.CreateTopic(kSyncsTopic, 1,
                      InternalTopicConfigs(InternalTopicKind::kOffsetSyncs));
  source_.Fill({kSyncsTopic, 0}, 1);
  source_.FailFetch({kSyncsTopic, 0}, absl::PermissionDeniedError("READ"));
  ASSERT_THAT(Load(), IsOk());
  EXPECT_THAT(memory_->warnings(),
              ElementsAre(Pair(kSyncsTopic, AllOf(HasSubstr("cluster A"),
                                                  HasSubstr("READ")))));
}

TEST_F(FlowMemoryTest, GarbageIsSkippedAndReported) {
  CreateProgress();
  target_.Fill({kProgressTopic, 0}, 3);
  CreateIndex();
  target_.Fill({kIndexTopic, 1}, 2);
  ASSERT_THAT(Load(), IsOk());
  EXPECT_THAT(memory_->warnings(),
              ElementsAre(Pair(kProgressTopic, HasSubstr("3 records")),
                          Pair(kIndexTopic, HasSubstr("2 records"))));
}

TEST_F(FlowMemoryTest, TheTopicSaysHowManyShardsThereAre) {
  CreateIndex(7);
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

TEST_F(FlowMemoryTest, ReadingContinuesWhereItStoppedInTheNextAttempt) {
  CreateProgress();
  for (int i = 0; i < 1000; ++i) PutProgress(i);
  CreateIndex();
  target_.Fill({kIndexTopic, 0}, 1);
  target_.FailFetch({kIndexTopic, 0}, absl::UnavailableError("no leader"));
  EXPECT_THAT(Load(), StatusIs(absl::StatusCode::kUnavailable));
  // What was read of it is not read again: it would be out of reach.
  target_.FailFetch({kProgressTopic, 0}, absl::InternalError("read again"));
  target_.FailFetch({kIndexTopic, 0}, absl::OkStatus());
  ASSERT_THAT(Load(), IsOk());
  EXPECT_THAT(memory_->progress(),
              ElementsAre(Pair(kOrders, UpstreamOffset(999))));
}

TEST_F(FlowMemoryTest, ATopicRecreatedBetweenAttemptsCountsAsItIsNow) {
  CreateProgress();
  PutProgress(41);
  CreateIndex();
  target_.Fill({kIndexTopic, 0}, 1);
  target_.FailFetch({kIndexTopic, 0}, absl::UnavailableError("no leader"));
  EXPECT_THAT(Load(), StatusIs(absl::StatusCode::kUnavailable));
  target_.DeleteTopic(kProgressTopic);
  CreateProgress();
  target_.FailFetch({kIndexTopic, 0}, absl::OkStatus());
  ASSERT_THAT(Load(), IsOk());
  EXPECT_THAT(memory_->progress(), IsEmpty());
}

TEST_F(FlowMemoryTest, TheLastProgressOfAPartitionCounts) {
  CreateProgress();
  PutProgress(41);
  PutProgress(7);
  ASSERT_THAT(Load(), IsOk());
  EXPECT_THAT(memory_->progress(),
              ElementsAre(Pair(kOrders, UpstreamOffset(7))));
}

TEST_F(FlowMemoryTest, AProgressTopicThatDeletesIsSetToCompact) {
  target_.CreateTopic(kProgressTopic, 1, {{"cleanup.policy", "delete"}});
  PutProgress(41);
  ASSERT_THAT(Load(), IsOk());
  EXPECT_EQ(target_.TopicConfigs(kProgressTopic),
            InternalTopicConfigs(InternalTopicKind::kProgress));
  EXPECT_THAT(memory_->warnings(),
              ElementsAre(Pair(kProgressTopic, HasSubstr("set to compact")),
                          Pair(kProgressTopic, HasSubstr("segment.bytes"))));
}

TEST_F(FlowMemoryTest, WithATopicThatLosesRecordsTheFlowDoesNotStart) {
  source_.CreateTopic(kSyncsTopic, 1);
  source_.FailAlterConfigs(kSyncsTopic, absl::PermissionDeniedError("denied"));
  EXPECT_THAT(Load(),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("cluster A"), HasSubstr(kSyncsTopic),
                             HasSubstr("kafka-configs.sh"))));
  // The operator does it.
  source_.FailAlterConfigs(kSyncsTopic, absl::OkStatus());
  source_.SetTopicConfig(kSyncsTopic, "cleanup.policy", "compact");
  EXPECT_THAT(Load(), IsOk());
}

TEST_F(FlowMemoryTest, OtherTopicsOfTheFlowAreLookedAtToo) {
  target_.CreateTopic("A.checkpoints.internal", 1);
  ASSERT_THAT(Load(), IsOk());
  EXPECT_EQ(target_.TopicConfigs("A.checkpoints.internal"),
            InternalTopicConfigs(InternalTopicKind::kCheckpoints));
}

TEST_F(FlowMemoryTest, WarningsOutliveAnAttemptAndComeOnce) {
  target_.CreateTopic(kProgressTopic, 1, {{"cleanup.policy", "compact"}});
  CreateIndex();
  target_.Fill({kIndexTopic, 0}, 1);
  target_.FailFetch({kIndexTopic, 0}, absl::UnavailableError("no leader"));
  EXPECT_THAT(Load(), StatusIs(absl::StatusCode::kUnavailable));
  target_.FailFetch({kIndexTopic, 0}, absl::OkStatus());
  ASSERT_THAT(Load(), IsOk());
  EXPECT_THAT(memory_->warnings(),
              ElementsAre(Pair(kProgressTopic, HasSubstr("was altered")),
                          Pair(kIndexTopic, HasSubstr("1 records"))));
}

TEST_F(FlowMemoryTest, SaysHowFarItIs) {
  CreateProgress();
  for (int i = 0; i < 1234; ++i) PutProgress(i);
  EXPECT_EQ(memory_->Doing(), "");
  FlowMemory* const memory = memory_.get();
  std::string doing;
  clock_.on_look = [&] {
    if (doing.empty()) doing = memory->Doing();
  };
  ASSERT_THAT(Load(), IsOk());
  EXPECT_EQ(doing, "reading mm2-offsets.A.internal: 0 of 1,234 records");
  EXPECT_EQ(memory_->Doing(), "");
}

TEST_F(FlowMemoryTest, IsCancelled) {
  CreateProgress();
  memory_->Cancel();
  EXPECT_THAT(Load(), StatusIs(absl::StatusCode::kCancelled));
}

}  // namespace
}  // namespace mirror::internal
