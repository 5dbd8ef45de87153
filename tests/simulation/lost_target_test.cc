// SPDX-License-Identifier: Apache-2.0
//
// What becomes of checkpoints and of offsets committed on the target when the
// target's log is lost: no group may continue past its true position there.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/checkpoint/checkpoint.h"
#include "mirror/cluster/group_admin.h"
#include "mirror/flow/flow_gap_fixture.h"
#include "mirror/testing/matchers.h"
#include "tests/simulation/checkpointing.h"

namespace mirror::internal {
namespace {

constexpr char kGroup[] = "billing";
constexpr char kCheckpoints[] = "A.checkpoints.internal";

// Source records 2 to 1499 of orders-0 became 0 to 1497 of the copy. The group
// stood at 1000 on the source, its checkpoint and its commit are at 998.
class LostTargetTest : public FlowGapTest {
 protected:
  LostTargetTest() : groups_(&flow_, /*sync_group_offsets=*/true) {}

  void StartWithAGroup(LossPolicy on_target_change) {
    Policies(LossPolicy::kStop, on_target_change);
    a().CreateTopic("orders", 1);
    a().AppendGap(kOrders0, 2);
    a().Fill(kOrders0, 1498);
    Begin();
    a().CommitGroupOffset(kGroup, kOrders0, 1000);
    ASSERT_TRUE(RunUntil([this] { return Committed() == 998; }));
    ASSERT_EQ(LastCheckpoint(), DownstreamOffset(998));
    Run(absl::Seconds(20));  // the target topic's id is in the index
  }
  void Begin() {
    flow_.Start();
    groups_.Start();
  }
  void RestartAll() {
    ASSERT_THAT(flow_.Stop(), IsOk());
    Begin();
  }
  bool RunUntil(const std::function<bool()>& done,
                absl::Duration limit = absl::Minutes(5)) {
    const absl::Time deadline = flow_.clock().Now() + limit;
    while (!done() && flow_.clock().Now() < deadline) {
      flow_.Step();
      groups_.Step();
      if (past_end_.empty()) past_end_ = FindPastEnd();
    }
    return done();
  }
  // Whether progress is stored up to `offset`.
  bool CopiesUpTo(int64_t offset) {
    return RunUntil([this, offset] {
      return flow_.Status(kOrders0).committed_offset() == offset;
    });
  }
  void Run(absl::Duration time) {
    RunUntil([] { return false; }, time);
  }
  // A commit that is past the log's end, as it must never be written.
  std::string FindPastEnd() {
    const auto committed = Committed();
    if (!committed.has_value() || committed == ignored_) return "";
    const int64_t end = b().HasTopic("A.orders") ? b().LogEnd(kCopy0) : -1;
    if (*committed <= end) return "";
    return absl::StrCat("committed ", *committed, " in a log that ends at ",
                        end);
  }
  std::optional<int64_t> Committed() {
    const GroupOffsets offsets = b().CommittedOffsets(kGroup);
    const auto it = offsets.find(kCopy0);
    if (it == offsets.end()) return std::nullopt;
    return it->second.offset;
  }
  // What a reader of the topic takes for the group's checkpoint.
  std::optional<Checkpoint> Last() {
    std::optional<Checkpoint> last;
    if (!b().HasTopic(kCheckpoints)) return last;
    for (const Record& record : b().Records({kCheckpoints, 0})) {
      last = *Checkpoint::Decode(*record.key, *record.value);
    }
    return last;
  }
  std::optional<DownstreamOffset> LastCheckpoint() {
    const auto last = Last();
    if (!last.has_value()) return std::nullopt;
    return last->downstream;
  }
  size_t CheckpointsWritten() { return b().Records({kCheckpoints, 0}).size(); }
  void TearDown() override { EXPECT_EQ(past_end_, ""); }

