// SPDX-License-Identifier: Apache-2.0

#include "mirror/config/flow_resolver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "mirror/config/config_testing.h"
#include "mirror/flow.h"
#include "mirror/flow_options.h"

namespace mirror::internal {
namespace {

TEST(PropertyPrecedenceTest, FlowBeatsClusterBeatsTopLevelBeatsDefault) {
  EXPECT_EQ(AToB("").shards, 4);
  EXPECT_EQ(AToB("tasks.max=7\n").shards, 7);
  EXPECT_EQ(AToB("tasks.max=7\nA->B.tasks.max=8\n").shards, 8);
  const std::string both =
      "offset.flush.interval.ms=7\nB.offset.flush.interval.ms=8\n";
  EXPECT_EQ(AToB(both).offset_flush_interval, absl::Milliseconds(8));
  EXPECT_EQ(
      AToB(both + "A->B.offset.flush.interval.ms=9\n").offset_flush_interval,
      absl::Milliseconds(9));
}

TEST(PropertyPrecedenceTest, WorkerPropertiesOfTheSourceDoNotCount) {
  EXPECT_EQ(AToB("A.offset.flush.interval.ms=7\n").offset_flush_interval,
            absl::Seconds(1));
}

TEST(PropertyPrecedenceTest, InternalTopicsAndGroupCanBeRenamed) {
  const std::string text =
      "B.offset.storage.topic=o\nconfig.storage.topic=c\n"
      "B.status.storage.topic=s\nB.group.id=g\n";
  EXPECT_EQ(AToB(text).offset_storage_topic, "o");
  EXPECT_EQ(EffectiveInAToB(text, "config.storage.topic"), "c");
  EXPECT_EQ(EffectiveInAToB(text, "status.storage.topic"), "s");
  EXPECT_EQ(AToB(text).group_id, "g");
  EXPECT_EQ(EffectiveInAToB(text, "group.id"), "g");
}

// As in MM2's MirrorMakerConfig.workerConfig().
TEST(PropertyPrecedenceTest, TopLevelStorageTopicsOverrideThoseOfTheCluster) {
  const std::string text =
      "offset.storage.topic=top\nB.offset.storage.topic=b\n"
      "A->B.status.storage.topic=flow\n";
  EXPECT_EQ(AToB(text).offset_storage_topic, "top");
  EXPECT_EQ(EffectiveInAToB(text, "status.storage.topic"),
            "mm2-status.A.internal");
}

// As in MM2's MirrorMakerConfig.connectorBaseConfig().
TEST(AliasTest, FlowOverridesClusterOverridesTopLevelOverridesTheName) {
  EXPECT_EQ(AToB("").source.alias, "A");
  EXPECT_EQ(AToB("").target.alias, "B");
  const std::string top = "source.cluster.alias=s1\ntarget.cluster.alias=t1\n";
  EXPECT_EQ(AToB(top).source.alias, "s1");
  EXPECT_EQ(AToB(top).target.alias, "t1");
  const std::string cluster = top + "A.alias=s2\nB.alias=t2\n";
  EXPECT_EQ(AToB(cluster).source.alias, "s2");
  EXPECT_EQ(AToB(cluster).target.alias, "t2");
  const Flow flow = AToB(cluster +
                         "A->B.source.cluster.alias=s3\n"
                         "A->B.target.cluster.alias=t3\n");
  EXPECT_EQ(flow.source.alias, "s3");
  EXPECT_EQ(flow.target.alias, "t3");
  EXPECT_EQ(flow.name(), "A->B");
  EXPECT_EQ(flow.offset_storage_topic, "mm2-offsets.A.internal");
  EXPECT_EQ(EffectiveInAToB("", "group.id"), "A-mm2");
}

TEST(AliasTest, AliasEqualToTheNameIsAcceptedSilently) {
  const auto config =
      Parse(std::string(kTwoClusters) +
            "source.cluster.alias=A\ntarget.cluster.alias=B\nB.alias=B\n");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_THAT(config->warnings(), testing::IsEmpty());
  EXPECT_THAT(config->notes(), testing::IsEmpty());
}

TEST(AliasTest, WrongAliasesAreNamedWithTheirPlace) {
  const struct {
    std::string text;
    const char* error;
  } vectors[] = {
      {"source.cluster.alias=\n",
       "mm2.properties:5: source.cluster.alias = : an alias becomes part of"},
      {"A.alias=s/1\n", "mm2.properties:5: A.alias = s/1: an alias becomes"},
      {"source.cluster.alias=B\n",
       "mm2.properties:5: source.cluster.alias = B: source and target of A->B "
       "must have two aliases"},
      {"source.cluster.alias=site.one\n", "the alias 'site.one' contains it"},
  };
  for (const auto& vector : vectors) {
    EXPECT_THAT(Errors(kTwoClusters + vector.text),
                testing::HasSubstr(vector.error));
  }
}

TEST(PropertyPrecedenceTest, SwitchedOffMeansNever) {
  const Flow flow = AToB(
      "refresh.topics.enabled=false\nrefresh.groups.interval.seconds=-1\n"
      "A->B.emit.checkpoints.enabled=false\n");
  EXPECT_EQ(flow.refresh_topics_interval, absl::InfiniteDuration());
  EXPECT_EQ(flow.checkpoints.refresh_groups_interval, absl::InfiniteDuration());
  EXPECT_FALSE(flow.checkpoints.enabled);
  EXPECT_FALSE(flow.checkpoints.sync_group_offsets);
}

TEST(PropertyPrecedenceTest, NegativeIntervalSwitchesAJobOff) {
  const Flow flow = AToB(
      "emit.heartbeats.interval.seconds=-1\n"
      "sync.topic.acls.interval.seconds=-1\n"
      "sync.topic.configs.interval.seconds=-1\n"
      "emit.checkpoints.interval.seconds=-1\n");
  EXPECT_FALSE(flow.heartbeats.enabled);
  EXPECT_FALSE(flow.acls.enabled);
  EXPECT_FALSE(flow.topic_configs.enabled);
  EXPECT_FALSE(flow.checkpoints.enabled);
}

TEST(PropertyPrecedenceTest, OurOwnPropertiesHaveSafeDefaults) {
  const Flow flow = AToB("");
  EXPECT_EQ(flow.on_source_gap, LossPolicy::kStop);
  EXPECT_EQ(flow.start_at, StartAt::kEarliest);
  EXPECT_FALSE(flow.checkpoints.follow_rewinds);
  EXPECT_FALSE(flow.acls.prefixed);
  EXPECT_FALSE(flow.acls.groups);
  EXPECT_FALSE(flow.acls.remove);
  EXPECT_TRUE(AToB("A->B.sync.topic.acls.remove.enabled=true\n").acls.remove);
  EXPECT_TRUE(AToB("A->B.sync.group.offsets.follow.rewinds=true\n")
                  .checkpoints.follow_rewinds);
  EXPECT_EQ(AToB("A->B.on.source.gap=reseed\n").on_source_gap,
            LossPolicy::kReseed);
  EXPECT_EQ(flow.on_target_change, LossPolicy::kStop);
  EXPECT_EQ(flow.on_rejected_record, RejectedRecordPolicy::kStop);
  EXPECT_EQ(flow.dead_letter_topic, "mm2-dead-letters.A.internal");
  EXPECT_EQ(flow.ownership, Ownership::kAlone);
  EXPECT_EQ(AToB("mirror.ownership=group\n").ownership, Ownership::kGroup);
  EXPECT_EQ(AToB("on.target.change=skip\n").on_target_change,
            LossPolicy::kSkip);
  EXPECT_EQ(AToB("on.rejected.record=dead-letter\n").on_rejected_record,
            RejectedRecordPolicy::kDeadLetter);
  EXPECT_EQ(Errors(absl::StrCat(kTwoClusters,
                                "B.exactly.once.source.support=preparing\n")),
            "");
}

// MM2 drops a top-level use.defaults.from without a word; here it counts.
// Nothing is lost by that: the operator wrote it.
TEST(PropertyPrecedenceTest, TopLevelUseDefaultsFromCounts) {
  EXPECT_TRUE(AToB("use.defaults.from=source\n")
                  .topic_configs.filter->ShouldReplicateSourceDefault("a"));
}

}  // namespace
}  // namespace mirror::internal
