// SPDX-License-Identifier: Apache-2.0
//
// ACLs between real brokers with Kafka's authorizer.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/cluster/acl_admin.h"
#include "mirror/flow.h"
#include "mirror/model/acl_binding.h"
#include "mirror/policy/filters.h"
#include "mirror/policy/mm2_replication_policies.h"
#include "mirror/telemetry/engine_event.h"
#include "mirror/telemetry/status.pb.h"
#include "mirror/testing/matchers.h"
#include "tests/integration/mirror_test.h"
#include "tests/integration/test_cluster.h"

namespace mirror::internal::testing {
namespace {

using ::testing::Each;
using ::testing::UnorderedElementsAreArray;
using Kind = EngineEvent::Kind;

// Topics with ACLs are forbidden to principals that no ACL allows, so an engine
// without a login must be a super user to write there.
std::unique_ptr<TestCluster> StartOrExit(const std::string& alias,
                                         bool super_user = true) {
  std::vector<std::string> settings = {
      "authorizer.class.name=org.apache.kafka.metadata.authorizer."
      "StandardAuthorizer",
      "allow.everyone.if.no.acl.found=true"};
  if (super_user) settings.push_back("super.users=User:ANONYMOUS");
  auto cluster = TestCluster::Start(alias, settings);
  if (cluster.ok()) return *std::move(cluster);
  std::fprintf(stderr, "%s\n", cluster.status().ToString().c_str());
  std::exit(1);
}

// What operators do with the ACLs of a cluster.
class Acls {
 public:
  explicit Acls(TestCluster* cluster)
      : admin_(cluster->cluster()->NewAclAdmin("test").value()) {}
  ~Acls() { admin_->Cancel(); }

  void Add(const std::vector<AclBinding>& acls) {
    EXPECT_THAT(admin_->CreateAcls(acls), Each(IsOk()));
    EXPECT_TRUE(Eventually([&] {
      const std::set<AclBinding> there = All();
      return std::all_of(acls.begin(), acls.end(), [&](const AclBinding& acl) {
        return there.count(acl) > 0;
      });
    }));
  }
  void Remove(const std::vector<AclBinding>& acls) {
    EXPECT_THAT(admin_->DeleteAcls(acls), Each(IsOk()));
  }
  std::set<AclBinding> All() {
    const auto acls =
        admin_->DescribeAcls({AclResource::kTopic, AclResource::kGroup});
    EXPECT_THAT(acls, IsOk());
    if (!acls.ok()) return {};
    return {acls->begin(), acls->end()};
  }
  // Those about a resource whose name contains `part`.
  std::vector<AclBinding> About(const std::string& part) {
    std::vector<AclBinding> result;
    for (const AclBinding& acl : All()) {
      if (absl::StrContains(acl.name, part)) result.push_back(acl);
    }
    return result;
  }

 private:
  const std::unique_ptr<AclAdmin> admin_;
};

class AclSyncTest : public ::testing::Test {
 protected:
  static TestCluster* source() {
    static const std::unique_ptr<TestCluster> kCluster = StartOrExit("A");
    return kCluster.get();
  }
  static TestCluster* target() {
    static const std::unique_ptr<TestCluster> kCluster = StartOrExit("B");
    return kCluster.get();
  }
  // "Test.name".
  static std::string Name(const std::string& name) {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    return absl::StrCat(test->name(), ".", name);
  }
  static AclBinding Acl(const std::string& topic, AclOperation operation,
                        AclPermission permission = AclPermission::kAllow) {
    AclBinding acl;
    acl.name = topic;
    acl.principal = "User:alice";
    acl.operation = operation;
    acl.permission = permission;
    return acl;
  }
  static Flow NewFlow() {
    Flow flow("A", "B");
    flow.source.properties = {{"bootstrap.servers", source()->servers()}};
    flow.target.properties = {{"bootstrap.servers", target()->servers()}};
    flow.topics = RegexTopicFilter::Create(Name(".*")).value();
    flow.shards = 1;
    flow.acls.enabled = true;
    flow.acls.interval = absl::Seconds(1);
    return flow;
  }
  // Waits until two more rounds are over, by what they leave out.
  void AwaitRounds(const RunningMirror& mirror) {
    const AclBinding every = Acl("*", AclOperation::kDescribe);
    const auto left_out = [&] {
      return mirror.Status().acls().left_out_count();
    };
    on_source_.Add({every});
    EXPECT_TRUE(Eventually([&] { return left_out() == 1; }));
    on_source_.Remove({every});
    EXPECT_TRUE(Eventually([&] { return left_out() == 0; }));
    EXPECT_EQ(mirror.Status().acls().reason(), "");
  }

