// SPDX-License-Identifier: Apache-2.0

#include "mirror/checkpoint/source_groups.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/testing/fake_cluster.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const TopicPartition kOrders{"orders", 0};

class SourceGroupsTest : public testing::Test {
 protected:
  SourceGroupsTest()
      : groups_(SourceGroups::Create(
                    &a_, "test", RegexGroupFilter::Create(".*", "own").value())
                    .value()) {
    a_.CreateTopic("orders", 1);
    a_.CommitGroupOffset("billing", kOrders, 100);
    a_.CommitGroupOffset("own", kOrders, 100);
  }

  FakeCluster a_{"A"};
  const std::unique_ptr<SourceGroups> groups_;
};

TEST_F(SourceGroupsTest, AreThoseThatTheFilterTakes) {
  EXPECT_THAT(groups_->List(), IsOk());
  EXPECT_THAT(groups_->New(), ElementsAre("billing"));
  EXPECT_THAT(groups_->All({"gone", "own"}), ElementsAre("billing", "gone"));
}

TEST_F(SourceGroupsTest, AreNewUntilSeenAndWhenTheyComeBack) {
  EXPECT_THAT(groups_->List(), IsOk());
  groups_->NoteSeen({"billing"});
  EXPECT_THAT(groups_->List(), IsOk());
  EXPECT_THAT(groups_->New(), IsEmpty());
  a_.DeleteGroup("billing");
  EXPECT_THAT(groups_->List(), IsOk());
  EXPECT_THAT(groups_->All({}), IsEmpty());
  a_.CommitGroupOffset("billing", kOrders, 1);
  EXPECT_THAT(groups_->List(), IsOk());
  EXPECT_THAT(groups_->New(), ElementsAre("billing"));
}

TEST_F(SourceGroupsTest, HaveOffsetsUnlessNoneCanBeAsked) {
  a_.FailGroup("own", absl::PermissionDeniedError("no"));
  const auto offsets = groups_->Offsets({"billing", "own"});
  ASSERT_THAT(offsets, IsOk());
  EXPECT_THAT((*offsets)[0], IsOkAndHolds(GroupOffsets{{kOrders, {100, ""}}}));
  EXPECT_THAT((*offsets)[1], StatusIs(StatusCode::kPermissionDenied));
  a_.SetDown(true);
  EXPECT_THAT(groups_->Offsets({"billing"}),
              StatusIs(StatusCode::kUnavailable));
}

}  // namespace
}  // namespace mirror::internal
