// SPDX-License-Identifier: Apache-2.0
//
// The rows of the table in partition.h that are about copies of which nothing
// tells: they are read back, compared, and taken for copied.

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/replication/partition_fixture.h"
#include "mirror/replication/record_fingerprint.h"
#include "mirror/transform/record_transform.h"

namespace mirror::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Records of the source are numbers: that at offset 10 has the value "10".
class PartitionReadBackTest : public PartitionFixture {
 protected:
  PartitionReadBackTest() {
    plan_.start = U(10);
    plan_.has_copies = true;
    plan_.may_have_unknown_copies = true;
    plan_.target_end = D(105);
    index_.end_ = D(100);
    index_.copies_from_ = D(100);
  }

  static std::unique_ptr<RecordBatch> Batch(
      const std::vector<int64_t>& numbers) {
    std::vector<Record> records;
    for (const int64_t number : numbers) {
      Record record;
      record.offset = U(number);
      record.timestamp_ms = 1700000000000 + number;
      record.value = absl::StrCat(number);
      records.push_back(std::move(record));
    }
    return std::make_unique<OwnedRecordBatch>(TopicPartition{"orders", 0},
                                              std::move(records));
  }
  std::vector<std::string> ReadNumbers(const std::vector<int64_t>& numbers) {
    return OnRead(Batch(numbers));
  }
  // The target holds copies of these, from offset 100 on.
  static std::vector<TargetRecord> Holds(const std::vector<int64_t>& numbers) {
    std::vector<TargetRecord> records;
    for (const int64_t number : numbers) {
      const auto fingerprint =
          FingerprintOf(*Batch({number}), 0, Timestamps::kKept);
      records.push_back(
          {D(100 + static_cast<int64_t>(records.size())), fingerprint.value()});
    }
    return records;
  }
  std::vector<std::string> TargetHolds(const std::vector<int64_t>& numbers) {
    return On(event::TargetRead{Holds(numbers)});
  }
};

TEST_F(PartitionReadBackTest, TheTargetIsReadBeforeTheSource) {
  EXPECT_THAT(Add(), ElementsAre("ReadBack 100-105"));
  EXPECT_EQ(Status().state(), PARTITION_RESOLVING);
  EXPECT_EQ(index_.copies_from_asked_, U(10));
  EXPECT_THAT(TargetHolds({10, 11}), ElementsAre("Assign 10"));
  EXPECT_EQ(Status().state(), PARTITION_RUNNING);
}

TEST_F(PartitionReadBackTest, NothingIsReadIfTheLogEndsWhereTheCopiesDo) {
  plan_.target_end = D(100);
  EXPECT_THAT(Add(), ElementsAre("BeginRun 10", "Assign 10"));
}

TEST_F(PartitionReadBackTest, NothingIsReadIfItIsNotCertainWhereCopiesBegin) {
  index_.copies_from_ = std::nullopt;
  EXPECT_THAT(Add(), ElementsAre("BeginRun 10", "Assign 10"));
}

TEST_F(PartitionReadBackTest, NothingIsReadIfTheCopiesAreGone) {
  TargetChange change;
  change.problem = PROBLEM_TARGET_TRUNCATED;
  plan_.target_change = change;
  options_.delivery.on_target_change = LossPolicy::kSkip;
  EXPECT_THAT(Add(), ElementsAre("ForgetCopies", "Report", "Skipped 0-10",
                                 "BeginRun 10", "Assign 10"));
}

TEST_F(PartitionReadBackTest, WhereTheLogEndsNeedNotBeKnown) {
  plan_.target_end = std::nullopt;
  EXPECT_THAT(Add(), ElementsAre("ReadBack 100-"));
  EXPECT_THAT(TargetHolds({}), ElementsAre("BeginRun 10", "Assign 10"));
}

TEST_F(PartitionReadBackTest, OfOneThatWasNeverCopiedTheWholeLogIsRead) {
  plan_.start = std::nullopt;
  plan_.has_copies = false;
  plan_.target_log = TargetLog{D(3), D(105)};
  index_.copies_from_ = std::nullopt;
  index_.end_ = D(0);
  EXPECT_THAT(Add(), ElementsAre("AskBounds"));
  EXPECT_THAT(Bounds(10, 20), ElementsAre("ReadBack 3-105", "AskNoMore"));
  EXPECT_THAT(TargetHolds({10, 11}), ElementsAre("Assign 10"));
  EXPECT_THAT(ReadNumbers({10, 11}),
              ElementsAre("BeginRun 10, known", "Copied 10+2 at 100", "Report",
                          "BeginRun 12"));
}

