// SPDX-License-Identifier: Apache-2.0

#include "mirror/metadata/acl_sync.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/policy/filters.h"
#include "mirror/policy/mm2_replication_policies.h"
#include "mirror/testing/fake_cluster.h"
#include "mirror/testing/matchers.h"
#include "mirror/testing/simulated_clock.h"

namespace mirror::internal {
namespace {

using absl::StatusCode;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = EngineEvent::Kind;

constexpr char kLedger[] = "mm2-acls.A.internal";

AclBinding Acl(const std::string& topic,
               AclOperation operation = AclOperation::kRead) {
  AclBinding acl;
  acl.name = topic;
  acl.principal = "User:alice";
  acl.operation = operation;
  return acl;
}

FakeClusterOptions Single(const std::string& cluster_id = "") {
  FakeClusterOptions options;
  options.cluster_id = cluster_id;
  options.waits = false;
  return options;
}

class AclSyncerTest : public ::testing::Test {
 protected:
  AclSyncerTest() : a_("A", Single()), b_("B", Single()) {
    options_.rules.selection.policy =
        DefaultReplicationPolicy::Create().value();
    options_.rules.selection.filter = RegexTopicFilter::Create().value();
    options_.rules.selection.source_alias = "A";
    options_.rules.selection.target_alias = "B";
    options_.rules.source_alias = "A";
    options_.rules.groups = RegexGroupFilter::Create().value();
    options_.flow = "A->B";
    options_.client_id = "A->B|acls";
    options_.on_event = [this](EngineEvent event) {
      events_.push_back(std::move(event));
    };
  }

  // Begins a life of the process; a second call is a restart.
  void Start(FakeCluster* source) {
    syncer_.reset();
    syncer_ = AclSyncer::Create(source, &b_, options_, &clock_).value();
  }
  void Start() { Start(&a_); }
  // Runs as long as it takes until the next look would be the regular one.
  absl::Status Sync() {
    if (syncer_ == nullptr) Start();
    absl::Status status = syncer_->RunOnce();
    while (status.ok() &&
           syncer_->TimeToNextTurn() < options_.rules.options.interval) {
      clock_.Advance(syncer_->TimeToNextTurn());
      status = syncer_->RunOnce();
    }
    return status;
  }
  AclSyncStatus Status() const {
    AclSyncStatus status;
    syncer_->FillStatus(&status);
    return status;
  }
  std::vector<std::string> Events(Kind kind) const {
    std::vector<std::string> result;
    for (const EngineEvent& event : events_) {
      if (event.kind == kind) {
        result.push_back(absl::StrCat(event.subject(), ": ", event.message));
      }
    }
    return result;
  }
  int64_t LedgerEnd() const {
    return b_.HasTopic(kLedger) ? b_.LogEnd({kLedger, 0}) : 0;
  }

