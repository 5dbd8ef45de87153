// SPDX-License-Identifier: Apache-2.0
//
// examples/standalone_parts beside a real MM2 that leaves checkpoints and
// heartbeats to it. No engine is there.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/client/mirror_client.h"
#include "mirror/testing/matchers.h"
#include "tests/interop/interop_test.h"
#include "tests/support/child_process.h"

namespace mirror::internal::testing {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::Le;
using ::testing::StartsWith;

class StandalonePartsTest : public InteropTest {
 protected:
  static Ended RunOneRound() {
    return RunProgram({"examples/standalone_parts", "A", A()->servers(), "B",
                       B()->servers(), "1"});
  }

  // The checkpoint of `group` in orders-0, as our client reads it.
  static int64_t Checkpoint(MirrorClient* client, const std::string& group) {
    const auto offsets = client->RemoteConsumerOffsets("A", group, kPatience);
    EXPECT_THAT(offsets, IsOk());
    if (!offsets.ok()) return -1;
    const auto it = offsets->find({"A.orders", 0});
    return it == offsets->end() ? -1 : it->second.offset;
  }
};

TEST_F(StandalonePartsTest, WriteCheckpointsForATopicThatMm2Copies) {
  A()->CreateTopic("orders", 1);
  A()->AppendNumbers({"orders", 0}, 0, 1000);
  PlaceGroup(A(), "billing", {{{"orders", 0}, {400, "host-7"}}});
  PlaceGroup(A(), "at-the-end", {{{"orders", 0}, {1000, ""}}});
  const auto mm2 =
      StartMm2(File("B->A.enabled = false\n"
                    "emit.checkpoints.enabled = false\n"
                    "emit.heartbeats.enabled = false\n"));
  ASSERT_TRUE(Eventually(
      [] {
        return B()->Partitions("A.orders") > 0 &&
               B()->End({"A.orders", 0}) >= 1000;
      },
      kJavaPatience))
      << mm2->Output();
  // SIGTERM makes it write the offset syncs that are due.
  Stop(mm2.get());
  ASSERT_EQ(B()->Partitions("A.checkpoints.internal"), 0);

  const Ended ended = RunOneRound();
  ASSERT_EQ(ended.exit_code, 0) << ended.output;
  const auto client = NewClient(B());
  // Not past the true positions, which are the source's as all is copied once,
  // and no further back than MM2's sampled syncs allow.
  EXPECT_THAT(Checkpoint(client.get(), "billing"), AllOf(Ge(1), Le(400)));
  EXPECT_THAT(Checkpoint(client.get(), "at-the-end"), AllOf(Ge(1), Le(1000)));

  // Java's tools read them.
  EXPECT_EQ(JavaTells(B(), "A", {"billing", "at-the-end"}),
            ClientTells(client.get(), "A", {"billing", "at-the-end"}));
  EXPECT_THAT(JavaPrints(B(), "heartbeats", "HeartbeatFormatter"),
              ElementsAre(StartsWith("Heartbeat{sourceClusterAlias=A, "
                                     "targetClusterAlias=B")));
  EXPECT_THAT(JavaPrints(B(), "A.checkpoints.internal", "CheckpointFormatter"),
              Contains(StartsWith("Checkpoint{consumerGroupId=billing, "
                                  "topicPartition=A.orders-0, "
                                  "upstreamOffset=400")));

  // What is written already is not written again.
  const Ended again = RunOneRound();
  EXPECT_EQ(again.exit_code, 0);
  EXPECT_THAT(again.output, StartsWith("0 checkpoints, 1 heartbeats"));
}

}  // namespace
}  // namespace mirror::internal::testing
