// SPDX-License-Identifier: Apache-2.0
//
// Checkpoints and group offsets between real brokers. The offset index is
// filled by hand: what is tested is what becomes of it.

#include <cstdint>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/checkpoint/checkpoint_emitter.h"
#include "mirror/checkpoint/group_offset_syncer.h"
#include "mirror/policy/filters.h"
#include "mirror/policy/mm2_replication_policies.h"
#include "mirror/sync/offset_sync_store.h"
#include "mirror/testing/matchers.h"
#include "tests/integration/test_cluster.h"
#include "tests/support/java_tool.h"
#include "tests/support/raw_client.h"

namespace mirror::internal::testing {
namespace {

using ::testing::_;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr int32_t kPartitions = 10;
// The record at u on the source is at u + kShift on the target.
constexpr int64_t kShift = 500;

class CheckpointTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    // Commits of a connection wait for each other, 5 ms each by default.
    const std::vector<std::string> settings = {
        "group.coordinator.append.linger.ms=0"};
    a_ = TestCluster::Start("A", settings).value().release();
    b_ = TestCluster::Start("B", settings).value().release();
    AwaitGroupCoordinators(a_->servers());
    AwaitGroupCoordinators(b_->servers());
  }
  static void TearDownTestSuite() {
    delete a_;
    delete b_;
  }

  // `topic` with ten partitions on both sides, copied from 0 to 10,000.
  void CopyTopic(const std::string& topic) {
    a_->CreateTopic(topic, kPartitions);
    b_->CreateTopic("A." + topic, kPartitions);
    for (int32_t i = 0; i < kPartitions; ++i) {
      b_->Append({"A." + topic, i}, std::vector<Record>(10000 + kShift));
      const TopicPartition tp{topic, i};
      store_.Begin(tp, UpstreamOffset(0),
                   {DownstreamOffset(kShift), DownstreamOffset(kShift)});
      store_.Append(tp, {{UpstreamOffset(0), DownstreamOffset(kShift), 10000}});
    }
  }
  // A new life of the process, for groups called `prefix`...
  void Start(const std::string& prefix) {
    CheckpointEmitterOptions options;
    options.policy = DefaultReplicationPolicy::Create().value();
    options.groups = RegexGroupFilter::Create(prefix + ".*").value();
    options.topics = RegexTopicFilter::Create().value();
    options.client_id = "checkpoints";
    options.checkpoints.sync_group_offsets = true;
    GroupOffsetSyncerOptions sync;
    sync.flow = "A->B";
    sync.client_id = "group-offsets";
    syncer_.reset();
    emitter_ = CheckpointEmitter::Create(a_->cluster(), b_->cluster(), options,
                                         &store_, Clock::System())
                   .value();
    syncer_ = GroupOffsetSyncer::Create(b_->cluster(), sync, emitter_.get(),
                                        Clock::System())
                  .value();
  }
  // All partitions of `topic` at `offset`.
  static GroupOffsets At(const std::string& topic, int64_t offset) {
    GroupOffsets offsets;
    for (int32_t i = 0; i < kPartitions; ++i)
      offsets[{topic, i}] = {offset, ""};
    return offsets;
  }
  std::string JavaTranslates(const std::string& group) {
    return RunJavaTool("tests/integration/TranslateOffsets.java",
                       {b_->servers(), "A", group})
        .value();
  }
  static void Time(const std::string& what, absl::FunctionRef<void()> work) {
    const absl::Time start = absl::Now();
    work();
    std::cout << what << ": " << absl::FormatDuration(absl::Now() - start)
              << std::endl;
  }

  static TestCluster* a_;
  static TestCluster* b_;
  OffsetSyncStore store_;
  std::unique_ptr<CheckpointEmitter> emitter_;
  std::unique_ptr<GroupOffsetSyncer> syncer_;
};

TestCluster* CheckpointTest::a_ = nullptr;
TestCluster* CheckpointTest::b_ = nullptr;

