// SPDX-License-Identifier: Apache-2.0

#include "mirror/metadata/topic_config_plan.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/policy/filters.h"

namespace mirror::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::TestParamInfo;
using ::testing::TestWithParam;
using ::testing::Values;

TopicConfig Config(std::string name, std::string value, ConfigSource source) {
  return {std::move(name), std::move(value), source};
}

// One setting on both sides, and what is done about it.
struct Vector {
  std::string label;
  TopicConfig source;
  TopicConfig target;
  ClusterSide use_defaults_from = ClusterSide::kTarget;
  std::string created = {};  // the value at creation, or ""
  std::string change = {};   // "SET value", "DELETE", or ""
};

void PrintTo(const Vector& vector, std::ostream* out) { *out << vector.label; }

class TopicConfigPlanTest : public TestWithParam<Vector> {};

std::string Change(const Vector& vector) {
  const auto filter =
      RegexConfigPropertyFilter::Create(kDefaultConfigPropertiesExclude,
                                        vector.use_defaults_from)
          .value();
  const auto changes =
      PlanConfigChanges({vector.source}, {vector.target}, *filter);
  if (changes.empty()) return "";
  return changes[0].after.has_value() ? "SET " + *changes[0].after : "DELETE";
}

TEST_P(TopicConfigPlanTest, DoesAsMirrorMaker2) {
  const auto filter =
      RegexConfigPropertyFilter::Create(kDefaultConfigPropertiesExclude,
                                        GetParam().use_defaults_from)
          .value();
  const auto created = ConfigsForCreation({GetParam().source}, *filter);
  EXPECT_EQ(created.empty() ? "" : created.begin()->second, GetParam().created);
  EXPECT_EQ(Change(GetParam()), GetParam().change);
}

// Once it is done there is nothing more to do.
TEST_P(TopicConfigPlanTest, IsDoneAfterOneRound) {
  Vector vector = GetParam();
  const std::string change = Change(vector);
  if (change == "DELETE") {
    vector.target.source = ConfigSource::kDefault;
    vector.target.value = "-1";
  } else if (!change.empty()) {
    vector.target.source = ConfigSource::kTopic;
    vector.target.value = change.substr(4);
  }
  EXPECT_EQ(Change(vector), "");
}

constexpr auto kTopic = ConfigSource::kTopic;
constexpr auto kDefault = ConfigSource::kDefault;
constexpr auto kStatic = ConfigSource::kStaticBroker;
constexpr auto kFromTarget = ClusterSide::kTarget;
constexpr auto kFromSource = ClusterSide::kSource;

std::string Label(const TestParamInfo<Vector>& info) {
  return info.param.label;
}

TopicConfig Bytes(const std::string& value, ConfigSource source) {
  return Config("retention.bytes", value, source);
}

// mm2-reference: configs are kept if not read-only, not sensitive, not of
// server.properties, and allowed; defaults by use.defaults.from.
INSTANTIATE_TEST_SUITE_P(
    Values, TopicConfigPlanTest,
    Values(Vector{"SetBackToTheSources", Bytes("1000", kTopic),
                  Bytes("2000", kTopic), kFromTarget, "1000", "SET 1000"},
           Vector{"SetWhereTheTargetHasNone", Bytes("1000", kTopic),
                  Bytes("-1", kDefault), kFromTarget, "1000", "SET 1000"},
           Vector{"EqualIsLeftAlone", Bytes("1000", kTopic),
                  Bytes("1000", kTopic), kFromTarget, "1000", ""},
           // The target's broker may change its default at any time.
           Vector{"SetThoughTheDefaultIsTheSame", Bytes("-1", kTopic),
                  Bytes("-1", kDefault), kFromTarget, "-1", "SET -1"},
           Vector{"TextsAreNotNumbers", Bytes("1000", kTopic),
                  Bytes("01000", kTopic), kFromTarget, "1000", "SET 1000"},
           Vector{"RemovedOnTheSource", Bytes("-1", kDefault),
                  Bytes("1000", kTopic), kFromTarget, "", "DELETE"},
           Vector{"NothingToDelete", Bytes("-1", kDefault),
                  Bytes("-1", kDefault), kFromTarget, "", ""},
           Vector{"ABrokersValueIsNoOverride", Bytes("-1", kDefault),
                  Bytes("77", kStatic), kFromTarget, "", ""},
           Vector{"DefaultsOfTheSource", Bytes("-1", kDefault),
                  Bytes("2000", kTopic), kFromSource, "-1", "SET -1"},
           Vector{"DefaultsOfTheSourceOnceSet", Bytes("-1", kDefault),
                  Bytes("-1", kTopic), kFromSource, "-1", ""},
           Vector{"StaticBrokerValueIsIgnored", Bytes("77", kStatic),
                  Bytes("2000", kTopic), kFromTarget, "", ""},
           Vector{"StaticBrokerValueIsIgnoredTooWithDefaultsOfTheSource",
                  Bytes("77", kStatic), Bytes("2000", kTopic), kFromSource, "",
                  ""},
           Vector{"DynamicBrokerValueIsSet",
                  Bytes("77", ConfigSource::kDynamicBroker),
                  Bytes("-1", kDefault), kFromTarget, "77", "SET 77"},
           Vector{"DynamicDefaultBrokerValueIsSet",
                  Bytes("77", ConfigSource::kDynamicDefaultBroker),
                  Bytes("-1", kDefault), kFromTarget, "77", "SET 77"},
           Vector{"EmptyIsAValue", Config("cleanup.policy", "", kTopic),
                  Config("cleanup.policy", "delete", kTopic), kFromTarget, "",
                  "SET "}),
    Label);