  Acls on_source_{source()};
  Acls on_target_{target()};
};

TEST_F(AclSyncTest, RulesHoldEndToEndAndASecondRoundCreatesNothing) {
  const std::string topic = Name("orders");
  const std::string copy = "A." + topic;
  source()->CreateTopic(topic, 1);
  source()->AppendNumbers({topic, 0}, 0, 10);
  on_source_.Add({Acl(topic, AclOperation::kAll),
                  Acl(topic, AclOperation::kWrite),
                  Acl(topic, AclOperation::kDescribeConfigs),
                  Acl(topic, AclOperation::kAll, AclPermission::kDeny),
                  Acl("unselected", AclOperation::kRead)});
  const std::vector<AclBinding> wanted = {
      Acl(copy, AclOperation::kRead), Acl(copy, AclOperation::kDescribeConfigs),
      Acl(copy, AclOperation::kAll, AclPermission::kDeny)};
  RunningMirror mirror(NewFlow());
  EXPECT_TRUE(Eventually([&] { return on_target_.About(copy).size() == 3; }));
  EXPECT_THAT(on_target_.About(topic), UnorderedElementsAreArray(wanted));
  EXPECT_TRUE(mirror.AwaitEvent(Kind::kAclsChanged, {"3 ACLs created", copy}));
  AwaitRounds(mirror);  // brokers take a moment, and rounds are quick here
  const int64_t created = mirror.Status().acls().created();
  AwaitRounds(mirror);
  EXPECT_EQ(mirror.Status().acls().created(), created);
  EXPECT_EQ(mirror.Status().acls().present(), 3);
  EXPECT_EQ(mirror.Status().acls().refused_count(), 0);
  EXPECT_THAT(on_target_.About("unselected"), ::testing::IsEmpty());
  EXPECT_TRUE(mirror.AwaitCopied(source(), topic));
}

TEST_F(AclSyncTest, NoAclEverAllowsWritingToACopy) {
  Flow flow = NewFlow();
  flow.policy = IdentityReplicationPolicy::Create({"A"});
  flow.acls.prefixed = true;
  std::vector<AclBinding> source_acls;
  for (const AclOperation operation :
       {AclOperation::kAll, AclOperation::kWrite}) {
    source_acls.push_back(Acl(Name("orders"), operation));
    source_acls.push_back(Acl(Name("pre"), operation));
    source_acls.back().pattern = AclPattern::kPrefixed;
    source_acls.push_back(Acl("*", operation));
  }
  on_source_.Add(source_acls);
  AclBinding prefixed = Acl(Name("pre"), AclOperation::kRead);
  prefixed.pattern = AclPattern::kPrefixed;
  RunningMirror mirror(std::move(flow));
  EXPECT_TRUE(mirror.AwaitEvent(Kind::kAclsChanged, {Name("pre")}));
  EXPECT_TRUE(
      Eventually([&] { return on_target_.About(Name("")).size() == 2; }));
  EXPECT_THAT(on_target_.About(Name("")),
              UnorderedElementsAreArray(
                  {Acl(Name("orders"), AclOperation::kRead), prefixed}));
  for (const AclBinding& acl : on_target_.All()) EXPECT_NE(acl.name, "*");
  EXPECT_EQ(mirror.Status().acls().left_out_count(), 1);
  on_source_.Remove(source_acls);
}

TEST_F(AclSyncTest, RemovesOnlyWhatItCreatedAlsoAfterARestart) {
  Flow flow = NewFlow();
  flow.acls.remove = true;
  flow.acls.groups = true;
  AclBinding group = Acl(Name("group"), AclOperation::kRead);
  group.resource = AclResource::kGroup;
  const AclBinding ours = Acl(Name("ours"), AclOperation::kRead);
  const AclBinding theirs = Acl(Name("theirs"), AclOperation::kRead);
  AclBinding ours_there = ours;
  ours_there.name = "A." + ours.name;
  AclBinding theirs_there = theirs;
  theirs_there.name = "A." + theirs.name;
  on_source_.Add({ours, theirs, group});
  on_target_.Add({theirs_there});
  {
    RunningMirror mirror(flow);
    EXPECT_TRUE(
        Eventually([&] { return on_target_.About(Name("")).size() == 3; }));
    AwaitRounds(mirror);
  }
  EXPECT_GT(target()->End({"mm2-acls.A.internal", 0}), 0);
  on_source_.Remove({ours, theirs, group});
  RunningMirror mirror(flow);
  EXPECT_TRUE(mirror.AwaitEvent(Kind::kAclsChanged,
                                {"removed", ours_there.name, group.name}));
  AwaitRounds(mirror);
  const std::set<AclBinding> there = on_target_.All();
  EXPECT_EQ(there.count(ours_there), 0u);
  EXPECT_EQ(there.count(group), 0u);
  EXPECT_EQ(there.count(theirs_there), 1u);
  EXPECT_EQ(mirror.Status().acls().removed(), 2);
}

// librdkafka returns the same for a list that was denied and an empty one.
TEST_F(AclSyncTest, AListThatIsRefusedIsNoEmptyList) {
  const std::unique_ptr<TestCluster> strict = StartOrExit("A", false);
  const AclBinding ours = Acl(Name("ours"), AclOperation::kRead);
  Acls acls(strict.get());
  Flow flow = NewFlow();
  flow.source.properties = {{"bootstrap.servers", strict->servers()}};
  flow.acls.remove = true;
  // It has an authorizer, but no ACLs yet.
  RunningMirror mirror(flow);
  EXPECT_TRUE(Eventually([&] {
    return mirror.Status().state() == FLOW_RUNNING &&
           mirror.Status().acls().last_round_ms() > 0;
  }));
  EXPECT_EQ(mirror.Status().acls().reason(), "");
  acls.Add({ours});
  EXPECT_TRUE(mirror.AwaitEvent(Kind::kAclsChanged, {"created", ours.name}));
  // No principal may list ACLs, all may change them.
  std::vector<AclBinding> lock = {
      Acl(std::string(kClusterResource), AclOperation::kAll),
      Acl(std::string(kClusterResource), AclOperation::kDescribe,
          AclPermission::kDeny)};
  for (AclBinding& acl : lock) {
    acl.resource = AclResource::kCluster;
    acl.principal = "User:*";
  }
  const auto admin = strict->cluster()->NewAclAdmin("lock").value();
  EXPECT_THAT(admin->CreateAcls(lock), Each(IsOk()));
  EXPECT_TRUE(mirror.AwaitEvent(
      Kind::kAclRefused,
      {"allow DESCRIBE on CLUSTER kafka-cluster of cluster A"}));
  EXPECT_THAT(admin->DescribeAcls({AclResource::kTopic}),
              StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_EQ(on_target_.About(ours.name).size(), 1u);
  EXPECT_THAT(admin->DeleteAcls(lock), Each(IsOk()));
  EXPECT_TRUE(
      mirror.AwaitEvent(Kind::kClusterRecovered, {"ACLs are written again"}));
  // Nor anything that earlier tests left in the ledger: this is another A.
  EXPECT_EQ(mirror.Status().acls().removed(), 0);
  EXPECT_EQ(mirror.EventCount(Kind::kAclRefused), 1);
  admin->Cancel();
}

TEST_F(AclSyncTest, ClustersWithoutAnAuthorizerAreLeftInPeace) {
  const std::unique_ptr<TestCluster> open = TestCluster::Start("A").value();
  Flow flow = NewFlow();
  flow.source.properties = {{"bootstrap.servers", open->servers()}};
  RunningMirror mirror(flow);
  EXPECT_TRUE(mirror.AwaitEvent(
      Kind::kAclRefused,
      {"cluster A has no authorizer", "sync.topic.acls.enabled = false"}));
  open->CreateTopic(Name("orders"), 1);
  open->AppendNumbers({Name("orders"), 0}, 0, 10);
  EXPECT_TRUE(mirror.AwaitCopied(open.get(), Name("orders")));
  EXPECT_EQ(mirror.EventCount(Kind::kAclRefused), 1);
}

}  // namespace
}  // namespace mirror::internal::testing
