// SPDX-License-Identifier: Apache-2.0

#include "mirror/config/plugin_reader.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/config/config_testing.h"
#include "mirror/config/mirror_maker_config.h"
#include "mirror/config/plugin_registry.h"
#include "mirror/flow.h"
#include "mirror/flow_options.h"
#include "mirror/policy/filters.h"
#include "mirror/testing/matchers.h"
#include "mirror/transform/record_transform.h"

namespace mirror::internal {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class KeepAll final : public RecordTransform {
 public:
  absl::StatusOr<RecordVerdict> Transform(const TopicPartition&,
                                          Record&) const override {
    return RecordVerdict::kKeep;
  }
};

class PluginReaderTest : public ::testing::Test {
 protected:
  // A file that may name com.acme.Filter, com.acme.Mask and com.acme.Wrong,
  // which accepts no properties.
  absl::StatusOr<MirrorMakerConfig> Parse(const std::string& more) {
    MirrorMakerOptions options;
    options.plugins.Add<TopicFilter>("com.acme.Filter",
                                     [this](const PluginProperties& given) {
                                       filter_properties_.push_back(given);
                                       return RegexTopicFilter::Create("acme");
                                     });
    options.plugins.Add<TopicFilter>(
        "com.acme.Wrong", [](const PluginProperties&) {
          return absl::InvalidArgumentError("acme.list: is missing");
        });
    options.plugins.Add<RecordTransform>(
        "com.acme.Mask", [this](const PluginProperties& given) {
          transform_properties_.push_back(given);
          return std::make_shared<const KeepAll>();
        });
    return MirrorMakerConfig::Parse(absl::StrCat(kTwoClusters, more),
                                    "mm2.properties", FakeSources(), options);
  }

  // A->B.
  Flow FirstFlow(const std::string& more) {
    auto config = Parse(more);
    EXPECT_THAT(config.status(), IsOk());
    return config.ok() ? config->flows().front() : Flow("", "");
  }

  std::string Errors(const std::string& more) {
    return std::string(Parse(more).status().message());
  }