// Every name that MM2 excludes by default, and some that it does not.
INSTANTIATE_TEST_SUITE_P(
    Names, TopicConfigPlanTest,
    Values(
        Vector{"FollowerThrottle",
               Config("follower.replication.throttled.replicas", "*", kTopic),
               Config("follower.replication.throttled.replicas", "", kDefault)},
        Vector{"LeaderThrottle",
               Config("leader.replication.throttled.replicas", "*", kTopic),
               Config("leader.replication.throttled.replicas", "", kDefault)},
        Vector{"TimestampDifference",
               Config("message.timestamp.difference.max.ms", "1", kTopic),
               Config("message.timestamp.difference.max.ms", "2", kTopic)},
        Vector{"TimestampType",
               Config("message.timestamp.type", "LogAppendTime", kTopic),
               Config("message.timestamp.type", "CreateTime", kDefault)},
        Vector{"UncleanLeaderElection",
               Config("unclean.leader.election.enable", "true", kTopic),
               Config("unclean.leader.election.enable", "false", kTopic)},
        Vector{"MinInsyncReplicas", Config("min.insync.replicas", "2", kTopic),
               Config("min.insync.replicas", "1", kDefault)},
        Vector{"MinInsyncReplicasIsNotDeleted",
               Config("min.insync.replicas", "1", kDefault),
               Config("min.insync.replicas", "2", kTopic)},
        Vector{"CleanupPolicy", Config("cleanup.policy", "compact", kTopic),
               Config("cleanup.policy", "delete", kDefault), kFromTarget,
               "compact", "SET compact"}),
    Label);

TEST(TopicConfigPlan, ExcludedConfigsKeepTheTargetsValue) {
  const auto filter =
      RegexConfigPropertyFilter::Create("delete\\.retention\\.ms").value();
  const std::vector<TopicConfig> source = {
      Config("delete.retention.ms", "1000", kTopic), Bytes("1000", kTopic)};
  const std::vector<TopicConfig> target = {
      Config("delete.retention.ms", "2000", kTopic), Bytes("2000", kTopic)};
  const auto changes = PlanConfigChanges(source, target, *filter);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].name, "retention.bytes");
  EXPECT_EQ(changes[0].before, "2000");
  EXPECT_EQ(changes[0].after, "1000");
  EXPECT_THAT(ConfigsForCreation(source, *filter),
              ElementsAre(Pair("retention.bytes", "1000")));
}

TEST(TopicConfigPlan, ReadOnlyAndSecretConfigsStayWhereTheyAre) {
  const auto filter = RegexConfigPropertyFilter::Create("").value();
  TopicConfig read_only = Bytes("1000", kTopic);
  read_only.read_only = true;
  TopicConfig secret = Config("secret", "x", kTopic);
  secret.sensitive = true;
  TopicConfig hidden = Config("hidden", "", kTopic);
  hidden.value.reset();
  EXPECT_THAT(ConfigsForCreation({read_only, secret, hidden}, *filter),
              IsEmpty());
  EXPECT_THAT(PlanConfigChanges({read_only, secret, hidden},
                                {Bytes("2000", kTopic)}, *filter),
              IsEmpty());
}

TEST(TopicConfigPlan, ConfigsThatTheTargetDoesNotKnowAreSet) {
  const auto filter = RegexConfigPropertyFilter::Create().value();
  const auto changes = PlanConfigChanges({Bytes("1000", kTopic)}, {}, *filter);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].before, std::nullopt);
}

TEST(TopicConfigPlan, OverridesAreTheTopicsOwn) {
  EXPECT_THAT(
      Overrides({Bytes("1000", kTopic), Config("retention.ms", "5", kDefault),
                 Config("segment.ms", "5", kStatic)}),
      ElementsAre(Pair("retention.bytes", "1000")));
}

}  // namespace
}  // namespace mirror::internal
