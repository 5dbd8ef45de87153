// SPDX-License-Identifier: Apache-2.0

#include "mirror/config/flow_resolver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/time/time.h"
#include "mirror/config/config_testing.h"
#include "mirror/config/flow_config.h"

namespace mirror {
namespace {

TEST(PropertyPrecedenceTest, FlowBeatsClusterBeatsTopLevelBeatsDefault) {
  EXPECT_EQ(AToB("").tasks_max, 4);
  EXPECT_EQ(AToB("tasks.max=7\n").tasks_max, 7);
  EXPECT_EQ(AToB("tasks.max=7\nA->B.tasks.max=8\n").tasks_max, 8);
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
  const FlowConfig flow = AToB(
      "B.offset.storage.topic=o\nconfig.storage.topic=c\n"
      "B.status.storage.topic=s\nB.group.id=g\n");
  EXPECT_EQ(flow.offset_storage_topic, "o");
  EXPECT_EQ(flow.config_storage_topic, "c");
  EXPECT_EQ(flow.status_storage_topic, "s");
  EXPECT_EQ(flow.worker_group_id, "g");
}

// As in MM2's MirrorMakerConfig.workerConfig().
TEST(PropertyPrecedenceTest, TopLevelStorageTopicsOverrideThoseOfTheCluster) {
  const FlowConfig flow = AToB(
      "offset.storage.topic=top\nB.offset.storage.topic=b\n"
      "A->B.status.storage.topic=flow\n");
  EXPECT_EQ(flow.offset_storage_topic, "top");
  EXPECT_EQ(flow.status_storage_topic, "mm2-status.A.internal");
}

// As in MM2's MirrorMakerConfig.connectorBaseConfig().
TEST(AliasTest, FlowOverridesClusterOverridesTopLevelOverridesTheName) {
  EXPECT_EQ(AToB("").source_alias, "A");
  EXPECT_EQ(AToB("").target_alias, "B");
  const std::string top = "source.cluster.alias=s1\ntarget.cluster.alias=t1\n";
  EXPECT_EQ(AToB(top).source_alias, "s1");
  EXPECT_EQ(AToB(top).target_alias, "t1");
  const std::string cluster = top + "A.alias=s2\nB.alias=t2\n";
  EXPECT_EQ(AToB(cluster).source_alias, "s2");
  EXPECT_EQ(AToB(cluster).target_alias, "t2");
  const FlowConfig flow = AToB(cluster +
                               "A->B.source.cluster.alias=s3\n"
                               "A->B.target.cluster.alias=t3\n");
  EXPECT_EQ(flow.source_alias, "s3");
  EXPECT_EQ(flow.target_alias, "t3");
  EXPECT_EQ(flow.Name(), "A->B");
  EXPECT_EQ(flow.offset_storage_topic, "mm2-offsets.A.internal");
  EXPECT_EQ(flow.worker_group_id, "A-mm2");
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
  const FlowConfig flow = AToB(
      "refresh.topics.enabled=false\nrefresh.groups.interval.seconds=-1\n"
      "A->B.emit.checkpoints.enabled=false\n");
  EXPECT_EQ(flow.refresh_topics_interval, absl::InfiniteDuration());
  EXPECT_EQ(flow.refresh_groups_interval, absl::InfiniteDuration());
  EXPECT_EQ(flow.emit_checkpoints_interval, absl::InfiniteDuration());
  EXPECT_EQ(flow.sync_group_offsets_interval, absl::InfiniteDuration());
}

TEST(PropertyPrecedenceTest, OurOwnPropertiesHaveSafeDefaults) {
  const FlowConfig flow = AToB("");
  EXPECT_EQ(flow.on_source_gap, LossPolicy::kStop);
  EXPECT_FALSE(flow.exactly_once);
  EXPECT_EQ(flow.start, InitialPosition::kEarliest);
  EXPECT_FALSE(flow.follow_rewinds);
  EXPECT_FALSE(flow.sync_prefixed_acls);
  EXPECT_FALSE(flow.sync_group_acls);
  EXPECT_FALSE(flow.remove_acls);
  EXPECT_TRUE(AToB("A->B.sync.topic.acls.remove.enabled=true\n").remove_acls);
  EXPECT_TRUE(
      AToB("A->B.sync.group.offsets.follow.rewinds=true\n").follow_rewinds);
  EXPECT_EQ(AToB("A->B.on.source.gap=reseed\n").on_source_gap,
            LossPolicy::kReseed);
  EXPECT_EQ(flow.on_target_change, LossPolicy::kStop);
  EXPECT_EQ(flow.on_refused_record, RefusedRecordPolicy::kStop);
  EXPECT_EQ(flow.dead_letter_topic, "mm2-dead-letters.A.internal");
  EXPECT_EQ(AToB("on.target.change=skip\n").on_target_change,
            LossPolicy::kSkip);
  EXPECT_EQ(AToB("on.refused.record=dead-letter\n").on_refused_record,
            RefusedRecordPolicy::kDeadLetter);
  EXPECT_EQ(AToB("B.exactly.once.source.support=preparing\n").exactly_once,
            false);
}

// MM2 drops a top-level use.defaults.from without a word; here it counts.
// Nothing is lost by that: the operator wrote it.
TEST(PropertyPrecedenceTest, TopLevelUseDefaultsFromCounts) {
  EXPECT_EQ(AToB("use.defaults.from=source\n").use_defaults_from,
            ClusterSide::kSource);
}

}  // namespace
}  // namespace mirror
