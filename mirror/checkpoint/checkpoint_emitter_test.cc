// SPDX-License-Identifier: Apache-2.0

#include "mirror/checkpoint/checkpoint_emitter.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/checkpoint/checkpoint_fixture.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal {
namespace {

using absl::StatusCode;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

const TopicPartition kOrders{"orders", 0};

class CheckpointEmitterTest : public CheckpointFixture {
 protected:
  CheckpointEmitterTest() { CopyTopic("orders"); }
};

TEST_F(CheckpointEmitterTest, WritesWhereAGroupCanResume) {
  clock_.SetWallClock(absl::Hours(1));
  a_.CommitGroupOffset("billing", kOrders, 100, "note");
  Start();
  EXPECT_THAT(Turn(), IsOk());
  const std::vector<Record> records = b_.Records({kTopic, 0});
  ASSERT_THAT(records, SizeIs(1));
  EXPECT_EQ(records[0].timestamp_ms, absl::ToUnixMillis(clock_.WallTime()));
  EXPECT_THAT(records[0].headers, IsEmpty());
  EXPECT_THAT(Checkpoint::Decode(*records[0].key, records[0].value),
              IsOkAndHolds(Checkpoint{"billing",
                                      {"A.orders", 0},
                                      UpstreamOffset(100),
                                      DownstreamOffset(600),
                                      "note"}));
  EXPECT_EQ(emitter_->count(), 1);
}

TEST_F(CheckpointEmitterTest, CreatesTheTopicAlsoIfThereIsNoGroup) {
  options_.checkpoints.replication_factor = 1;
  Start();
  EXPECT_THAT(Turn(), IsOk());
  EXPECT_TRUE(b_.HasTopic(kTopic));
  EXPECT_EQ(b_.TopicConfigs(kTopic).at("cleanup.policy"), "compact");
}

TEST_F(CheckpointEmitterTest, WritesOnlyWhatChanged) {
  a_.CommitGroupOffset("billing", kOrders, 100);
  Start();
  EXPECT_THAT(Run(), IsOk());
  EXPECT_THAT(Run(), IsOk());
  EXPECT_THAT(Written(), ElementsAre("billing A.orders-0 100=600"));
  a_.CommitGroupOffset("billing", kOrders, 200);
  EXPECT_THAT(Run(), IsOk());
  a_.CommitGroupOffset("billing", kOrders, 50);  // reset on the source
  EXPECT_THAT(Run(), IsOk());
  EXPECT_THAT(Written(), ElementsAre("billing A.orders-0 100=600",
                                     "billing A.orders-0 200=700",
                                     "billing A.orders-0 50=550"));
}

// 7.1: g1 has t1 and t2, g2 t2 and t3, g3 t3; g4 is excluded; only t2 counts.
TEST_F(CheckpointEmitterTest, WatchesTheGroupsThatMm2Would) {
  for (const char* topic : {"t1", "t2", "t3"}) CopyTopic(topic);
  options_.topics = RegexTopicFilter::Create("t2").value();
  options_.groups = RegexGroupFilter::Create(".*", "g4").value();
  a_.CommitGroupOffset("g1", {"t1", 0}, 1);
  a_.CommitGroupOffset("g1", {"t2", 0}, 1);
  a_.CommitGroupOffset("g2", {"t2", 0}, 2);
  a_.CommitGroupOffset("g2", {"t3", 0}, 2);
  a_.CommitGroupOffset("g3", {"t3", 0}, 3);
  a_.CommitGroupOffset("g4", {"t2", 0}, 4);
  Start();
  EXPECT_THAT(Turn(), IsOk());
  EXPECT_THAT(Written(), ElementsAre("g1 A.t2-0 1=501", "g2 A.t2-0 2=502"));
  EXPECT_EQ(Status().groups(), 2);
}

TEST_F(CheckpointEmitterTest, ANewGroupWaitsForNoInterval) {
  Start();
  EXPECT_THAT(Run(absl::Seconds(20)), IsOk());
  a_.CommitGroupOffset("late", kOrders, 100);
  EXPECT_THAT(Run(absl::Seconds(6)), IsOk());
  EXPECT_THAT(Written(), ElementsAre("late A.orders-0 100=600"));
  // What it does next does.
  a_.CommitGroupOffset("late", kOrders, 200);
  EXPECT_THAT(Run(absl::Seconds(6)), IsOk());
  EXPECT_THAT(Written(), SizeIs(1));
}

TEST_F(CheckpointEmitterTest, DoesNotGuess) {
  a_.CreateTopic("new", 1);
  a_.CommitGroupOffset("billing", {"new", 0}, 100);
  Start();
  EXPECT_THAT(Turn(), IsOk());
  EXPECT_THAT(Written(), IsEmpty());
  EXPECT_EQ(Status().untranslated_partitions(), 1);
  b_.CreateTopic("A.new", 1);
  b_.Fill({"A.new", 0}, 150);
  store_.Begin({"new", 0}, UpstreamOffset(0), {});
  store_.Append({"new", 0}, {{UpstreamOffset(0), DownstreamOffset(0), 150}});
  EXPECT_THAT(Run(), IsOk());
  EXPECT_THAT(Written(), ElementsAre("billing A.new-0 100=100"));
  EXPECT_EQ(Status().untranslated_partitions(), 0);
}

TEST_F(CheckpointEmitterTest, ARestartNeitherRepeatsNorGoesBack) {
  a_.CommitGroupOffset("billing", kOrders, 100);
  Start();
  EXPECT_THAT(Run(), IsOk());
  Start();
  EXPECT_THAT(Run(), IsOk());
  EXPECT_THAT(Written(), SizeIs(1));
  // The index comes back with less precision than before.
  store_.StartOver(kOrders);
  store_.ApplySync({kOrders, UpstreamOffset(10), DownstreamOffset(510)});
  a_.CommitGroupOffset("billing", kOrders, 101);
  Start();
  EXPECT_THAT(Run(), IsOk());
  EXPECT_THAT(Written(), SizeIs(1));
}

TEST_F(CheckpointEmitterTest, FollowsARecreatedTargetTopic) {
  a_.CommitGroupOffset("billing", kOrders, 100);
  Start();
  EXPECT_THAT(Run(), IsOk());
  store_.StartOver(kOrders);
  store_.Append(kOrders, {{UpstreamOffset(90), DownstreamOffset(0), 50}});
  EXPECT_THAT(Run(), IsOk());
  EXPECT_THAT(Written(), ElementsAre("billing A.orders-0 100=600",
                                     "billing A.orders-0 100=10"));
}

TEST_F(CheckpointEmitterTest, GarbageAndDeletionsInTheTopicAreSkipped) {
  b_.CreateTopic(kTopic, 1);
  Checkpoint old{"billing",
                 {"A.orders", 0},
                 UpstreamOffset(100),
                 DownstreamOffset(600),
                 ""};
  Record record;
  record.key = "garbage";
  record.value = "garbage";
  b_.Append({kTopic, 0}, record);
  record.key = old.EncodeKey().value();
  record.value = old.EncodeValue().value();
  b_.Append({kTopic, 0}, record);
  record.value = std::nullopt;
  b_.Append({kTopic, 0}, record);
  b_.Append({kTopic, 0}, Record());
  a_.CommitGroupOffset("billing", kOrders, 100);
  Start();
  EXPECT_THAT(Turn(), IsOk());
  // Deleted, and therefore written again.
  EXPECT_EQ(Written().back(), "billing A.orders-0 100=600");
  EXPECT_EQ(Status().unreadable_records(), 2);
  EXPECT_EQ(CountEvents(EngineEvent::Kind::kTopicProblem), 1);
  EXPECT_THAT(Run(), IsOk());
  EXPECT_THAT(Written(), SizeIs(5));
}

TEST_F(CheckpointEmitterTest, RetriesAfterAnOutageOfTheSource) {
  a_.CommitGroupOffset("billing", kOrders, 100);
  Start();
  a_.SetDown(true);
  const auto status =
      StatusIs(StatusCode::kUnavailable,
               AllOf(HasSubstr("cluster A"), HasSubstr("written again in 5s")));
  EXPECT_THAT(Turn(), status);
  EXPECT_THAT(Status().reason(), HasSubstr("cluster A"));
  EXPECT_EQ(emitter_->TimeToNextTurn(), absl::Seconds(5));
  EXPECT_THAT(Run(absl::Seconds(5)), status);
  a_.SetDown(false);
  EXPECT_THAT(Run(absl::Seconds(5)), IsOk());
  EXPECT_THAT(Written(), SizeIs(1));
  EXPECT_EQ(Status().reason(), "");
  // It has concerned no group in particular.
  EXPECT_EQ(CountEvents(EngineEvent::Kind::kGroupProblem), 0);
}

TEST_F(CheckpointEmitterTest, OneGroupThatCannotBeReadSpoilsNoOther) {
  a_.CommitGroupOffset("billing", kOrders, 100);
  a_.CommitGroupOffset("secret", kOrders, 100);
  a_.FailGroup("secret", absl::PermissionDeniedError("no"));
  Start();
  EXPECT_THAT(Run(), IsOk());
  EXPECT_THAT(Written(), ElementsAre("billing A.orders-0 100=600"));
  ASSERT_EQ(Status().problems_size(), 1);
  EXPECT_EQ(Status().problems(0).group(), "secret");
  EXPECT_THAT(Status().problems(0).reason(),
              AllOf(HasSubstr("cluster A"), HasSubstr("allow DESCRIBE")));
  EXPECT_EQ(CountEvents(EngineEvent::Kind::kGroupProblem), 1);
  a_.FailGroup("secret", absl::OkStatus());
  EXPECT_THAT(Run(), IsOk());
  EXPECT_THAT(Written(), SizeIs(2));
  EXPECT_EQ(Status().problem_count(), 0);
  EXPECT_EQ(CountEvents(EngineEvent::Kind::kGroupRecovered), 1);
}

// MM2 remembers before it produces, and loses what was refused.
TEST_F(CheckpointEmitterTest, WritesAgainWhatWasRefused) {
  a_.CommitGroupOffset("billing", kOrders, 100);
  Start();
  b_.FailProduce(kTopic, absl::PermissionDeniedError("no WRITE"));
  EXPECT_THAT(Turn(), StatusIs(StatusCode::kPermissionDenied,
                               AllOf(HasSubstr("cluster B"), HasSubstr(kTopic),
                                     HasSubstr("written again"))));
  EXPECT_THAT(emitter_->Positions(), IsEmpty());
  EXPECT_EQ(emitter_->count(), 0);
  b_.FailProduce(kTopic, absl::OkStatus());
  EXPECT_THAT(Run(absl::Seconds(5)), IsOk());
  EXPECT_THAT(Written(), ElementsAre("billing A.orders-0 100=600"));
}

TEST_F(CheckpointEmitterTest, WritesManyInParts) {
  constexpr int kGroups = 12001;
  for (int i = 0; i < kGroups; ++i) {
    a_.CommitGroupOffset(absl::StrCat("group-", i), kOrders, 100);
  }
  Start();
  EXPECT_THAT(Turn(), IsOk());
  EXPECT_THAT(Written(), SizeIs(kGroups));
  EXPECT_EQ(Status().groups(), kGroups);
}

TEST_F(CheckpointEmitterTest, KnowsWhatThePreviousOwnerWrote) {
  a_.CommitGroupOffset("billing", kOrders, 100);
  Start();
  EXPECT_THAT(Run(), IsOk());
  auto other =
      CheckpointEmitter::Create(&a_, &b_, options_, &store_, &clock_).value();
  a_.CommitGroupOffset("billing", kOrders, 200);
  EXPECT_THAT(other->RunOnce(), IsOk());
  EXPECT_THAT(Run(), IsOk());
  EXPECT_THAT(Written(), SizeIs(2));
}

TEST_F(CheckpointEmitterTest, DeletesWhatAGroupThatIsGoneLeft) {
  a_.CommitGroupOffset("billing", kOrders, 100);
  Start();
  EXPECT_THAT(Run(), IsOk());
  a_.DeleteGroup("billing");
  EXPECT_THAT(Run(), IsOk());
  EXPECT_THAT(Written(),
              ElementsAre("billing A.orders-0 100=600", "-billing A.orders-0"));
  EXPECT_EQ(b_.Records({kTopic, 0}).back().value, "");
  EXPECT_THAT(emitter_->Positions(), IsEmpty());
  EXPECT_EQ(Status().deleted(), 1);
  EXPECT_THAT(Run(), IsOk());
  EXPECT_THAT(Written(), SizeIs(2));
  // It comes back further behind: no rewind, but a new group.
  a_.CommitGroupOffset("billing", kOrders, 50);
  EXPECT_THAT(Run(), IsOk());
  EXPECT_EQ(Written().back(), "billing A.orders-0 50=550");
}

TEST_F(CheckpointEmitterTest, DeletesWhatAGroupThatWentMeanwhileLeft) {
  a_.CommitGroupOffset("billing", kOrders, 100);
  Start();
  EXPECT_THAT(Run(), IsOk());
  a_.DeleteGroup("billing");
  Start();
  EXPECT_THAT(Turn(), IsOk());
  EXPECT_EQ(Written().back(), "-billing A.orders-0");
}

TEST_F(CheckpointEmitterTest, DeletesWhereAGroupStandsNoLonger) {
  CopyTopic("ledger");
  a_.CommitGroupOffset("billing", kOrders, 100);
  a_.CommitGroupOffset("billing", {"ledger", 0}, 100);
  Start();
  EXPECT_THAT(Run(), IsOk());
  a_.DeleteGroupOffset("billing", kOrders);
  EXPECT_THAT(Run(), IsOk());
  EXPECT_THAT(Written(), UnorderedElementsAre("billing A.orders-0 100=600",
                                              "billing A.ledger-0 100=600",
                                              "-billing A.orders-0"));
}

// The copy stays when the source topic goes, and so does what is said of it.
// Forbidden topics and an emptied source look the same.
TEST_F(CheckpointEmitterTest, KeepsCheckpointsOfATopicThatIsGone) {
  a_.CommitGroupOffset("billing", kOrders, 100);
  Start();
  EXPECT_THAT(Run(), IsOk());
  a_.DeleteTopic("orders");
  EXPECT_THAT(Run(), IsOk());
  a_.DeleteGroup("billing");
  EXPECT_THAT(Run(), IsOk());
  EXPECT_THAT(Written(), SizeIs(1));
  EXPECT_THAT(emitter_->Positions(), SizeIs(1));
}

TEST_F(CheckpointEmitterTest, DeletesCheckpointsOfATopicThatIsForgotten) {
  CopyTopic("payments");
  a_.CommitGroupOffset("billing", kOrders, 100);
  a_.CommitGroupOffset("billing", {"payments", 0}, 100);
  Start();
  EXPECT_THAT(Run(), IsOk());
  a_.DeleteTopic("orders");
  EXPECT_THAT(Run(), IsOk());
  EXPECT_THAT(Written(), SizeIs(2));
  store_.Forget(kOrders);
  emitter_->ForgetTopic("orders");
  b_.SetDown(true);
  EXPECT_FALSE(Run().ok());
  b_.SetDown(false);
  EXPECT_THAT(Run(), IsOk());
  ASSERT_THAT(Written(), SizeIs(3));
  EXPECT_EQ(Written().back(), "-billing A.orders-0");
  EXPECT_THAT(emitter_->Positions().at("billing").checkpoints, SizeIs(1));
}

TEST_F(CheckpointEmitterTest, KeepsCheckpointsThatFiltersLeaveOut) {
  a_.CommitGroupOffset("billing", kOrders, 100);
  a_.CommitGroupOffset("shipping", kOrders, 100);
  Start();
  EXPECT_THAT(Run(), IsOk());
  options_.topics = RegexTopicFilter::Create("ledger").value();
  Start();
  EXPECT_THAT(Run(), IsOk());
  options_.topics = RegexTopicFilter::Create().value();
  options_.groups = RegexGroupFilter::Create("shipping").value();
  a_.DeleteGroup("billing");
  Start();
  EXPECT_THAT(Run(), IsOk());
  EXPECT_THAT(Written(), SizeIs(2));
  EXPECT_THAT(emitter_->Positions(), SizeIs(1));
}

TEST_F(CheckpointEmitterTest, KeepsCheckpointsOfAGroupThatCannotBeRead) {
  a_.CommitGroupOffset("billing", kOrders, 100);
  Start();
  EXPECT_THAT(Run(), IsOk());
  a_.FailGroup("billing", absl::PermissionDeniedError("no"));
  a_.DeleteGroup("billing");
  EXPECT_THAT(Run(), IsOk());
  EXPECT_THAT(Written(), SizeIs(1));
}

TEST_F(CheckpointEmitterTest, StartsAgainInATopicThatWasDeleted) {
  a_.CommitGroupOffset("billing", kOrders, 100);
  Start();
  EXPECT_THAT(Run(), IsOk());
  b_.DeleteTopic(kTopic);
  EXPECT_THAT(Run(), IsOk());
  EXPECT_THAT(Written(), ElementsAre("billing A.orders-0 100=600"));
}

TEST_F(CheckpointEmitterTest, StopsWhenCancelled) {
  Start();
  emitter_->Cancel();
  EXPECT_THAT(Turn(), StatusIs(StatusCode::kCancelled));
  EXPECT_EQ(Status().reason(), "");
}

}  // namespace
}  // namespace mirror::internal
