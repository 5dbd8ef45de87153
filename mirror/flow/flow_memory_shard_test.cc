// SPDX-License-Identifier: Apache-2.0
//
// FlowMemory in one of several processes that share a flow: what it reads when
// it takes a shard. `other_` is the memory of the process that had it.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/cluster/internal_topic_config.h"
#include "mirror/cluster/record_batch.h"
#include "mirror/cluster/ticking_clock.h"
#include "mirror/flow/flow_memory.h"
#include "mirror/progress/connect_offset.h"
#include "mirror/progress/flow_note.h"
#include "mirror/progress/shard_of.h"
#include "mirror/sync/offset_sync.h"
#include "mirror/testing/fake_cluster.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

const TopicPartition kOrders3{"orders", 3};
// Of the next shard.
const TopicPartition kOrders4{"orders", 4};
constexpr int32_t kShards = 4;
const int32_t kShard = ShardOf(kOrders3, kShards);
const int32_t kNextShard = ShardOf(kOrders4, kShards);
constexpr char kProgressTopic[] = "mm2-offsets.A.internal";
constexpr char kIndexTopic[] = "mm2-offset-index.A.internal";
constexpr char kSyncsTopic[] = "mm2-offset-syncs.B.internal";

class FlowMemoryShardTest : public testing::Test {
 protected:
  FlowMemoryShardTest()
      : source_("A", {"", 1, /*waits=*/false}),
        target_("B", {"", 2, /*waits=*/false}),
        source_admin_(source_.NewAdmin("test").value()),
        admin_(target_.NewAdmin("test").value()) {
    FlowMemoryOptions options;
    options.flow = "A->B";
    options.progress.offset_storage_topic = kProgressTopic;
    options.index_topic = kIndexTopic;
    options.index_partitions = kShards;
    options.offset_syncs_topic = kSyncsTopic;
    memory_ = std::make_unique<FlowMemory>(options, &source_, &target_, &store_,
                                           &clock_);
    target_.CreateTopic(kProgressTopic, 2,
                        InternalTopicConfigs(InternalTopicKind::kProgress));
    target_.CreateTopic(kIndexTopic, kShards,
                        InternalTopicConfigs(InternalTopicKind::kOffsetIndex));
  }

  absl::Status LoadShard(int32_t shard) {
    return memory_->LoadShards(admin_.get(), {shard});
  }

  static void Put(FakeCluster* cluster, const TopicPartition& tp,
                  const std::string& key, std::optional<std::string> value) {
    Record record;
    record.key = key;
    record.value = std::move(value);
    cluster->Append(tp, std::move(record));
  }
  void PutProgress(const TopicPartition& source, int64_t offset,
                   int32_t partition = 0, int64_t timestamp_ms = 0,
                   std::optional<RunGrowth> growth = std::nullopt) {
    Record record;
    record.key = SourceOffsetKey{"A", source}.Encode();
    record.value = EncodeConnectOffsetValue(UpstreamOffset(offset));
    record.timestamp_ms = timestamp_ms;
    if (growth.has_value()) {
      record.headers.push_back({kOwnHeader, growth->Encode()});
    }
    target_.Append({kProgressTopic, partition}, std::move(record));
  }
  void PutIndex(const TopicPartition& source, int32_t index_partition) {
    const IndexFlush flush = other_.PrepareFlush({source}).value();
    for (const IndexRecord& record : flush.records()) {
      Put(&target_, {kIndexTopic, index_partition}, record.key, record.value);
    }
    other_.CommitFlush(flush);
  }
  // The other process copies the records up to `end` to the offsets that they
  // have on the source.
  void Append(const TopicPartition& source, int64_t end) {
    other_.Begin(source, UpstreamOffset(0), {});
    const int64_t from = other_.Stats(source).upstream_end.value();
    other_.Append(source,
                  {{UpstreamOffset(from), DownstreamOffset(from), end - from}});
  }
  // The same, and stores it.
  void Copy(const TopicPartition& source, int64_t end) {
    Append(source, end);
    PutIndex(source, ShardOf(source, kShards));
    PutProgress(source, end - 1);
  }
  Translation Exact(int64_t offset) {
    return {DownstreamOffset(offset), Exactness::kExact};
  }
  Translation At(const TopicPartition& source, int64_t offset) {
    return store_.Translate(source, UpstreamOffset(offset));
  }

  TickingClock clock_;
  FakeCluster source_;
  FakeCluster target_;
  OffsetSyncStore store_;
  OffsetSyncStore other_;
  std::unique_ptr<ClusterAdmin> source_admin_;
  std::unique_ptr<ClusterAdmin> admin_;
  std::unique_ptr<FlowMemory> memory_;
};

TEST_F(FlowMemoryShardTest, APreparedProcessKnowsTheShardsAndHasNone) {
  Copy(kOrders3, 10);
  ASSERT_THAT(memory_->Prepare(admin_.get()), IsOk());
  EXPECT_EQ(memory_->index_partitions(), kShards);
  EXPECT_EQ(memory_->offset_storage_partitions(), 2);
  EXPECT_THAT(memory_->progress(), IsEmpty());
  EXPECT_THAT(store_.Partitions(), IsEmpty());
}