TEST_F(PartitionReadBackTest, WhatTheTargetHoldsIsCopiedAndNotSent) {
  Add();
  TargetHolds({10, 11, 12});
  EXPECT_THAT(ReadNumbers({10, 11}), IsEmpty());
  EXPECT_THAT(On(event::CommitDue{}), ElementsAre("CommitThrough -9, stored"))
      << "it is not settled yet which copies are the last";
  EXPECT_THAT(ReadNumbers({12}),
              ElementsAre("BeginRun 10, known", "Copied 10+3 at 100", "Report",
                          "BeginRun 13"));
  EXPECT_THAT(On(event::CommitDue{}), ElementsAre("CommitThrough 12"));
  EXPECT_FALSE(partition_->HasHeld());
  ReadNumbers({13});
  EXPECT_TRUE(partition_->HasHeld());
  EXPECT_EQ(Status().acked_offset(), 12);
}

TEST_F(PartitionReadBackTest, WhatFollowsInTheBatchIsReadAgain) {
  Add();
  TargetHolds({10, 11});
  EXPECT_THAT(ReadNumbers({10, 11, 13, 14}),
              ElementsAre("BeginRun 10, known", "Copied 10+2 at 100", "Report",
                          "Unassign"));
  EXPECT_THAT(Tick(), ElementsAre("BeginRun 13", "Assign 13"));
  EXPECT_THAT(On(event::CommitDue{}), ElementsAre("CommitThrough 12"));
}

TEST_F(PartitionReadBackTest, ARecordThatIsNotThereIsSent) {
  Add();
  TargetHolds({7, 8, 9});
  EXPECT_THAT(ReadNumbers({10}), ElementsAre("Unassign"));
  EXPECT_THAT(Tick(), ElementsAre("BeginRun 10", "Assign 10"));
  EXPECT_THAT(On(event::CommitDue{}), ElementsAre("CommitThrough 9, stored"));
}

TEST_F(PartitionReadBackTest, TheSourcesEndEndsIt) {
  Add();
  TargetHolds({10, 11, 77});
  ReadNumbers({10, 11});
  EXPECT_THAT(FromSource(PartitionEvent::Kind::kEnd, 12),
              ElementsAre("BeginRun 10, known", "Copied 10+2 at 100", "Report",
                          "BeginRun 12"));
}

TEST_F(PartitionReadBackTest, RecordsThatTransformsDropAreNoDifference) {
  class DropOdd final : public RecordTransform {
   public:
    absl::StatusOr<RecordVerdict> Transform(const TopicPartition&,
                                            Record& record) const override {
      return record.offset.value() % 2 == 0 ? RecordVerdict::kKeep
                                            : RecordVerdict::kDrop;
    }
  };
  options_.transforms = {std::make_shared<DropOdd>()};
  Add();
  TargetHolds({10, 12});
  EXPECT_THAT(ReadNumbers({10, 11, 12, 13}),
              ElementsAre("BeginRun 10, known", "Copied 10+1 at 100",
                          "Copied 12+1 at 101", "Report", "BeginRun 14"));
}

TEST_F(PartitionReadBackTest, ATransformThatFailsEndsIt) {
  class FailAt final : public RecordTransform {
   public:
    absl::StatusOr<RecordVerdict> Transform(const TopicPartition&,
                                            Record& record) const override {
      if (record.offset == U(11)) return absl::InternalError("no");
      return RecordVerdict::kKeep;
    }
  };
  options_.transforms = {std::make_shared<FailAt>()};
  // Whether the target holds more or not.
  for (const std::vector<int64_t>& holds :
       {std::vector<int64_t>{10, 11}, std::vector<int64_t>{10}}) {
    Add();
    TargetHolds(holds);
    EXPECT_THAT(ReadNumbers({10, 11, 12}),
                ElementsAre("BeginRun 10, known", "Copied 10+1 at 100",
                            "Report", "Unassign"));
    EXPECT_THAT(Tick(), ElementsAre("BeginRun 11", "Assign 11"));
    ReadNumbers({11, 12});
    EXPECT_EQ(Status().problem(), PROBLEM_TRANSFORM_FAILED);
  }
}

TEST_F(PartitionReadBackTest, ATargetThatCannotBeReadIsCopiedToAsBefore) {
  Add();
  EXPECT_THAT(On(event::TargetRead{absl::PermissionDeniedError("no")}),
              ElementsAre("Report", "BeginRun 10", "Assign 10"));
}

