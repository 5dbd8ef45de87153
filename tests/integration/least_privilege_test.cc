// SPDX-License-Identifier: Apache-2.0
//
// Engines whose principals have the ACLs of docs/security.md, and no other: all
// features work with exactly these, and where one is missing when a flow starts
// it says so and continues when it is given. For those that are taken away
// later see missing_grant_test.cc.

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/client/mirror_client.h"
#include "mirror/flow.h"
#include "mirror/model/acl_binding.h"
#include "mirror/telemetry/engine_event.h"
#include "mirror/telemetry/status.pb.h"
#include "mirror/testing/matchers.h"
#include "tests/integration/mirror_test.h"
#include "tests/integration/permission_test.h"
#include "tests/integration/strict_cluster.h"
#include "tests/integration/test_cluster.h"

namespace mirror::internal::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using Kind = EngineEvent::Kind;

class LeastPrivilegeTest : public ::testing::Test {
 protected:
  ~LeastPrivilegeTest() override {
    for (const char* side : {"A", "B", kApplication}) {
      const std::string principal = absl::StrCat("User:mirror-", side);
      for (const AclBinding& acl : A().AclsOf(principal)) A().Forbid(acl);
      for (const AclBinding& acl : B().AclsOf(principal)) B().Forbid(acl);
    }
  }

  // "Test.name".
  static std::string Name(const std::string& name) {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    return absl::StrCat(test->name(), ".", name);
  }
  // For this test's topics.
  static Flow NewFlow() { return AllFeatures(Name(".*"), Name("payments")); }
  static void ExpectNoTrouble(const RunningMirror& mirror) {
    for (const Kind kind : kTroubles) {
      EXPECT_EQ(mirror.EventCount(kind), 0) << static_cast<int>(kind);
    }
  }
};

TEST_F(LeastPrivilegeTest, EveryFeatureWorksWithWhatIsDocumented) {
  const std::string orders = Name("orders");
  const std::string copy = "A." + orders;
  const std::string group = Name("payments");
  for (const Grant& grant : GrantsOfFlow({orders, Name("refused")}, group)) {
    ClusterOf(grant).Allow(grant.acl);
  }
  A()->CreateTopic(orders, 1, {{"retention.ms", "111000"}});
  Append(orders, 100);
  CreateRefused(Name("refused"));
  A().Commit(group, orders, 40);
  RunningMirror mirror(NewFlow());
  EXPECT_TRUE(mirror.AwaitCopied(A().get(), orders));
  EXPECT_EQ(B().Config(copy, "retention.ms"), "111000");
  EXPECT_TRUE(mirror.AwaitEvent(Kind::kRecordSkipped, {"dead-letters"}));
  A().SetConfig(orders, "retention.ms", "222000");
  A()->AddPartitions(orders, 2);
  A()->AppendNumbers({orders, 1}, 0, 100);
  EXPECT_TRUE(mirror.AwaitCopied(A().get(), orders));
  EXPECT_EQ(B()->Values(copy), A()->Values(orders));
  AclBinding alice;
  alice.name = orders;
  alice.principal = "User:alice";
  A().Allow(alice);
  EXPECT_TRUE(Eventually([&] {
    const FlowStatus status = mirror.Status();
    return B().Config(copy, "retention.ms") == "222000" &&
           B().Committed(group, copy) == 40 &&
           B().AclsOf("User:alice").size() == 1 && status.heartbeats() > 1 &&
           status.offset_syncs() > 0;
  }));
  A().Forbid(alice);
  EXPECT_TRUE(Eventually([&] { return B().AclsOf("User:alice").empty(); }));
  ExpectNoTrouble(mirror);
}

