// SPDX-License-Identifier: Apache-2.0

#include "mirror/checkpoint/group_offset_syncer.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/checkpoint/checkpoint_fixture.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal {
namespace {

using absl::StatusCode;
using ::testing::AllOf;
using ::testing::HasSubstr;

const TopicPartition kOrders{"orders", 0};
const TopicPartition kTarget{"A.orders", 0};

class GroupOffsetSyncerTest : public CheckpointFixture {
 protected:
  GroupOffsetSyncerTest() {
    CopyTopic("orders");
    sync_options_.flow = "A->B";
    sync_options_.client_id = "A->B|group-offsets";
    sync_options_.on_event = options_.on_event;
    Start();
  }

  // Lets checkpoints be written, then offsets be synced.
  absl::Status Sync() {
    if (syncer_ == nullptr) {
      syncer_ =
          GroupOffsetSyncer::Create(&b_, sync_options_, emitter_.get(), &clock_)
              .value();
    }
    EXPECT_THAT(Run(), IsOk());
    return syncer_->RunOnce();
  }
  // Where the group stands on the target.
  std::optional<int64_t> Committed(const std::string& group,
                                   const TopicPartition& tp = kTarget) {
    const GroupOffsets offsets = b_.CommittedOffsets(group);
    const auto it = offsets.find(tp);
    if (it == offsets.end()) return std::nullopt;
    return it->second.offset;
  }
  GroupOffsetSyncStatus SyncStatus() {
    GroupOffsetSyncStatus status;
    syncer_->FillStatus(&status);
    return status;
  }
  GroupSync SyncStatus(const std::string& group) {
    const GroupOffsetSyncStatus status = SyncStatus();
    for (const GroupSync& sync : status.groups()) {
      if (sync.group() == group) return sync;
    }
    return GroupSync();
  }

