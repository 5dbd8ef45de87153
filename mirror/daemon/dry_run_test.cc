// SPDX-License-Identifier: Apache-2.0

#include "mirror/daemon/dry_run.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/cluster/internal_topic_config.h"
#include "mirror/daemon/fake_log_sink.h"
#include "mirror/metadata/acl_ledger.h"
#include "mirror/model/acl_binding.h"
#include "mirror/policy/filters.h"
#include "mirror/policy/mm2_replication_policies.h"
#include "mirror/runtime/clock.h"
#include "mirror/testing/fake_cluster.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class DryRunTest : public ::testing::Test {
 protected:
  DryRunTest() {
    flow_.policy = DefaultReplicationPolicy::Create().value();
    flow_.topics = RegexTopicFilter::Create("orders.*").value();
    flow_.topic_configs.filter = RegexConfigPropertyFilter::Create().value();
    flow_.source.cluster = a_;
    flow_.target.cluster = b_;
    flow_.heartbeats.enabled = false;
    flow_.offset_syncs.enabled = false;
    flow_.checkpoints.enabled = false;
    b_->CreateTopic("mm2-offsets.A.internal", 25,
                    InternalTopicConfigs(InternalTopicKind::kProgress));
    b_->CreateTopic("mm2-offset-index.A.internal", 4,
                    InternalTopicConfigs(InternalTopicKind::kOffsetIndex));
  }

  // "kind object: now -> then" per row.
  std::vector<std::string> Rows() {
    report_ = DryRunReport();
    DryRunFlow(flow_, Logger(&sink_, Clock::System(), "A->B"), &report_);
    std::vector<std::string> rows;
    for (const DryRunRow& row : report_.rows) {
      EXPECT_EQ(row.flow, "A->B");
      rows.push_back(absl::StrCat(row.kind, " ", row.object, ": ", row.now,
                                  " -> ", row.then));
    }
    return rows;
  }

  std::shared_ptr<FakeCluster> a_ = std::make_shared<FakeCluster>("A");
  std::shared_ptr<FakeCluster> b_ = std::make_shared<FakeCluster>("B");
  Flow flow_{"A", "B"};
  FakeLogSink sink_;
  DryRunReport report_;
};

TEST_F(DryRunTest, ListsTopicsWithTheirConfigs) {
  a_->CreateTopic(
      "orders", 3,
      {{"cleanup.policy", "compact"}, {"min.insync.replicas", "2"}});
  flow_.replication_factor = 1;
  EXPECT_THAT(Rows(),
              ElementsAre("topic A.orders on B: missing -> 3 partitions, "
                          "replication factor 1, cleanup.policy=compact"));
  EXPECT_TRUE(report_.complete);
  EXPECT_FALSE(b_->HasTopic("A.orders"));
}

TEST_F(DryRunTest, ListsPartitionsAndConfigsThatDiffer) {
  a_->CreateTopic("orders", 3, {{"cleanup.policy", "compact"}});
  b_->CreateTopic("A.orders", 1, {{"retention.bytes", "2000"}});
  EXPECT_THAT(
      Rows(),
      ElementsAre("partitions A.orders on B: 1 partition -> 3 partitions",
                  "config A.orders cleanup.policy on B: the default (delete) "
                  "-> compact",
                  "config A.orders retention.bytes on B: 2000 -> the default"));
  EXPECT_EQ(b_->PartitionCount("A.orders"), 1);
  EXPECT_THAT(b_->TopicConfigs("A.orders"), SizeIs(1));
}

TEST_F(DryRunTest, ListsInternalTopicsWhereTheyBelong) {
  b_->DeleteTopic("mm2-offsets.A.internal");
  flow_.offset_syncs.enabled = true;
  EXPECT_THAT(Rows(),
              ElementsAre("topic mm2-offsets.A.internal on B: missing -> 25 "
                          "partitions, cleanup.policy=compact, "
                          "min.cleanable.dirty.ratio=0.1, "
                          "segment.bytes=4194304, segment.ms=3600000",
                          "topic mm2-offset-syncs.B.internal on A: missing -> "
                          "1 partition, cleanup.policy=compact, "
                          "segment.bytes=67108864"));
}

TEST_F(DryRunTest, ListsConfigsOfInternalTopicsThatWouldBeCorrected) {
  b_->SetTopicConfig("mm2-offsets.A.internal", "cleanup.policy", "delete");
  b_->SetTopicConfig("mm2-offset-index.A.internal", "segment.ms", std::nullopt);
  EXPECT_THAT(Rows(),
              ElementsAre("config mm2-offsets.A.internal cleanup.policy on B: "
                          "delete -> compact",
                          "config mm2-offset-index.A.internal segment.ms on B: "
                          "604800000 -> 3600000"));
  EXPECT_TRUE(report_.complete);
  EXPECT_THAT(sink_.lines,
              ElementsAre(HasSubstr("does not start if it may not"),
                          HasSubstr("segment.ms")));
  EXPECT_EQ(b_->TopicConfigs("mm2-offsets.A.internal").at("cleanup.policy"),
            "delete");
}

TEST_F(DryRunTest, ConfigsThatAreNotSyncedAreNotListed) {
  a_->CreateTopic("orders", 1, {{"cleanup.policy", "compact"}});
  b_->CreateTopic("A.orders", 1);
  flow_.topic_configs.enabled = false;
  EXPECT_THAT(Rows(), IsEmpty());
}

