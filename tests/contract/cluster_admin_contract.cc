// SPDX-License-Identifier: Apache-2.0
//
// The promises of mirror/cluster/cluster_admin.h.

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "mirror/cluster/cluster_admin.h"
#include "mirror/cluster/errors.h"
#include "mirror/testing/matchers.h"
#include "tests/contract/cluster_contract.h"

namespace mirror::internal {
namespace {

using absl::StatusCode;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST_P(ClusterAdminContract, TheClusterIdIsTheSameForEveryClient) {
  auto other = cluster()->NewAdmin("other").value();
  const auto id = admin()->ClusterId();
  ASSERT_THAT(id, IsOkAndHolds(Not(IsEmpty())));
  EXPECT_THAT(admin()->ClusterId(), IsOkAndHolds(*id));
  EXPECT_THAT(other->ClusterId(), IsOkAndHolds(*id));
  other->Cancel();
}

TEST_P(ClusterAdminContract, ListsTopicsByName) {
  const std::string a = NewTopic(2);
  const std::string b = NewTopic(1);
  std::vector<TopicDescription> topics;
  EXPECT_TRUE(Eventually([&] {
    topics = admin()->ListTopics().value();
    return std::count_if(topics.begin(), topics.end(), [&](const auto& topic) {
             return (topic.name == a && topic.partitions == 2) ||
                    (topic.name == b && topic.partitions == 1);
           }) == 2;
  }));
  EXPECT_TRUE(std::is_sorted(
      topics.begin(), topics.end(),
      [](const auto& x, const auto& y) { return x.name < y.name; }));
}

TEST_P(ClusterAdminContract, DescribesEachTopicApart) {
  const std::string topic = NewTopic(3);
  const std::string missing = UniqueName("missing");
  const auto results = admin()->DescribeTopics({missing, topic});
  ASSERT_EQ(results.size(), 2u);
  EXPECT_THAT(results[0], StatusIs(StatusCode::kNotFound,
                                   AllOf(HasSubstr(cluster()->alias()),
                                         HasSubstr(missing))));
  ASSERT_THAT(results[1], IsOk());
  EXPECT_EQ(results[1]->name, topic);
  EXPECT_EQ(results[1]->partitions, 3);
  EXPECT_FALSE(results[1]->id.empty());
}

TEST_P(ClusterAdminContract, CreatesWhatItCanAndSaysWhyNot) {
  mirror::NewTopic fresh;
  fresh.name = UniqueName("fresh");
  fresh.partitions = 2;
  mirror::NewTopic existing;
  existing.name = NewTopic();
  mirror::NewTopic replicated;
  replicated.name = UniqueName("replicated");
  replicated.replication_factor = 5;
  mirror::NewTopic illegal;
  illegal.name = "not/a/topic";

  EXPECT_THAT(
      admin()->CreateTopics({existing, replicated, fresh, illegal}),
      ElementsAre(
          StatusIs(StatusCode::kAlreadyExists, HasSubstr(existing.name)),
          StatusIs(StatusCode::kInvalidArgument, HasSubstr(replicated.name)),
          IsOk(),
          StatusIs(StatusCode::kInvalidArgument, HasSubstr(illegal.name))));
  EXPECT_TRUE(Eventually([&] {
    const auto result = admin()->DescribeTopics({fresh.name});
    return result[0].ok() && result[0]->partitions == 2;
  }));
}

TEST_P(ClusterAdminContract, ARecreatedTopicHasAnotherId) {
  const std::string name = NewTopic();
  const std::string old_id = admin()->DescribeTopics({name})[0]->id;
  EXPECT_THAT(admin()->DeleteTopics({UniqueName("missing")}),
              ElementsAre(StatusIs(StatusCode::kNotFound)));
  RecreateTopic(name);
  EXPECT_TRUE(Eventually([&] {
    const auto result = admin()->DescribeTopics({name});
    return result[0].ok() && !result[0]->id.empty() && result[0]->id != old_id;
  }));
}

TEST_P(ClusterAdminContract, PartitionsCanOnlyBecomeMore) {
  const std::string topic = NewTopic(2);
  EXPECT_THAT(admin()->CreatePartitions(topic, 4), IsOk());
  EXPECT_TRUE(Eventually(
      [&] { return admin()->DescribeTopics({topic})[0]->partitions == 4; }));
  for (const int32_t count : {4, 3}) {
    EXPECT_THAT(admin()->CreatePartitions(topic, count),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr(topic)));
  }
  EXPECT_THAT(admin()->CreatePartitions(UniqueName("missing"), 2),
              StatusIs(StatusCode::kNotFound));
}

TEST_P(ClusterAdminContract, ListsBothEndsOfEachLog) {
  const std::string topic = NewTopic(2);
  Append({topic, 0}, Numbered(0, 10));
  environment()->DeleteRecordsBefore({topic, 0}, 4);
  const std::vector<TopicPartition> partitions = {
      {topic, 0}, {topic, 1}, {topic, 2}, {UniqueName("missing"), 0}};
  const auto not_found = StatusIs(StatusCode::kNotFound);
  EXPECT_THAT(
      admin()->ListOffsets(partitions, OffsetSpec::kEarliest),
      ElementsAre(IsOkAndHolds(4), IsOkAndHolds(0), not_found, not_found));
  EXPECT_THAT(
      admin()->ListOffsets(partitions, OffsetSpec::kLatest),
      ElementsAre(IsOkAndHolds(10), IsOkAndHolds(0), not_found, not_found));
}

TEST_P(ClusterAdminContract, TheLatestOffsetIsPastAbortedRecordsAndMarkers) {
  const TopicPartition tp{NewTopic(), 0};
  environment()->AppendAborted(tp, 3);
  EXPECT_TRUE(Eventually([&] {
    return admin()->ListOffsets({tp}, OffsetSpec::kLatest)[0].value() == 4;
  }));
}

TEST_P(ClusterAdminContract, NoTopicsAreNoWork) {
  EXPECT_THAT(admin()->DescribeTopics({}), IsEmpty());
  EXPECT_THAT(admin()->CreateTopics({}), IsEmpty());
  EXPECT_THAT(admin()->DeleteTopics({}), IsEmpty());
  EXPECT_THAT(admin()->ListOffsets({}, OffsetSpec::kLatest), IsEmpty());
  EXPECT_THAT(admin()->DescribeTopicConfigs({}), IsEmpty());
  EXPECT_THAT(admin()->AlterTopicConfigs({}), IsEmpty());
}

TEST_P(ClusterAdminContract, AnOutageIsWorthARetry) {
  const std::string topic = NewTopic();
  {
    Outage outage(environment());
    const absl::Status status = admin()->DescribeTopics({topic})[0].status();
    EXPECT_FALSE(status.ok());
    EXPECT_TRUE(IsRetriable(status)) << status;
  }
  EXPECT_TRUE(
      Eventually([&] { return admin()->DescribeTopics({topic})[0].ok(); }));
}

TEST_P(ClusterAdminContract, CancelEndsARunningCall) {
  auto client = cluster()->NewAdmin("cancelled").value();
  Outage outage(environment());
  absl::Status status;
  std::thread caller([&] { status = client->ListTopics().status(); });
  const absl::Time start = absl::Now();
  client->Cancel();
  caller.join();
  EXPECT_LT(absl::Now() - start, absl::Seconds(5));
  EXPECT_FALSE(status.ok());
}

TEST_P(ClusterAdminContract, AfterCancelEveryCallIsCancelled) {
  const std::string topic = NewTopic();
  auto client = cluster()->NewAdmin("cancelled").value();
  client->Cancel();
  mirror::NewTopic another;
  another.name = UniqueName("another");
  const auto cancelled = StatusIs(StatusCode::kCancelled);
  EXPECT_THAT(client->ClusterId(), cancelled);
  EXPECT_THAT(client->ListTopics(), cancelled);
  EXPECT_THAT(client->DescribeTopics({topic}), ElementsAre(cancelled));
  EXPECT_THAT(client->CreateTopics({another}), ElementsAre(cancelled));
  EXPECT_THAT(client->CreatePartitions(topic, 2), cancelled);
  EXPECT_THAT(client->DeleteTopics({topic}), ElementsAre(cancelled));
  EXPECT_THAT(client->ListOffsets({{topic, 0}}, OffsetSpec::kLatest),
              ElementsAre(cancelled));
  EXPECT_THAT(client->DescribeTopicConfigs({topic}), ElementsAre(cancelled));
  EXPECT_THAT(client->AlterTopicConfigs({{topic, {{"retention.ms", "1000"}}}}),
              ElementsAre(cancelled));
  EXPECT_THAT(admin()->DescribeTopics({topic})[0], IsOk());
}

}  // namespace
}  // namespace mirror::internal
