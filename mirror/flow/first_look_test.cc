// SPDX-License-Identifier: Apache-2.0

#include "mirror/flow/first_look.h"

#include <memory>
#include <string>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "mirror/cluster/record_batch.h"
#include "mirror/progress/connect_offset.h"
#include "mirror/testing/fake_cluster.h"
#include "mirror/testing/simulated_clock.h"

namespace mirror::internal {
namespace {

const TopicPartition kOrders0{"orders", 0};
const TopicPartition kOrders1{"orders", 1};

class FirstLookTest : public testing::Test {
 protected:
  FirstLookTest() {
    a_.CreateTopic("orders", 2);
    a_.Fill(kOrders0, 10);
    a_.Fill(kOrders1, 10);
    b_.CreateTopic("progress", 1);
    b_.CreateTopic("index", 1);
    admin_ = a_.NewAdmin("test").value();
    writer_.SetPartitions(1, 1);
    options_.flow = "A->B";
    options_.source_alias = "A";
    options_.delivery.start_at = StartAt::kLatest;
  }

  void Look() {
    FirstLook look(options_, admin_.get(), &clock_, &own_, &index_, &writer_);
    look.Look({kOrders0, kOrders1});
    for (int i = 0; i < 20 && !look.done(); ++i) {
      clock_.Advance(absl::Seconds(1));
      writer_.Step();
      look.Look({kOrders0, kOrders1});
    }
    EXPECT_TRUE(look.done());
  }
  // As MirrorMaker 2 has stored it.
  static void Store(const TopicPartition& source, ProgressStore* store) {
    const std::string key = store->KeyOf(source).Encode();
    const std::string value =
        EncodeConnectOffsetValue(UpstreamOffset(4), /*copied=*/true);
    RecordView record;
    record.key = key;
    record.value = value;
    store->Apply(record);
  }

  SimulatedClock clock_;
  FakeCluster a_{"A", {"", 1, /*waits=*/false}};
  FakeCluster b_{"B", {"", 2, /*waits=*/false}};
  std::unique_ptr<ClusterAdmin> admin_;
  FirstLookOptions options_;
  OffsetSyncStore index_;
  ProgressStore own_{"A", ""};
  ProgressStore all_{"A", ""};
  MemoryWriter writer_{{"writer", "progress", "index"}, &b_, &clock_};
};

TEST_F(FirstLookTest, PartitionsWithoutProgressBeginAtTheirEnds) {
  Look();
  EXPECT_EQ(own_.offsets().at(kOrders0), UpstreamOffset(9));
  EXPECT_EQ(own_.offsets().at(kOrders1), UpstreamOffset(9));
}

// A process that shares the flow has read the progress of its shards only.
TEST_F(FirstLookTest, WhatBelongsToAnotherProcessIsNotStartedOver) {
  Store(kOrders0, &all_);
  options_.others = &all_;
  Look();
  EXPECT_EQ(own_.offsets().count(kOrders0), 0u);
  EXPECT_EQ(own_.offsets().at(kOrders1), UpstreamOffset(9));
  for (const Record& record : b_.Records({"progress", 0})) {
    EXPECT_NE(record.key, own_.KeyOf(kOrders0).Encode());
  }
}

}  // namespace
}  // namespace mirror::internal
