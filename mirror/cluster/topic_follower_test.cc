// SPDX-License-Identifier: Apache-2.0

#include "mirror/cluster/topic_follower.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/cluster/ticking_clock.h"
#include "mirror/testing/fake_cluster.h"
#include "mirror/testing/matchers.h"
#include "mirror/testing/simulated_clock.h"

namespace mirror::internal {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class TopicFollowerTest : public testing::Test {
 protected:
  TopicFollowerTest() : cluster_("B", {"", 1, /*waits=*/false}) {
    follower_ =
        TopicFollower::Create(&cluster_, "notes", "test", &clock_).value();
  }

  absl::Status CatchUp() {
    return follower_->CatchUp(
        clock_.Now() + absl::Seconds(10),
        [this](const TopicPartition& tp, const RecordView& record) {
          visited_.push_back(
              absl::StrCat(tp.ToString(), " ", record.value.value_or("")));
        },
        [this] { visited_.push_back("reset"); });
  }

  void Append(int32_t partition, const std::string& value) {
    Record record;
    record.value = value;
    cluster_.Append({"notes", partition}, std::move(record));
  }

  // What was visited since the last call.
  std::vector<std::string> Visited() { return std::exchange(visited_, {}); }

  SimulatedClock clock_;
  FakeCluster cluster_;
  std::unique_ptr<TopicFollower> follower_;
  std::vector<std::string> visited_;
};

TEST_F(TopicFollowerTest, VisitsEachRecordOnce) {
  cluster_.CreateTopic("notes", 2);
  Append(0, "a");
  Append(0, "b");
  Append(1, "c");
  ASSERT_THAT(CatchUp(), IsOk());
  EXPECT_THAT(Visited(), testing::UnorderedElementsAre("notes-0 a", "notes-0 b",
                                                       "notes-1 c"));
  ASSERT_THAT(CatchUp(), IsOk());
  EXPECT_THAT(Visited(), IsEmpty());

  Append(1, "d");
  ASSERT_THAT(CatchUp(), IsOk());
  EXPECT_THAT(Visited(), ElementsAre("notes-1 d"));
  EXPECT_EQ(follower_->partitions(), 2);
}

// A consumer makes the brokers create __consumer_offsets, which a dry run must
// not.
TEST_F(TopicFollowerTest, MakesNoConsumerWhileThereIsNothingToRead) {
  EXPECT_THAT(CatchUp(), StatusIs(absl::StatusCode::kNotFound));
  cluster_.CreateTopic("notes", 1);
  ASSERT_THAT(CatchUp(), IsOk());
  EXPECT_EQ(cluster_.SourcesMade(), 0);
  Append(0, "a");
  ASSERT_THAT(CatchUp(), IsOk());
  EXPECT_EQ(cluster_.SourcesMade(), 1);
}

TEST_F(TopicFollowerTest, EndsBehindWhatNoReaderSees) {
  cluster_.CreateTopic("notes", 1);
  Append(0, "a");
  cluster_.AppendGap({"notes", 0}, 3);
  ASSERT_THAT(CatchUp(), IsOk());
  ASSERT_THAT(CatchUp(), IsOk());
  EXPECT_THAT(Visited(), ElementsAre("notes-0 a"));
}

TEST_F(TopicFollowerTest, EndsWhereTheTopicEndedAtTheCallHoweverItGrows) {
  cluster_.CreateTopic("notes", 1);
  Append(0, "a");
  Append(0, "b");
  cluster_.SetMaxBatchRecords(1);
  int visits = 0;
  ASSERT_THAT(follower_->CatchUp(
                  clock_.Now() + absl::Seconds(10),
                  [&](const TopicPartition&, const RecordView&) {
                    ++visits;
                    Append(0, "c");
                    Append(0, "d");
                  },
                  [] {}),
              IsOk());
  EXPECT_EQ(visits, 2);
  ASSERT_THAT(CatchUp(), IsOk());
  EXPECT_THAT(Visited(), testing::SizeIs(4));
}

TEST_F(TopicFollowerTest, SaysThatThereIsNoTopic) {
  EXPECT_THAT(CatchUp(),
              StatusIs(absl::StatusCode::kNotFound,
                       testing::HasSubstr("cluster B, topic notes")));
  cluster_.CreateTopic("notes", 1);
  Append(0, "a");
  ASSERT_THAT(CatchUp(), IsOk());
  EXPECT_THAT(Visited(), ElementsAre("notes-0 a"));
}

TEST_F(TopicFollowerTest, StartsAgainWhenTheTopicWasRecreated) {
  cluster_.CreateTopic("notes", 1);
  Append(0, "a");
  ASSERT_THAT(CatchUp(), IsOk());
  cluster_.DeleteTopic("notes");
  cluster_.CreateTopic("notes", 1);
  Append(0, "b");
  Append(0, "c");
  ASSERT_THAT(CatchUp(), IsOk());
  EXPECT_THAT(Visited(),
              ElementsAre("notes-0 a", "reset", "notes-0 b", "notes-0 c"));
}

TEST_F(TopicFollowerTest, StartsAgainWhenTheTopicWasTruncated) {
  cluster_.CreateTopic("notes", 1);
  Append(0, "a");
  Append(0, "b");
  ASSERT_THAT(CatchUp(), IsOk());
  cluster_.TruncateTo({"notes", 0}, 1);
  ASSERT_THAT(CatchUp(), IsOk());
  EXPECT_THAT(Visited(),
              ElementsAre("notes-0 a", "notes-0 b", "reset", "notes-0 a"));
}

TEST_F(TopicFollowerTest, ContinuesBehindWhatWasDeleted) {
  cluster_.CreateTopic("notes", 1);
  Append(0, "a");
  ASSERT_THAT(CatchUp(), IsOk());
  Append(0, "b");
  Append(0, "c");
  cluster_.DeleteRecordsBefore({"notes", 0}, 2);
  ASSERT_THAT(CatchUp(), IsOk());
  EXPECT_THAT(Visited(), ElementsAre("notes-0 a", "notes-0 c"));
}

TEST_F(TopicFollowerTest, FailsWhileTheClusterIsDownAndContinuesLater) {
  cluster_.CreateTopic("notes", 1);
  Append(0, "a");
  cluster_.SetDown(true);
  EXPECT_THAT(CatchUp(), StatusIs(absl::StatusCode::kUnavailable));
  cluster_.SetDown(false);
  ASSERT_THAT(CatchUp(), IsOk());
  EXPECT_THAT(Visited(), ElementsAre("notes-0 a"));
}

TEST_F(TopicFollowerTest, StopsAtAPartitionThatCannotBeRead) {
  cluster_.CreateTopic("notes", 1);
  Append(0, "a");
  cluster_.FailFetch({"notes", 0}, absl::PermissionDeniedError("READ"));
  EXPECT_THAT(CatchUp(), StatusIs(absl::StatusCode::kPermissionDenied,
                                  testing::HasSubstr("notes-0")));
  cluster_.FailFetch({"notes", 0}, absl::OkStatus());
  ASSERT_THAT(CatchUp(), IsOk());
  EXPECT_THAT(Visited(), ElementsAre("notes-0 a"));
}

TEST_F(TopicFollowerTest, ReadsForAsLongAsRecordsCome) {
  TickingClock clock;
  follower_ = TopicFollower::Create(&cluster_, "notes", "test", &clock).value();
  cluster_.CreateTopic("notes", 1);
  cluster_.Fill({"notes", 0}, 500);
  cluster_.SetMaxBatchRecords(1);
  int visits = 0;
  const absl::Time begin = clock.Now();
  ASSERT_THAT(
      follower_->CatchUp(
          [&](const TopicPartition&, const RecordView&) { ++visits; }, [] {}),
      IsOk());
  EXPECT_EQ(visits, 500);
  EXPECT_GT(clock.Now() - begin, 10 * TopicFollower::kStallTimeout);
}

TEST_F(TopicFollowerTest, SaysWhereItStandsWhenNothingComes) {
  TickingClock clock;
  follower_ = TopicFollower::Create(&cluster_, "notes", "test", &clock).value();
  cluster_.CreateTopic("notes", 2);
  cluster_.Fill({"notes", 0}, 1);
  cluster_.Fill({"notes", 1}, 10);
  cluster_.SetMaxBatchRecords(4);
  std::vector<int64_t> visited;
  const auto visit = [&](const TopicPartition& tp, const RecordView& record) {
    if (tp.partition == 0) return;
    visited.push_back(record.offset.value());
    cluster_.SetPartitionDown({"notes", 1}, true);
  };
  EXPECT_THAT(
      follower_->CatchUp(visit, [] {}),
      StatusIs(
          absl::StatusCode::kDeadlineExceeded,
          testing::AllOf(testing::HasSubstr("cluster B, topic notes"),
                         testing::HasSubstr("nothing came for 30s"),
                         testing::HasSubstr("notes-1 is at offset 4 of 10"))));
  EXPECT_EQ(follower_->position(), (FollowerPosition{5, 11}));
  // The next call continues there.
  cluster_.SetPartitionDown({"notes", 1}, false);
  ASSERT_THAT(follower_->CatchUp(
                  [&](const TopicPartition&, const RecordView& record) {
                    visited.push_back(record.offset.value());
                  },
                  [] {}),
              IsOk());
  EXPECT_THAT(visited, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
  EXPECT_EQ(follower_->position(), (FollowerPosition{11, 11}));
}

TEST_F(TopicFollowerTest, StopsAtTheDeadlineAndContinuesThere) {
  TickingClock clock;
  follower_ = TopicFollower::Create(&cluster_, "notes", "test", &clock).value();
  cluster_.CreateTopic("notes", 1);
  cluster_.Fill({"notes", 0}, 20);
  cluster_.SetMaxBatchRecords(1);
  int visits = 0;
  const auto visit = [&](const TopicPartition&, const RecordView&) {
    ++visits;
  };
  EXPECT_THAT(follower_->CatchUp(clock.Now() + absl::Seconds(8), visit, [] {}),
              StatusIs(absl::StatusCode::kDeadlineExceeded,
                       testing::HasSubstr("was not read to its end in time")));
  EXPECT_GT(visits, 0);
  EXPECT_LT(visits, 20);
  ASSERT_THAT(follower_->CatchUp(visit, [] {}), IsOk());
  EXPECT_EQ(visits, 20);
}

TEST_F(TopicFollowerTest, EndsBeforeAnOpenTransaction) {
  cluster_.CreateTopic("notes", 1);
  Append(0, "a");
  cluster_.OpenTransactionAt({"notes", 0}, 1);
  Append(0, "b");
  ASSERT_THAT(CatchUp(), IsOk());
  EXPECT_THAT(Visited(), ElementsAre("notes-0 a"));
  cluster_.OpenTransactionAt({"notes", 0}, std::nullopt);
  ASSERT_THAT(CatchUp(), IsOk());
  EXPECT_THAT(Visited(), ElementsAre("notes-0 b"));
}

TEST_F(TopicFollowerTest, FollowsOnlyThePartitionsThatItIsGiven) {
  follower_ =
      TopicFollower::Create(&cluster_, "notes", "test", &clock_, {{1}}).value();
  cluster_.CreateTopic("notes", 3);
  for (int32_t i = 0; i < 3; ++i) Append(i, absl::StrCat("a", i));
  cluster_.SetPartitionDown({"notes", 0}, true);
  ASSERT_THAT(CatchUp(), IsOk());
  EXPECT_THAT(Visited(), ElementsAre("notes-1 a1"));
  EXPECT_EQ(follower_->position(), (FollowerPosition{1, 1}));
  EXPECT_EQ(follower_->partitions(), 3);
}

TEST_F(TopicFollowerTest, SaysThatThereIsNoSuchPartition) {
  follower_ =
      TopicFollower::Create(&cluster_, "notes", "test", &clock_, {{5}}).value();
  cluster_.CreateTopic("notes", 3);
  EXPECT_THAT(CatchUp(), StatusIs(absl::StatusCode::kNotFound,
                                  testing::HasSubstr("notes-5")));
}

// To the log's end, where another client's transaction may be open.
class TopicFollowerToTheEndTest : public TopicFollowerTest {
 protected:
  TopicFollowerToTheEndTest() {
    follower_ =
        TopicFollower::Create(&cluster_, "notes", "test", &ticking_, {{}, true})
            .value();
  }

  absl::Status CatchUpToTheEnd() {
    return follower_->CatchUp(
        [this](const TopicPartition& tp, const RecordView& record) {
          visited_.push_back(
              absl::StrCat(tp.ToString(), " ", record.value.value_or("")));
        },
        [this] { visited_.push_back("reset"); });
  }
  void AppendAborted(const std::string& value) {
    Record record;
    record.value = value;
    cluster_.AppendAborted({"notes", 0}, {std::move(record)});
  }

  TickingClock ticking_;
};

TEST_F(TopicFollowerToTheEndTest, WaitsForWhatAnAbortedTransactionHides) {
  cluster_.CreateTopic("notes", 2);
  Append(0, "a");
  cluster_.OpenTransactionAt({"notes", 0}, 1);
  AppendAborted("b");
  Append(0, "c");
  Append(1, "d");
  int ticks = 0;
  ticking_.on_tick = [&] {
    if (++ticks == 5) cluster_.OpenTransactionAt({"notes", 0}, std::nullopt);
  };
  ASSERT_THAT(CatchUpToTheEnd(), IsOk());
  EXPECT_THAT(Visited(), testing::UnorderedElementsAre("notes-0 a", "notes-0 c",
                                                       "notes-1 d"));
  EXPECT_GE(ticks, 5);
  ASSERT_THAT(CatchUpToTheEnd(), IsOk());
  EXPECT_THAT(Visited(), IsEmpty());
}

TEST_F(TopicFollowerToTheEndTest, WaitsForATransactionThatHasOnlyItsMarker) {
  cluster_.CreateTopic("notes", 1);
  AppendAborted("a");
  cluster_.OpenTransactionAt({"notes", 0}, 0);
  bool closed = false;
  ticking_.on_tick = [&] {
    if (!std::exchange(closed, true))
      cluster_.OpenTransactionAt({"notes", 0}, std::nullopt);
  };
  ASSERT_THAT(CatchUpToTheEnd(), IsOk());
  EXPECT_TRUE(closed);
  EXPECT_THAT(Visited(), IsEmpty());
}

TEST_F(TopicFollowerToTheEndTest, SaysWhichTransactionItWaitsForAndResumes) {
  cluster_.CreateTopic("notes", 1);
  Append(0, "a");
  cluster_.OpenTransactionAt({"notes", 0}, 1);
  Append(0, "b");
  Append(0, "c");
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(
        CatchUpToTheEnd(),
        StatusIs(absl::StatusCode::kDeadlineExceeded,
                 testing::AllOf(testing::HasSubstr("cluster B, topic notes"),
                                testing::HasSubstr("nothing came for 10s"),
                                testing::HasSubstr("notes-0 is at offset 1 of "
                                                   "3, where another client's "
                                                   "transaction is open"))));
  }
  EXPECT_THAT(Visited(), ElementsAre("notes-0 a"));
  EXPECT_EQ(follower_->position(), (FollowerPosition{1, 3}));
  cluster_.OpenTransactionAt({"notes", 0}, std::nullopt);
  ASSERT_THAT(CatchUpToTheEnd(), IsOk());
  EXPECT_THAT(Visited(), ElementsAre("notes-0 b", "notes-0 c"));
}

TEST_F(TopicFollowerToTheEndTest, NamesThePartitionWithoutALeaderFirst) {
  cluster_.CreateTopic("notes", 2);
  cluster_.OpenTransactionAt({"notes", 0}, 0);
  Append(0, "a");
  Append(1, "b");
  ticking_.on_tick = [&] { cluster_.SetPartitionDown({"notes", 1}, true); };
  EXPECT_THAT(CatchUpToTheEnd(),
              StatusIs(absl::StatusCode::kDeadlineExceeded,
                       testing::AllOf(testing::HasSubstr("came for 30s"),
                                      testing::HasSubstr("notes-1"),
                                      testing::HasSubstr("has a leader"))));
}

TEST_F(TopicFollowerToTheEndTest, WaitsForNoTransactionThatBeganLater) {
  cluster_.CreateTopic("notes", 1);
  Append(0, "a");
  bool open = false;
  ticking_.on_tick = [&] {
    if (std::exchange(open, true)) return;
    cluster_.OpenTransactionAt({"notes", 0}, 1);
    Append(0, "b");
  };
  ASSERT_THAT(CatchUpToTheEnd(), IsOk());
  EXPECT_TRUE(open);
  EXPECT_THAT(Visited(), ElementsAre("notes-0 a"));
}

TEST_F(TopicFollowerTest, IsCancelled) {
  cluster_.CreateTopic("notes", 1);
  Append(0, "a");
  follower_->Cancel();
  EXPECT_THAT(CatchUp(), StatusIs(absl::StatusCode::kCancelled));
}

}  // namespace
}  // namespace mirror::internal
