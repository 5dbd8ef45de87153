// SPDX-License-Identifier: Apache-2.0
//
// A flipped bit in a segment file of a real broker: nothing of that batch is
// copied or believed, no other partition notices, and repairing helps.

#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/flow.h"
#include "mirror/model/topic_partition.h"
#include "mirror/telemetry/status.pb.h"
#include "mirror/testing/matchers.h"
#include "tests/integration/mirror_test.h"
#include "tests/integration/test_cluster.h"
#include "tests/support/kafka_broker.h"
#include "tests/support/raw_client.h"

namespace mirror::internal::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr char kProgress[] = "mm2-offsets.A.internal";

class DamagedLogTest : public MirrorTest {
 protected:
  static TopicPartition Source(int32_t partition) {
    return {Topic("orders"), partition};
  }
  // Two partitions of the numbers 0 to 20, 10 in a batch of its own.
  static void CreateOrders() {
    source()->CreateTopic(Topic("orders"), 2);
    for (int32_t p : {0, 1}) {
      source()->AppendNumbers(Source(p), 0, 10);
      source()->AppendNumbers(Source(p), 10, 1);
      source()->AppendNumbers(Source(p), 11, 10);
    }
  }
  // Damages it, or repairs it.
  static void FlipBit(TestCluster* cluster, const TopicPartition& tp,
                      int64_t offset) {
    ASSERT_THAT(cluster->broker()->FlipBit(tp.topic, tp.partition, offset),
                IsOk());
  }
  // Number 10 of partition 0 is damaged: all else is copied.
  static void ExpectOnlyTheDamageIsLeft(RunningMirror* mirror) {
    EXPECT_TRUE(
        mirror->AwaitProblem(Topic("orders"), 0, PROBLEM_CORRUPT_BATCH));
    EXPECT_THAT(mirror->Partition(Topic("orders"), 0).reason(),
                AllOf(HasSubstr("reading at offset 10 from cluster A"),
                      HasSubstr("CRC32C")));
    EXPECT_TRUE(Eventually([&] {
      return mirror->Partition(Topic("orders"), 0).committed_offset() == 9 &&
             mirror->Partition(Topic("orders"), 1).committed_offset() == 20;
    }));
    EXPECT_EQ(mirror->Partition(Topic("orders"), 1).restarts(), 0);
    EXPECT_EQ(target()->End({Copy("orders"), 0}), 10);
  }
  static bool ReasonSays(RunningMirror* mirror, const std::string& words) {
    return absl::StrContains(mirror->Status().reason(), words);
  }
};

TEST_F(DamagedLogTest, IsNeverCopiedAndContinuesOnceItIsRepaired) {
  CreateOrders();
  FlipBit(source(), Source(0), 10);
  RunningMirror mirror(NewFlow());
  ExpectOnlyTheDamageIsLeft(&mirror);
  FlipBit(source(), Source(0), 10);
  EXPECT_TRUE(mirror.AwaitCopied(source(), Topic("orders")));
  ExpectSame("orders");
}

TEST_F(DamagedLogTest, OnceItIsDeletedThePolicyForGapsDecides) {
  CreateOrders();
  FlipBit(source(), Source(0), 10);
  Flow flow = NewFlow();
  flow.on_source_gap = LossPolicy::kSkip;
  RunningMirror mirror(std::move(flow));
  ExpectOnlyTheDamageIsLeft(&mirror);
  DeleteRecordsBefore(source()->servers(), Source(0), 11);
  EXPECT_TRUE(mirror.AwaitCopied(source(), Topic("orders")));
  EXPECT_EQ(target()->End({Copy("orders"), 0}), 20);
}

// Taken for no progress, it would copy everything once more.
TEST_F(DamagedLogTest, ProgressIsNotBelieved) {
  CreateOrders();
  {
    RunningMirror mirror(NewFlow());
    ASSERT_TRUE(mirror.AwaitCopied(source(), Topic("orders")));
  }
  TopicPartition progress{kProgress, 0};
  while (target()->End(progress) == 0) ++progress.partition;
  FlipBit(target(), progress, 0);
  source()->AppendNumbers(Source(0), 21, 10);
  RunningMirror mirror(NewFlow());
  EXPECT_TRUE(Eventually([&] {
    return ReasonSays(&mirror, progress.ToString()) &&
           ReasonSays(&mirror, "CRC32C");
  })) << mirror.Status().reason();
  EXPECT_EQ(target()->End({Copy("orders"), 0}), 21);
  FlipBit(target(), progress, 0);
  EXPECT_TRUE(mirror.AwaitCopied(source(), Topic("orders")));
  ExpectSame("orders");
}

}  // namespace
}  // namespace mirror::internal::testing
