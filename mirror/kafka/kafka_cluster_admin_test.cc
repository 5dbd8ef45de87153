// SPDX-License-Identifier: Apache-2.0
//
// What real brokers cannot be made to do within milliseconds; the rest is in
// tests/contract.

#include "mirror/kafka/kafka_cluster_admin.h"

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/kafka/client.h"
#include "mirror/kafka/mock_brokers.h"
#include "mirror/kafka/shared_client.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal {
namespace {

using absl::StatusCode;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class KafkaClusterAdminTest : public testing::Test {
 protected:
  KafkaClusterAdminTest() {
    ClientSettings settings;
    settings.alias = "backup";
    settings.properties = {{"bootstrap.servers", brokers_.servers()}};
    admin_ = std::make_unique<KafkaClusterAdmin>(
        SharedClient::Create(ClientRole::kAdmin, settings, "test").value());
  }

  MockBrokers brokers_{2};
  std::unique_ptr<KafkaClusterAdmin> admin_;
};

TEST_F(KafkaClusterAdminTest, APartitionWithoutALeaderIsNoMissingTopic) {
  brokers_.CreateTopic("orders", 2);
  brokers_.SetLeader({"orders", 0}, -1);
  EXPECT_THAT(
      admin_->ListOffsets({{"orders", 0}, {"orders", 1}}, OffsetSpec::kLatest),
      ElementsAre(StatusIs(StatusCode::kUnavailable,
                           AllOf(HasSubstr("topic orders has no leader"),
                                 HasSubstr("backup"))),
                  IsOkAndHolds(0)));
}

TEST_F(KafkaClusterAdminTest, OffsetsOfManyPartitionsAreAskedForInSlices) {
  brokers_.CreateTopic("orders", 1200);
  std::vector<TopicPartition> all;
  for (int32_t i = 0; i < 1200; ++i) all.push_back({"orders", i});
  brokers_.TakeRequests(MockBrokers::kListOffsets);
  const auto ends = admin_->ListOffsets(all, OffsetSpec::kLatest);
  EXPECT_THAT(ends, AllOf(SizeIs(1200), Each(IsOkAndHolds(0))));
  // Three slices, each to both brokers.
  EXPECT_EQ(brokers_.TakeRequests(MockBrokers::kListOffsets), 6);
}

TEST_F(KafkaClusterAdminTest, ASlowListOfTopicsIsAwaitedAndNotAskedForAgain) {
  brokers_.CreateTopic("orders", 3);
  ASSERT_THAT(admin_->ListTopics(), IsOk());  // it is connected now
  brokers_.TakeRequests(MockBrokers::kMetadata);
  brokers_.SetRoundTrip(absl::Milliseconds(600));
  const auto topics = admin_->ListTopics();
  ASSERT_THAT(topics, IsOk());
  EXPECT_THAT(*topics, SizeIs(1));
  EXPECT_EQ(brokers_.TakeRequests(MockBrokers::kMetadata), 1);
}

TEST_F(KafkaClusterAdminTest, AListOfTopicsThatIsAwaitedCanBeCancelled) {
  ASSERT_THAT(admin_->ListTopics(), IsOk());
  brokers_.SetRoundTrip(absl::Seconds(10));
  std::thread caller([this] {
    EXPECT_THAT(admin_->ListTopics(), StatusIs(StatusCode::kCancelled));
  });
  admin_->Cancel();
  caller.join();
}

}  // namespace
}  // namespace mirror::internal