TEST_F(FlowMemoryShardTest, ReadsWhatTheShardNeedsAndNoMore) {
  Copy(kOrders3, 10);
  Copy(kOrders4, 20);
  target_.FailFetch({kIndexTopic, kNextShard},
                    absl::InternalError("of another shard"));
  ASSERT_THAT(LoadShard(kShard), IsOk());
  EXPECT_THAT(memory_->progress(),
              ElementsAre(Pair(kOrders3, UpstreamOffset(9))));
  EXPECT_THAT(store_.Partitions(), ElementsAre(kOrders3));
  EXPECT_EQ(At(kOrders3, 7), Exact(7));
  EXPECT_THAT(memory_->warnings(), IsEmpty());
}

TEST_F(FlowMemoryShardTest, TheNextShardReadsOnlyWhatIsNewOfTheProgress) {
  Copy(kOrders3, 10);
  Copy(kOrders4, 20);
  ASSERT_THAT(LoadShard(kShard), IsOk());
  target_.DeleteRecordsBefore({kProgressTopic, 0}, 2);
  Copy(kOrders4, 30);
  ASSERT_THAT(LoadShard(kNextShard), IsOk());
  // The first one's record is gone, and was not needed again.
  EXPECT_THAT(memory_->progress(),
              ElementsAre(Pair(kOrders3, UpstreamOffset(9)),
                          Pair(kOrders4, UpstreamOffset(29))));
  EXPECT_EQ(At(kOrders3, 7), Exact(7));
  EXPECT_EQ(At(kOrders4, 27), Exact(27));
}

TEST_F(FlowMemoryShardTest, ATakeOverSeesWhatTheOtherProcessWrote) {
  Copy(kOrders3, 10);
  ASSERT_THAT(LoadShard(kShard), IsOk());
  memory_->ForgetShard(kShard);
  EXPECT_THAT(memory_->progress(), IsEmpty());
  EXPECT_THAT(store_.Partitions(), IsEmpty());
  Copy(kOrders3, 20);
  ASSERT_THAT(LoadShard(kShard), IsOk());
  EXPECT_THAT(memory_->progress(),
              ElementsAre(Pair(kOrders3, UpstreamOffset(19))));
  EXPECT_EQ(At(kOrders3, 17), Exact(17));
}

TEST_F(FlowMemoryShardTest, WhatWasForgottenComesBackWithoutAWrite) {
  Copy(kOrders3, 10);
  Copy(kOrders4, 20);
  ASSERT_THAT(LoadShard(kShard), IsOk());
  ASSERT_THAT(LoadShard(kNextShard), IsOk());
  memory_->ForgetShard(kShard);
  EXPECT_THAT(store_.Partitions(), ElementsAre(kOrders4));
  EXPECT_THAT(memory_->progress(),
              ElementsAre(Pair(kOrders4, UpstreamOffset(19))));
  ASSERT_THAT(LoadShard(kShard), IsOk());
  EXPECT_THAT(memory_->progress(),
              ElementsAre(Pair(kOrders3, UpstreamOffset(9)),
                          Pair(kOrders4, UpstreamOffset(19))));
  EXPECT_EQ(At(kOrders3, 7), Exact(7));
}

// As after a commit that this process does not know to have failed.
TEST_F(FlowMemoryShardTest, TheTopicsReplaceWhatWasKnownOfTheShard) {
  Copy(kOrders3, 10);
  ASSERT_THAT(LoadShard(kShard), IsOk());
  store_.Append(kOrders3, {{UpstreamOffset(10), DownstreamOffset(10), 90}});
  memory_->stored().SetCopied(kOrders3, UpstreamOffset(99));
  ASSERT_THAT(LoadShard(kShard), IsOk());
  EXPECT_THAT(memory_->progress(),
              ElementsAre(Pair(kOrders3, UpstreamOffset(9))));
  EXPECT_EQ(store_.Stats(kOrders3).upstream_end, UpstreamOffset(10));
}

TEST_F(FlowMemoryShardTest, WaitsForAnotherShardsOpenTransaction) {
  Copy(kOrders3, 10);
  // What is behind it is committed.
  target_.OpenTransactionAt({kProgressTopic, 0}, 1);
  PutProgress(kOrders4, 19);
  Copy(kOrders3, 20);
  EXPECT_THAT(LoadShard(kShard),
              StatusIs(absl::StatusCode::kDeadlineExceeded,
                       AllOf(HasSubstr("cluster B"), HasSubstr(kProgressTopic),
                             HasSubstr("transaction"))));
  EXPECT_THAT(memory_->progress(), IsEmpty());
  int ticks = 0;
  clock_.on_tick = [&] {
    if (++ticks == 3) {
      target_.OpenTransactionAt({kProgressTopic, 0}, std::nullopt);
    }
  };
  ASSERT_THAT(LoadShard(kShard), IsOk());
  EXPECT_THAT(memory_->progress(),
              ElementsAre(Pair(kOrders3, UpstreamOffset(19))));
}