TEST_F(LeastPrivilegeTest, OffsetSyncsOnTheSourceNeedTheirTopicThere) {
  const std::string orders = Name("orders");
  for (const Grant& grant : GrantsFor({orders}, Name("payments"))) {
    if (grant.feature == "offset syncs on the target") continue;
    ClusterOf(grant).Allow(grant.acl);
  }
  A()->CreateTopic(orders, 1);
  Append(orders, 100);
  Flow flow = NewFlow();
  flow.offset_syncs.location = ClusterSide::kSource;
  RunningMirror mirror(std::move(flow));
  EXPECT_TRUE(mirror.AwaitCopied(A().get(), orders));
  EXPECT_TRUE(Eventually([&] { return mirror.Status().offset_syncs() > 0; }));
  ExpectNoTrouble(mirror);
}

TEST_F(LeastPrivilegeTest, AnApplicationNeedsNoMoreThanItsTable) {
  const std::string orders = Name("orders");
  const std::string group = Name("payments");
  for (const Grant& grant : GrantsFor({orders}, group)) {
    if (grant.feature == "offset syncs on the source") continue;
    ClusterOf(grant).Allow(grant.acl);
  }
  A()->CreateTopic(orders, 1);
  Append(orders, 100);
  A().Commit(group, orders, 40);
  Flow flow = NewFlow();
  flow.checkpoints.sync_group_offsets = false;
  RunningMirror mirror(std::move(flow));
  EXPECT_TRUE(mirror.AwaitCopied(A().get(), orders));
  EXPECT_TRUE(
      Eventually([&] { return mirror.Status().checkpoints().emitted() > 0; }));
  const auto client =
      MirrorClient::Create(B().Properties(kApplication), nullptr).value();
  const auto positions =
      client->TranslateOffsets("A", group, absl::Seconds(30));
  ASSERT_THAT(positions, IsOk());
  const TopicPartition copy{"A." + orders, 0};
  EXPECT_EQ(positions->at(copy).offset, DownstreamOffset(40));
  const auto committed =
      client->CommitOffsets(group, *positions, absl::Seconds(30));
  ASSERT_THAT(committed, IsOk());
  EXPECT_THAT(*committed, ElementsAre(Pair(copy, IsOk())));
}

TEST_F(LeastPrivilegeTest, TopicsThatItMayNotCreateAreReportedOneByOne) {
  const std::string orders = Name("orders");
  std::vector<Grant> creations;
  for (const Grant& grant : GrantsOfFlow({orders}, Name("payments"))) {
    if (grant.acl.operation == AclOperation::kCreate) {
      creations.push_back(grant);
      if (B()->Partitions(grant.acl.name) > 0) {
        B()->DeleteTopic(grant.acl.name);
      }
    } else {
      ClusterOf(grant).Allow(grant.acl);
    }
  }
  A()->CreateTopic(orders, 1);
  Append(orders, 100);
  RunningMirror mirror(NewFlow());
  for (const Grant& grant : creations) {
    EXPECT_TRUE(AwaitReported(
        &mirror, {"cluster B", grant.acl.name, "allow CREATE", grant.acl.name}))
        << grant.acl;
    B().Allow(grant.acl);
  }
  EXPECT_TRUE(mirror.AwaitCopied(A().get(), orders));
  for (const Grant& grant : creations) {
    EXPECT_TRUE(Eventually([&] { return B()->Partitions(grant.acl.name) > 0; }))
        << grant.acl;
  }
  EXPECT_TRUE(Eventually([&] { return mirror.Status().offset_syncs() > 0; }));
}

TEST_F(LeastPrivilegeTest, TopicsThatItMayNotReadAreReportedWhenItStarts) {
  const std::string orders = Name("orders");
  std::vector<Grant> reads;
  for (const Grant& grant : GrantsOfFlow({orders}, Name("payments"))) {
    if (grant.side == "B" && grant.acl.operation == AclOperation::kRead &&
        ReadAtStart().count(grant.acl.name) > 0) {
      reads.push_back(grant);
    } else {
      ClusterOf(grant).Allow(grant.acl);
    }
  }
  ASSERT_EQ(reads.size(), ReadAtStart().size());
  A()->CreateTopic(orders, 1);
  Append(orders, 100);
  // What earlier tests have left there is to be read.
  RunningMirror mirror(NewFlow());
  for (const Grant& grant : reads) {
    EXPECT_TRUE(AwaitReported(
        &mirror, {"cluster B", "allow READ on topic " + grant.acl.name}));
    B().Allow(grant.acl);
  }
  EXPECT_TRUE(mirror.AwaitCopied(A().get(), orders));
}

