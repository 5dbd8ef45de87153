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
