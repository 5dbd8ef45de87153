// SPDX-License-Identifier: Apache-2.0

#include "mirror/metadata/acl_plan.h"

#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/policy/filters.h"
#include "mirror/policy/mm2_replication_policies.h"

namespace mirror::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr AclOperation kLastOperation = AclOperation::kIdempotentWrite;

AclBinding Acl(AclPermission permission, AclOperation operation,
               const std::string& topic,
               AclPattern pattern = AclPattern::kLiteral) {
  AclBinding acl;
  acl.name = topic;
  acl.pattern = pattern;
  acl.principal = "User:alice";
  acl.operation = operation;
  acl.permission = permission;
  return acl;
}

AclBinding Allow(AclOperation operation, const std::string& topic,
                 AclPattern pattern = AclPattern::kLiteral) {
  return Acl(AclPermission::kAllow, operation, topic, pattern);
}

AclBinding Prefix(const std::string& topic,
                  AclOperation operation = AclOperation::kRead) {
  return Allow(operation, topic, AclPattern::kPrefixed);
}

AclBinding Group(const std::string& group,
                 AclPattern pattern = AclPattern::kLiteral) {
  AclBinding acl = Allow(AclOperation::kRead, group, pattern);
  acl.resource = AclResource::kGroup;
  return acl;
}

AclRules Rules(std::shared_ptr<const ReplicationPolicy> policy =
                   DefaultReplicationPolicy::Create().value(),
               const std::string& topics = ".*") {
  AclRules rules;
  rules.selection.policy = std::move(policy);
  rules.selection.filter = RegexTopicFilter::Create(topics).value();
  rules.selection.source_alias = "A";
  rules.selection.target_alias = "B";
  rules.source_alias = "A";
  rules.groups = RegexGroupFilter::Create("billing.*").value();
  return rules;
}

AclRules Everything(std::shared_ptr<const ReplicationPolicy> policy =
                        DefaultReplicationPolicy::Create().value()) {
  AclRules rules = Rules(std::move(policy));
  rules.options.prefixed = true;
  rules.options.groups = true;
  rules.options.remove = true;
  return rules;
}

// Names of topics "orders" become "orders" + suffix: prefixes are lost.
class SuffixPolicy final : public ReplicationPolicy {
 public:
  std::string FormatRemoteTopic(absl::string_view source_alias,
                                absl::string_view topic) const override {
    return std::string(topic) + "-from-" + std::string(source_alias);
  }
  std::optional<std::string> TopicSource(absl::string_view) const override {
    return std::nullopt;
  }
  std::optional<std::string> UpstreamTopic(absl::string_view) const override {
    return std::nullopt;
  }
};

struct Vector {
  AclPermission permission;
  AclOperation operation;
  // Nothing: it is not copied.
  std::optional<AclOperation> copied_as;
};

std::ostream& operator<<(std::ostream& os, const Vector& vector) {
  return os << ToString(vector.permission) << " " << ToString(vector.operation);
}

// mm2-reference 4.5.
class AclRewriteTest : public ::testing::TestWithParam<Vector> {};

TEST_P(AclRewriteTest, IsMm2s) {
  const Vector& vector = GetParam();
  const AclBinding source = Acl(vector.permission, vector.operation, "orders");
  for (const bool identity : {false, true}) {
    const AclRules rules =
        identity ? Rules(IdentityReplicationPolicy::Create({"A"})) : Rules();
    const AclPlan plan = PlanAcls(rules, {source}, {}, {});
    EXPECT_THAT(plan.left_out, IsEmpty());
    if (!vector.copied_as) {
      EXPECT_THAT(plan.create, IsEmpty());
      continue;
    }
    EXPECT_THAT(plan.create,
                ElementsAre(Acl(vector.permission, *vector.copied_as,
                                identity ? "orders" : "A.orders")));
  }
}

