// SPDX-License-Identifier: Apache-2.0
//
// A third of many target partitions acknowledges nothing, as without enough
// replicas, and all have a backlog that the sink's buffer cannot hold: the
// others copy and commit, and each record comes once when the stall ends.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/flow/flow_fixture.h"

namespace mirror::internal {
namespace {

constexpr int32_t kPartitions = 900;
constexpr int64_t kValueBytes = 1000;
// To each partition.
constexpr int64_t kBacklog = 40;
constexpr int64_t kBuffer = 1 << 20;

class FlowStallTest : public testing::Test {
 protected:
  FlowStallTest() {
    // As a flow with 2 MiB has them.
    flow_.loop_options().source.max_buffered_bytes = kBuffer;
    flow_.loop_options().sink.max_buffered_bytes = kBuffer;
    flow_.loop_options().partition.max_in_flight_bytes = 1 << 20;
    a().CreateTopic("orders", kPartitions);
    b().CreateTopic("A.orders", kPartitions);
    a().SetMaxBatchRecords(10);
  }
  static bool IsStalled(int32_t partition) { return partition % 3 == 0; }
  void SetStall(bool stalled) {
    for (int32_t i = 0; i < kPartitions; ++i) {
      if (IsStalled(i)) b().SetPartitionDown({"A.orders", i}, stalled);
    }
  }
  void AppendToEach(int64_t records) {
    Record record;
    record.value = std::string(kValueBytes, 'x');
    for (int32_t i = 0; i < kPartitions; ++i) {
      a().Append({"orders", i}, std::vector<Record>(records, record));
    }
  }
  void Start() { flow_.StartOneLoop(/*index_partitions=*/4); }
  // How many partitions, of those that are stalled or of the others, have all
  // their records on the target.
  int CountCopied(bool stalled) {
    int count = 0;
    for (int32_t i = 0; i < kPartitions; ++i) {
      count += IsStalled(i) == stalled &&
               b().LogEnd({"A.orders", i}) >= a().LogEnd({"orders", i});
    }
    return count;
  }
  // The same for their stored progress.
  int CountCommitted(bool stalled) {
    WorkerStatus status;
    flow_.loops().front()->FillStatus(&status);
    int count = 0;
    for (const PartitionStatus& partition : status.partitions()) {
      const int64_t end = a().LogEnd({"orders", partition.partition()});
      count += IsStalled(partition.partition()) == stalled &&
               partition.has_committed_offset() &&
               partition.committed_offset() == end - 1;
    }
    return count;
  }
  // Looks every simulated second, at most a minute.
  bool Becomes(const std::function<bool()>& done) {
    for (int i = 0; i < 60 && !done(); ++i) flow_.RunFor(absl::Seconds(1));
    return done();
  }
  void ExpectTheOthersCopyAndCommit() {
    EXPECT_TRUE(Becomes([&] {
      return CountCommitted(/*stalled=*/false) == kPartitions * 2 / 3;
    })) << CountCopied(/*stalled=*/false)
        << " are copied, " << CountCommitted(/*stalled=*/false)
        << " are committed";
    EXPECT_EQ(CountCopied(/*stalled=*/true), 0);
    EXPECT_GT(b().LogEnd({"mm2-offset-index.A.internal", 0}), 0);
    WorkerStatus status;
    flow_.loops().front()->FillStatus(&status);
    EXPECT_LE(status.records_in_flight() * kValueBytes, kBuffer * 3 / 4);
  }
  void ExpectEachRecordComesOnce() {
    EXPECT_TRUE(Becomes([&] {
      return CountCommitted(/*stalled=*/true) == kPartitions / 3;
    })) << CountCommitted(/*stalled=*/true);
    flow_.RunFor(absl::Seconds(2));
    for (int32_t i = 0; i < kPartitions; ++i) {
      ASSERT_EQ(b().LogEnd({"A.orders", i}), a().LogEnd({"orders", i})) << i;
    }
  }
  FakeCluster& a() { return flow_.source(); }
  FakeCluster& b() { return flow_.target(); }

  SimulatedFlow flow_;
};

TEST_F(FlowStallTest, AThirdThatStallsBeforeItsFirstRecordStopsNoOther) {
  Start();
  flow_.RunFor(absl::Seconds(2));
  SetStall(true);
  AppendToEach(kBacklog);
  ExpectTheOthersCopyAndCommit();
  SetStall(false);
  ExpectEachRecordComesOnce();
}

TEST_F(FlowStallTest, AThirdThatStallsInTheMiddleStopsNoOther) {
  AppendToEach(1);
  Start();
  ASSERT_TRUE(Becomes([&] {
    return CountCommitted(true) + CountCommitted(false) == kPartitions;
  }));
  SetStall(true);
  AppendToEach(kBacklog);
  ExpectTheOthersCopyAndCommit();
  SetStall(false);
  ExpectEachRecordComesOnce();
}

}  // namespace
}  // namespace mirror::internal
