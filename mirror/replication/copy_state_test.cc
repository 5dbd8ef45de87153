// SPDX-License-Identifier: Apache-2.0
//
// The table in copy_state.h, row by row.

#include "mirror/replication/copy_state.h"

#include <functional>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

using Kind = CopyState::Question::Kind;

const absl::Time kNow = absl::UnixEpoch() + absl::Hours(1);
const absl::Time kLater = kNow + absl::Seconds(1);

UpstreamOffset U(int64_t offset) { return UpstreamOffset(offset); }

CopyState Resolving() { return CopyState(); }
CopyState Running() {
  CopyState state;
  state.StartAt();
  return state;
}
CopyState ReadingBack() {
  CopyState state;
  state.AskTarget();
  return state;
}
CopyState Comparing() {
  CopyState state = ReadingBack();
  state.Compare(CopyComparison(U(10), DownstreamOffset(0), {}));
  return state;
}
CopyState Draining() {
  CopyState state = Running();
  state.Fail(U(10), kLater);
  return state;
}
CopyState DrainingToAsk() {
  CopyState state = Running();
  state.Fail(U(10), CopyState::Question{Kind::kNext, U(5)});
  return state;
}
CopyState BackingOff() {
  CopyState state = Draining();
  state.Drained(kNow);
  return state;
}
CopyState Stopped() {
  CopyState state = Running();
  state.Stop(PROBLEM_SOURCE_GAP);
  return state;
}

struct Row {
  const char* name;
  std::function<CopyState()> in;
  std::function<void(CopyState*)> on;
  PartitionState to;
};

TEST(CopyState, GoesWhereTheTableSays) {
  const auto fail = [](CopyState* state) { state->Fail(U(20), kLater); };
  const auto lose = [](CopyState* state) {
    state->LoseInFlight(U(20), kLater);
  };
  const auto time = [](CopyState* state) { state->TimePasses(kLater); };
  const auto stop = [](CopyState* state) {
    state->Stop(PROBLEM_SOURCE_TOPIC_MISSING);
  };
  const auto leave = [](CopyState* state) {
    state->LeaveStopped(U(20), std::nullopt);
  };
  const auto over = [](CopyState* state) { state->StartOver(); };
  const std::vector<Row> table = {
      {"Resolving, StartAt", Resolving, [](CopyState* s) { s->StartAt(); },
       PARTITION_RUNNING},
      {"Resolving, AskTarget", Resolving, [](CopyState* s) { s->AskTarget(); },
       PARTITION_RESOLVING},
      {"ReadingBack, StartAt", ReadingBack, [](CopyState* s) { s->StartAt(); },
       PARTITION_RUNNING},
      {"ReadingBack, TimePasses", ReadingBack, time, PARTITION_RESOLVING},
      {"ReadingBack, LoseInFlight", ReadingBack, lose, PARTITION_RESOLVING},
      {"ReadingBack, Stop", ReadingBack, stop, PARTITION_STOPPED},
      {"ReadingBack, StartOver", ReadingBack, over, PARTITION_DRAINING},
      {"Comparing, StartAt", Comparing, [](CopyState* s) { s->StartAt(); },
       PARTITION_RUNNING},
      {"Comparing, Fail", Comparing, fail, PARTITION_DRAINING},
      {"Comparing, TimePasses", Comparing, time, PARTITION_RUNNING},
      {"Comparing, Stop", Comparing, stop, PARTITION_STOPPED},
      {"Comparing, StartOver", Comparing, over, PARTITION_DRAINING},
      {"Running, Fail", Running, fail, PARTITION_DRAINING},
      {"Running, LoseInFlight", Running, lose, PARTITION_DRAINING},
      {"Running, TimePasses", Running, time, PARTITION_RUNNING},
      {"Draining, Fail", Draining, fail, PARTITION_DRAINING},
      {"Draining, LoseInFlight", Draining, lose, PARTITION_DRAINING},
      {"Draining, TimePasses", Draining, time, PARTITION_DRAINING},
      {"Draining, Drained early", Draining,
       [](CopyState* s) { s->Drained(kNow); }, PARTITION_BACKING_OFF},
      {"Draining, Drained late", Draining,
       [](CopyState* s) { s->Drained(kLater); }, PARTITION_RUNNING},
      {"Draining to ask, Drained", DrainingToAsk,
       [](CopyState* s) { s->Drained(kLater); }, PARTITION_RESOLVING},
      {"BackingOff, TimePasses too early", BackingOff,
       [](CopyState* s) { s->TimePasses(kNow); }, PARTITION_BACKING_OFF},
      {"BackingOff, TimePasses", BackingOff, time, PARTITION_RUNNING},
      {"BackingOff, LoseInFlight", BackingOff, lose, PARTITION_BACKING_OFF},
      {"Resolving, LoseInFlight", Resolving, lose, PARTITION_RESOLVING},
      {"Resolving, Stop", Resolving, stop, PARTITION_STOPPED},
      {"Running, Stop", Running, stop, PARTITION_STOPPED},
      {"Draining, Stop", Draining, stop, PARTITION_STOPPED},
      {"BackingOff, Stop", BackingOff, stop, PARTITION_STOPPED},
      {"Stopped, Fail", Stopped, fail, PARTITION_STOPPED},
      {"Stopped, LoseInFlight", Stopped, lose, PARTITION_STOPPED},
      {"Stopped, TimePasses", Stopped, time, PARTITION_STOPPED},
      {"Stopped, LeaveStopped", Stopped, leave, PARTITION_DRAINING},
      {"Resolving, StartOver", Resolving, over, PARTITION_DRAINING},
      {"Running, StartOver", Running, over, PARTITION_DRAINING},
      {"Draining, StartOver", Draining, over, PARTITION_DRAINING},
      {"BackingOff, StartOver", BackingOff, over, PARTITION_DRAINING},
      {"Stopped, StartOver", Stopped, over, PARTITION_DRAINING},
  };
  for (const Row& row : table) {
    CopyState state = row.in();
    row.on(&state);
    EXPECT_EQ(state.kind(), row.to) << row.name;
  }
}