  // What the factories got, in the order of the calls.
  std::vector<PluginProperties> filter_properties_;
  std::vector<PluginProperties> transform_properties_;
};

// MirrorMakerConfig.connectorBaseConfig() of MM2.
TEST_F(PluginReaderTest, AClassGetsThePropertiesThatMm2GivesToConfigure) {
  const Flow flow = FirstFlow(
      "topics=from-top\n"
      "groups=of-top\n"
      "A->B.groups=of-flow\n"
      "A->B.acme.list=x,y\n"
      "acme.list=not-of-the-flow\n"
      "topic.filter.class=com.acme.Filter\n"
      "replication.policy.acme=kept\n"
      "B->A.topics=of-another-flow\n"
      "A.alias=siteone\n"
      "A.sasl.jaas.config=${env:SECRET}\n"
      "B.consumer.fetch.min.bytes=5\n");
  EXPECT_TRUE(flow.topics->ShouldReplicateTopic("acme"));
  EXPECT_FALSE(flow.topics->ShouldReplicateTopic("orders"));
  ASSERT_FALSE(filter_properties_.empty());
  EXPECT_THAT(
      filter_properties_.front(),
      AllOf(Contains(Pair("topics", "from-top")),
            Contains(Pair("groups", "of-flow")),
            Contains(Pair("acme.list", "x,y")),
            Contains(Pair("topic.filter.class", "com.acme.Filter")),
            Contains(Pair("replication.policy.acme", "kept")),
            Contains(Pair("enabled", "true")),
            Contains(Pair("source.cluster.alias", "siteone")),
            Contains(Pair("target.cluster.alias", "B")),
            Contains(Pair("source.cluster.bootstrap.servers", "a:9092")),
            Contains(Pair("source.cluster.sasl.jaas.config", kSecret)),
            Contains(Pair("target.consumer.fetch.min.bytes", "5"))));
  EXPECT_THAT(filter_properties_.front(),
              Not(Contains(Pair("clusters", "A,B"))));
}

TEST_F(PluginReaderTest, PropertiesOfAClassOfTheHostAreNotUnknown) {
  const std::string own = "A->B.acme.list=x\nreplication.policy.acme=y\n";
  const auto with =
      Parse(absl::StrCat(own, "topic.filter.class=com.acme.Filter\n"));
  ASSERT_TRUE(with.ok()) << with.status();
  EXPECT_THAT(with->warnings(), IsEmpty());
  const auto without = Parse(own);
  ASSERT_TRUE(without.ok()) << without.status();
  EXPECT_THAT(without->warnings(), SizeIs(2));
}

TEST_F(PluginReaderTest, MisspelledPropertiesAreWarnedOfAllTheSame) {
  const auto config = Parse(
      "topic.filter.class=com.acme.Filter\n"
      "A->B.task.max=2\n");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_THAT(config->warnings(),
              Contains(HasSubstr("did you mean tasks.max")));
}

TEST_F(PluginReaderTest, AnUnknownClassIsAnErrorThatListsTheKnownOnes) {
  EXPECT_EQ(Errors("A->B.topic.filter.class=com.acme.Other\n"),
            "mm2.properties:5: A->B.topic.filter.class = com.acme.Other: "
            "unknown class; known: DefaultTopicFilter, com.acme.Filter, "
            "com.acme.Wrong. To run a C++ class under this name, add it to the "
            "PluginRegistry of the "
            "program");
}

TEST_F(PluginReaderTest, ErrorsOfAClassNameThePlaceOfItsName) {
  EXPECT_EQ(Errors("topic.filter.class=com.acme.Wrong\n"),
            "mm2.properties:5: topic.filter.class = com.acme.Wrong: "
            "acme.list: is missing");
}

TEST_F(PluginReaderTest, CredentialsAreReadWithoutMakingPluginsAgain) {
  const Flow flow = FirstFlow("topic.filter.class=com.acme.Filter\n");
  const size_t made = filter_properties_.size();
  EXPECT_THAT(flow.source.credentials(ClientKind::kConsumer), IsOk());
  EXPECT_EQ(filter_properties_.size(), made);
}

TEST_F(PluginReaderTest, TransformsGetTheirProperties) {
  const Flow flow = FirstFlow(
      "transforms=mask, other\n"
      "transforms.mask.type=com.acme.Mask\n"
      "transforms.mask.field=name\n"
      "transforms.mask.with=x\n"
      "A->B.transforms.mask.field=city\n"
      "A->B.transforms.other.type=com.acme.Mask\n");
  EXPECT_THAT(flow.transforms, SizeIs(2));
  EXPECT_THAT(transform_properties_,
              ElementsAre(UnorderedElementsAre(Pair("type", "com.acme.Mask"),
                                               Pair("field", "city"),
                                               Pair("with", "x")),
                          UnorderedElementsAre(Pair("type", "com.acme.Mask"))));
}

TEST_F(PluginReaderTest, AnEmptyListHasNoTransforms) {
  EXPECT_THAT(FirstFlow("transforms=\n").transforms, IsEmpty());
}

TEST_F(PluginReaderTest, MistakesInTransformsNameTheirLine) {
  EXPECT_THAT(Errors("transforms=mask\n"),
              HasSubstr("mm2.properties:5: transforms = mask: names a "
                        "transform without transforms.ALIAS.type"));
  EXPECT_THAT(Errors("transforms=mask\n"
                     "transforms.mask.type=org.apache.kafka.connect."
                     "transforms.MaskField$Value\n"),
              HasSubstr("mm2.properties:6: transforms.mask.type = "
                        "org.apache.kafka.connect.transforms.MaskField$Value: "
                        "unknown class; known: com.acme.Mask"));
  EXPECT_THAT(Errors("transforms=mask,mask\n"
                     "transforms.mask.type=com.acme.Mask\n"),
              HasSubstr("mm2.properties:5: transforms = mask,mask: names a "
                        "transform twice"));
  EXPECT_THAT(Errors("transforms=mask\n"
                     "transforms.mask.type=com.acme.Mask\n"
                     "transforms.mask.predicate=p\n"),
              HasSubstr("mm2.properties:7: transforms.mask.predicate = p: "
                        "predicates are not supported"));
}

}  // namespace
}  // namespace mirror::internal