TEST_F(DryRunTest, WhatMayNotBeReadIsSaid) {
  a_->CreateTopic("orders", 1, {{"cleanup.policy", "compact"}});
  b_->CreateTopic("A.orders", 1);
  a_->FailDescribeConfigs("orders", absl::PermissionDeniedError("no"));
  EXPECT_THAT(Rows(), IsEmpty());
  EXPECT_TRUE(report_.complete);
  EXPECT_THAT(sink_.lines,
              ElementsAre(HasSubstr("allow DESCRIBE_CONFIGS on topic orders")));
}

AclBinding ReadBy(const std::string& principal, const std::string& topic) {
  AclBinding acl;
  acl.name = topic;
  acl.principal = principal;
  return acl;
}

TEST_F(DryRunTest, ListsAclsThatWouldBeCreated) {
  a_->AddAcl(ReadBy("User:alice", "orders"));
  a_->AddAcl(ReadBy("User:bob", "orders"));
  b_->AddAcl(ReadBy("User:bob", "A.orders"));
  b_->AddAcl(ReadBy("User:carol", "A.orders"));
  const std::string row =
      "acl TOPIC A.orders on B: missing -> ALLOW READ for User:alice from *";
  EXPECT_THAT(Rows(), ElementsAre(row));
  EXPECT_EQ(b_->AclWrites(), 0);
  flow_.acls.remove = true;  // nothing on the target is the engine's
  EXPECT_THAT(Rows(),
              ElementsAre("topic mm2-acls.A.internal on B: missing -> 1 "
                          "partition, cleanup.policy=compact, "
                          "min.cleanable.dirty.ratio=0.1, "
                          "segment.bytes=16777216, segment.ms=3600000",
                          row));
  EXPECT_FALSE(b_->HasTopic("mm2-acls.A.internal"));
  flow_.acls.enabled = false;
  EXPECT_THAT(Rows(), IsEmpty());
}

TEST_F(DryRunTest, ListsAclsThatWouldBeRemovedAsTheEngineMadeThem) {
  const AclBinding ours = ReadBy("User:alice", "A.orders");
  b_->AddAcl(ours);
  b_->AddAcl(ReadBy("User:carol", "A.orders"));
  const auto ledger = AclLedger::Create(b_.get(), "mm2-acls.A.internal", -1,
                                        "test", Clock::System())
                          .value();
  ASSERT_THAT(ledger->Read(), IsOk());
  ASSERT_THAT(
      ledger->Add({ours}, a_->NewAdmin("t").value()->ClusterId().value()),
      IsOk());
  EXPECT_THAT(Rows(), IsEmpty());
  flow_.acls.remove = true;
  EXPECT_THAT(Rows(), ElementsAre("acl TOPIC A.orders on B: ALLOW READ for "
                                  "User:alice from * -> removed"));
  EXPECT_EQ(b_->Acls().size(), 2u);
}

TEST_F(DryRunTest, WithoutAnAuthorizerNoAclIsListedAndThatIsNoError) {
  b_->RefuseDescribeAcls(absl::UnimplementedError("no authorizer"));
  a_->AddAcl(ReadBy("User:alice", "orders"));
  EXPECT_THAT(Rows(), IsEmpty());
  EXPECT_TRUE(report_.complete);
  EXPECT_THAT(sink_.lines,
              ElementsAre(HasSubstr("info  cluster B has no authorizer")));
}

TEST_F(DryRunTest, AclsThatMayNotBeReadAreSaid) {
  a_->RefuseDescribeAcls(absl::PermissionDeniedError("no"));
  EXPECT_THAT(Rows(), IsEmpty());
  EXPECT_TRUE(report_.complete);
  EXPECT_THAT(sink_.lines, ElementsAre(HasSubstr("allow DESCRIBE on CLUSTER")));
}

TEST_F(DryRunTest, AClusterThatDoesNotAnswerIsNamed) {
  b_->SetDown(true);
  EXPECT_THAT(Rows(), IsEmpty());
  EXPECT_FALSE(report_.complete);
  EXPECT_THAT(sink_.lines.front(), HasSubstr("error  cluster B"));
}

TEST_F(DryRunTest, TwoAliasesOfOneClusterCannotRun) {
  flow_.target.cluster = a_;
  EXPECT_THAT(Rows(), IsEmpty());
  EXPECT_FALSE(report_.complete);
}

TEST(FormatDryRun, AlignsColumnsAndCountsKinds) {
  EXPECT_EQ(
      FormatDryRun({{"A->B", "topic", "A.orders on B", "missing", "1"},
                    {"A->B", "config", "A.o segment.ms on B", "5", "6"},
                    {"A->B", "topic", "A.b on B", "missing", "1"}}),
      "flow  kind    object               now      then\n"
      "A->B  topic   A.orders on B        missing  1\n"
      "A->B  config  A.o segment.ms on B  5        6\n"
      "A->B  topic   A.b on B             missing  1\n"
      "\n"
      "3 would be created or changed (config: 1, topic: 2); nothing was\n");
}

TEST(FormatDryRun, NothingToDoIsOneLine) {
  EXPECT_EQ(FormatDryRun({}), "nothing would be created or changed\n");
}

}  // namespace
}  // namespace mirror::internal