TEST(CopyState, TheFirstQuestionIsWhereTheLogBegins) {
  const CopyState state;
  EXPECT_EQ(state.get<CopyState::Resolving>()->question.kind, Kind::kFirst);
}

TEST(CopyState, ALowerOffsetToResumeFromWins) {
  CopyState state = Draining();
  EXPECT_FALSE(state.Fail(U(10), kNow));
  EXPECT_FALSE(state.Fail(U(11), kNow));
  EXPECT_TRUE(state.Fail(U(4), kNow));
  EXPECT_EQ(state.get<CopyState::Draining>()->resume, U(4));
  // But the wait is that of the first failure.
  EXPECT_EQ(state.Drained(kNow), U(4));
  EXPECT_TRUE(state.is<CopyState::BackingOff>());
}

TEST(CopyState, WhatIsInFlightIsLostExactly) {
  CopyState state = Draining();
  state.LoseInFlight(U(15), kNow);
  EXPECT_EQ(state.Drained(kNow), U(15));
  EXPECT_TRUE(state.is<CopyState::Running>());
  // One that is to ask the source still does.
  state = DrainingToAsk();
  state.LoseInFlight(U(3), kNow);
  EXPECT_EQ(state.Drained(kNow), U(3));
  EXPECT_TRUE(state.is<CopyState::Resolving>());
}

TEST(CopyState, ReadsOnlyWhileItRunsAndIsNotHeldBack) {
  CopyState state = Running();
  EXPECT_TRUE(state.may_read());
  state.get<CopyState::Running>()->stalled = true;
  EXPECT_FALSE(state.may_read());
  state = Running();
  state.get<CopyState::Running>()->choked_above = 7;
  EXPECT_FALSE(state.may_read());
  EXPECT_TRUE(Comparing().may_read());
  for (const CopyState& other :
       {Resolving(), ReadingBack(), Draining(), BackingOff(), Stopped()}) {
    EXPECT_FALSE(other.may_read());
  }
}

TEST(CopyState, AMissingTopicReplacesNoCauseThatIsToBeDecided) {
  CopyState state = Stopped();
  EXPECT_FALSE(state.Stop(PROBLEM_SOURCE_TOPIC_MISSING));
  EXPECT_FALSE(state.Stop(PROBLEM_SOURCE_GAP));
  EXPECT_TRUE(state.AwaitsDecision());
  EXPECT_TRUE(state.Stop(PROBLEM_SOURCE_RECREATED));
  EXPECT_EQ(state.get<CopyState::Stopped>()->cause, PROBLEM_SOURCE_RECREATED);

  CopyState missing = Running();
  EXPECT_TRUE(missing.Stop(PROBLEM_SOURCE_TOPIC_MISSING));
  EXPECT_FALSE(missing.AwaitsDecision());
}

TEST(CopyState, TheOpenQuestionIsAskedAfterAStop) {
  CopyState state = DrainingToAsk();
  state.Stop(PROBLEM_SOURCE_TOPIC_MISSING);
  state.LeaveStopped(U(20), LossPolicy::kSkip);
  EXPECT_EQ(state.Drained(kNow), U(20));
  const CopyState::Question& question =
      state.get<CopyState::Resolving>()->question;
  EXPECT_EQ(question.kind, Kind::kNext);
  EXPECT_EQ(question.diverged_at, U(5));
  EXPECT_EQ(question.decision, LossPolicy::kSkip);
}

TEST(CopyState, AfterAStopTheNextRecordIsLookedForIfNothingWasToBeAsked) {
  for (CopyState state : {Running(), Resolving()}) {
    state.Stop(PROBLEM_SOURCE_TOPIC_MISSING);
    state.LeaveStopped(U(20), std::nullopt);
    state.Drained(kNow);
    EXPECT_EQ(state.get<CopyState::Resolving>()->question.kind, Kind::kNext);
  }
}

TEST(CopyState, StartingOverAsksForTheLogsStart) {
  CopyState state = Running();
  state.StartOver();
  EXPECT_EQ(state.Drained(kNow), U(0));
  EXPECT_EQ(state.get<CopyState::Resolving>()->question.kind, Kind::kFromStart);
  // Also if it is stopped in between.
  state.Stop(PROBLEM_SOURCE_TOPIC_MISSING);
  state.LeaveStopped(U(0), std::nullopt);
  state.Drained(kNow);
  EXPECT_EQ(state.get<CopyState::Resolving>()->question.kind, Kind::kFromStart);
}

}  // namespace
}  // namespace mirror::internal
