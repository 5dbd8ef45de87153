// SPDX-License-Identifier: Apache-2.0

#include "mirror/replication/send_window.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/testing/matchers.h"
#include "mirror/testing/simulated_clock.h"

namespace mirror::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using Fate = SendWindow::Fate;
using Result = SendWindow::Result;

const TopicPartition kTarget{"A.orders", 0};
constexpr int64_t kLarge = 2000000;

UpstreamOffset U(int64_t offset) { return UpstreamOffset(offset); }

// Takes all it is given, and notes which offsets and how.
class NotingSink final : public RecordSink {
 public:
  using RecordSink::Send;
  absl::Status Send(const TopicPartition&, RecordBatch* batch, int64_t* next,
                    const SendOptions& options) override {
    const int64_t end = std::min(options.end, batch->count());
    for (; *next < end; ++*next) {
      if (batch->BoundsAt(*next).bytes > max_record_bytes_) {
        return absl::InvalidArgumentError("more than this client may send");
      }
      sent_.push_back(batch->OffsetAt(*next).value());
      probed_.push_back(options.probe);
    }
    max_batch_bytes_ = options.max_batch_bytes;
    return absl::OkStatus();
  }
  absl::Status Poll(absl::Duration, std::vector<Ack>*) override {
    return absl::OkStatus();
  }
  int64_t in_flight() const override { return 0; }
  absl::Status TakeClusterStatus() override { return absl::OkStatus(); }

  // Offsets since the last call.
  std::vector<int64_t> Take() { return std::exchange(sent_, {}); }

  std::vector<int64_t> sent_;
  std::vector<bool> probed_;
  int64_t max_batch_bytes_ = 0;
  int64_t max_record_bytes_ = 1 << 30;
};

class SendWindowTest : public testing::Test {
 protected:
  // One record for each offset, of `large` bytes where that is named.
  void Hold(const std::vector<int64_t>& offsets,
            const std::vector<int64_t>& large = {}) {
    std::vector<Record> records;
    for (const int64_t offset : offsets) {
      Record record;
      record.offset = U(offset);
      record.timestamp_ms = absl::ToUnixMillis(now_);
      const bool is_large =
          std::find(large.begin(), large.end(), offset) != large.end();
      record.value = std::string(is_large ? kLarge : 10, 'x');
      records.push_back(std::move(record));
    }
    window_.Hold(std::make_unique<OwnedRecordBatch>(TopicPartition{"orders", 0},
                                                    std::move(records)),
                 U(offsets.front()), U(offsets.back()));
  }
  Result Send() { return window_.Send(&sink_, now_, SinkShare()); }
  Fate Copied(int64_t first, int64_t count) {
    return Answer(first, count, absl::OkStatus(), Rejection::kNone);
  }
  Fate Rejected(int64_t first, int64_t count,
                Rejection rejection = Rejection::kBatch) {
    return Answer(first, count, absl::InvalidArgumentError("no"), rejection);
  }
  Fate Answer(int64_t first, int64_t count, absl::Status status,
              Rejection rejection, bool counts = true) {
    Ack ack;
    ack.target = kTarget;
    ack.first = U(first);
    ack.count = count;
    ack.status = std::move(status);
    ack.rejection = rejection;
    return window_.OnAck(ack, counts, now_);
  }
  // So that the window is open.
  void Open() {
    Hold({0});
    EXPECT_EQ(Send(), Result::kWaits);
    EXPECT_EQ(Copied(0, 1), Fate::kCopied);
    sink_.Take();
  }

  SimulatedClock clock_;
  absl::Time now_ = clock_.Now();
  PartitionOptions options_;
  SendWindow window_{kTarget, &options_, &clock_};
  NotingSink sink_;
};

TEST_F(SendWindowTest, TheFirstPieceOfAStretchIsInFlightAlone) {
  Hold({0, 1, 2});
  Hold({3, 4});
  EXPECT_EQ(Send(), Result::kWaits);
  EXPECT_THAT(sink_.Take(), ElementsAre(0, 1, 2));
  EXPECT_EQ(Send(), Result::kWaits);
  EXPECT_THAT(sink_.Take(), IsEmpty());
  EXPECT_EQ(Copied(0, 3), Fate::kCopied);
  EXPECT_EQ(window_.Committable(), U(2));
  Hold({5, 6});
  EXPECT_EQ(Send(), Result::kDone);
  EXPECT_THAT(sink_.Take(), ElementsAre(3, 4, 5, 6));
  EXPECT_FALSE(sink_.probed_.back());
}

