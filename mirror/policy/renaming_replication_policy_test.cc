// SPDX-License-Identifier: Apache-2.0

#include "mirror/policy/renaming_replication_policy.h"

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/policy/mm2_replication_policies.h"
#include "mirror/policy/remote_topics.h"
#include "mirror/testing/matchers.h"
#include "mirror/testing/replication_policy_contract.h"

namespace mirror::internal {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using Options = RenamingReplicationPolicy::Options;
using Rule = RenamingReplicationPolicy::Rule;
using Policy = std::shared_ptr<const ReplicationPolicy>;

const Rule kDropVersion = {"(.*)-v1", "\\1", "(.*)", "\\1-v1"};

Policy Create(std::map<std::string, std::string> names,
              std::vector<Rule> rules = {}, Policy inner = nullptr) {
  return RenamingReplicationPolicy::Create(
             {std::move(names), std::move(rules), std::move(inner)})
      .value();
}

Policy Identity() { return IdentityReplicationPolicy::Create({"A"}); }

// Every policy of these tests by what is special about it.
std::vector<std::pair<std::string, Policy>> Policies() {
  const std::vector<Rule> lossy = {{"(.).*", "\\1", "(.)", "\\1rders"}};
  std::vector<std::pair<std::string, Policy>> policies;
  for (const Policy& inner : {Policy(), Identity()}) {
    policies.insert(
        policies.end(),
        {{"nothing", Create({}, {}, inner)},
         {"names", Create({{"orders", "bestellungen"}}, {}, inner)},
         {"swap",
          Create({{"orders", "payments"}, {"payments", "orders"}}, {}, inner)},
         {"row", Create({{"a.b", "orders"}, {"orders", "A"}}, {}, inner)},
         {"rule", Create({}, {kDropVersion}, inner)},
         {"both",
          Create({{"orders", "x"}, {"x-v1", "orders"}}, {kDropVersion}, inner)},
         {"prefix",
          Create({}, {{"(.*)", "eu.\\1", "eu\\.(.*)", "\\1"}}, inner)},
         {"lossy", Create({}, lossy, inner)},
         {"no inverse", Create({}, {{"(.*)", "eu.\\1", "", ""}}, inner)},
         {"illegal", Create({}, {{"(.*)", "\\1/", "(.*)/", "\\1"}}, inner)},
         {"internal",
          Create({}, {{"(.*)", "__\\1", "__(.*)", "\\1"}}, inner)}});
  }
  return policies;
}

// Names that the rules above may confuse.
std::vector<std::string> Topics() {
  std::vector<std::string> topics;
  for (const char* name :
       {"orders", "bestellungen", "payments", "a.b", "A", "o", "x", "eu.orders",
        "eu.eu.orders", "orders-v1", "orders-v1-v1", "x-v1", "heartbeats",
        "eu.heartbeats", "heartbeats-v1"}) {
    std::string topic = name;
    for (int i = 0; i < 4; ++i) {
      topics.push_back(topic);
      topics.push_back(topic + "-v1");
      topic += "-unrenamed";
    }
  }
  topics.push_back(std::string(249, 'o'));
  topics.push_back(std::string(246, 'o') + "-v1");
  return topics;
}

TEST(RenamingReplicationPolicy, RenamesAndThenPrefixes) {
  const Policy policy = Create({{"orders", "bestellungen"}});
  EXPECT_EQ(policy->FormatRemoteTopic("A", "orders"), "A.bestellungen");
  EXPECT_EQ(policy->UpstreamTopic("A.bestellungen"), "orders");
  EXPECT_EQ(policy->TopicSource("A.bestellungen"), "A");
  EXPECT_EQ(policy->FormatRemoteTopic("A", "bills"), "A.bills");
  EXPECT_EQ(policy->UpstreamTopic("A.bills"), "bills");
  EXPECT_EQ(policy->UpstreamTopic("bills"), std::nullopt);
}

TEST(RenamingReplicationPolicy, OnTheIdentityPolicyReplacesTheName) {
  const Policy policy = Create({{"orders", "bestellungen"}}, {}, Identity());
  EXPECT_EQ(policy->FormatRemoteTopic("A", "orders"), "bestellungen");
  EXPECT_EQ(policy->UpstreamTopic("bestellungen"), "orders");
  EXPECT_EQ(policy->TopicSource("bestellungen"), "A");
  EXPECT_EQ(policy->OriginalTopic("bestellungen"), "orders");
}

TEST(RenamingReplicationPolicy, CountsHopsAndSeesCycles) {
  const Policy policy = Create({{"orders", "bestellungen"}});
  const std::string twice =
      policy->FormatRemoteTopic("B", policy->FormatRemoteTopic("A", "orders"));
  EXPECT_EQ(twice, "B.A.bestellungen");
  EXPECT_EQ(policy->OriginalTopic(twice), "orders");
  EXPECT_THAT(UpstreamClusters(*policy, twice), ElementsAre("B", "A"));
  EXPECT_EQ(ReplicationHops(*policy, twice, "A"), 2);
}

TEST(RenamingReplicationPolicy, ATopicThatHasAnothersNewNameMakesWay) {
  const Policy policy = Create({{"orders", "bestellungen"}});
  EXPECT_EQ(policy->FormatRemoteTopic("A", "bestellungen"),
            "A.bestellungen-unrenamed");
  EXPECT_EQ(policy->UpstreamTopic("A.bestellungen-unrenamed"), "bestellungen");
}

TEST(RenamingReplicationPolicy, RulesApplyToWholeNamesAndTheFirstDecides) {
  const Policy policy =
      Create({{"special-v1", "particular"}},
             {kDropVersion, {"(.*)-v1", "never", "never", "x-v1"}});
  EXPECT_EQ(policy->FormatRemoteTopic("A", "orders-v1"), "A.orders");
  EXPECT_EQ(policy->UpstreamTopic("A.orders"), "orders-v1");
  EXPECT_EQ(policy->FormatRemoteTopic("A", "orders-v12"),
            "A.orders-v12-unrenamed");
  EXPECT_EQ(policy->FormatRemoteTopic("A", "special-v1"), "A.particular");
}

TEST(RenamingReplicationPolicy, ARuleWithoutAWayBackRenamesNothing) {
  const Policy policy = Create({}, {{"(.).*", "\\1", "(.)", "\\1rders"}});
  EXPECT_EQ(policy->FormatRemoteTopic("A", "orders"), "A.o");
  EXPECT_EQ(policy->FormatRemoteTopic("A", "offers"), "A.offers");
  EXPECT_EQ(policy->UpstreamTopic("A.offers"), "offers");
}

TEST(RenamingReplicationPolicy, LeavesHeartbeatsAndInternalTopicsAlone) {
  const Policy policy =
      Create({}, {{"(.*)", "eu.\\1", "eu\\.(.*)", "\\1"}}, Identity());
  EXPECT_EQ(policy->FormatRemoteTopic("A", "orders"), "eu.orders");
  for (const char* name : {"heartbeats", "B.heartbeats"}) {
    EXPECT_EQ(policy->FormatRemoteTopic("A", name), absl::StrCat("A.", name));
    EXPECT_TRUE(policy->IsHeartbeatsTopic(absl::StrCat("A.", name)));
  }
  EXPECT_EQ(policy->FormatRemoteTopic("A", "B.checkpoints.internal"),
            "B.checkpoints.internal");
  EXPECT_EQ(policy->CheckpointsTopic("A"), "A.checkpoints.internal");
  EXPECT_EQ(policy->OffsetSyncsTopic("B"), "mm2-offset-syncs.B.internal");
}

TEST(RenamingReplicationPolicy, ARingOfNamesHasOneOrigin) {
  const Policy policy =
      Create({{"b", "c"}, {"c", "a"}, {"a", "b"}}, {}, Identity());
  for (const char* name : {"a", "b", "c"}) {
    EXPECT_EQ(policy->OriginalTopic(name), "a");
  }
}

TEST(RenamingReplicationPolicy, IsExactForEveryTopic) {
  for (const auto& [what, policy] : Policies()) {
    std::set<std::string> remotes;
    const std::vector<std::string> topics = Topics();
    for (const std::string& topic : topics) {
      const std::string remote = policy->FormatRemoteTopic("A", topic);
      EXPECT_EQ(policy->UpstreamTopic(remote), topic) << what << ": " << remote;
      remotes.insert(remote);
    }
    EXPECT_EQ(remotes.size(),
              std::set<std::string>(topics.begin(), topics.end()).size())
        << what;
  }
}

TEST(RenamingReplicationPolicy, KeepsTheContract) {
  for (const auto& [what, policy] : Policies()) {
    ReplicationPolicyContractOptions options;
    options.names_tell_source = policy->TopicSource("orders") == std::nullopt;
    EXPECT_THAT(ReplicationPolicyViolations(*policy, options), IsEmpty())
        << what;
  }
}

TEST(RenamingReplicationPolicy, RefusesWhatCannotBeUndone) {
  EXPECT_THAT(
      RenamingReplicationPolicy::Create({{{"a", "x"}, {"b", "x"}}, {}, {}}),
      StatusIs(absl::StatusCode::kInvalidArgument,
               AllOf(HasSubstr("\"a\" and \"b\""), HasSubstr("\"x\""))));
  const std::string long_name(250, 'a');
  for (const std::string& name :
       {std::string(), std::string("."), std::string("..."), std::string("ä"),
        long_name, std::string("x y"), std::string("heartbeats"),
        std::string("A.heartbeats"), std::string("x.internal"),
        std::string("__x"), std::string("x-unrenamed")}) {
    for (const auto& names :
         {std::map<std::string, std::string>{{"a", name}}, {{name, "a"}}}) {
      EXPECT_THAT(RenamingReplicationPolicy::Create({names, {}, {}}),
                  StatusIs(absl::StatusCode::kInvalidArgument))
          << name;
    }
  }
}

TEST(RenamingReplicationPolicy, RefusesExpressionsThatAreNone) {
  for (const Rule& rule :
       {Rule{"(", "x", "x", "y"}, Rule{"x", "\\1", "x", "y"},
        Rule{"x", "y", "[", "x"}, Rule{"x", "y", "y", "\\2"}}) {
    EXPECT_THAT(RenamingReplicationPolicy::Create({{}, {rule}, {}}),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("the pattern \"")));
  }
}

TEST(ParseRenamedTopics, ReadsPairs) {
  EXPECT_THAT(ParseRenamedTopics(" a:b , c.d : e-f,"),
              IsOkAndHolds(ElementsAre(Pair("a", "b"), Pair("c.d", "e-f"))));
  EXPECT_THAT(ParseRenamedTopics(""), IsOkAndHolds(IsEmpty()));
  for (const char* text : {"a", "a:b:c", "a:b,b", "a:b,a:c"}) {
    EXPECT_THAT(ParseRenamedTopics(text),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << text;
  }
}

}  // namespace
}  // namespace mirror::internal