constexpr AclPermission kYes = AclPermission::kAllow;
constexpr AclPermission kNo = AclPermission::kDeny;
INSTANTIATE_TEST_SUITE_P(
    Vectors, AclRewriteTest,
    ::testing::Values(
        Vector{kYes, AclOperation::kAll, AclOperation::kRead},
        Vector{kYes, AclOperation::kRead, AclOperation::kRead},
        Vector{kYes, AclOperation::kWrite, std::nullopt},
        Vector{kYes, AclOperation::kCreate, AclOperation::kCreate},
        Vector{kYes, AclOperation::kDelete, AclOperation::kDelete},
        Vector{kYes, AclOperation::kAlter, AclOperation::kAlter},
        Vector{kYes, AclOperation::kDescribe, AclOperation::kDescribe},
        Vector{kYes, AclOperation::kDescribeConfigs,
               AclOperation::kDescribeConfigs},
        Vector{kYes, AclOperation::kAlterConfigs, AclOperation::kAlterConfigs},
        Vector{kNo, AclOperation::kAll, AclOperation::kAll},
        Vector{kNo, AclOperation::kRead, AclOperation::kRead},
        Vector{kNo, AclOperation::kWrite, AclOperation::kWrite},
        Vector{kNo, AclOperation::kDescribe, AclOperation::kDescribe}));

TEST(PlanAclsTest, PrincipalAndHostStay) {
  AclBinding source = Allow(AclOperation::kRead, "orders");
  source.principal = "User:CN=bob";
  source.host = "10.0.0.1";
  AclBinding copy = source;
  copy.name = "A.orders";
  EXPECT_THAT(PlanAcls(Rules(), {source}, {}, {}).create, ElementsAre(copy));
}

TEST(PlanAclsTest, OnlySelectedTopicsAndHeartbeats) {
  const AclRules rules =
      Rules(DefaultReplicationPolicy::Create().value(), "orders.*");
  std::vector<AclBinding> source;
  for (const char* topic : {"orders", "ledger", "B.orders", "orders-internal",
                            "__consumer_offsets", "heartbeats", "C.orders"}) {
    source.push_back(Allow(AclOperation::kRead, topic));
  }
  const AclPlan plan = PlanAcls(rules, source, {}, {});
  EXPECT_THAT(plan.create,
              ElementsAre(Allow(AclOperation::kRead, "A.heartbeats"),
                          Allow(AclOperation::kRead, "A.orders")));
  EXPECT_THAT(plan.left_out, IsEmpty());
}

TEST(PlanAclsTest, OtherResourcesAreNotCopied) {
  std::vector<AclBinding> source(3, Allow(AclOperation::kRead, "orders"));
  source[0].resource = AclResource::kCluster;
  source[1].resource = AclResource::kTransactionalId;
  source[2] = Group("billing");
  const AclPlan plan = PlanAcls(Rules(), source, {}, {});
  EXPECT_THAT(plan.create, IsEmpty());
  EXPECT_THAT(plan.left_out, IsEmpty());
}

TEST(PlanAclsTest, CreatesOnlyWhatIsMissingAndThatOnce) {
  // Both of the first two become ALLOW READ.
  const std::vector<AclBinding> source = {
      Allow(AclOperation::kAll, "orders"), Allow(AclOperation::kRead, "orders"),
      Allow(AclOperation::kDescribe, "orders")};
  const AclBinding read = Allow(AclOperation::kRead, "A.orders");
  const AclBinding describe = Allow(AclOperation::kDescribe, "A.orders");
  EXPECT_THAT(PlanAcls(Rules(), source, {}, {}).create,
              ElementsAre(read, describe));
  const AclBinding foreign = Allow(AclOperation::kWrite, "A.orders");
  const AclPlan next = PlanAcls(Rules(), source, {foreign, read}, {});
  EXPECT_THAT(next.create, ElementsAre(describe));
  EXPECT_EQ(next.present, 1);
  EXPECT_THAT(next.remove, IsEmpty());
}

// MM2 makes "A.*" of it, which no topic is called.
TEST(PlanAclsTest, EveryTopicIsSkippedAndReported) {
  const AclPlan plan =
      PlanAcls(Rules(), {Allow(AclOperation::kRead, "*")}, {}, {});
  EXPECT_THAT(plan.create, IsEmpty());
  ASSERT_EQ(plan.left_out.size(), 1u);
  EXPECT_EQ(plan.left_out[0].acl, Allow(AclOperation::kRead, "*"));
  EXPECT_THAT(plan.left_out[0].reason, HasSubstr("by hand"));
}

