// SPDX-License-Identifier: Apache-2.0

#include <map>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/client/client_fixture.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

GroupPosition ExactAt(int64_t d, const std::string& metadata = "") {
  return {DownstreamOffset(d), Exactness::kExact, GroupPosition::Origin::kIndex,
          UpstreamOffset(d), metadata};
}

class CommitOffsetsTest : public ClientFixture {
 protected:
  CommitOffsetsTest() {
    for (const char* topic : {"a", "b", "c"}) CreateCopy(topic, 100);
  }

  GroupOffsets Committed() {
    auto admin = standby_->NewGroupAdmin("test").value();
    return admin->ListGroupOffsets({"billing"}).front().value();
  }

  auto Commit(const GroupPositions& positions) {
    return client_->CommitOffsets("billing", positions, kTimeout);
  }
};

TEST_F(CommitOffsetsTest, CommitsForAGroupThatIsNotThereYet) {
  EXPECT_THAT(Commit({{{"a", 0}, ExactAt(7, "note")}}),
              IsOkAndHolds(ElementsAre(Pair(TopicPartition{"a", 0}, IsOk()))));
  EXPECT_THAT(Committed(), ElementsAre(Pair(TopicPartition{"a", 0},
                                            GroupOffset{7, "note"})));
}

TEST_F(CommitOffsetsTest, NeverTakesAPartitionBack) {
  standby_->CommitGroupOffset("billing", {"a", 0}, 6);
  standby_->CommitGroupOffset("billing", {"b", 0}, 7);
  standby_->CommitGroupOffset("billing", {"c", 0}, 8);
  EXPECT_THAT(
      Commit({{{"a", 0}, ExactAt(7)},
              {{"b", 0}, ExactAt(7)},
              {{"c", 0}, ExactAt(7)}}),
      IsOkAndHolds(ElementsAre(Pair(TopicPartition{"a", 0}, IsOk()),
                               Pair(TopicPartition{"b", 0},
                                    StatusIs(absl::StatusCode::kAlreadyExists)),
                               Pair(TopicPartition{"c", 0},
                                    StatusIs(absl::StatusCode::kAlreadyExists,
                                             HasSubstr("is at 8"))))));
  EXPECT_EQ(Committed()[(TopicPartition{"a", 0})].offset, 7);
  EXPECT_EQ(Committed()[(TopicPartition{"c", 0})].offset, 8);
}

// It is of a topic that was recreated or truncated.
TEST_F(CommitOffsetsTest, TakesAPartitionBackFromPastTheEndOfItsLog) {
  standby_->CommitGroupOffset("billing", {"a", 0}, 101);
  standby_->CommitGroupOffset("billing", {"b", 0}, 100);
  EXPECT_THAT(Commit({{{"a", 0}, ExactAt(7)}, {{"b", 0}, ExactAt(7)}}),
              IsOkAndHolds(ElementsAre(
                  Pair(TopicPartition{"a", 0}, IsOk()),
                  Pair(TopicPartition{"b", 0},
                       StatusIs(absl::StatusCode::kAlreadyExists)))));
  EXPECT_EQ(Committed()[(TopicPartition{"a", 0})].offset, 7);
}

TEST_F(CommitOffsetsTest, OnePartitionThatCannotBeSpoilsNoOther) {
  EXPECT_THAT(Commit({{{"a", 0}, GroupPosition()},
                      {{"b", 0}, ExactAt(7)},
                      {{"gone", 0}, ExactAt(7)}}),
              IsOkAndHolds(ElementsAre(
                  Pair(TopicPartition{"a", 0},
                       StatusIs(absl::StatusCode::kInvalidArgument)),
                  Pair(TopicPartition{"b", 0}, IsOk()),
                  Pair(TopicPartition{"gone", 0},
                       StatusIs(absl::StatusCode::kNotFound)))));
}

TEST_F(CommitOffsetsTest, LeavesAnActiveGroupAlone) {
  standby_->CommitGroupOffset("billing", {"a", 0}, 6);
  standby_->SetGroupActive("billing", true);
  EXPECT_THAT(Commit({{{"a", 0}, ExactAt(7)}}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("group billing: has members")));
  EXPECT_EQ(Committed()[(TopicPartition{"a", 0})].offset, 6);
}

TEST_F(CommitOffsetsTest, NothingToCommitIsFine) {
  EXPECT_THAT(Commit({}), IsOkAndHolds(testing::IsEmpty()));
}

TEST_F(CommitOffsetsTest, WaitsForTheClusterNoLongerThanItsTimeout) {
  standby_->SetDown(true);
  const absl::Time start = clock_.Now();
  EXPECT_THAT(Commit({{{"a", 0}, ExactAt(7)}}),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_EQ(clock_.Now() - start, kTimeout);
  clock_.on_wait = [this] { standby_->SetDown(false); };
  EXPECT_THAT(Commit({{{"a", 0}, ExactAt(7)}}), IsOk());
}

}  // namespace
}  // namespace mirror::internal