  Checkpointing groups_;
  // Left over from the log that was lost, and to be corrected.
  std::optional<int64_t> ignored_;
  std::string past_end_;
};

TEST_F(LostTargetTest, ADeletedTopicThatIsCopiedOnHasItsOffsetsCorrected) {
  StartWithAGroup(LossPolicy::kSkip);
  b().DeleteTopic("A.orders");
  a().Fill(kOrders0, 50);
  ASSERT_TRUE(CopiesUpTo(1549));
  Run(absl::Minutes(1));
  // All that is there comes after where the group stood.
  EXPECT_EQ(LastCheckpoint(), DownstreamOffset(0));
  EXPECT_EQ(Committed(), 0);
  a().Fill(kOrders0, 1500);
  a().CommitGroupOffset(kGroup, kOrders0, 1600);
  Run(absl::Minutes(1));
  EXPECT_EQ(LastCheckpoint(), DownstreamOffset(100));
  EXPECT_EQ(Committed(), 100);
}

TEST_F(LostTargetTest, ADeletedTopicThatWaitsForTheOperatorHasNoOffsets) {
  StartWithAGroup(LossPolicy::kStop);
  b().DeleteTopic("A.orders");
  Run(absl::Minutes(1));
  EXPECT_EQ(Last(), std::nullopt);
  b().CreateTopic("A.orders", 1);  // by another client
  b().Fill(kCopy0, 2000);
  a().CommitGroupOffset(kGroup, kOrders0, 1100);
  Run(absl::Minutes(1));
  EXPECT_EQ(Last(), std::nullopt);
  EXPECT_EQ(Committed(), std::nullopt);
  RestartAll();
  Run(absl::Minutes(1));
  EXPECT_EQ(Last(), std::nullopt);
  EXPECT_EQ(Committed(), std::nullopt);
  EXPECT_THAT(Resolve(LossPolicy::kSkip), IsOk());
  a().Fill(kOrders0, 1);
  Run(absl::Minutes(1));
  EXPECT_EQ(LastCheckpoint(), DownstreamOffset(2000));
  EXPECT_EQ(Committed(), 2000);
}

class TruncatedTargetTest : public LostTargetTest {
 protected:
  // The log ends at 500, and the commit at 998 outlives that.
  void Truncate(LossPolicy on_target_change) {
    StartWithAGroup(on_target_change);
    b().TruncateTo(kCopy0, 500);
    ignored_ = 998;
  }
};

TEST_F(TruncatedTargetTest, TheCommitIsResetToWhatIsLeft) {
  Truncate(LossPolicy::kStop);
  Run(absl::Minutes(1));
  EXPECT_EQ(LastCheckpoint(), DownstreamOffset(500));
  EXPECT_EQ(Committed(), 500);
}

TEST_F(TruncatedTargetTest, ACommitThatLaterCopiesCoverIsResetOnce) {
  Truncate(LossPolicy::kSkip);
  a().Fill(kOrders0, 2000);
  ASSERT_TRUE(CopiesUpTo(3499));
  Run(absl::Minutes(1));
  EXPECT_EQ(LastCheckpoint(), DownstreamOffset(500));
  EXPECT_EQ(Committed(), 500);
  EXPECT_EQ(Last()->stale_through, std::nullopt);
  const size_t written = CheckpointsWritten();
  // What a consumer does from now on is not undone, by a restart either.
  b().CommitGroupOffset(kGroup, kCopy0, 800);
  Run(absl::Minutes(1));
  EXPECT_EQ(Committed(), 800);
  RestartAll();
  Run(absl::Minutes(1));
  EXPECT_EQ(Committed(), 800);
  EXPECT_EQ(CheckpointsWritten(), written);
}

TEST_F(TruncatedTargetTest, ARestartDoesNotForgetThatACommitIsToBeReset) {
  Truncate(LossPolicy::kSkip);
  // Its offsets cannot be set while the checkpoint is corrected.
  b().FailSetOffset(kCopy0, absl::UnavailableError("no coordinator"));
  a().Fill(kOrders0, 2000);
  ASSERT_TRUE(CopiesUpTo(3499));
  Run(absl::Minutes(1));
  EXPECT_EQ(LastCheckpoint(), DownstreamOffset(500));
  EXPECT_EQ(Last()->stale_through, DownstreamOffset(998));
  EXPECT_EQ(Committed(), 998);
  RestartAll();
  Run(absl::Minutes(1));
  EXPECT_EQ(Committed(), 998);
  b().FailSetOffset(kCopy0, absl::OkStatus());
  Run(absl::Minutes(1));
  EXPECT_EQ(Committed(), 500);
  EXPECT_EQ(Last()->stale_through, std::nullopt);
}

TEST_F(TruncatedTargetTest, AGroupWithMembersIsLeftAlone) {
  Truncate(LossPolicy::kSkip);
  b().SetGroupActive(kGroup, true);
  a().Fill(kOrders0, 2000);
  ASSERT_TRUE(CopiesUpTo(3499));
  Run(absl::Minutes(1));
  EXPECT_EQ(LastCheckpoint(), DownstreamOffset(500));
  EXPECT_EQ(Committed(), 998);
  // Its members have committed where they stand, and are not moved back.
  b().CommitGroupOffset(kGroup, kCopy0, 900);
  b().SetGroupActive(kGroup, false);
  Run(absl::Minutes(1));
  EXPECT_EQ(Committed(), 900);
}

TEST_F(TruncatedTargetTest, WhatTheTruncationLeftIsNotTouched) {
  StartWithAGroup(LossPolicy::kSkip);
  a().CommitGroupOffset("early", kOrders0, 302);
  Run(absl::Minutes(1));
  b().TruncateTo(kCopy0, 500);
  ignored_ = 998;
  a().Fill(kOrders0, 2000);
  Run(absl::Minutes(1));
  EXPECT_EQ(b().CommittedOffsets("early").at(kCopy0).offset, 300);
}

// 800 is where the source's log begins by now: 998 is among the new copies.
TEST_F(LostTargetTest, AReseedFromALaterStartCorrectsWhatIsOfTheOldLog) {
  StartWithAGroup(LossPolicy::kReseed);
  a().CommitGroupOffset(kGroup, kOrders0, 700);
  ASSERT_TRUE(
      RunUntil([this] { return LastCheckpoint() == DownstreamOffset(698); }));
  a().DeleteRecordsBefore(kOrders0, 800);
  a().Fill(kOrders0, 1000);
  b().DeleteTopic("A.orders");
  ASSERT_TRUE(RunUntil(
      [this] { return b().HasTopic("A.orders") && b().LogEnd(kCopy0) == 1700; },
      absl::Minutes(10)));
  Run(absl::Minutes(1));
  // Every copy is of a record past 700.
  EXPECT_LE(LastCheckpoint().value_or(DownstreamOffset(0)),
            DownstreamOffset(0));
  EXPECT_LE(Committed().value_or(0), 0);
  a().CommitGroupOffset(kGroup, kOrders0, 1000);
  Run(absl::Minutes(1));
  EXPECT_EQ(LastCheckpoint(), DownstreamOffset(200));
  EXPECT_EQ(Committed(), 200);
}

TEST_F(LostTargetTest, ARebuiltTargetGetsNoOffsetsOfTheOldOne) {
  StartWithAGroup(LossPolicy::kStop);
  a().DeleteRecordsBefore(kOrders0, 500);
  b().Rebuild("new-B");
  Run(absl::Minutes(1));
  EXPECT_EQ(Last(), std::nullopt);
  EXPECT_EQ(Committed(), std::nullopt);
  EXPECT_THAT(flow_.ControlStatus().reason(),
              testing::HasSubstr("another cluster id"));
  // After a restart it is a new target; positions are those of the new copies.
  RestartAll();
  ASSERT_TRUE(CopiesUpTo(1499));
  Run(absl::Minutes(1));
  EXPECT_EQ(b().LogEnd(kCopy0), 1000);
  EXPECT_EQ(LastCheckpoint(), DownstreamOffset(500));
  EXPECT_EQ(Committed(), 500);
}

TEST_F(LostTargetTest, GroupOffsetsAreRenewedWhileTheSourceIsDown) {
  StartWithAGroup(LossPolicy::kStop);
  a().SetDown(true);
  flow_.Crash();
  b().DeleteGroup(kGroup);  // offsets.retention.minutes
  Begin();
  Run(absl::Minutes(1));
  EXPECT_EQ(Committed(), 998);
  EXPECT_EQ(flow_.ControlStatus().state(), FLOW_STARTING);
}

TEST_F(LostTargetTest, AStaleCheckpointIsCorrectedWhileTheSourceIsDown) {
  StartWithAGroup(LossPolicy::kStop);
  a().SetDown(true);
  flow_.Crash();
  b().TruncateTo(kCopy0, 500);
  ignored_ = 998;
  Begin();
  Run(absl::Minutes(1));
  EXPECT_EQ(LastCheckpoint(), DownstreamOffset(500));
  EXPECT_EQ(Committed(), 500);
}

}  // namespace
}  // namespace mirror::internal
