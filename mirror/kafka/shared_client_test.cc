// SPDX-License-Identifier: Apache-2.0

#include "mirror/kafka/shared_client.h"

#include <memory>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/kafka/kafka_cluster_admin.h"
#include "mirror/kafka/mock_brokers.h"
#include "mirror/runtime/thread.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal {
namespace {

class SharedClientTest : public testing::Test {
 protected:
  SharedClientTest() {
    settings_.alias = "B";
    settings_.properties = {{"bootstrap.servers", brokers_.servers()}};
  }

  std::shared_ptr<SharedClient> Get(const std::string& client_id) {
    return clients_.Get(ClientRole::kAdmin, settings_, client_id).value();
  }

  MockBrokers brokers_{1};
  ClientSettings settings_;
  SharedClients clients_;
};

TEST_F(SharedClientTest, ThoseWithOneIdShareAClient) {
  const auto one = Get("A->B|control");
  EXPECT_EQ(Get("A->B|control"), one);
  EXPECT_NE(Get("C->B|control"), one);
  EXPECT_NE(
      clients_.Get(ClientRole::kGroupAdmin, settings_, "A->B|control").value(),
      one);
}

TEST_F(SharedClientTest, AClientGoesWithTheLastWhoUsesIt) {
  auto one = Get("A->B|control");
  const std::weak_ptr<Client> handle = one->Get();
  auto other = Get("A->B|control");
  one.reset();
  EXPECT_FALSE(handle.expired());
  other.reset();
  EXPECT_TRUE(handle.expired());
}

TEST_F(SharedClientTest, AFailedClientIsReplacedForAll) {
  const auto shared = Get("A->B|control");
  const std::shared_ptr<Client> first = shared->Get();
  EXPECT_EQ(shared->Get(), first);
  shared->Replace(first.get());
  const std::shared_ptr<Client> second = shared->Get();
  EXPECT_NE(second, first);
  // Another call that had the first one finds out later.
  shared->Replace(first.get());
  EXPECT_EQ(shared->Get(), second);
}

TEST_F(SharedClientTest, ASlowCallDelaysNoOther) {
  const auto shared = Get("A->B|control");
  KafkaClusterAdmin slow(shared);
  KafkaClusterAdmin quick(shared);
  brokers_.CreateTopic("orders", 1);
  EXPECT_THAT(quick.ListOffsets({{"orders", 0}}, OffsetSpec::kLatest)[0],
              IsOk());
  // The mock has no controller, so nothing answers this one.
  Thread waiting = *Thread::Start("slow", [&slow] {
    EXPECT_THAT(slow.CreateTopics({NewTopic{"new", 1, 1, {}}})[0],
                StatusIs(absl::StatusCode::kCancelled));
  });
  const absl::Time start = absl::Now();
  for (int i = 0; i < 10; ++i) {
    EXPECT_THAT(quick.ListOffsets({{"orders", 0}}, OffsetSpec::kLatest)[0],
                IsOk());
  }
  EXPECT_LT(absl::Now() - start, absl::Seconds(10));
  slow.Cancel();
  waiting.Join();
  // Cancelling concerns the one alone.
  EXPECT_THAT(quick.ListOffsets({{"orders", 0}}, OffsetSpec::kLatest)[0],
              IsOk());
}

}  // namespace
}  // namespace mirror::internal
