// SPDX-License-Identifier: Apache-2.0

#include "mirror/checkpoint/target_logs.h"

#include <cstdint>
#include <memory>
#include <optional>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/policy/filters.h"
#include "mirror/policy/mm2_replication_policies.h"
#include "mirror/sync/offset_sync_store.h"
#include "mirror/testing/fake_cluster.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal {
namespace {

using ::testing::HasSubstr;
using Verdict = TargetLogs::Verdict;

const TopicPartition kOrders{"orders", 0};
const TopicPartition kCopy{"A.orders", 0};

// Source records 0 to 999 became 0 to 999 of the copy.
class TargetLogsTest : public testing::Test {
 protected:
  TargetLogsTest() {
    b_.CreateTopic("A.orders", 1);
    b_.Fill(kCopy, 1000);
    index_.Begin(kOrders, UpstreamOffset(0), {});
    index_.Append(kOrders, {{UpstreamOffset(0), DownstreamOffset(0), 1000}});
    const auto admin = b_.NewAdmin("test").value();
    index_.SetTargetTopicId(kOrders,
                            admin->DescribeTopics({"A.orders"})[0]->id);
  }
  void Recreate() {
    b_.DeleteTopic("A.orders");
    b_.CreateTopic("A.orders", 1);
  }
  static Checkpoint At(int64_t u, int64_t d) {
    return {"billing", kCopy, UpstreamOffset(u), DownstreamOffset(d), ""};
  }
  std::optional<Checkpoint> Correct(int64_t u, int64_t d) {
    const auto next = logs_->Correct(At(u, d));
    EXPECT_THAT(next, IsOk());
    if (!next->has_value()) return std::nullopt;
    return (*next)->checkpoint;
  }
  Verdict Judge(int64_t u, int64_t d) {
    EXPECT_THAT(logs_->Look({kCopy}), IsOk());
    return logs_->Judge(At(u, d));
  }

  FakeCluster b_{"B"};
  OffsetSyncStore index_;
  const CheckpointTranslator translator_{
      "A", "B", DefaultReplicationPolicy::Create().value(),
      RegexTopicFilter::Create().value(), &index_};
  const std::unique_ptr<TargetLogs> logs_ =
      TargetLogs::Create(&b_, "test", &translator_).value();
};

TEST_F(TargetLogsTest, ACheckpointUpToTheEndHolds) {
  EXPECT_EQ(Judge(500, 500), Verdict::kHolds);
  EXPECT_EQ(Judge(1000, 1000), Verdict::kHolds);
  EXPECT_EQ(logs_->End(kCopy), DownstreamOffset(1000));
}

TEST_F(TargetLogsTest, ACheckpointPastTheEndIsStaleAndCorrectedToTheEnd) {
  b_.TruncateTo(kCopy, 400);
  EXPECT_EQ(Judge(300, 300), Verdict::kHolds);
  EXPECT_EQ(Judge(500, 500), Verdict::kStale);
  EXPECT_EQ(Correct(500, 500), At(500, 400));
}

TEST_F(TargetLogsTest, ACheckpointOfARecreatedTopicIsStaleAndWithdrawn) {
  Recreate();
  b_.Fill(kCopy, 2000);
  EXPECT_EQ(Judge(500, 500), Verdict::kStale);
  EXPECT_EQ(Correct(500, 500), std::nullopt);
}

TEST_F(TargetLogsTest, ACheckpointThatTheIndexContradictsIsCorrected) {
  Recreate();
  b_.Fill(kCopy, 2000);
  index_.StartOver(kOrders);
  index_.SetTargetTopicId(kOrders, "");
  index_.Append(kOrders, {{UpstreamOffset(100), DownstreamOffset(0), 2000}});
  EXPECT_EQ(Judge(500, 500), Verdict::kStale);
  EXPECT_EQ(Correct(500, 500), At(500, 400));
}

// After an unclean election of which nothing else tells.
TEST_F(TargetLogsTest, WhereNothingTellsThePositionItIsTheLogsStart) {
  b_.DeleteRecordsBefore(kCopy, 50);
  index_.StartOver(kOrders);
  index_.Append(kOrders, {{UpstreamOffset(800), DownstreamOffset(400), 600}});
  EXPECT_EQ(Judge(700, 700), Verdict::kStale);
  EXPECT_EQ(Correct(700, 700), At(700, 50));
}

// One look proves nothing: a broker that has just started may be behind.
TEST_F(TargetLogsTest, AMissingTopicIsGoneAtTheSecondLook) {
  b_.DeleteTopic("A.orders");
  EXPECT_EQ(Judge(500, 500), Verdict::kUnsure);
  EXPECT_EQ(Judge(500, 500), Verdict::kStale);
  EXPECT_EQ(Correct(500, 500), std::nullopt);
}

TEST_F(TargetLogsTest, ATopicThatMayNotBeDescribedIsJudgedByTheIndexAlone) {
  b_.FailDescribe("A.orders", absl::PermissionDeniedError("no"));
  EXPECT_EQ(Judge(500, 500), Verdict::kHolds);
  EXPECT_EQ(Judge(500, 501), Verdict::kStale);
}

TEST_F(TargetLogsTest, ATargetThatDoesNotAnswerIsNotJudged) {
  b_.SetDown(true);
  EXPECT_THAT(logs_->Look({kCopy}),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("cluster B")));
  EXPECT_EQ(logs_->Judge(At(500, 500)), Verdict::kUnsure);
}

}  // namespace
}  // namespace mirror::internal
