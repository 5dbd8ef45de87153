// SPDX-License-Identifier: Apache-2.0
//
// The promises of mirror/cluster/group_admin.h.

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "mirror/cluster/errors.h"
#include "mirror/cluster/group_admin.h"
#include "mirror/testing/matchers.h"
#include "tests/contract/cluster_contract.h"

namespace mirror::internal {
namespace {

using absl::StatusCode;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;

std::unique_ptr<GroupAdmin> NewClient(Cluster* cluster) {
  return cluster->NewGroupAdmin("contract").value();
}

TEST_P(GroupAdminContract, AnAbsentGroupHasNoOffsetsAndIsNotListed) {
  auto client = NewClient(cluster());
  const std::string group = UniqueName("group");
  EXPECT_THAT(client->DescribeGroups({group}),
              ElementsAre(IsOkAndHolds(GroupState::kAbsent)));
  EXPECT_THAT(client->ListGroupOffsets({group}),
              ElementsAre(IsOkAndHolds(IsEmpty())));
  EXPECT_THAT(client->ListGroups(), IsOkAndHolds(Not(Contains(group))));
  client->Cancel();
}

TEST_P(GroupAdminContract, OffsetsThatAreSetCreateAnEmptyGroup) {
  auto client = NewClient(cluster());
  const std::string group = UniqueName("group");
  const std::string topic = NewTopic(3);
  // An offset past the log's end is as good as any.
  const GroupOffsets offsets = {{{topic, 0}, {0, ""}},
                                {{topic, 2}, {123456789012, "note"}}};
  EXPECT_THAT(
      client->AlterGroupOffsets(group, offsets),
      IsOkAndHolds(ElementsAre(Pair(TopicPartition{topic, 0}, IsOk()),
                               Pair(TopicPartition{topic, 2}, IsOk()))));
  EXPECT_THAT(client->ListGroupOffsets({group}),
              ElementsAre(IsOkAndHolds(offsets)));
  EXPECT_THAT(client->DescribeGroups({group}),
              ElementsAre(IsOkAndHolds(GroupState::kEmpty)));
  EXPECT_THAT(client->ListGroups(), IsOkAndHolds(Contains(group)));
  client->Cancel();
}

TEST_P(GroupAdminContract, SettingOnePartitionLeavesTheOthers) {
  auto client = NewClient(cluster());
  const std::string group = UniqueName("group");
  const std::string topic = NewTopic(2);
  ASSERT_THAT(client->AlterGroupOffsets(
                  group, {{{topic, 0}, {5, ""}}, {{topic, 1}, {6, ""}}}),
              IsOk());
  ASSERT_THAT(client->AlterGroupOffsets(group, {{{topic, 0}, {3, "back"}}}),
              IsOk());
  const GroupOffsets expected = {{{topic, 0}, {3, "back"}},
                                 {{topic, 1}, {6, ""}}};
  EXPECT_THAT(client->ListGroupOffsets({group}),
              ElementsAre(IsOkAndHolds(expected)));
  client->Cancel();
}

TEST_P(GroupAdminContract, AnswersForManyGroupsInTheOrderAsked) {
  auto client = NewClient(cluster());
  const std::string topic = NewTopic();
  std::vector<std::string> groups;
  for (int64_t i = 0; i < 20; ++i) {
    groups.push_back(UniqueName("group"));
    ASSERT_THAT(client->AlterGroupOffsets(groups[i], {{{topic, 0}, {i, ""}}}),
                IsOk());
  }
  groups.insert(groups.begin() + 10, UniqueName("absent"));
  const auto offsets = client->ListGroupOffsets(groups);
  const auto states = client->DescribeGroups(groups);
  ASSERT_EQ(offsets.size(), 21u);
  ASSERT_EQ(states.size(), 21u);
  for (int64_t i = 0; i < 21; ++i) {
    if (i == 10) {
      EXPECT_THAT(offsets[i], IsOkAndHolds(IsEmpty()));
      EXPECT_THAT(states[i], IsOkAndHolds(GroupState::kAbsent));
    } else {
      const GroupOffsets expected = {{{topic, 0}, {i - (i > 10), ""}}};
      EXPECT_THAT(offsets[i], IsOkAndHolds(expected));
      EXPECT_THAT(states[i], IsOkAndHolds(GroupState::kEmpty));
    }
  }
  client->Cancel();
}

TEST_P(GroupAdminContract, SetsOffsetsOfManyGroupsEachByItself) {
  auto client = NewClient(cluster());
  const std::string topic = NewTopic();
  std::vector<std::string> names;
  std::vector<std::pair<std::string, GroupOffsets>> wanted;
  for (int64_t i = 0; i < 300; ++i) {
    names.push_back(UniqueName("group"));
    wanted.push_back({names[i], {{{topic, 0}, {i, ""}}}});
  }
  wanted[7].second.clear();
  wanted[8].second = {{{UniqueName("missing"), 0}, {1, ""}}};
  environment()->SetGroupActive(names[9], topic, true);
  const auto results = client->AlterOffsetsOfGroups(wanted);
  ASSERT_EQ(results.size(), 300u);
  EXPECT_THAT(results[7], IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(
      results[8],
      IsOkAndHolds(Each(Pair(testing::_, StatusIs(StatusCode::kNotFound)))));
  EXPECT_THAT(results[9],
              IsOkAndHolds(Each(Pair(
                  testing::_, StatusIs(StatusCode::kFailedPrecondition)))));
  const auto offsets = client->ListGroupOffsets(names);
  for (int64_t i = 10; i < 300; ++i) {
    EXPECT_THAT(results[i], IsOkAndHolds(Each(Pair(testing::_, IsOk()))));
    EXPECT_THAT(offsets[i], IsOkAndHolds(wanted[i].second));
  }
  environment()->SetGroupActive(names[9], topic, false);
  client->Cancel();
}

TEST_P(GroupAdminContract, ListsGroupsSortedAndOnce) {
  auto client = NewClient(cluster());
  const std::string topic = NewTopic();
  for (int i = 0; i < 3; ++i) {
    ASSERT_THAT(
        client->AlterGroupOffsets(UniqueName("group"), {{{topic, 0}, {1, ""}}}),
        IsOk());
  }
  const auto groups = client->ListGroups();
  ASSERT_THAT(groups, IsOk());
  EXPECT_GE(groups->size(), 3u);
  // Strictly ascending: neither unsorted nor twice.
  EXPECT_EQ(std::adjacent_find(groups->begin(), groups->end(),
                               std::greater_equal<>()),
            groups->end());
  client->Cancel();
}

TEST_P(GroupAdminContract, AMissingTopicOrPartitionIsRefusedAlone) {
  auto client = NewClient(cluster());
  const std::string group = UniqueName("group");
  const std::string topic = NewTopic();
  const std::string missing = UniqueName("missing");
  EXPECT_THAT(
      client->AlterGroupOffsets(group, {{{missing, 0}, {1, ""}},
                                        {{topic, 0}, {2, ""}},
                                        {{topic, 9}, {3, ""}}}),
      IsOkAndHolds(ElementsAre(
          Pair(TopicPartition{missing, 0},
               StatusIs(StatusCode::kNotFound,
                        AllOf(HasSubstr(group), HasSubstr(missing)))),
          Pair(TopicPartition{topic, 0}, IsOk()),
          Pair(TopicPartition{topic, 9}, StatusIs(StatusCode::kNotFound)))));
  const GroupOffsets expected = {{{topic, 0}, {2, ""}}};
  EXPECT_THAT(client->ListGroupOffsets({group}),
              ElementsAre(IsOkAndHolds(expected)));
  client->Cancel();
}

TEST_P(GroupAdminContract, AGroupWithMembersKeepsItsOffsets) {
  auto client = NewClient(cluster());
  const std::string group = UniqueName("group");
  const std::string topic = NewTopic();
  const GroupOffsets before = {{{topic, 0}, {5, ""}}};
  const GroupOffsets after = {{{topic, 0}, {9, ""}}};
  ASSERT_THAT(client->AlterGroupOffsets(group, before), IsOk());

  environment()->SetGroupActive(group, topic, true);
  EXPECT_THAT(client->DescribeGroups({group}),
              ElementsAre(IsOkAndHolds(GroupState::kActive)));
  EXPECT_THAT(client->AlterGroupOffsets(group, after),
              IsOkAndHolds(Each(Pair(TopicPartition{topic, 0},
                                     StatusIs(StatusCode::kFailedPrecondition,
                                              HasSubstr(group))))));
  EXPECT_THAT(client->ListGroupOffsets({group}),
              ElementsAre(IsOkAndHolds(before)));

  environment()->SetGroupActive(group, topic, false);
  EXPECT_TRUE(Eventually([&] {
    return client->DescribeGroups({group})[0].value() == GroupState::kEmpty;
  }));
  EXPECT_THAT(client->AlterGroupOffsets(group, after), IsOk());
  EXPECT_THAT(client->ListGroupOffsets({group}),
              ElementsAre(IsOkAndHolds(after)));
  client->Cancel();
}

TEST_P(GroupAdminContract, NoGroupsAreNoWork) {
  auto client = NewClient(cluster());
  EXPECT_THAT(client->DescribeGroups({}), IsEmpty());
  EXPECT_THAT(client->ListGroupOffsets({}), IsEmpty());
  EXPECT_THAT(client->AlterOffsetsOfGroups({}), IsEmpty());
  client->Cancel();
}

TEST_P(GroupAdminContract, AnOutageIsWorthARetry) {
  auto client = NewClient(cluster());
  const std::string group = UniqueName("group");
  {
    Outage outage(environment());
    const absl::Status status = client->DescribeGroups({group})[0].status();
    EXPECT_FALSE(status.ok());
    EXPECT_TRUE(IsRetriable(status)) << status;
  }
  EXPECT_TRUE(
      Eventually([&] { return client->DescribeGroups({group})[0].ok(); }));
  client->Cancel();
}

TEST_P(GroupAdminContract, AfterCancelEveryCallIsCancelled) {
  auto client = NewClient(cluster());
  client->Cancel();
  const std::string group = UniqueName("group");
  const auto cancelled = StatusIs(StatusCode::kCancelled);
  EXPECT_THAT(client->ListGroups(), cancelled);
  EXPECT_THAT(client->DescribeGroups({group}), ElementsAre(cancelled));
  EXPECT_THAT(client->ListGroupOffsets({group}), ElementsAre(cancelled));
  EXPECT_THAT(client->AlterGroupOffsets(group, {{{NewTopic(), 0}, {1, ""}}}),
              cancelled);
}

}  // namespace
}  // namespace mirror::internal
