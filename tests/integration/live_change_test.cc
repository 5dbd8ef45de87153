// SPDX-License-Identifier: Apache-2.0
//
// A flow that is changed, paused and joined by another one while applications
// write: nothing is lost, and nothing copied twice.

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "mirror/flow.h"
#include "mirror/policy/filters.h"
#include "mirror/telemetry/status.pb.h"
#include "mirror/testing/matchers.h"
#include "tests/integration/mirror_test.h"
#include "tests/integration/test_cluster.h"

namespace mirror::internal::testing {
namespace {

class LiveChangeTest : public MirrorTest {
 protected:
  static Flow FlowOf(const std::string& topics) {
    Flow flow = NewFlow();
    flow.topics = RegexTopicFilter::Create(Topic(topics)).value();
    return flow;
  }
};

TEST_F(LiveChangeTest, TopicsComeAndGoBesideOneUnderLoad) {
  source()->CreateTopic(Topic("orders"), 2);
  source()->CreateTopic(Topic("payments"), 1);
  Load load(source(), Topic("orders"));
  RunningMirror mirror(FlowOf("orders"));
  source()->AppendNumbers({Topic("payments"), 0}, 0, 100);
  const std::string both = "(orders|payments)";
  ASSERT_THAT(mirror.engine()->UpdateFlow(FlowOf(both)), IsOk());
  ASSERT_TRUE(mirror.AwaitCopied(source(), Topic("payments")));

  ASSERT_THAT(mirror.engine()->UpdateFlow(FlowOf("orders")), IsOk());
  ASSERT_TRUE(Eventually(
      [&] { return mirror.Partition(Topic("payments"), 0).topic().empty(); }));
  source()->AppendNumbers({Topic("payments"), 0}, 100, 100);
  EXPECT_TRUE(Throughout(absl::Seconds(3), [&] {
    return target()->End({Copy("payments"), 0}) == 100;
  }));

  ASSERT_THAT(mirror.engine()->UpdateFlow(FlowOf(both)), IsOk());
  ASSERT_TRUE(mirror.AwaitCopied(source(), Topic("payments")));
  EXPECT_GT(load.Stop(), 0);
  ASSERT_TRUE(mirror.AwaitCopied(source(), Topic("orders")));
  EXPECT_EQ(mirror.Partition(Topic("orders"), 0).restarts(), 0);
  EXPECT_THAT(mirror.engine()->Stop(), IsOk());
  ExpectSame("orders");
  ExpectSame("payments");
}

TEST_F(LiveChangeTest, APausedFlowOnlyStopsCopying) {
  source()->CreateTopic(Topic("orders"), 1);
  Load load(source(), Topic("orders"));
  RunningMirror mirror(NewFlow());
  const auto copied = [&] {
    return mirror.Partition(Topic("orders"), 0).records();
  };
  ASSERT_TRUE(Eventually([&] { return copied() > 1000; }));
  ASSERT_THAT(mirror.engine()->PauseFlow("A->B"), IsOk());
  ASSERT_TRUE(Eventually([&] {
    return mirror.Partition(Topic("orders"), 0).state() == PARTITION_PAUSED;
  }));
  ASSERT_TRUE(Eventually(
      [&] { return mirror.Status().totals().records_in_flight() == 0; }));
  const int64_t paused_at = copied();
  const int64_t heartbeats = mirror.Status().heartbeats();
  EXPECT_TRUE(Eventually(
      [&] { return mirror.Status().heartbeats() >= heartbeats + 3; }));
  EXPECT_EQ(copied(), paused_at);
  ASSERT_THAT(mirror.engine()->ResumeFlow("A->B"), IsOk());
  EXPECT_GT(load.Stop(), 0);
  ASSERT_TRUE(mirror.AwaitCopied(source(), Topic("orders")));
  EXPECT_THAT(mirror.engine()->Stop(), IsOk());
  ExpectSame("orders");
}

TEST_F(LiveChangeTest, AFlowBackIsAddedAndRemoved) {
  source()->CreateTopic(Topic("orders"), 1);
  target()->CreateTopic(Topic("returns"), 1);
  RunningMirror mirror(NewFlow());
  Flow back("B", "A");
  back.source.properties = {{"bootstrap.servers", target()->servers()}};
  back.target.properties = {{"bootstrap.servers", source()->servers()}};
  back.topics = RegexTopicFilter::Create(Topic("returns")).value();
  back.topic_configs.enabled = false;
  back.acls.enabled = false;
  ASSERT_THAT(mirror.engine()->AddFlow(back), IsOk());
  const std::string copy = "B." + Topic("returns");
  target()->AppendNumbers({Topic("returns"), 0}, 0, 100);
  ASSERT_TRUE(Eventually([&] {
    return source()->Partitions(copy) == 1 && source()->End({copy, 0}) == 100;
  }));
  ASSERT_THAT(mirror.engine()->RemoveFlow("B->A"), IsOk());
  target()->AppendNumbers({Topic("returns"), 0}, 100, 100);
  source()->AppendNumbers({Topic("orders"), 0}, 0, 100);
  ASSERT_TRUE(mirror.AwaitCopied(source(), Topic("orders")));
  EXPECT_EQ(source()->End({copy, 0}), 100);

  ASSERT_THAT(mirror.engine()->AddFlow(back), IsOk());
  EXPECT_TRUE(Eventually([&] { return source()->End({copy, 0}) == 200; }));
  EXPECT_THAT(mirror.engine()->Stop(), IsOk());
  EXPECT_EQ(source()->Values(copy), target()->Values(Topic("returns")));
}

}  // namespace
}  // namespace mirror::internal::testing