  GroupOffsetSyncerOptions sync_options_;
  std::unique_ptr<GroupOffsetSyncer> syncer_;
};

TEST_F(GroupOffsetSyncerTest, CreatesTheGroupOnTheTarget) {
  a_.CommitGroupOffset("billing", kOrders, 100, "note");
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_EQ(b_.CommittedOffsets("billing"),
            (GroupOffsets{{kTarget, {600, "note"}}}));
  EXPECT_EQ(SyncStatus("billing").state(), GROUP_SYNCED);
  EXPECT_EQ(SyncStatus("billing").written(), 1);
  EXPECT_EQ(syncer_->count(), 1);
  EXPECT_EQ(syncer_->TimeToNextTurn(), absl::Seconds(60));
  // Nothing moved, nothing is written.
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_EQ(SyncStatus("billing").state(), GROUP_SYNCED);
  EXPECT_EQ(SyncStatus("billing").written(), 0);
  EXPECT_EQ(SyncStatus("billing").partitions(), 1);
}

// 7.4: T 100 and d = 101; T 50 and d = 51; T 101 and d = 101.
TEST_F(GroupOffsetSyncerTest, GoesForwardAsMm2Does) {
  const std::pair<int64_t, int64_t> vectors[] = {
      {600, 601}, {550, 551}, {601, 601}};
  for (const auto& [committed, checkpoint] : vectors) {
    const std::string group = "group-" + std::to_string(committed);
    b_.CommitGroupOffset(group, kTarget, committed);
    a_.CommitGroupOffset(group, kOrders, checkpoint - 500);
  }
  EXPECT_THAT(Sync(), IsOk());
  for (const auto& [committed, checkpoint] : vectors) {
    EXPECT_EQ(Committed("group-" + std::to_string(committed)), checkpoint);
  }
  EXPECT_EQ(syncer_->count(), 2);
}

TEST_F(GroupOffsetSyncerTest, LeavesAGroupThatIsAheadWhereItIs) {
  a_.CommitGroupOffset("billing", kOrders, 100);
  b_.CommitGroupOffset("billing", kTarget, 700);
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_EQ(Committed("billing"), 700);
  const GroupSync sync = SyncStatus("billing");
  EXPECT_EQ(sync.state(), GROUP_SYNCED);
  EXPECT_EQ(sync.ahead(), 1);
  ASSERT_EQ(sync.details_size(), 1);
  EXPECT_EQ(sync.details(0).topic(), "A.orders");
  EXPECT_EQ(sync.details(0).checkpoint_offset(), 600);
  EXPECT_EQ(sync.details(0).committed_offset(), 700);
  EXPECT_EQ(sync.details(0).refused(), "");
}

TEST_F(GroupOffsetSyncerTest, LeavesAGroupWithMembersAlone) {
  a_.CommitGroupOffset("billing", kOrders, 100);
  b_.SetGroupActive("billing", true);
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_EQ(Committed("billing"), std::nullopt);
  EXPECT_EQ(SyncStatus("billing").state(), GROUP_ACTIVE);
  EXPECT_EQ(CountEvents(EngineEvent::Kind::kGroupProblem), 0);
  b_.SetGroupActive("billing", false);
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_EQ(Committed("billing"), 600);
}

// It was described as empty and had members when its offsets were set.
TEST_F(GroupOffsetSyncerTest, TakesTheBrokersWordForMembers) {
  a_.CommitGroupOffset("billing", kOrders, 100);
  b_.FailSetOffset(kTarget, absl::FailedPreconditionError("has members"));
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_EQ(SyncStatus("billing").state(), GROUP_ACTIVE);
  EXPECT_EQ(CountEvents(EngineEvent::Kind::kGroupProblem), 0);
}

TEST_F(GroupOffsetSyncerTest, ARefusedPartitionBlocksNoOther) {
  CopyTopic("ledger");
  a_.CommitGroupOffset("billing", kOrders, 100);
  a_.CommitGroupOffset("billing", {"ledger", 0}, 100);
  a_.CommitGroupOffset("shipping", {"ledger", 0}, 200);
  b_.FailSetOffset(kTarget, absl::PermissionDeniedError("no READ"));
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_EQ(Committed("billing"), std::nullopt);
  EXPECT_EQ(Committed("billing", {"A.ledger", 0}), 600);
  EXPECT_EQ(Committed("shipping", {"A.ledger", 0}), 700);
  const GroupSync sync = SyncStatus("billing");
  EXPECT_EQ(sync.state(), GROUP_REFUSED);
  EXPECT_EQ(sync.written(), 1);
  EXPECT_EQ(sync.refused(), 1);
  ASSERT_EQ(sync.details_size(), 1);
  EXPECT_THAT(sync.details(0).refused(),
              AllOf(HasSubstr("cluster B"), HasSubstr("A.orders-0"),
                    HasSubstr("allow READ")));
  EXPECT_EQ(CountEvents(EngineEvent::Kind::kGroupProblem), 1);
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_EQ(CountEvents(EngineEvent::Kind::kGroupProblem), 1);
  b_.FailSetOffset(kTarget, absl::OkStatus());
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_EQ(Committed("billing"), 600);
  EXPECT_EQ(CountEvents(EngineEvent::Kind::kGroupRecovered), 1);
}

TEST_F(GroupOffsetSyncerTest, ARefusedGroupBlocksNoOther) {
  a_.CommitGroupOffset("billing", kOrders, 100);
  a_.CommitGroupOffset("secret", kOrders, 100);
  b_.FailGroup("secret", absl::PermissionDeniedError("no"));
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_EQ(Committed("billing"), 600);
  EXPECT_EQ(SyncStatus("secret").state(), GROUP_REFUSED);
  EXPECT_THAT(SyncStatus("secret").reason(), HasSubstr("group secret"));
  EXPECT_EQ(CountEvents(EngineEvent::Kind::kGroupProblem), 1);
}

// A coordinator moves to another broker.
TEST_F(GroupOffsetSyncerTest, RetriesSoonWhatMaySucceedInAMoment) {
  a_.CommitGroupOffset("billing", kOrders, 100);
  b_.FailSetOffset(kTarget, absl::UnavailableError("not coordinator"));
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_EQ(SyncStatus("billing").state(), GROUP_REFUSED);
  EXPECT_EQ(syncer_->TimeToNextTurn(), absl::Seconds(5));
}

TEST_F(GroupOffsetSyncerTest, WaitsForCheckpointsAndForTheTarget) {
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_EQ(syncer_->TimeToNextTurn(), absl::Seconds(5));
  a_.CommitGroupOffset("billing", kOrders, 100);
  EXPECT_THAT(Run(), IsOk());
  b_.SetDown(true);
  EXPECT_THAT(syncer_->RunOnce(),
              StatusIs(StatusCode::kUnavailable,
                       AllOf(HasSubstr("cluster B"),
                             HasSubstr("written again in 5s"))));
  EXPECT_EQ(syncer_->TimeToNextTurn(), absl::Seconds(5));
  EXPECT_THAT(SyncStatus().reason(), HasSubstr("cluster B"));
  EXPECT_EQ(CountEvents(EngineEvent::Kind::kGroupProblem), 0);
  b_.SetDown(false);
  EXPECT_THAT(syncer_->RunOnce(), IsOk());
  EXPECT_EQ(Committed("billing"), 600);
  EXPECT_EQ(SyncStatus().reason(), "");
}

// The day it is all for: the source is gone, the process starts again.
TEST_F(GroupOffsetSyncerTest, WorksFromTheTopicWhenTheSourceIsGone) {
  a_.CommitGroupOffset("billing", kOrders, 100);
  EXPECT_THAT(Run(), IsOk());
  a_.SetDown(true);
  Start();
  EXPECT_FALSE(Turn().ok());
  syncer_ =
      GroupOffsetSyncer::Create(&b_, sync_options_, emitter_.get(), &clock_)
          .value();
  EXPECT_THAT(syncer_->RunOnce(), IsOk());
  EXPECT_EQ(Committed("billing"), 600);
}

// 450 groups, the last of which gets further on the target, and loses its
// members again, while the others are being looked at.
TEST_F(GroupOffsetSyncerTest, DoesNotUndoWhatIsCommittedWhileOthersAreSynced) {
  std::vector<std::string> groups;
  for (int i = 100; i < 550; ++i) groups.push_back(absl::StrCat("group-", i));
  for (const std::string& group : groups) {
    a_.CommitGroupOffset(group, kOrders, 100);
  }
  EXPECT_THAT(Run(), IsOk());
  int calls = 0;
  b_.OnGroupOffsetsListed([&] {
    if (++calls == 1) b_.CommitGroupOffset(groups.back(), kTarget, 900);
  });
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_EQ(Committed(groups.front()), 600);
  EXPECT_EQ(Committed(groups.back()), 900);
  EXPECT_EQ(syncer_->count(), 449);
}

TEST_F(GroupOffsetSyncerTest, CommitsNothingPastTheEndOfTheLog) {
  a_.CommitGroupOffset("billing", kOrders, 100);
  EXPECT_THAT(Run(), IsOk());
  // After the last look of the emitter.
  b_.TruncateTo(kTarget, 550);
  syncer_ =
      GroupOffsetSyncer::Create(&b_, sync_options_, emitter_.get(), &clock_)
          .value();
  EXPECT_THAT(syncer_->RunOnce(), IsOk());
  EXPECT_EQ(Committed("billing"), std::nullopt);
  EXPECT_EQ(SyncStatus("billing").withheld(), 1);
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_EQ(Committed("billing"), 550);
  EXPECT_EQ(SyncStatus("billing").withheld(), 0);
}

TEST_F(GroupOffsetSyncerTest, ResetsACommitPastTheEndOfTheLog) {
  a_.CommitGroupOffset("billing", kOrders, 100);
  b_.CommitGroupOffset("billing", kTarget, 1501);
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_EQ(Committed("billing"), 600);
  EXPECT_EQ(SyncStatus().reset(), 1);
}

TEST_F(GroupOffsetSyncerTest, DoesNotFollowARewindByDefault) {
  a_.CommitGroupOffset("billing", kOrders, 100);
  EXPECT_THAT(Sync(), IsOk());
  a_.CommitGroupOffset("billing", kOrders, 50);
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_EQ(Written().back(), "billing A.orders-0 50=550");
  EXPECT_EQ(Committed("billing"), 600);
  EXPECT_EQ(SyncStatus("billing").ahead(), 1);
}

TEST_F(GroupOffsetSyncerTest, FollowsARewindOnceIfConfigured) {
  sync_options_.checkpoints.follow_rewinds = true;
  a_.CommitGroupOffset("billing", kOrders, 100);
  EXPECT_THAT(Sync(), IsOk());
  a_.CommitGroupOffset("billing", kOrders, 50);
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_EQ(Committed("billing"), 550);
  EXPECT_EQ(SyncStatus().reset(), 1);
  // Consumers continue on the target, and are not reset again.
  b_.CommitGroupOffset("billing", kTarget, 600);
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_EQ(Committed("billing"), 600);
}

TEST_F(GroupOffsetSyncerTest, DoesNotFollowARewindOfAGroupThatWentOnByItself) {
  sync_options_.checkpoints.follow_rewinds = true;
  a_.CommitGroupOffset("billing", kOrders, 100);
  EXPECT_THAT(Sync(), IsOk());
  b_.CommitGroupOffset("billing", kTarget, 601);
  a_.CommitGroupOffset("billing", kOrders, 50);
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_EQ(Committed("billing"), 601);
  EXPECT_EQ(SyncStatus("billing").ahead(), 1);
}

TEST_F(GroupOffsetSyncerTest, DoesNotFollowARewindToALowerBound) {
  sync_options_.checkpoints.follow_rewinds = true;
  a_.CommitGroupOffset("billing", kOrders, 100);
  EXPECT_THAT(Sync(), IsOk());
  store_.StartOver(kOrders);
  store_.ApplySync({kOrders, UpstreamOffset(10), DownstreamOffset(510)});
  a_.CommitGroupOffset("billing", kOrders, 50);
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_EQ(Written().back(), "billing A.orders-0 50=511");
  EXPECT_EQ(Committed("billing"), 600);
}

TEST_F(GroupOffsetSyncerTest, StopsWhenCancelled) {
  EXPECT_THAT(Sync(), IsOk());
  syncer_->Cancel();
  EXPECT_THAT(syncer_->RunOnce(), StatusIs(StatusCode::kCancelled));
  EXPECT_EQ(SyncStatus().reason(), "");
}

}  // namespace
}  // namespace mirror::internal