TEST_F(CheckpointTest, JavaReadsPastADeletedCheckpoint) {
  CopyTopic("ledger");
  auto admin = a_->cluster()->NewGroupAdmin("test").value();
  for (const std::string group : {"gone", "stays"}) {
    // A new cluster's coordinator comes with the first question.
    ASSERT_TRUE(Eventually([&] {
      return ::testing::Matches(IsOkAndHolds(Each(Pair(_, IsOk()))))(
          admin->AlterGroupOffsets(group, At("ledger", 200)));
    }));
  }
  Start("");
  ASSERT_THAT(emitter_->RunOnce(), IsOk());
  EXPECT_EQ(emitter_->count(), 2 * kPartitions);
  ASSERT_THAT(
      RunJavaTool(
          "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
          {"--bootstrap-server", a_->servers(), "--delete", "--group", "gone"}),
      IsOk());
  Start("");
  ASSERT_THAT(emitter_->RunOnce(), IsOk());
  CheckpointStatus status;
  emitter_->FillStatus(&status);
  EXPECT_EQ(status.deleted(), kPartitions);
  EXPECT_THAT(JavaTranslates("stays"),
              AllOf(HasSubstr("A.ledger-7=700"), HasSubstr("partitions=10")));
  emitter_->Cancel();
  syncer_->Cancel();
}

// The target topics were recreated, and hold 100 records each. What is said of
// such a checkpoint behind MM2's fields must not disturb MM2's reader.
TEST_F(CheckpointTest, JavaSeesNothingPastTheEndOfARecreatedTopic) {
  CopyTopic("lost");
  auto admin = a_->cluster()->NewGroupAdmin("test").value();
  ASSERT_TRUE(Eventually([&] {
    return ::testing::Matches(IsOkAndHolds(Each(Pair(_, IsOk()))))(
        admin->AlterGroupOffsets("lost-1", At("lost", 200)));
  }));
  Start("lost-");
  ASSERT_THAT(emitter_->RunOnce(), IsOk());
  ASSERT_THAT(syncer_->RunOnce(), IsOk());
  ASSERT_THAT(JavaTranslates("lost-1"), HasSubstr("A.lost-7=700"));
  b_->DeleteTopic("A.lost");
  b_->CreateTopic("A.lost", kPartitions);
  for (int32_t i = 0; i < kPartitions; ++i) {
    b_->Append({"A.lost", i}, std::vector<Record>(100));
  }
  Start("lost-");
  ASSERT_THAT(emitter_->RunOnce(), IsOk());
  EXPECT_THAT(JavaTranslates("lost-1"),
              AllOf(HasSubstr("A.lost-7=100"), HasSubstr("partitions=10")));
  ASSERT_THAT(syncer_->RunOnce(), IsOk());
  ASSERT_THAT(emitter_->RunOnce(), IsOk());
  auto target = b_->cluster()->NewGroupAdmin("test").value();
  EXPECT_THAT(target->ListGroupOffsets({"lost-1"}).front(),
              IsOkAndHolds(At("A.lost", 100)));
  emitter_->Cancel();
  syncer_->Cancel();
}

// What it takes is printed.
TEST_F(CheckpointTest, FiveThousandGroupsOfTenPartitions) {
  constexpr int kGroups = 5000;
  CopyTopic("orders");
  auto admin = a_->cluster()->NewGroupAdmin("test").value();
  std::vector<std::string> names;
  std::vector<std::pair<std::string, GroupOffsets>> commits;
  for (int i = 0; i < kGroups; ++i) {
    names.push_back(absl::StrCat("many-", i));
    commits.emplace_back(names.back(), At("orders", i));
  }
  Time("set up", [&] {
    for (const auto& result : admin->AlterOffsetsOfGroups(commits)) {
      ASSERT_THAT(result, IsOk());
    }
  });
  Start("many-");
  Time("first checkpoint round",
       [&] { ASSERT_THAT(emitter_->RunOnce(), IsOk()); });
  EXPECT_EQ(emitter_->count(), kGroups * kPartitions);
  Time("first sync round", [&] { ASSERT_THAT(syncer_->RunOnce(), IsOk()); });
  EXPECT_EQ(syncer_->count(), kGroups * kPartitions);
  Time("second sync round", [&] { ASSERT_THAT(syncer_->RunOnce(), IsOk()); });
  EXPECT_EQ(syncer_->count(), kGroups * kPartitions);
  Start("many-");
  Time("first round after a restart",
       [&] { ASSERT_THAT(emitter_->RunOnce(), IsOk()); });
  EXPECT_EQ(emitter_->count(), 0);
  auto target = b_->cluster()->NewGroupAdmin("test").value();
  const auto synced = target->ListGroupOffsets(names);
  for (int i = 0; i < kGroups; ++i) {
    ASSERT_THAT(synced[i], IsOkAndHolds(At("A.orders", i + kShift)));
  }
  emitter_->Cancel();
  syncer_->Cancel();
}

}  // namespace
}  // namespace mirror::internal::testing