  FakeCluster a_;
  FakeCluster b_;
  SimulatedClock clock_;
  AclSyncerOptions options_;
  std::vector<EngineEvent> events_;
  std::unique_ptr<AclSyncer> syncer_;
};

TEST_F(AclSyncerTest, CopiesWhatTheRulesSayAndTellsIt) {
  a_.AddAcl(Acl("orders", AclOperation::kAll));
  a_.AddAcl(Acl("ledger", AclOperation::kWrite));
  b_.AddAcl(Acl("other"));
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_THAT(b_.Acls(), ElementsAre(Acl("A.orders"), Acl("other")));
  EXPECT_THAT(Events(Kind::kAclsChanged),
              ElementsAre("B: 1 ACL created on cluster B: " +
                          Acl("A.orders").ToString()));
  EXPECT_EQ(Status().created(), 1);
  EXPECT_EQ(Status().present(), 1);
  EXPECT_EQ(Status().reason(), "");
  EXPECT_EQ(syncer_->TimeToNextTurn(), absl::Minutes(10));
}

TEST_F(AclSyncerTest, ASecondRoundWritesNothing) {
  for (int i = 0; i < 20; ++i) a_.AddAcl(Acl(absl::StrCat("topic-", i)));
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_EQ(b_.AclWrites(), 20);
  EXPECT_THAT(Events(Kind::kAclsChanged),
              ElementsAre(AllOf(HasSubstr("20 ACLs"), HasSubstr("10 more"))));
  EXPECT_THAT(Sync(), IsOk());
  Start();
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_EQ(b_.AclWrites(), 20);
  EXPECT_EQ(Status().created(), 0);
  EXPECT_EQ(Status().present(), 20);
  EXPECT_THAT(Events(Kind::kAclsChanged), ::testing::SizeIs(1));
  // One is removed by hand.
  b_.RemoveAcl(Acl("A.topic-7"));
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_EQ(b_.AclWrites(), 21);
}

TEST_F(AclSyncerTest,
       ASourceWithoutAnAuthorizerIsSaidOnceAndTheTargetNotAsked) {
  a_.SetAuthorizer(false);
  b_.SetDown(true);  // a request would fail
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_THAT(Events(Kind::kAclRefused),
              ElementsAre(AllOf(HasSubstr("cluster A has no authorizer"),
                                HasSubstr("sync.topic.acls.enabled = false"))));
  EXPECT_EQ(events_[0].level, LogLevel::kInfo);
  EXPECT_THAT(Status().reason(), HasSubstr("cluster A has no authorizer"));
  EXPECT_EQ(syncer_->TimeToNextTurn(), absl::Minutes(10));
  // It gets one.
  a_.SetAuthorizer(true);
  b_.SetDown(false);
  a_.AddAcl(Acl("orders"));
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_THAT(b_.Acls(), ElementsAre(Acl("A.orders")));
  EXPECT_EQ(Status().reason(), "");
}

TEST_F(AclSyncerTest, ATargetWithoutAnAuthorizerIsSaidOnce) {
  a_.AddAcl(Acl("orders"));
  b_.SetAuthorizer(false);
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_THAT(Events(Kind::kAclRefused),
              ElementsAre(HasSubstr("cluster B has no authorizer")));
  EXPECT_EQ(b_.AclWrites(), 0);
}

TEST_F(AclSyncerTest, NamesThePermissionThatIsMissingAndRecovers) {
  const absl::Status denied = absl::PermissionDeniedError("not authorized");
  a_.AddAcl(Acl("orders"));
  a_.RefuseDescribeAcls(denied);
  EXPECT_THAT(Sync(),
              StatusIs(StatusCode::kPermissionDenied,
                       HasSubstr("allow DESCRIBE on CLUSTER kafka-cluster of "
                                 "cluster A; ACLs are retried in 1m")));
  EXPECT_THAT(Status().reason(), HasSubstr("of cluster A"));
  EXPECT_EQ(syncer_->TimeToNextTurn(), absl::Minutes(1));
  a_.RefuseDescribeAcls(absl::OkStatus());
  b_.RefuseDescribeAcls(denied);
  EXPECT_THAT(Sync(), StatusIs(StatusCode::kPermissionDenied,
                               HasSubstr("allow DESCRIBE on CLUSTER "
                                         "kafka-cluster of cluster B")));
  b_.RefuseDescribeAcls(absl::OkStatus());
  b_.RefuseAlterAcls(denied);
  EXPECT_THAT(Sync(), StatusIs(StatusCode::kPermissionDenied,
                               HasSubstr("allow ALTER on CLUSTER "
                                         "kafka-cluster of cluster B")));
  EXPECT_THAT(b_.Acls(), IsEmpty());
  b_.RefuseAlterAcls(absl::OkStatus());
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_THAT(b_.Acls(), ElementsAre(Acl("A.orders")));
  EXPECT_EQ(Status().reason(), "");
}

TEST_F(AclSyncerTest, RetriesSoonAfterAnOutage) {
  a_.AddAcl(Acl("orders"));
  b_.SetDown(true);
  EXPECT_THAT(Sync(), StatusIs(StatusCode::kUnavailable, HasSubstr("5s")));
  EXPECT_EQ(syncer_->TimeToNextTurn(), absl::Seconds(5));
  b_.SetDown(false);
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_THAT(b_.Acls(), ElementsAre(Acl("A.orders")));
}

TEST_F(AclSyncerTest, ARejectedAclBlocksNoOtherAndIsReportedOnce) {
  a_.AddAcl(Acl("bad"));
  a_.AddAcl(Acl("good"));
  b_.FailAcl("A.bad", absl::InvalidArgumentError("no such principal"));
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_THAT(b_.Acls(), ElementsAre(Acl("A.good")));
  EXPECT_THAT(Events(Kind::kAclRefused),
              ElementsAre(AllOf(HasSubstr("TOPIC A.bad"),
                                HasSubstr("no such principal"))));
  ASSERT_EQ(Status().refused_size(), 1);
  EXPECT_EQ(Status().refused(0).acl(), Acl("A.bad").ToString());
  EXPECT_EQ(Status().refused_count(), 1);
  b_.FailAcl("A.bad", absl::OkStatus());
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_EQ(Status().refused_count(), 0);
}

TEST_F(AclSyncerTest, ManyRefusalsAreFewEvents) {
  for (int i = 0; i < 50; ++i) {
    const std::string topic = absl::StrCat("topic-", i);
    a_.AddAcl(Acl(topic));
    b_.FailAcl("A." + topic, absl::InvalidArgumentError("no"));
  }
  EXPECT_THAT(Sync(), IsOk());
  const auto events = Events(Kind::kAclRefused);
  ASSERT_EQ(events.size(), 10u);
  EXPECT_THAT(events.back(), HasSubstr("40 ACLs more"));
  EXPECT_EQ(Status().refused_size(), 20);
  EXPECT_EQ(Status().refused_count(), 50);
}

TEST_F(AclSyncerTest, WhatIsSkippedIsReportedOnce) {
  a_.AddAcl(Acl("*"));
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_THAT(Events(Kind::kAclRefused),
              ElementsAre(HasSubstr("1 ACL of the source not copied")));
  ASSERT_EQ(Status().left_out_size(), 1);
  EXPECT_EQ(Status().left_out_count(), 1);
  EXPECT_THAT(b_.Acls(), IsEmpty());
}

TEST_F(AclSyncerTest, WithoutTheOptionNothingIsRememberedOrRemoved) {
  a_.AddAcl(Acl("orders"));
  EXPECT_THAT(Sync(), IsOk());
  a_.RemoveAcl(Acl("orders"));
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_THAT(b_.Acls(), ElementsAre(Acl("A.orders")));
  EXPECT_FALSE(b_.HasTopic(kLedger));
}

class AclRemovalTest : public AclSyncerTest {
 protected:
  AclRemovalTest() { options_.rules.options.remove = true; }
};

TEST_F(AclRemovalTest, RemovesOnlyItsOwnAlsoAfterARestart) {
  for (const char* topic : {"orders", "ledger", "kept"}) a_.AddAcl(Acl(topic));
  b_.AddAcl(Acl("A.ledger"));  // before us
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_EQ(LedgerEnd(), 2);
  for (const char* topic : {"orders", "ledger"}) a_.RemoveAcl(Acl(topic));
  Start();
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_THAT(b_.Acls(), ElementsAre(Acl("A.kept"), Acl("A.ledger")));
  EXPECT_EQ(Status().removed(), 1);
  EXPECT_THAT(Events(Kind::kAclsChanged).back(),
              AllOf(HasSubstr("1 ACL removed from cluster B"),
                    HasSubstr("TOPIC A.orders")));
  EXPECT_EQ(LedgerEnd(), 3);
  EXPECT_EQ(b_.Records({kLedger, 0}).back().value, std::nullopt);
  // Nothing more to do, ever.
  Start();
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_EQ(LedgerEnd(), 3);
  EXPECT_EQ(b_.AclWrites(), 3);
}

TEST_F(AclRemovalTest, OneLookThatLacksAnAclRemovesNothing) {
  a_.AddAcl(Acl("orders"));
  EXPECT_THAT(Sync(), IsOk());
  a_.RemoveAcl(Acl("orders"));
  EXPECT_THAT(syncer_->RunOnce(), IsOk());
  EXPECT_EQ(syncer_->TimeToNextTurn(), absl::Seconds(30));
  EXPECT_THAT(syncer_->RunOnce(), IsOk());
  EXPECT_THAT(b_.Acls(), ElementsAre(Acl("A.orders")));
  a_.AddAcl(Acl("orders"));
  clock_.Advance(absl::Seconds(30));
  EXPECT_THAT(syncer_->RunOnce(), IsOk());
  a_.RemoveAcl(Acl("orders"));
  clock_.Advance(absl::Minutes(10));
  EXPECT_THAT(syncer_->RunOnce(), IsOk());
  EXPECT_THAT(b_.Acls(), ElementsAre(Acl("A.orders")));
  clock_.Advance(absl::Seconds(30));
  EXPECT_THAT(syncer_->RunOnce(), IsOk());
  EXPECT_THAT(b_.Acls(), IsEmpty());
}

TEST_F(AclRemovalTest, ASourceThatCannotBeListedRemovesNothing) {
  a_.AddAcl(Acl("orders"));
  EXPECT_THAT(Sync(), IsOk());
  a_.RemoveAcl(Acl("orders"));
  for (const auto code :
       {StatusCode::kPermissionDenied, StatusCode::kUnavailable}) {
    a_.RefuseDescribeAcls(absl::Status(code, "no"));
    EXPECT_THAT(Sync(), StatusIs(code));
    clock_.Advance(absl::Minutes(10));
  }
  a_.SetAuthorizer(false);
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_THAT(b_.Acls(), ElementsAre(Acl("A.orders")));
}

// The source was lost and set up again: its ACLs were not removed.
TEST_F(AclRemovalTest, AnotherClusterUnderTheAliasRemovesNothing) {
  a_.AddAcl(Acl("orders"));
  EXPECT_THAT(Sync(), IsOk());
  FakeCluster another("A", Single("another"));
  Start(&another);
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_THAT(b_.Acls(), ElementsAre(Acl("A.orders")));
  // What comes from it goes with it.
  another.AddAcl(Acl("ledger"));
  EXPECT_THAT(Sync(), IsOk());
  another.RemoveAcl(Acl("ledger"));
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_THAT(b_.Acls(), ElementsAre(Acl("A.orders")));
  EXPECT_EQ(Status().removed(), 1);
}

TEST_F(AclRemovalTest, WhatTheTargetRefusedToCreateIsNotOurs) {
  a_.AddAcl(Acl("orders"));
  b_.RefuseAlterAcls(absl::PermissionDeniedError("no"));
  EXPECT_THAT(Sync(), StatusIs(StatusCode::kPermissionDenied));
  // The operator does it by hand.
  b_.RefuseAlterAcls(absl::OkStatus());
  b_.AddAcl(Acl("A.orders"));
  EXPECT_THAT(Sync(), IsOk());
  a_.RemoveAcl(Acl("orders"));
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_THAT(b_.Acls(), ElementsAre(Acl("A.orders")));
}

// The answer was lost, the ACL was not.
TEST_F(AclRemovalTest, WhatMayHaveBeenCreatedIsOurs) {
  a_.AddAcl(Acl("orders"));
  b_.RefuseAlterAcls(absl::DeadlineExceededError("no answer"));
  EXPECT_THAT(Sync(), StatusIs(StatusCode::kDeadlineExceeded));
  b_.AddAcl(Acl("A.orders"));
  b_.RefuseAlterAcls(absl::OkStatus());
  Start();
  EXPECT_THAT(Sync(), IsOk());
  a_.RemoveAcl(Acl("orders"));
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_THAT(b_.Acls(), IsEmpty());
}

TEST_F(AclRemovalTest, CreatesNothingThatItCannotRemember) {
  a_.AddAcl(Acl("orders"));
  b_.RefuseCreateTopics(absl::PermissionDeniedError("cluster B: no CREATE"));
  EXPECT_THAT(Sync(), StatusIs(StatusCode::kPermissionDenied,
                               AllOf(HasSubstr(kLedger),
                                     HasSubstr("allow CREATE on topic"))));
  EXPECT_THAT(b_.Acls(), IsEmpty());
  b_.RefuseCreateTopics(absl::OkStatus());
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_THAT(b_.Acls(), ElementsAre(Acl("A.orders")));
}

TEST_F(AclRemovalTest, ARejectedRemovalIsNamedAndRetried) {
  a_.AddAcl(Acl("orders"));
  EXPECT_THAT(Sync(), IsOk());
  a_.RemoveAcl(Acl("orders"));
  b_.FailAcl("A.orders", absl::InternalError("odd"));
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_THAT(Events(Kind::kAclRefused), ElementsAre(HasSubstr("odd")));
  b_.FailAcl("A.orders", absl::OkStatus());
  clock_.Advance(absl::Minutes(10));
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_THAT(b_.Acls(), IsEmpty());
}

TEST_F(AclRemovalTest, WhatOthersRemovedIsForgotten) {
  a_.AddAcl(Acl("orders"));
  EXPECT_THAT(Sync(), IsOk());
  a_.RemoveAcl(Acl("orders"));
  b_.RemoveAcl(Acl("A.orders"));
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_EQ(LedgerEnd(), 2);
  // So it stays if it is created again by hand.
  b_.AddAcl(Acl("A.orders"));
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_THAT(b_.Acls(), ElementsAre(Acl("A.orders")));
}

TEST_F(AclRemovalTest, GarbageInTheLedgerNamesNoAcl) {
  b_.CreateTopic(kLedger, 1);
  Record record;
  record.key = "nonsense";
  record.value = "nonsense";
  b_.Append({kLedger, 0}, record);
  b_.AddAcl(Acl("A.orders"));
  EXPECT_THAT(Sync(), IsOk());
  EXPECT_THAT(b_.Acls(), ElementsAre(Acl("A.orders")));
}

TEST_F(AclSyncerTest, StopsWhenCancelled) {
  Start();
  syncer_->Cancel();
  EXPECT_THAT(syncer_->RunOnce(), StatusIs(StatusCode::kCancelled));
}

}  // namespace
}  // namespace mirror::internal
