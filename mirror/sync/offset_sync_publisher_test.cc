// SPDX-License-Identifier: Apache-2.0

#include "mirror/sync/offset_sync_publisher.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/testing/fake_cluster.h"
#include "mirror/testing/matchers.h"
#include "mirror/testing/simulated_clock.h"

namespace mirror::internal {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kTopic[] = "mm2-offset-syncs.B.internal";
const TopicPartition kOrders0{"orders", 0};
const TopicPartition kOrders1{"orders", 1};

class OffsetSyncPublisherTest : public testing::Test {
 protected:
  OffsetSyncPublisherTest() : cluster_("A", Options()) {
    OffsetSyncPublisherOptions options;
    options.topic = kTopic;
    options.may_write = [this](const TopicPartition& source) {
      return source != waiting_ && denials_-- <= 0;
    };
    publisher_ =
        OffsetSyncPublisher::Create(&cluster_, options, &clock_).value();
  }

  static FakeClusterOptions Options() {
    FakeClusterOptions options;
    options.waits = false;
    return options;
  }

  void Copy(const TopicPartition& source, int64_t u, int64_t count) {
    publisher_->OnCopied(source, UpstreamOffset(u), DownstreamOffset(u), count);
  }

  // The syncs written so far.
  std::vector<std::string> Written() {
    std::vector<std::string> written;
    if (!cluster_.HasTopic(kTopic)) return written;
    for (const Record& record : cluster_.Records({kTopic, 0})) {
      const auto sync = OffsetSync::Decode(*record.key, *record.value).value();
      written.push_back(absl::StrCat(sync->topic_partition.ToString(), " at ",
                                     sync->upstream.value()));
    }
    return written;
  }

  SimulatedClock clock_;
  FakeCluster cluster_;
  TopicPartition waiting_;
  int denials_ = 0;  // of the next questions
  std::unique_ptr<OffsetSyncPublisher> publisher_;
};

TEST_F(OffsetSyncPublisherTest, WhatMayNotBeWrittenYetStaysDue) {
  waiting_ = kOrders0;
  Copy(kOrders0, 0, 150);
  Copy(kOrders1, 0, 1);
  ASSERT_THAT(publisher_->RunOnce(), IsOk());
  EXPECT_THAT(Written(), ElementsAre("orders-1 at 0"));
  EXPECT_EQ(publisher_->count(), 1);
  Copy(kOrders0, 150, 100);
  waiting_ = {};
  ASSERT_THAT(publisher_->RunOnce(), IsOk());
  EXPECT_THAT(Written(),
              ElementsAre("orders-1 at 0", "orders-0 at 0", "orders-0 at 202"))
      << "where it begins, and the newest";
}

TEST_F(OffsetSyncPublisherTest, NothingIsWrittenWhileAllPartitionsWait) {
  waiting_ = kOrders0;
  Copy(kOrders0, 0, 1);
  ASSERT_THAT(publisher_->RunOnce(), IsOk());
  EXPECT_THAT(Written(), IsEmpty());
  EXPECT_EQ(publisher_->count(), 0);
}

// MM2 takes an older sync behind a newer one for a rewind.
TEST_F(OffsetSyncPublisherTest, APartitionIndexedInTheMiddleOfATurnWaitsWhole) {
  denials_ = 1;
  Copy(kOrders0, 0, 150);
  ASSERT_THAT(publisher_->RunOnce(), IsOk());
  EXPECT_THAT(Written(), IsEmpty());
  ASSERT_THAT(publisher_->RunOnce(), IsOk());
  EXPECT_THAT(Written(), ElementsAre("orders-0 at 0", "orders-0 at 101"));
}

}  // namespace
}  // namespace mirror::internal
