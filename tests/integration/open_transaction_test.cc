// SPDX-License-Identifier: Apache-2.0
//
// Another client's open transaction in a topic that a flow reads to its end.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/cluster/record_batch.h"
#include "mirror/cluster/topic_follower.h"
#include "mirror/model/topic_partition.h"
#include "mirror/runtime/clock.h"
#include "mirror/testing/matchers.h"
#include "tests/integration/test_cluster.h"
#include "tests/support/raw_client.h"

namespace mirror::internal::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// The log: record 0, records 1 and 2 of an open transaction, record 3.
class OpenTransactionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto cluster = TestCluster::Start("B");
    ASSERT_THAT(cluster, IsOk());
    cluster_ = *std::move(cluster);
    cluster_->CreateTopic(kNotes.topic, 1);
    cluster_->AppendNumbers(kNotes, 0, 1);
    open_ = std::make_unique<RawTransaction>(cluster_->servers(), kNotes, 2);
    cluster_->AppendNumbers(kNotes, 3, 1);
  }

  std::unique_ptr<TopicFollower> Follower(bool to_log_end) {
    FollowerOptions options;
    options.to_log_end = to_log_end;
    return TopicFollower::Create(cluster_->cluster(), kNotes.topic, "test",
                                 Clock::System(), options)
        .value();
  }
  // What it has not visited before.
  absl::Status CatchUp(TopicFollower* follower, absl::Duration patience,
                       std::vector<std::string>* values) {
    return follower->CatchUp(
        Clock::System()->Now() + patience,
        [values](const TopicPartition&, const RecordView& record) {
          values->emplace_back(record.value.value_or(""));
        },
        [] { ADD_FAILURE() << "nothing was reset"; });
  }

  const TopicPartition kNotes{"notes", 0};
  std::unique_ptr<TestCluster> cluster_;
  std::unique_ptr<RawTransaction> open_;
};

TEST_F(OpenTransactionTest, WhatIsBehindItIsReadOnceItHasEnded) {
  const auto follower = Follower(/*to_log_end=*/true);
  std::vector<std::string> values;
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(CatchUp(follower.get(), absl::Seconds(2), &values),
                StatusIs(absl::StatusCode::kDeadlineExceeded,
                         AllOf(HasSubstr("notes-0 is at offset 1 of 4"),
                               HasSubstr("transaction is open"))));
  }
  EXPECT_THAT(values, ElementsAre("0"));
  open_->End(/*commit=*/false);
  ASSERT_THAT(CatchUp(follower.get(), kPatience, &values), IsOk());
  EXPECT_THAT(values, ElementsAre("0", "3"));
  ASSERT_THAT(CatchUp(follower.get(), kPatience, &values), IsOk());
  EXPECT_EQ(follower->position(), (FollowerPosition{5, 5}));
}

TEST_F(OpenTransactionTest, ItEndsTheTopicForWhoDoesNotWait) {
  const auto follower = Follower(/*to_log_end=*/false);
  std::vector<std::string> values;
  ASSERT_THAT(CatchUp(follower.get(), kPatience, &values), IsOk());
  EXPECT_THAT(std::exchange(values, {}), ElementsAre("0"));
  ASSERT_THAT(CatchUp(follower.get(), kPatience, &values), IsOk());
  EXPECT_THAT(values, IsEmpty());
  open_->End(/*commit=*/true);
  ASSERT_THAT(CatchUp(follower.get(), kPatience, &values), IsOk());
  EXPECT_THAT(values, ElementsAre("t1", "t2", "3"));
}

}  // namespace
}  // namespace mirror::internal::testing
