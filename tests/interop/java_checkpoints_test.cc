// SPDX-License-Identifier: Apache-2.0
//
// A Java MirrorCheckpointConnector beside our mirror_maker, which leaves the
// checkpoints to it: it works from the offset syncs that ours writes.

#include <map>
#include <memory>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/client/mirror_client.h"
#include "mirror/testing/matchers.h"
#include "tests/interop/interop_test.h"
#include "tests/support/child_process.h"
#include "tests/support/java_tool.h"
#include "tests/support/mirror_maker.h"
#include "tests/support/raw_client.h"

namespace mirror::internal::testing {
namespace {

constexpr int kGroups = 20;

// A Connect worker with that one connector; MM2's dedicated mode would copy the
// topics, too.
std::unique_ptr<ChildProcess> StartCheckpointConnector(TestCluster* source,
                                                       TestCluster* target) {
  const std::string worker = WriteProperties(
      absl::StrCat("bootstrap.servers = ", target->servers(),
                   "\nlisteners = http://127.0.0.1:0\n"
                   "offset.storage.file.filename = ",
                   MakeTestDirectory("connect"), "/offsets\n",
                   "key.converter = "
                   "org.apache.kafka.connect.converters.ByteArrayConverter\n"
                   "value.converter = "
                   "org.apache.kafka.connect.converters.ByteArrayConverter\n"));
  const std::string connector = WriteProperties(
      absl::StrCat("name = checkpoints\n"
                   "connector.class = "
                   "org.apache.kafka.connect.mirror.MirrorCheckpointConnector\n"
                   "source.cluster.alias = A\n"
                   "target.cluster.alias = B\n"
                   "source.cluster.bootstrap.servers = ",
                   source->servers(),
                   "\ntarget.cluster.bootstrap.servers = ", target->servers(),
                   "\ncheckpoints.topic.replication.factor = 1\n"
                   "emit.checkpoints.interval.seconds = 1\n"));
  auto process = StartJavaTool("org.apache.kafka.connect.cli.ConnectStandalone",
                               {worker, connector});
  EXPECT_THAT(process, IsOk());
  return *std::move(process);
}

class JavaCheckpointsTest : public InteropTest {
 protected:
  JavaCheckpointsTest()
      : client_(NewClient(B())),
        seed_(std::random_device()()),
        random_(seed_) {}

  int64_t Pick(int64_t end) {
    return std::uniform_int_distribution<int64_t>(0, end)(random_);
  }

  // The kinds of gaps that offset syncs tell of: none, and markers and aborted
  // records.
  static void Append() {
    for (int32_t i = 0; i < 2; ++i) {
      const TopicPartition orders{"orders", i};
      A()->AppendNumbers(orders, A()->End(orders), 3000);
    }
    for (int i = 0; i < 10; ++i) {
      AppendCommitted(A()->servers(), {"ledger", 0}, 20);
      AppendAborted(A()->servers(), {"ledger", 0}, 5);
    }
  }
  static GroupOffsets Ends() {
    GroupOffsets ends;
    for (const TopicPartition& tp : kPartitions) ends[tp] = {A()->End(tp), ""};
    return ends;
  }

  // Expects each answer of our client to be the true position, and returns it.
  int64_t ExactPosition(const TopicPartition& tp, int64_t position) {
    const auto exact = client_->WaitUntilTranslatable(
        "A", tp, UpstreamOffset(position), kPatience);
    EXPECT_THAT(exact, IsOk());
    if (!exact.ok()) return -1;
    const auto records = A()->Read(tp.topic)[tp.partition];
    EXPECT_EQ(exact->offset.value(), TruePosition(records, position))
        << tp << " at " << position;
    return exact->offset.value();
  }

  // Java's checkpoint.
  int64_t Checkpoint(const std::string& group, const TopicPartition& tp) {
    const auto offsets =
        client_->RemoteConsumerOffsets("A", group, absl::Seconds(10));
    if (!offsets.ok()) return -1;
    const auto it = offsets->find({"A." + tp.topic, tp.partition});
    return it == offsets->end() ? -1 : it->second.offset;
  }

  static const std::vector<TopicPartition> kPartitions;
  const std::unique_ptr<MirrorClient> client_;
  const uint32_t seed_;
  std::mt19937 random_;
};

const std::vector<TopicPartition> JavaCheckpointsTest::kPartitions = {
    {"orders", 0}, {"orders", 1}, {"ledger", 0}};

TEST_F(JavaCheckpointsTest, ComeFromOurOffsetSyncsAndAreNeverTooFar) {
  SCOPED_TRACE(absl::StrCat("seed ", seed_));
  A()->CreateTopic("orders", 2);
  A()->CreateTopic("ledger", 1);
  Append();
  std::map<std::string, GroupOffsets> groups;
  const GroupOffsets ends = Ends();
  for (int i = 0; i < kGroups; ++i) {
    GroupOffsets& group = groups[absl::StrCat("group-", i)];
    for (const auto& [tp, end] : ends) group[tp] = {Pick(end.offset), ""};
  }
  groups["caught-up"] = ends;
  for (const auto& [group, offsets] : groups) PlaceGroup(A(), group, offsets);

  const auto mirror_maker =
      StartMirrorMaker({File("emit.checkpoints.enabled = false\n")});
  for (const auto& [tp, end] : ends) ExactPosition(tp, end.offset);
  ASSERT_FALSE(HasFailure()) << mirror_maker->Output();
  ASSERT_EQ(B()->Partitions("A.checkpoints.internal"), 0);

  const auto connect = StartCheckpointConnector(A(), B());
  for (const auto& [group, offsets] : groups) {
    for (const auto& [tp, position] : offsets) {
      SCOPED_TRACE(
          absl::StrCat(group, " in ", tp.ToString(), " at ", position.offset));
      ASSERT_TRUE(
          Eventually([&, g = group, p = tp] { return Checkpoint(g, p) >= 0; },
                     kJavaPatience))
          << connect->Output();
      EXPECT_LE(Checkpoint(group, tp), ExactPosition(tp, position.offset));
    }
  }

  // A group that reads on is followed to the very end of the copies.
  Append();
  const GroupOffsets new_ends = Ends();
  PlaceGroup(A(), "caught-up", new_ends);
  for (const auto& [tp, end] : new_ends) {
    const int64_t exact = ExactPosition(tp, end.offset);
    EXPECT_TRUE(Eventually([&, p = tp] {
      return Checkpoint("caught-up", p) >= exact;
    })) << Checkpoint("caught-up", tp)
        << " of " << exact << "\n"
        << connect->Output();
    EXPECT_EQ(Checkpoint("caught-up", tp), exact) << tp;
  }
  Stop(connect.get());
  Stop(mirror_maker.get());
}

}  // namespace
}  // namespace mirror::internal::testing