TEST_F(PartitionReadBackTest, IsDoneAgainWhenATopicThatWasMissingIsBack) {
  plan_.target_end = std::nullopt;
  Add();
  On(event::Suspended{PROBLEM_SOURCE_TOPIC_MISSING, "gone"});
  EXPECT_THAT(TargetHolds({10}), IsEmpty()) << "the answer comes too late";
  On(event::SourceBack{});
  Tick();
  EXPECT_THAT(Bounds(0, 20),
              ElementsAre("BeginRun 10", "ReadBack 100-", "AskNoMore"));
  EXPECT_THAT(TargetHolds({10}), ElementsAre("Assign 10"));
}

TEST_F(PartitionReadBackTest, IsDoneAgainAfterASourceError) {
  Add();
  TargetHolds({10, 11});
  ReadNumbers({10});
  EXPECT_THAT(FromSource(PartitionEvent::Kind::kError, 11,
                         absl::DataLossError("corrupt")),
              ElementsAre("BeginRun 10", "Report", "Unassign"));
  EXPECT_THAT(Tick(), ElementsAre("BeginRun 10"));
  EXPECT_THAT(Tick(options_.min_backoff), ElementsAre("ReadBack 100-"));
  EXPECT_THAT(TargetHolds({10, 11}), ElementsAre("Assign 10"));
}

TEST_F(PartitionReadBackTest, PausedItWaitsWithWhatItKnows) {
  Make();
  EXPECT_THAT(On(event::Added{/*paused=*/true}),
              ElementsAre("Report", "ReadBack 100-105"));
  EXPECT_THAT(TargetHolds({10}), IsEmpty());
  EXPECT_THAT(On(event::Paused{false}), ElementsAre("Report", "Assign 10"));
  EXPECT_THAT(ReadNumbers({10}),
              ElementsAre("BeginRun 10, known", "Copied 10+1 at 100", "Report",
                          "BeginRun 11"));
}

TEST_F(PartitionReadBackTest, ReleasedItLeavesTheRestToTheNextRun) {
  Add();
  TargetHolds({10, 11});
  ReadNumbers({10});
  EXPECT_THAT(On(event::Released{}),
              ElementsAre("BeginRun 10", "Unassign", "Left"));
}

TEST_F(PartitionReadBackTest, AProducerThatIsLostMeanwhileBeginsItAgain) {
  Add();
  TargetHolds({10, 11});
  ReadNumbers({10});
  EXPECT_THAT(On(event::SinkLost{}), ElementsAre("BeginRun 10", "Unassign"));
  EXPECT_THAT(Tick(), ElementsAre("BeginRun 10"));
  EXPECT_THAT(Tick(options_.min_backoff), ElementsAre("ReadBack 100-"));
}

TEST_F(PartitionReadBackTest, ASourceClientThatIsReplacedChangesNothing) {
  Add();
  TargetHolds({10, 11});
  ReadNumbers({10});
  EXPECT_THAT(On(event::SourceClientLost{}),
              ElementsAre("Unassign", "Assign 11"));
  EXPECT_THAT(ReadNumbers({11}),
              ElementsAre("BeginRun 10, known", "Copied 10+2 at 100", "Report",
                          "BeginRun 12"));
}

TEST_F(PartitionReadBackTest, WhatALostProducerWroteIsReadBack) {
  plan_.target_end = D(100);
  Add();
  ReadNumbers({10, 11, 12});
  Send();
  EXPECT_THAT(On(event::SinkLost{}), ElementsAre("Unassign"));
  EXPECT_THAT(Tick(), ElementsAre("BeginRun 10"));
  EXPECT_THAT(Tick(options_.min_backoff), ElementsAre("ReadBack 100-"));
  EXPECT_THAT(TargetHolds({10, 11}), ElementsAre("Assign 10"));
  EXPECT_THAT(ReadNumbers({10, 11}),
              ElementsAre("BeginRun 10, known", "Copied 10+2 at 100", "Report",
                          "BeginRun 12"));
}

TEST_F(PartitionReadBackTest, WithNothingInFlightNothingIsLost) {
  plan_.target_end = D(100);
  Add();
  On(event::SinkLost{});
  Tick();
  EXPECT_THAT(Tick(options_.min_backoff), ElementsAre("Assign 10"));
}

TEST_F(PartitionReadBackTest, CopiesThatAreDeletedMeanwhileAreLost) {
  Add();
  TargetHolds({10, 11});
  ReadNumbers({10});
  EXPECT_THAT(TargetChanged(PROBLEM_TARGET_RECREATED),
              ElementsAre("BeginRun 10", "Report", "Unassign"));
  EXPECT_EQ(Status().state(), PARTITION_STOPPED);
}

}  // namespace
}  // namespace mirror::internal
