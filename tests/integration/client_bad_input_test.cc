// SPDX-License-Identifier: Apache-2.0
//
// Wrong questions, and a target that lost or never had what answers them: to
// MirrorClient and to examples/translate_offsets, after a real mirror.

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/client/mirror_client.h"
#include "mirror/policy/filters.h"
#include "mirror/policy/mm2_replication_policies.h"
#include "mirror/testing/matchers.h"
#include "tests/integration/mirror_test.h"
#include "tests/integration/test_cluster.h"
#include "tests/support/child_process.h"
#include "tests/support/raw_client.h"

namespace mirror::internal::testing {
namespace {

using absl::StatusCode;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

const TopicPartition kOrders{"orders", 0};

Translation Exactly(int64_t offset) {
  return {DownstreamOffset(offset), Exactness::kExact};
}
Translation AtLeast(int64_t offset) {
  return {DownstreamOffset(offset), Exactness::kLowerBound};
}

std::string IndexOf(const std::string& source) {
  return absl::StrCat("mm2-offset-index.", source, ".internal");
}

class ClientBadInputTest : public MirrorTest {
 protected:
  // 1000 records in each topic; all groups stand at 700.
  static void SetUpTestSuite() {
    auto groups = source()->cluster()->NewGroupAdmin("test").value();
    AwaitGroupCoordinator(source()->servers(), "billing");
    for (const char* topic : {"orders", "excluded"}) {
      source()->CreateTopic(topic, 1);
      source()->AppendNumbers({topic, 0}, 0, 1000);
    }
    const GroupOffsets at = {{kOrders, {700, ""}},
                             {{"excluded", 0}, {700, ""}}};
    for (const char* group : {"billing", "left-out"}) {
      EXPECT_THAT(groups->AlterGroupOffsets(group, at), IsOk());
    }
    Mirror("A");
  }

  // Mirrors orders and the group billing under that alias, to their ends.
  static void Mirror(const std::string& alias) {
    Flow flow(alias, "B");
    flow.source.properties = {{"bootstrap.servers", source()->servers()}};
    flow.target.properties = {{"bootstrap.servers", target()->servers()}};
    flow.topics = RegexTopicFilter::Create("orders").value();
    flow.groups = RegexGroupFilter::Create("billing").value();
    flow.checkpoints.interval = absl::Seconds(1);
    RunningMirror mirror(std::move(flow));
    const auto client = NewClient();
    EXPECT_TRUE(Eventually([&] {
      const auto offsets =
          client->RemoteConsumerOffsets(alias, "billing", kPatience);
      return offsets.ok() &&
             *offsets == GroupOffsets{{{alias + ".orders", 0}, {700, ""}}};
    }));
    EXPECT_THAT(client->WaitUntilTranslatable(alias, kOrders,
                                              UpstreamOffset(1000), kPatience),
                IsOkAndHolds(Exactly(1000)));
    EXPECT_THAT(mirror.engine()->Stop(), IsOk());
  }

  static std::unique_ptr<MirrorClient> NewClient(
      std::shared_ptr<const ReplicationPolicy> policy = nullptr) {
    return MirrorClient::Create({{"bootstrap.servers", target()->servers()}},
                                std::move(policy))
        .value();
  }

  static absl::StatusOr<Translation> TranslateIn(MirrorClient* client,
                                                 const std::string& source,
                                                 int64_t offset) {
    return client->TranslateOffset(source, kOrders, UpstreamOffset(offset),
                                   kPatience);
  }
  static absl::StatusOr<Translation> Translate(const std::string& source,
                                               int64_t offset) {
    return TranslateIn(NewClient().get(), source, offset);
  }

