// SPDX-License-Identifier: Apache-2.0

#include "mirror/config/plugin_registry.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// Takes topics with the prefix `acme.prefix`.
class PrefixFilter final : public TopicFilter {
 public:
  absl::Status Configure(const PluginProperties& properties) {
    const auto prefix = properties.find("acme.prefix");
    if (prefix == properties.end()) {
      return absl::InvalidArgumentError("acme.prefix: is missing");
    }
    prefix_ = prefix->second;
    return absl::OkStatus();
  }

  bool ShouldReplicateTopic(absl::string_view topic) const override {
    return topic.substr(0, prefix_.size()) == prefix_;
  }

 private:
  std::string prefix_;
};

template <class Plugin>
std::shared_ptr<const Plugin> Make(const PluginRegistry& registry,
                                   absl::string_view name,
                                   const PluginProperties& properties = {}) {
  auto plugin = registry.Make<Plugin>(name, properties);
  EXPECT_THAT(plugin, IsOk());
  return plugin.ok() ? *plugin : nullptr;
}

TEST(PluginRegistryTest, AClassIsConfiguredWithTheProperties) {
  PluginRegistry registry;
  registry.Add<PrefixFilter>("com.acme.PrefixFilter");
  const auto filter = Make<TopicFilter>(registry, "com.acme.PrefixFilter",
                                        {{"acme.prefix", "orders"}});
  ASSERT_NE(filter, nullptr);
  EXPECT_TRUE(filter->ShouldReplicateTopic("orders-eu"));
  EXPECT_FALSE(filter->ShouldReplicateTopic("bills"));
}

TEST(PluginRegistryTest, ErrorsOfConfigureAreReturned) {
  PluginRegistry registry;
  registry.Add<PrefixFilter>("com.acme.PrefixFilter");
  EXPECT_THAT(
      registry.Make<TopicFilter>("com.acme.PrefixFilter", {}),
      StatusIs(absl::StatusCode::kInvalidArgument, "acme.prefix: is missing"));
}

TEST(PluginRegistryTest, AnUnknownClassListsTheKnownOnesOfItsKind) {
  PluginRegistry registry;
  registry.Add<PrefixFilter>("com.acme.PrefixFilter");
  const auto known =
      AllOf(HasSubstr("DefaultTopicFilter, com.acme.PrefixFilter"),
            Not(HasSubstr("DefaultGroupFilter")));
  EXPECT_THAT(registry.Make<TopicFilter>("com.acme.Other", {}),
              StatusIs(absl::StatusCode::kInvalidArgument, known));
  EXPECT_THAT(registry.Check("topic.filter.class", "com.acme.Other"),
              StatusIs(absl::StatusCode::kInvalidArgument, known));
  EXPECT_THAT(
      registry.Check("transforms", "com.acme.Other"),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("known: none")));
  EXPECT_THAT(registry.Check("topic.filter.class", "com.acme.PrefixFilter"),
              IsOk());
}

TEST(PluginRegistryTest, KnowsMm2sClassesWithAndWithoutPackage) {
  const PluginRegistry registry;
  for (const std::string package : {"", "org.apache.kafka.connect.mirror."}) {
    const auto policy =
        Make<ReplicationPolicy>(registry, package + "DefaultReplicationPolicy",
                                {{"replication.policy.separator", "_ "}});
    ASSERT_NE(policy, nullptr);
    EXPECT_EQ(policy->FormatRemoteTopic("A", "orders"), "A_orders");
    EXPECT_NE(Make<GroupFilter>(registry, package + "DefaultGroupFilter"),
              nullptr);
    EXPECT_NE(Make<ConfigPropertyFilter>(
                  registry, package + "DefaultConfigPropertyFilter"),
              nullptr);
  }
  EXPECT_THAT(registry.Check("replication.policy.class",
                             "com.acme.DefaultReplicationPolicy"),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(PluginRegistryTest, Mm2sClassesReadTheirProperties) {
  const PluginRegistry registry;
  const auto identity = Make<ReplicationPolicy>(
      registry, "IdentityReplicationPolicy", {{"source.cluster.alias", "A"}});
  ASSERT_NE(identity, nullptr);
  EXPECT_EQ(identity->TopicSource("orders"), "A");

  const auto topics = Make<TopicFilter>(
      registry, "DefaultTopicFilter",
      {{"topics", "orders.*"}, {"topics.exclude", "orders-old"}});
  ASSERT_NE(topics, nullptr);
  EXPECT_TRUE(topics->ShouldReplicateTopic("orders-new"));
  EXPECT_FALSE(topics->ShouldReplicateTopic("orders-old"));

  const auto configs =
      Make<ConfigPropertyFilter>(registry, "DefaultConfigPropertyFilter",
                                 {{"use.defaults.from", "source"}});
  ASSERT_NE(configs, nullptr);
  EXPECT_TRUE(configs->ShouldReplicateSourceDefault("retention.ms"));
  EXPECT_FALSE(configs->ShouldReplicateConfigProperty("min.insync.replicas"));
}

TEST(PluginRegistryTest, AFactoryReplacesAClassOfTheSameName) {
  PluginRegistry registry;
  registry.Add<TopicFilter>("DefaultTopicFilter", [](const PluginProperties&) {
    return RegexTopicFilter::Create("only-this");
  });
  const auto filter = Make<TopicFilter>(
      registry, "org.apache.kafka.connect.mirror.DefaultTopicFilter");
  ASSERT_NE(filter, nullptr);
  EXPECT_FALSE(filter->ShouldReplicateTopic("orders"));
}

TEST(PluginRegistryTest, AFactoryThatReturnsNullIsAnError) {
  PluginRegistry registry;
  registry.Add<TopicFilter>("com.acme.Null",
                            [](const PluginProperties&) { return nullptr; });
  EXPECT_THAT(registry.Make<TopicFilter>("com.acme.Null", {}),
              StatusIs(absl::StatusCode::kInternal));
}

}  // namespace
}  // namespace mirror::internal
