// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/target_reader.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/replication/record_fingerprint.h"
#include "mirror/testing/fake_cluster.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class TargetReaderTest : public ::testing::Test {
 protected:
  TargetReaderTest() : target_("B", Options()) {
    target_.CreateTopic("A.orders", 3);
    options_.client_id = "reader";
  }

  static FakeClusterOptions Options() {
    FakeClusterOptions options;
    options.waits = false;
    return options;
  }
  void Add(int32_t partition, int64_t from, std::optional<int64_t> end) {
    if (!reader_.has_value()) reader_.emplace(options_, &target_);
    effect::ReadBack range{DownstreamOffset(from), std::nullopt};
    if (end.has_value()) range.end = DownstreamOffset(*end);
    reader_->Add({{{"orders", partition}, {"A.orders", partition}, range}},
                 now_);
  }
  std::vector<TargetReader::Answer> Step(int64_t held = 0) {
    reader_->SetHeld(held);
    reader_->Step(now_);
    return reader_->TakeAnswers();
  }

  absl::Time now_ = absl::UnixEpoch() + absl::Hours(1);
  FakeCluster target_;
  TargetReaderOptions options_;
  std::optional<TargetReader> reader_;
};

TEST_F(TargetReaderTest, ReadsTheStretchThatIsAskedFor) {
  target_.Fill({"A.orders", 1}, 10);
  Add(1, 4, 10);
  const auto answers = Step();
  ASSERT_THAT(answers, SizeIs(1));
  EXPECT_EQ(answers[0].source, (TopicPartition{"orders", 1}));
  ASSERT_THAT(answers[0].records, IsOk());
  ASSERT_THAT(*answers[0].records, SizeIs(6));
  const OwnedRecordBatch batch({"A.orders", 1},
                               target_.Records({"A.orders", 1}));
  for (int64_t i = 0; i < 6; ++i) {
    const TargetRecord& record = (*answers[0].records)[i];
    EXPECT_EQ(record.offset, DownstreamOffset(4 + i));
    EXPECT_EQ(record.fingerprint,
              FingerprintOf(batch, 4 + i, Timestamps::kKept));
  }
  EXPECT_TRUE(reader_->idle());
}

TEST_F(TargetReaderTest, HasAClientOnlyWhileItReads) {
  target_.Fill({"A.orders", 0}, 10);
  Add(0, 0, 10);
  EXPECT_EQ(target_.SourcesMade(), 0);
  Step();
  EXPECT_EQ(target_.SourcesMade(), 1);
  Add(0, 0, 10);
  Step();
  EXPECT_EQ(target_.SourcesMade(), 2) << "the first one was kept";
}

TEST_F(TargetReaderTest, ReadsToTheLogsEndIfNoneIsGiven) {
  target_.Fill({"A.orders", 0}, 10);
  Add(0, 3, std::nullopt);
  const auto answers = Step();
  ASSERT_THAT(answers, SizeIs(1));
  EXPECT_THAT(*answers[0].records, SizeIs(7));
}

TEST_F(TargetReaderTest, AnEndOfMarkersIsAnEnd) {
  target_.Fill({"A.orders", 0}, 5);
  target_.AppendGap({"A.orders", 0}, 5);
  Add(0, 3, 10);
  const auto answers = Step();
  ASSERT_THAT(answers, SizeIs(1));
  EXPECT_THAT(*answers[0].records, SizeIs(2));
}

TEST_F(TargetReaderTest, WhatWasAbortedIsNotThere) {
  target_.Fill({"A.orders", 0}, 5);
  target_.AppendAborted({"A.orders", 0}, {Record()});
  Add(0, 0, target_.LogEnd({"A.orders", 0}));
  const auto answers = Step();
  ASSERT_THAT(answers, SizeIs(1));
  EXPECT_THAT(*answers[0].records, SizeIs(5));
}

TEST_F(TargetReaderTest, WaitsForATargetThatIsAway) {
  target_.Fill({"A.orders", 0}, 10);
  target_.SetDown(true);
  Add(0, 0, 10);
  EXPECT_THAT(Step(), IsEmpty());
  target_.SetDown(false);
  EXPECT_THAT(Step(), SizeIs(1));
}

TEST_F(TargetReaderTest, GivesUpAfterAWhile) {
  target_.Fill({"A.orders", 0}, 10);
  target_.SetPartitionDown({"A.orders", 0}, true);
  Add(0, 0, 10);
  EXPECT_THAT(Step(), IsEmpty());
  now_ += options_.patience;
  const auto answers = Step();
  ASSERT_THAT(answers, SizeIs(1));
  EXPECT_THAT(answers[0].records,
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_TRUE(reader_->idle());
}

TEST_F(TargetReaderTest, SaysWhyAPartitionCannotBeRead) {
  target_.Fill({"A.orders", 0}, 10);
  target_.Fill({"A.orders", 1}, 10);
  target_.FailFetch({"A.orders", 0}, absl::PermissionDeniedError("no"));
  Add(0, 0, 10);
  Add(1, 0, 10);
  const auto answers = Step();
  ASSERT_THAT(answers, SizeIs(2));
  for (const TargetReader::Answer& answer : answers) {
    EXPECT_EQ(answer.records.status().code(),
              answer.source.partition == 0 ? absl::StatusCode::kPermissionDenied
                                           : absl::StatusCode::kOk);
  }
}

TEST_F(TargetReaderTest, ReadsNoMoreThanItMay) {
  options_.max_records = 9;
  target_.Fill({"A.orders", 0}, 10);
  Add(0, 0, 10);
  Add(0, 1, 10);
  auto answers = Step();
  ASSERT_THAT(answers, SizeIs(2));
  EXPECT_THAT(answers[0].records,
              StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(answers[1].records, IsOk());
  // The same if the end is not known before.
  Add(0, 0, std::nullopt);
  answers = Step();
  ASSERT_THAT(answers, SizeIs(1));
  EXPECT_THAT(answers[0].records,
              StatusIs(absl::StatusCode::kResourceExhausted));
}

TEST_F(TargetReaderTest, BytesAreLimitedAsWell) {
  options_.max_bytes = 10;
  target_.Fill({"A.orders", 0}, 10);
  Add(0, 0, 10);
  const auto answers = Step();
  ASSERT_THAT(answers, SizeIs(1));
  EXPECT_THAT(answers[0].records,
              StatusIs(absl::StatusCode::kResourceExhausted));
}

TEST_F(TargetReaderTest, WaitsUntilOthersAreCompared) {
  options_.max_records = 12;
  target_.Fill({"A.orders", 0}, 10);
  target_.Fill({"A.orders", 1}, 10);
  Add(0, 0, 10);
  Add(1, 0, 10);
  EXPECT_THAT(Step(), SizeIs(1));
  EXPECT_THAT(Step(/*held=*/10), IsEmpty());
  EXPECT_THAT(Step(/*held=*/2), SizeIs(1));
}

TEST_F(TargetReaderTest, DoesNotWaitForThemLong) {
  options_.max_records = 12;
  target_.Fill({"A.orders", 0}, 10);
  Add(0, 0, 10);
  EXPECT_THAT(Step(/*held=*/10), IsEmpty());
  now_ += options_.patience;
  const auto answers = Step(/*held=*/10);
  ASSERT_THAT(answers, SizeIs(1));
  EXPECT_FALSE(answers[0].records.ok());
}

}  // namespace
}  // namespace mirror::internal