// Why a source's prefixed ACL is skipped; "" if it is copied or none of the
// flow's business.
std::string ReasonFor(const AclRules& rules, const AclBinding& acl) {
  const AclPlan plan = PlanAcls(rules, {acl}, {}, {});
  return plan.left_out.empty() ? "" : plan.left_out[0].reason;
}

TEST(PlanAclsPrefixedTest, AreCopiedOnlyIfAskedFor) {
  EXPECT_THAT(ReasonFor(Rules(), Prefix("orders-")),
              HasSubstr("sync.topic.acls.prefixed.enabled"));
  const AclPlan plan = PlanAcls(
      Everything(), {Prefix("orders-"), Prefix("ledger-", AclOperation::kAll)},
      {}, {});
  EXPECT_THAT(plan.create,
              ElementsAre(Prefix("A.ledger-"), Prefix("A.orders-")));
  EXPECT_THAT(plan.left_out, IsEmpty());
}

TEST(PlanAclsPrefixedTest, KeepTheirNamesWithIdentity) {
  const AclRules rules = Everything(IdentityReplicationPolicy::Create({"A"}));
  EXPECT_THAT(PlanAcls(rules, {Prefix("orders-")}, {}, {}).create,
              ElementsAre(Prefix("orders-")));
  // It renames what ends in "heartbeats", and nothing longer.
  EXPECT_THAT(ReasonFor(rules, Prefix("app-heartbeats")),
              HasSubstr("no prefix in common"));
}

TEST(PlanAclsPrefixedTest, AreSkippedWhereThePolicyKeepsNoPrefixes) {
  const AclRules rules = Everything(std::make_shared<SuffixPolicy>());
  EXPECT_THAT(ReasonFor(rules, Prefix("orders-")),
              HasSubstr("no prefix in common"));
  EXPECT_THAT(PlanAcls(rules, {Prefix("orders-")}, {}, {}).create, IsEmpty());
}

TEST(PlanAclsPrefixedTest, NeverSpeakOfEverythingOrOfInternalTopics) {
  const AclRules by_default = Everything();
  AclRules identity = Everything(IdentityReplicationPolicy::Create({"A"}));
  identity.own_topics = {"orders-progress", "refused-orders"};
  EXPECT_THAT(ReasonFor(by_default, Prefix("")), HasSubstr("empty prefix"));
  EXPECT_THAT(ReasonFor(identity, Prefix("")), HasSubstr("empty prefix"));
  EXPECT_THAT(ReasonFor(by_default, Prefix("check")),
              HasSubstr("A.checkpoints.internal"));
  EXPECT_THAT(ReasonFor(identity, Prefix("mm2-off")), HasSubstr("mm2-offset"));
  EXPECT_THAT(ReasonFor(identity, Prefix("mm2-acls.A")),
              HasSubstr("mm2-acls.A.internal"));
  EXPECT_THAT(ReasonFor(identity, Prefix("orders")),
              HasSubstr("orders-progress"));
  EXPECT_THAT(ReasonFor(identity, Prefix("ref")), HasSubstr("refused-orders"));
  EXPECT_THAT(ReasonFor(identity, Prefix("_")),
              HasSubstr("__consumer_offsets"));
  for (const char* prefix : {"__", "__consumer", ".hidden"}) {
    EXPECT_THAT(PlanAcls(identity, {Prefix(prefix)}, {}, {}).create, IsEmpty());
  }
  // Topics that came from the target are not mirrored back.
  EXPECT_THAT(PlanAcls(by_default, {Prefix("B.or")}, {}, {}).create, IsEmpty());
}

TEST(PlanAclsGroupTest, AreCopiedOnlyIfAskedForAndTheFilterAccepts) {
  const std::vector<AclBinding> source = {Group("billing-eu"), Group("audit")};
  EXPECT_THAT(AclResources(Rules().options), ElementsAre(AclResource::kTopic));
  EXPECT_THAT(AclResources(Everything().options),
              ElementsAre(AclResource::kTopic, AclResource::kGroup));
  EXPECT_THAT(PlanAcls(Rules(), source, {}, {}).create, IsEmpty());
  const AclPlan plan = PlanAcls(Everything(), source, {}, {});
  EXPECT_THAT(plan.create, ElementsAre(Group("billing-eu")));
  EXPECT_THAT(plan.left_out, IsEmpty());
}