TEST_F(LeastPrivilegeTest, AProgressTopicThatDeletesKeepsTheFlowFromStarting) {
  const std::string orders = Name("orders");
  const std::string progress = "mm2-offsets.A.internal";
  for (const Grant& grant : GrantsOfFlow({orders}, Name("payments"))) {
    ClusterOf(grant).Allow(grant.acl);
  }
  if (B()->Partitions(progress) > 0) B()->DeleteTopic(progress);
  B()->CreateTopic(progress, 25, {{"cleanup.policy", "compact,delete"}});
  A()->CreateTopic(orders, 1);
  Append(orders, 100);
  RunningMirror mirror(NewFlow());
  EXPECT_TRUE(AwaitReported(
      &mirror, {"cluster B", progress, "cleanup.policy is compact,delete",
                "--add-config cleanup.policy=compact"}));
  EXPECT_EQ(mirror.Status().state(), FLOW_STARTING);
  // As the command does. What only grows is reported, and the flow starts.
  B().SetConfig(progress, "cleanup.policy", "compact");
  EXPECT_TRUE(mirror.AwaitCopied(A().get(), orders));
  EXPECT_TRUE(AwaitReported(
      &mirror, {progress, "segment.bytes is 1073741824",
                "--add-config segment.bytes=4194304,segment.ms=3600000"}));
}

TEST_F(LeastPrivilegeTest, WhoMayAlterConfigsCorrectsThemByItself) {
  const std::string orders = Name("orders");
  const std::string progress = "mm2-offsets.A.internal";
  for (const Grant& grant : GrantsOfFlow({orders}, Name("payments"))) {
    ClusterOf(grant).Allow(grant.acl);
    if (grant.acl.name != progress) continue;
    AclBinding alter = grant.acl;
    alter.operation = AclOperation::kAlterConfigs;
    B().Allow(alter);
  }
  if (B()->Partitions(progress) > 0) B()->DeleteTopic(progress);
  B()->CreateTopic(progress, 25);
  A()->CreateTopic(orders, 1);
  Append(orders, 100);
  RunningMirror mirror(NewFlow());
  EXPECT_TRUE(AwaitReported(&mirror, {progress, "it was set to compact"}));
  EXPECT_TRUE(mirror.AwaitCopied(A().get(), orders));
  EXPECT_EQ(B().Config(progress, "cleanup.policy"), "compact");
  EXPECT_EQ(B().Config(progress, "segment.bytes"), "4194304");
}

TEST_F(LeastPrivilegeTest, WithoutSightOfConfigsTheFlowStartsAndSaysSo) {
  const std::string orders = Name("orders");
  const std::string progress = "mm2-offsets.A.internal";
  for (const Grant& grant : GrantsOfFlow({orders}, Name("payments"))) {
    if (grant.acl.name == progress &&
        grant.acl.operation == AclOperation::kDescribeConfigs) {
      continue;
    }
    ClusterOf(grant).Allow(grant.acl);
  }
  A()->CreateTopic(orders, 1);
  Append(orders, 100);
  if (B()->Partitions(progress) == 0) B()->CreateTopic(progress, 25);
  RunningMirror mirror(NewFlow());
  EXPECT_TRUE(AwaitReported(
      &mirror, {"cluster B", "allow DESCRIBE_CONFIGS on topic " + progress}));
  EXPECT_TRUE(mirror.AwaitCopied(A().get(), orders));
}

}  // namespace
}  // namespace mirror::internal::testing