TEST_F(FlowMemoryShardTest, GrowthCountsWithTheIndexOfItsShard) {
  Copy(kOrders3, 10);
  Copy(kOrders4, 10);
  Append(kOrders3, 20);
  Append(kOrders4, 20);
  PutProgress(kOrders3, 19, 0, 0, other_.Growth(kOrders3));
  PutProgress(kOrders4, 19, 0, 0, other_.Growth(kOrders4));
  ASSERT_THAT(LoadShard(kShard), IsOk());
  EXPECT_EQ(At(kOrders3, 17), Exact(17));
  ASSERT_THAT(LoadShard(kNextShard), IsOk());
  EXPECT_EQ(At(kOrders4, 17), Exact(17));
}

TEST_F(FlowMemoryShardTest, RecordsOfOtherShardsInTheIndexPartitionDoNotCount) {
  Copy(kOrders3, 10);
  Append(kOrders4, 20);
  PutIndex(kOrders4, kShard);
  ASSERT_THAT(LoadShard(kShard), IsOk());
  EXPECT_THAT(store_.Partitions(), ElementsAre(kOrders3));
  EXPECT_THAT(memory_->warnings(), IsEmpty());
}

TEST_F(FlowMemoryShardTest, SupersededProgressIsThatOfTheShardsItHas) {
  for (const TopicPartition& source : {kOrders3, kOrders4}) {
    PutProgress(source, 9, 0, 1000);
    PutProgress(source, 19, 1, 2000);
  }
  ASSERT_THAT(LoadShard(kShard), IsOk());
  EXPECT_THAT(
      memory_->superseded_progress(),
      ElementsAre(AllOf(Field(&SupersededProgress::source, kOrders3),
                        Field(&SupersededProgress::progress_partition, 0))));
  memory_->ForgetShard(kShard);
  EXPECT_THAT(memory_->superseded_progress(), IsEmpty());
}

TEST_F(FlowMemoryShardTest, TheFlowsNotesComeWithAnyShard) {
  const FlowNote looked{"A", "", absl::FromUnixSeconds(1)};
  Put(&target_, {kProgressTopic, 0}, looked.EncodeKey(), looked.EncodeValue());
  ASSERT_THAT(LoadShard(kNextShard), IsOk());
  EXPECT_TRUE(memory_->stored().has_looked());
}

TEST_F(FlowMemoryShardTest, AFailedLoadChangesNothingAndResumes) {
  Copy(kOrders3, 10);
  target_.FailFetch({kIndexTopic, kShard}, absl::UnavailableError("no leader"));
  EXPECT_THAT(LoadShard(kShard), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(memory_->progress(), IsEmpty());
  target_.FailFetch({kIndexTopic, kShard}, absl::OkStatus());
  target_.FailFetch({kProgressTopic, 0}, absl::InternalError("read again"));
  ASSERT_THAT(LoadShard(kShard), IsOk());
  EXPECT_THAT(memory_->progress(),
              ElementsAre(Pair(kOrders3, UpstreamOffset(9))));
  EXPECT_EQ(At(kOrders3, 7), Exact(7));
}

TEST_F(FlowMemoryShardTest, AProgressTopicThatIsRecreatedCountsAsItIsNow) {
  Copy(kOrders3, 10);
  Copy(kOrders4, 20);
  ASSERT_THAT(LoadShard(kShard), IsOk());
  target_.DeleteTopic(kProgressTopic);
  ASSERT_THAT(LoadShard(kNextShard), IsOk());
  // A running shard is not disturbed, and writes its progress soon.
  EXPECT_THAT(memory_->progress(),
              ElementsAre(Pair(kOrders3, UpstreamOffset(9))));
}

TEST_F(FlowMemoryShardTest, OffsetSyncsAreReadForTheShardsThatWereLoaded) {
  source_.CreateTopic(kSyncsTopic, 1,
                      InternalTopicConfigs(InternalTopicKind::kOffsetSyncs));
  for (const TopicPartition& source : {kOrders3, kOrders4}) {
    const OffsetSync sync{source, UpstreamOffset(100), DownstreamOffset(90)};
    Put(&source_, {kSyncsTopic, 0}, *sync.EncodeKey(), sync.EncodeValue());
  }
  ASSERT_THAT(LoadShard(kShard), IsOk());
  ASSERT_THAT(memory_->LoadOffsetSyncs(source_admin_.get()), IsOk());
  EXPECT_THAT(store_.Partitions(), ElementsAre(kOrders3));
  ASSERT_THAT(LoadShard(kNextShard), IsOk());
  ASSERT_THAT(memory_->LoadOffsetSyncs(source_admin_.get()), IsOk());
  EXPECT_THAT(store_.Partitions(), UnorderedElementsAre(kOrders3, kOrders4));
}

TEST_F(FlowMemoryShardTest, IsCancelled) {
  memory_->Cancel();
  EXPECT_THAT(LoadShard(kShard), StatusIs(absl::StatusCode::kCancelled));
}

}  // namespace
}  // namespace mirror::internal