TEST_F(SendWindowTest, ARecordThatMayBeRejectedIsInFlightAlone) {
  Open();
  Hold({1, 2, 3, 4}, {3});
  EXPECT_EQ(Send(), Result::kWaits);
  EXPECT_THAT(sink_.Take(), ElementsAre(1, 2));
  EXPECT_EQ(Copied(1, 2), Fate::kCopied);
  EXPECT_EQ(Send(), Result::kWaits);
  EXPECT_THAT(sink_.Take(), ElementsAre(3));
  EXPECT_TRUE(sink_.probed_.back());
  EXPECT_EQ(Send(), Result::kWaits);
  EXPECT_EQ(Copied(3, 1), Fate::kCopied);
  EXPECT_EQ(Send(), Result::kDone);
  EXPECT_THAT(sink_.Take(), ElementsAre(4));
}

TEST_F(SendWindowTest, ARecordRejectedAloneIsTheOneAtFault) {
  Open();
  Hold({1, 2, 3}, {2});
  Send();
  Copied(1, 1);
  Send();
  EXPECT_EQ(Rejected(2, 1, Rejection::kTooLarge), Fate::kRejected);
  const auto rejected = window_.rejected();
  ASSERT_TRUE(rejected.has_value());
  EXPECT_EQ(rejected->offset, U(2));
  EXPECT_EQ(rejected->bounds.bytes, kLarge);
  EXPECT_EQ(rejected->batch->ToRecord(rejected->index).offset, U(2));
  EXPECT_EQ(Send(), Result::kWaits) << "before it is settled";
  window_.SettleRejected(U(2));
  EXPECT_EQ(window_.Committable(), U(2));
  sink_.Take();
  EXPECT_EQ(Send(), Result::kDone);
  EXPECT_THAT(sink_.Take(), ElementsAre(3));
}

TEST_F(SendWindowTest, AcksOfOneRecordSayNothingAboutBeingAlone) {
  Hold({0, 2, 4, 6});
  Send();
  EXPECT_EQ(Rejected(0, 1), Fate::kPending);
  EXPECT_EQ(Rejected(2, 1), Fate::kPending);
  EXPECT_EQ(Rejected(4, 1), Fate::kPending);
  EXPECT_EQ(Rejected(6, 1), Fate::kPending);
  EXPECT_FALSE(window_.rejected().has_value());
  sink_.Take();
  EXPECT_EQ(Send(), Result::kWaits);
  EXPECT_THAT(sink_.Take(), ElementsAre(0, 2)) << "half of it";
  EXPECT_EQ(Copied(0, 1), Fate::kCopied);
  EXPECT_EQ(Copied(2, 1), Fate::kCopied);
  EXPECT_EQ(window_.Committable(), U(3));
}

TEST_F(SendWindowTest, ARejectedRecordIsSentAloneAgainWhenItIsReadAgain) {
  Open();
  options_.max_in_flight_bytes = 1 << 20;
  Hold({1, 2});
  Send();
  EXPECT_EQ(Rejected(1, 2), Fate::kFailed);
  window_.DropHeld();
  window_.Begin();
  Hold({1, 2, 3});
  sink_.Take();
  Send();
  EXPECT_THAT(sink_.Take(), ElementsAre(1));
  EXPECT_EQ(Rejected(1, 1), Fate::kRejected);
  window_.DropHeld();
  window_.Begin();
  for (int retry = 0; retry < 3; ++retry) {
    Hold({1, 2, 3, 4, 5});
    EXPECT_EQ(Send(), Result::kWaits);
    EXPECT_THAT(sink_.Take(), ElementsAre(1));
    EXPECT_EQ(Rejected(1, 1), Fate::kRejected);
    window_.DropHeld();
    window_.Begin();
  }
}

TEST_F(SendWindowTest, ARecordThatTheClusterNamesIsSentAlone) {
  Open();
  Hold({1, 2, 3});
  Send();
  EXPECT_EQ(Rejected(1, 1, Rejection::kNeighbour), Fate::kFailed);
  EXPECT_EQ(Rejected(2, 1, Rejection::kRecord), Fate::kFailed);
  EXPECT_EQ(Rejected(3, 1, Rejection::kNeighbour), Fate::kFailed);
  window_.DropHeld();
  window_.Begin();
  sink_.Take();
  Hold({1, 2, 3});
  Send();
  EXPECT_THAT(sink_.Take(), ElementsAre(1));
  Copied(1, 1);
  Send();
  EXPECT_THAT(sink_.Take(), ElementsAre(2));
  EXPECT_EQ(Rejected(2, 1), Fate::kRejected);
}

