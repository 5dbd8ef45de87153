// SPDX-License-Identifier: Apache-2.0
//
// A target that is wiped and formatted again while the mirror runs, and a
// source that is down when the mirror starts: what becomes of the groups'
// offsets.

#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/policy/filters.h"
#include "mirror/testing/matchers.h"
#include "tests/integration/mirror_test.h"
#include "tests/integration/test_cluster.h"
#include "tests/support/java_tool.h"
#include "tests/support/raw_client.h"

namespace mirror::internal::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr char kGroup[] = "billing";
constexpr char kCheckpoints[] = "A.checkpoints.internal";

class RebuiltTargetTest : public ::testing::Test {
 protected:
  RebuiltTargetTest()
      : a_(TestCluster::Start("A").value()),
        b_(TestCluster::Start("B").value()) {
    a_->CreateTopic("orders", 2);
    for (int32_t i = 0; i < 2; ++i) a_->AppendNumbers({"orders", i}, 0, 500);
    AwaitGroupCoordinator(a_->servers(), kGroup);
    AwaitGroupCoordinator(b_->servers(), kGroup);
    auto admin = a_->cluster()->NewGroupAdmin("test").value();
    EXPECT_THAT(admin->AlterGroupOffsets(kGroup, {{{"orders", 0}, {400, ""}},
                                                  {{"orders", 1}, {400, ""}}}),
                IsOk());
  }
  Flow NewFlow() {
    Flow flow("A", "B");
    flow.source.properties = {{"bootstrap.servers", a_->servers()}};
    flow.target.properties = {{"bootstrap.servers", b_->servers()}};
    flow.topics = RegexTopicFilter::Create("orders").value();
    flow.refresh_topics_interval = absl::Seconds(1);
    flow.checkpoints.interval = absl::Seconds(1);
    flow.checkpoints.sync_group_offsets = true;
    flow.checkpoints.sync_group_offsets_interval = absl::Seconds(1);
    return flow;
  }
  // Where the group stands on the target; none for any error.
  GroupOffsets Committed() {
    auto admin = b_->cluster()->NewGroupAdmin("test").value();
    const auto offsets = admin->ListGroupOffsets({kGroup}).front();
    return offsets.ok() ? *offsets : GroupOffsets();
  }
  bool AwaitCommitted(int64_t first, int64_t second) {
    return Eventually([&] {
      return Committed() == GroupOffsets{{{"A.orders", 0}, {first, ""}},
                                         {{"A.orders", 1}, {second, ""}}};
    });
  }

  const std::unique_ptr<TestCluster> a_;
  const std::unique_ptr<TestCluster> b_;
};

TEST_F(RebuiltTargetTest, ATargetRebuiltWhileTheMirrorRunsGetsNoOldOffsets) {
  {
    RunningMirror mirror(NewFlow());
    ASSERT_TRUE(mirror.AwaitCopied(a_.get(), "orders"));
    ASSERT_TRUE(AwaitCommitted(400, 400));
    const std::string before = b_->broker()->cluster_id();
    DeleteRecordsBefore(a_->servers(), {"orders", 0}, 200);
    b_->Rebuild();
    ASSERT_NE(b_->broker()->cluster_id(), before);
    AwaitGroupCoordinator(b_->servers(), kGroup);
    ASSERT_TRUE(Eventually([&] {
      return ::testing::Matches(HasSubstr("than when the flow started"))(
          mirror.Status().reason());
    }));
    EXPECT_THAT(mirror.Status().reason(),
                AllOf(HasSubstr("cluster B has another cluster id"),
                      HasSubstr(before), HasSubstr(b_->broker()->cluster_id()),
                      HasSubstr("it was rebuilt or the address leads "
                                "elsewhere")));
    EXPECT_TRUE(mirror.AwaitEvent(EngineEvent::Kind::kClusterTrouble,
                                  {"another cluster id"}));
    EXPECT_TRUE(Throughout(absl::Seconds(5), [&] {
      // The topic may have been created before the id was looked at.
      const bool none =
          b_->Partitions(kCheckpoints) == 0 || b_->End({kCheckpoints, 0}) == 0;
      return none && Committed().empty() && b_->Partitions("A.orders") == 0;
    }));
  }
  // Then the target is new to the mirror.
  RunningMirror mirror(NewFlow());
  ASSERT_TRUE(mirror.AwaitCopied(a_.get(), "orders"));
  EXPECT_TRUE(AwaitCommitted(200, 400));
  EXPECT_EQ(b_->End({"A.orders", 0}), 300);
  EXPECT_EQ(b_->End({"A.orders", 1}), 500);
}

TEST_F(RebuiltTargetTest, OffsetsAreRenewedByAMirrorThatFindsTheSourceDown) {
  {
    RunningMirror mirror(NewFlow());
    ASSERT_TRUE(mirror.AwaitCopied(a_.get(), "orders"));
    ASSERT_TRUE(AwaitCommitted(400, 400));
  }
  ASSERT_THAT(a_->broker()->Kill(), IsOk());
  // As when they expire.
  ASSERT_THAT(
      RunJavaTool(
          "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
          {"--bootstrap-server", b_->servers(), "--delete", "--group", kGroup}),
      IsOk());
  ASSERT_TRUE(Committed().empty());
  RunningMirror mirror(NewFlow());
  EXPECT_TRUE(AwaitCommitted(400, 400));
  EXPECT_EQ(mirror.Status().state(), FLOW_STARTING);
  EXPECT_THAT(mirror.Status().reason(), HasSubstr("cluster A"));
}

}  // namespace
}  // namespace mirror::internal::testing
