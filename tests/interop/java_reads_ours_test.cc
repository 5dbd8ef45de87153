// SPDX-License-Identifier: Apache-2.0
//
// Java's client and MM2's formatters read what our mirror_maker left, which ran
// from a file of MM2.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/client/mirror_client.h"
#include "mirror/testing/matchers.h"
#include "tests/interop/interop_test.h"
#include "tests/support/mirror_maker.h"
#include "tests/support/raw_client.h"

namespace mirror::internal::testing {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

// Groups of a cluster and where they stand there.
using Groups = std::map<std::string, GroupOffsets>;

const Groups kGroupsOfA = {
    {"billing", {{{"orders", 0}, {0, ""}}, {{"orders", 1}, {777, "host-7"}}}},
    {"audit",
     {{{"orders", 0}, {1000, ""}},
      {{"ledger", 0}, {13, ""}},
      {{"ledger", 1}, {33, ""}}}}};
const Groups kGroupsOfB = {{"refunds", {{{"payments", 0}, {250, ""}}}}};

std::vector<std::string> Names(const Groups& groups) {
  std::vector<std::string> names;
  for (const auto& group : groups) names.push_back(group.first);
  return names;
}

// The checkpoints that tell the truth about the groups.
GroupOffsets ExpectedCheckpoints(TestCluster* source,
                                 const GroupOffsets& offsets) {
  GroupOffsets expected;
  for (const auto& [tp, position] : offsets) {
    const auto records = source->Read(tp.topic)[tp.partition];
    expected[{absl::StrCat(source->alias(), ".", tp.topic), tp.partition}] = {
        TruePosition(records, position.offset), position.metadata};
  }
  return expected;
}

class JavaReadsOursTest : public InteropTest {
 protected:
  // A mirror in both directions that has come to its end and was stopped.
  static void SetUpTestSuite() {
    A()->CreateTopic("orders", 2);
    A()->CreateTopic("ledger", 2);
    B()->CreateTopic("payments", 1);
    for (int32_t i = 0; i < 2; ++i) {
      A()->AppendNumbers({"orders", i}, 0, 1000);
      for (int j = 0; j < 3; ++j) {
        AppendCommitted(A()->servers(), {"ledger", i}, 5);
        AppendAborted(A()->servers(), {"ledger", i}, 5);
      }
    }
    B()->AppendNumbers({"payments", 0}, 0, 500);
    for (const auto& [name, at] : kGroupsOfA) PlaceGroup(A(), name, at);
    for (const auto& [name, at] : kGroupsOfB) PlaceGroup(B(), name, at);

    const auto mirror_maker = StartMirrorMaker({File("")});
    EXPECT_TRUE(Eventually([] {
      return Checkpointed(A(), B(), kGroupsOfA) &&
             Checkpointed(B(), A(), kGroupsOfB) &&
             NewClient(A())->ReplicationHops("B").value() == 1 &&
             NewClient(B())->ReplicationHops("A").value() == 1 &&
             !B()->Read("A.heartbeats")[0].empty();
    })) << mirror_maker->Output();
    Stop(mirror_maker.get());
  }

  static bool Checkpointed(TestCluster* source, TestCluster* target,
                           const Groups& groups) {
    const auto client = NewClient(target);
    for (const auto& [name, offsets] : groups) {
      const auto found =
          client->RemoteConsumerOffsets(source->alias(), name, kPatience);
      if (!found.ok() || *found != ExpectedCheckpoints(source, offsets)) {
        return false;
      }
    }
    return true;
  }
};

TEST_F(JavaReadsOursTest, RemoteClusterUtilsAnswersAsMirrorClientDoes) {
  const Lines on_b = JavaTells(B(), "A", Names(kGroupsOfA));
  EXPECT_THAT(on_b, AllOf(Contains("> hops 1"), Contains("> upstream A"),
                          Contains("> heartbeats A.heartbeats"),
                          Contains("> heartbeats heartbeats"),
                          Contains("> checkpoints A.checkpoints.internal"),
                          Contains("> billing A.orders-1 777 host-7"),
                          Contains("> audit A.ledger-0 6 ")));
  EXPECT_EQ(on_b, ClientTells(NewClient(B()).get(), "A", Names(kGroupsOfA)));

  const Lines on_a = JavaTells(A(), "B", Names(kGroupsOfB));
  EXPECT_THAT(on_a, Contains("> refunds B.payments-0 250 "));
  EXPECT_EQ(on_a, ClientTells(NewClient(A()).get(), "B", Names(kGroupsOfB)));
}

TEST_F(JavaReadsOursTest, RemoteClusterUtilsKnowsOurUnknowns) {
  const Lines lines = JavaTells(B(), "C", {});
  EXPECT_THAT(lines, Contains("> hops -1"));
  EXPECT_EQ(lines, ClientTells(NewClient(B()).get(), "C", {}));
}

TEST_F(JavaReadsOursTest, HeartbeatFormatterPrintsWhatFormatTopicPrints) {
  for (const char* topic : {"heartbeats", "A.heartbeats"}) {
    const Lines lines = JavaPrints(B(), topic, "HeartbeatFormatter");
    EXPECT_THAT(lines, AllOf(Not(IsEmpty()),
                             Each(StartsWith("Heartbeat{sourceClusterAlias="))))
        << topic;
    EXPECT_EQ(lines, FormatTopicPrints(B(), topic));
  }
}

TEST_F(JavaReadsOursTest, CheckpointFormatterPrintsWhatFormatTopicPrints) {
  const Lines lines =
      JavaPrints(B(), "A.checkpoints.internal", "CheckpointFormatter");
  EXPECT_THAT(lines, Contains("Checkpoint{consumerGroupId=billing, "
                              "topicPartition=A.orders-1, upstreamOffset=777, "
                              "downstreamOffset=777, metadata=host-7}"));
  EXPECT_EQ(lines, FormatTopicPrints(B(), "A.checkpoints.internal"));
}

TEST_F(JavaReadsOursTest, OffsetSyncFormatterPrintsWhatFormatTopicPrints) {
  const std::string topic = "mm2-offset-syncs.B.internal";
  const Lines lines = JavaPrints(A(), topic, "OffsetSyncFormatter");
  EXPECT_THAT(
      lines, AllOf(Contains("OffsetSync{topicPartition=orders-1, "
                            "upstreamOffset=999, downstreamOffset=999}"),
                   Contains(StartsWith("OffsetSync{topicPartition=ledger-0"))));
  EXPECT_EQ(lines, FormatTopicPrints(A(), topic));
}

}  // namespace
}  // namespace mirror::internal::testing