TEST(PlanAclsGroupTest, ForEveryGroupOrAPrefixNeedMore) {
  AclRules rules = Everything();
  EXPECT_THAT(ReasonFor(rules, Group("*")), HasSubstr("by hand"));
  EXPECT_THAT(ReasonFor(rules, Group("", AclPattern::kPrefixed)),
              HasSubstr("by hand"));
  const AclBinding prefixed = Group("billing-", AclPattern::kPrefixed);
  EXPECT_THAT(PlanAcls(rules, {prefixed}, {}, {}).create,
              ElementsAre(prefixed));
  rules.options.prefixed = false;
  EXPECT_THAT(ReasonFor(rules, prefixed), HasSubstr("prefixed.enabled"));
}

TEST(PlanAclsRemoveTest, OnlyOurOwnThatTheSourceNoLongerHas) {
  const AclBinding kept = Allow(AclOperation::kRead, "A.orders");
  const AclBinding lost = Allow(AclOperation::kDescribe, "A.orders");
  const AclBinding foreign = Allow(AclOperation::kAlter, "A.orders");
  const AclBinding vanished = Allow(AclOperation::kDelete, "A.orders");
  const std::vector<AclBinding> source = {Allow(AclOperation::kAll, "orders")};
  const AclPlan plan = PlanAcls(Everything(), source, {kept, lost, foreign},
                                {kept, lost, vanished});
  EXPECT_THAT(plan.remove, ElementsAre(lost));
  EXPECT_THAT(plan.forget, ElementsAre(vanished));
  EXPECT_THAT(plan.create, IsEmpty());
  EXPECT_THAT(PlanAcls(Rules(), source, {kept, lost}, {kept, lost}).remove,
              IsEmpty());
}

// What the filters select is another question than what the source has.
TEST(PlanAclsRemoveTest, NarrowerFiltersAndOptionsRemoveNothing) {
  const std::set<AclBinding> ours = {Allow(AclOperation::kRead, "A.orders"),
                                     Prefix("A.ledger-"), Group("billing")};
  AclRules rules = Everything();
  rules.selection.filter = RegexTopicFilter::Create("nothing").value();
  rules.options.prefixed = false;
  rules.options.groups = false;
  const AclPlan plan =
      PlanAcls(rules, {Allow(AclOperation::kRead, "orders"), Prefix("ledger-")},
               std::vector<AclBinding>(ours.begin(), ours.end()), ours);
  EXPECT_THAT(plan.remove, IsEmpty());
  EXPECT_THAT(plan.forget, IsEmpty());
}

TEST(PlanAclsTest, NothingEverLetsAnybodyWriteToATopic) {
  std::vector<AclBinding> source;
  for (const std::string topic : {"orders", "*", "", "A.orders", "check"}) {
    for (int i = 0; i <= static_cast<int>(kLastOperation); ++i) {
      for (const AclPattern pattern :
           {AclPattern::kLiteral, AclPattern::kPrefixed}) {
        source.push_back(Allow(static_cast<AclOperation>(i), topic, pattern));
      }
    }
  }
  const std::shared_ptr<const ReplicationPolicy> policies[] = {
      DefaultReplicationPolicy::Create().value(),
      IdentityReplicationPolicy::Create({"A"}),
      std::make_shared<SuffixPolicy>()};
  for (const auto& policy : policies) {
    const AclPlan plan = PlanAcls(Everything(policy), source, {}, {});
    EXPECT_GT(plan.create.size(), 5u);
    for (const AclBinding& acl : plan.create) {
      EXPECT_NE(acl.operation, AclOperation::kWrite) << acl;
      EXPECT_NE(acl.operation, AclOperation::kAll) << acl;
      EXPECT_NE(acl.name, "*") << acl;
      EXPECT_NE(acl.name, "") << acl;
    }
  }
}

}  // namespace
}  // namespace mirror::internal