  // billing, where the index is no help.
  static void ExpectTheCheckpointAlone(const std::string& source) {
    EXPECT_THAT(NewClient()->TranslateOffsets(source, "billing", kPatience),
                IsOkAndHolds(ElementsAre(Pair(
                    TopicPartition{source + ".orders", 0},
                    GroupPosition{DownstreamOffset(700), Exactness::kLowerBound,
                                  GroupPosition::Origin::kCheckpoint,
                                  UpstreamOffset(700), ""}))));
    const Ended ended = Run({"--source", source, "--group", "billing"});
    EXPECT_EQ(ended.exit_code, 0);
    EXPECT_EQ(ended.output, source + ".orders 0 700 lower-bound\n");
  }

  static Ended Run(const std::vector<std::string>& arguments) {
    std::vector<std::string> argv = {"examples/translate_offsets",
                                     "--bootstrap-server", target()->servers()};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    return RunProgram(argv);
  }
};

TEST_F(ClientBadInputTest, GroupsWithoutCheckpointsAreNamed) {
  for (const std::string group : {"unknown", "left-out"}) {
    EXPECT_THAT(
        NewClient()->TranslateOffsets("A", group, kPatience),
        StatusIs(StatusCode::kNotFound,
                 AllOf(HasSubstr("group " + group), HasSubstr("group filter"),
                       HasSubstr("A.checkpoints.internal"))));
    const Ended ended = Run({"--source", "A", "--group", group, "--apply"});
    EXPECT_EQ(ended.exit_code, 1);
    EXPECT_THAT(ended.output, HasSubstr("group " + group));
  }
}

TEST_F(ClientBadInputTest, AnOffsetPastTheSourceGetsTheEndOfTheCopies) {
  EXPECT_THAT(Translate("A", 5000), IsOkAndHolds(AtLeast(1000)));
  const Ended ended = Run(
      {"--source", "A", "--topic-partition", "orders:0", "--offset", "5000"});
  EXPECT_EQ(ended.exit_code, 0);
  EXPECT_EQ(ended.output, "A.orders 0 1000 lower-bound\n");
  EXPECT_THAT(NewClient()->WaitUntilTranslatable(
                  "A", kOrders, UpstreamOffset(5000), absl::Seconds(1)),
              StatusIs(StatusCode::kDeadlineExceeded,
                       HasSubstr("orders-0: position 5000 of A")));
}

TEST_F(ClientBadInputTest, PartitionsThatAreNotMirroredAreNamed) {
  for (const TopicPartition& tp :
       std::vector<TopicPartition>{{"excluded", 0}, {"orders", 7}}) {
    EXPECT_THAT(
        NewClient()->TranslateOffset("A", tp, UpstreamOffset(7), kPatience),
        StatusIs(StatusCode::kNotFound,
                 AllOf(HasSubstr(tp.ToString()), HasSubstr("topic filter"))));
  }
  const Ended ended = Run(
      {"--source", "A", "--topic-partition", "excluded:0", "--offset", "7"});
  EXPECT_EQ(ended.exit_code, 1);
  EXPECT_THAT(ended.output, HasSubstr("excluded-0"));
}

TEST_F(ClientBadInputTest, AnUnknownAliasGetsAListOfTheKnownOnes) {
  EXPECT_THAT(
      NewClient()->TranslateOffsets("a", "billing", kPatience),
      StatusIs(StatusCode::kNotFound,
               AllOf(HasSubstr("a.checkpoints.internal"),
                     HasSubstr("A.checkpoints.internal"), HasSubstr("alias"))));
  EXPECT_THAT(Translate("a", 7),
              StatusIs(StatusCode::kNotFound, HasSubstr(IndexOf("A"))));
}

TEST_F(ClientBadInputTest, APolicyWithAnotherSeparatorIsSuspected) {
  DefaultReplicationPolicy::Options options;
  options.separator = "_";
  const auto client =
      NewClient(DefaultReplicationPolicy::Create(options).value());
  EXPECT_THAT(client->TranslateOffsets("A", "billing", kPatience),
              StatusIs(StatusCode::kNotFound,
                       AllOf(HasSubstr("A_checkpoints_internal"),
                             HasSubstr("policy is the mirror's"))));
  EXPECT_THAT(TranslateIn(client.get(), "A", 7),
              StatusIs(StatusCode::kNotFound,
                       AllOf(HasSubstr("A_orders-0"), HasSubstr("policy"))));
  const Ended ended =
      Run({"--source", "A", "--group", "billing", "--separator", "_"});
  EXPECT_EQ(ended.exit_code, 1);
  EXPECT_THAT(ended.output, HasSubstr("policy"));
}

// Its internal topics have the same names, so checkpoints are found.
TEST_F(ClientBadInputTest, TheIdentityPolicyOfAnotherMirrorIsNeverTooFar) {
  const auto client = NewClient(IdentityReplicationPolicy::Create());
  const auto positions = client->TranslateOffsets("A", "billing", kPatience);
  ASSERT_THAT(positions, IsOk());
  const GroupPosition& position = positions->at({"A.orders", 0});
  EXPECT_EQ(position.exactness, Exactness::kLowerBound);
  EXPECT_LE(position.offset, DownstreamOffset(700));
  EXPECT_THAT(TranslateIn(client.get(), "A", 7),
              StatusIs(StatusCode::kNotFound,
                       AllOf(HasSubstr("orders-0"), HasSubstr("policy"))));
}

TEST_F(ClientBadInputTest, WithoutTheIndexTheCheckpointAnswers) {
  Mirror("missing");
  target()->DeleteTopic(IndexOf("missing"));
  EXPECT_THAT(Translate("missing", 7),
              StatusIs(StatusCode::kNotFound, HasSubstr(IndexOf("missing"))));
  ExpectTheCheckpointAlone("missing");
}

TEST_F(ClientBadInputTest, AnIndexThatWasEmptiedTellsNothing) {
  Mirror("emptied");
  SetTopicConfig(target()->servers(), IndexOf("emptied"), "cleanup.policy",
                 "delete");
  const int32_t count = target()->Partitions(IndexOf("emptied"));
  for (int32_t i = 0; i < count; ++i) {
    const TopicPartition tp{IndexOf("emptied"), i};
    DeleteRecordsBefore(target()->servers(), tp, target()->End(tp));
  }
  EXPECT_THAT(Translate("emptied", 7),
              StatusIs(StatusCode::kNotFound, HasSubstr("orders-0")));
  ExpectTheCheckpointAlone("emptied");
}

TEST_F(ClientBadInputTest, GarbageCostsOnlyItself) {
  Mirror("dirty");
  std::vector<Record> garbage(3);
  garbage[0].key = "";  // a compacted topic takes no record without key
  garbage[0].value = "x";
  garbage[1].key = "x";
  garbage[2].key = std::string("\0\6orders\0\0\0\0\0\0\0\0\0\0\0\1", 20);
  garbage[2].value = "no segment";
  target()->Append({IndexOf("dirty"), 0}, garbage);
  target()->Append({"dirty.checkpoints.internal", 0}, garbage);
  const auto client = NewClient();
  const auto positions =
      client->TranslateOffsets("dirty", "billing", kPatience);
  ASSERT_THAT(positions, IsOk());
  const GroupPosition& position = positions->at({"dirty.orders", 0});
  EXPECT_EQ(position.offset, DownstreamOffset(700));
  EXPECT_TRUE(position.exact());
  EXPECT_GE(client->UnreadableRecords("dirty"), 4);
  const Ended ended = Run({"--source", "dirty", "--group", "billing"});
  EXPECT_EQ(ended.exit_code, 0);
  EXPECT_THAT(ended.output, HasSubstr("dirty.orders 0 700 exact\n"));
}

TEST_F(ClientBadInputTest, ATargetThatCannotBeReachedIsNamed) {
  const Ended ended = RunProgram(
      {"examples/translate_offsets", "--bootstrap-server", "127.0.0.1:1",
       "--source", "A", "--group", "billing", "--timeout", "2s"});
  EXPECT_EQ(ended.exit_code, 1);
  EXPECT_THAT(ended.output, HasSubstr("127.0.0.1:1"));
}

}  // namespace
}  // namespace mirror::internal::testing
