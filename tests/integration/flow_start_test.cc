// SPDX-License-Identifier: Apache-2.0
//
// auto.offset.reset = latest on real brokers: it holds for what the flow finds
// at its first look, and for nothing that appears later.

#include <string>

#include "gtest/gtest.h"
#include "mirror/testing/matchers.h"
#include "tests/integration/mirror_test.h"
#include "tests/integration/test_cluster.h"

namespace mirror::internal::testing {
namespace {

class FlowStartTest : public MirrorTest {
 protected:
  static Flow NewFlow() {
    Flow flow = MirrorTest::NewFlow();
    flow.start_at = StartAt::kLatest;
    return flow;
  }
  static void Append(const std::string& name, int32_t partition,
                     int64_t count) {
    source()->AppendNumbers({Topic(name), partition}, 0, count);
  }
  static int64_t Copies(const std::string& name) {
    int64_t count = 0;
    for (const auto& partition : target()->Values(Copy(name))) {
      count += static_cast<int64_t>(partition.size());
    }
    return count;
  }
  static bool Runs(const RunningMirror& mirror, const std::string& name) {
    return Eventually([&] {
      return mirror.Partition(Topic(name), 0).state() == PARTITION_RUNNING;
    });
  }
};

TEST_F(FlowStartTest, LatestHoldsForTheFirstLookOnly) {
  source()->CreateTopic(Topic("clicks"), 1);
  source()->CreateTopic(Topic("quiet"), 1);
  Append("clicks", 0, 100);
  {
    RunningMirror mirror(NewFlow());
    ASSERT_TRUE(Runs(mirror, "clicks"));
    ASSERT_TRUE(Runs(mirror, "quiet"));
    Append("clicks", 0, 10);
    ASSERT_TRUE(mirror.AwaitCopied(source(), Topic("clicks")));
    EXPECT_EQ(Copies("clicks"), 10);
    // A partition that is added, a topic that is created.
    source()->AddPartitions(Topic("clicks"), 2);
    source()->CreateTopic(Topic("taps"), 1);
    Append("clicks", 1, 20);
    Append("taps", 0, 30);
    ASSERT_TRUE(mirror.AwaitCopied(source(), Topic("clicks")));
    ASSERT_TRUE(mirror.AwaitCopied(source(), Topic("taps")));
    EXPECT_EQ(Copies("clicks"), 30);
    EXPECT_EQ(Copies("taps"), 30);
    ASSERT_THAT(mirror.engine()->Stop(), IsOk());
  }
  // A partition that was empty, and a topic that was not there yet.
  Append("quiet", 0, 70);
  source()->CreateTopic(Topic("later"), 1);
  Append("later", 0, 50);
  RunningMirror mirror(NewFlow());
  ASSERT_TRUE(mirror.AwaitCopied(source(), Topic("quiet")));
  ASSERT_TRUE(mirror.AwaitCopied(source(), Topic("later")));
  EXPECT_EQ(Copies("quiet"), 70);
  EXPECT_EQ(Copies("later"), 50);
  EXPECT_EQ(Copies("clicks"), 30);
  EXPECT_EQ(mirror.EventCount(EngineEvent::Kind::kSourceGap), 0);
}

}  // namespace
}  // namespace mirror::internal::testing