TEST_F(SendWindowTest, ARecordThatTheClientRejectsIsAskedAboutAlone) {
  Open();
  sink_.max_record_bytes_ = 1000;
  TopicLimits limits;
  limits.max_message_bytes = 2 * kLarge;
  window_.SetLimits(limits);
  Hold({1, 2, 3}, {2});
  EXPECT_EQ(Send(), Result::kWaits);
  EXPECT_THAT(sink_.Take(), ElementsAre(1));
  EXPECT_EQ(Copied(1, 1), Fate::kCopied);
  EXPECT_EQ(Send(), Result::kRejected);
  ASSERT_TRUE(window_.rejected().has_value());
  EXPECT_EQ(window_.rejected()->offset, U(2));
  EXPECT_EQ(window_.Committable(), U(1));
  window_.SettleRejected(U(2));
  EXPECT_EQ(Send(), Result::kDone);
  EXPECT_THAT(sink_.Take(), ElementsAre(3));
}

TEST_F(SendWindowTest, BatchesAreNoLargerThanTheTopicTakes) {
  Hold({0});
  TopicLimits limits;
  limits.max_message_bytes = 65536;
  window_.SetLimits(limits);
  Send();
  EXPECT_EQ(sink_.max_batch_bytes_, 65536);
}

TEST_F(SendWindowTest, WhatIsInFlightIsBounded) {
  Open();
  options_.max_in_flight_bytes = 1;
  Hold({1, 2});
  Hold({3});
  EXPECT_EQ(Send(), Result::kAtLimit);
  EXPECT_THAT(sink_.Take(), ElementsAre(1, 2));
  now_ += absl::Seconds(1);
  EXPECT_EQ(Send(), Result::kWaits) << "answers may take long";
  EXPECT_GT(window_.OverdueBytes(now_), 0);
  Copied(1, 2);
  window_.PopSent();
  EXPECT_EQ(window_.OverdueBytes(now_), 0);
  EXPECT_EQ(Send(), Result::kDone);
}

TEST_F(SendWindowTest, AnOverdueWindowSendsNoMoreWhileOthersAreOverdue) {
  Open();
  Hold({1});
  Send();
  now_ += absl::Seconds(1);
  Hold({2});
  sink_.Take();
  SinkShare share;
  share.crowded = true;
  EXPECT_EQ(window_.Send(&sink_, now_, share), Result::kWaits);
  EXPECT_THAT(sink_.Take(), IsEmpty());
  EXPECT_EQ(Send(), Result::kDone);
}

TEST_F(SendWindowTest, WithoutAnythingFreeOneSmallPieceIsInFlight) {
  Open();
  Hold({1, 2, 3, 4, 5});
  sink_.Take();
  SinkShare share;
  share.free_bytes = 0;
  share.own_bytes = 500;  // two records with what they cost
  EXPECT_EQ(window_.Send(&sink_, now_, share), Result::kAtLimit);
  EXPECT_THAT(sink_.Take(), ElementsAre(1, 2));
  now_ += absl::Seconds(1);
  EXPECT_EQ(window_.Send(&sink_, now_, share), Result::kWaits);
  Copied(1, 2);
  share.own_bytes = 1;
  EXPECT_EQ(window_.Send(&sink_, now_, share), Result::kAtLimit);
  EXPECT_THAT(sink_.Take(), ElementsAre(3));
}

TEST_F(SendWindowTest, WhatIsFreeIsTakenAndOneRecordMoreAtMost) {
  Open();
  Hold({1, 2, 3, 4, 5});
  sink_.Take();
  SinkShare share;
  share.free_bytes = 700;  // three records with what they cost, and a bit
  EXPECT_EQ(window_.Send(&sink_, now_, share), Result::kAtLimit);
  EXPECT_THAT(sink_.Take(), ElementsAre(1, 2, 3, 4));
}

TEST_F(SendWindowTest, CopiesBehindAPartThatWasRejectedComeAgain) {
  Hold({0, 1, 2, 3});
  Send();
  EXPECT_EQ(Rejected(0, 2), Fate::kPending);
  EXPECT_EQ(Copied(2, 2), Fate::kIgnored);
  sink_.Take();
  Send();
  EXPECT_THAT(sink_.Take(), ElementsAre(0, 1));
}

TEST_F(SendWindowTest, DroppedRecordsSettleWhatLiesBefore) {
  Open();
  window_.Hold(nullptr, U(1), U(9));
  EXPECT_EQ(Send(), Result::kDone);
  EXPECT_EQ(window_.Committable(), U(9));
  EXPECT_EQ(window_.held_bytes(), 0);
}

}  // namespace
}  // namespace mirror::internal
