// SPDX-License-Identifier: Apache-2.0
//
// Two mirrors of opposite directions, each with aliases of its own for the two
// clusters: names must not grow by a prefix at every turn.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/cluster/cluster.h"
#include "mirror/flow/flow_fixture.h"
#include "mirror/policy/mm2_replication_policies.h"
#include "mirror/testing/forwarding_cluster.h"

namespace mirror::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A cluster under another alias.
class Renamed final : public ForwardingCluster {
 public:
  Renamed(std::string alias, Cluster* cluster)
      : ForwardingCluster(cluster), alias_(std::move(alias)) {}

  const std::string& alias() const override { return alias_; }

 private:
  const std::string alias_;
};

// One mirror's process.
class Mirror {
 public:
  Mirror(std::string source, FakeCluster* from, std::string target,
         FakeCluster* to, SimulatedFlow* settings)
      : source_(source, from), target_(target, to) {
    FlowControlOptions control = settings->control_options();
    control.flow = control.memory.flow = source + "->" + target;
    control.selection.source_alias = source;
    control.selection.target_alias = target;
    control.memory.progress.offset_storage_topic =
        "mm2-offsets." + source + ".internal";
    control.memory.index_topic = "mm2-offset-index." + source + ".internal";
    control.memory.index_partitions = 1;
    control.store = &store_;
    control.on_event = [this](EngineEvent event) {
      if (event.kind == EngineEvent::Kind::kTopicProblem) {
        problems_.push_back(std::move(event));
      }
    };
    CopyLoopOptions options;
    options.flow = control.flow;
    options.offset_storage_topic = control.memory.progress.offset_storage_topic;
    options.index_topic = control.memory.index_topic;
    options.partition.source_alias = source;
    options.partition.target_alias = target;
    options.store = &store_;
    loop_ = CopyLoop::Create(options, &source_, &target_, &settings->clock())
                .value();
    control_ = FlowControl::Create(control, &source_, &target_, {loop_.get()},
                                   &settings->clock())
                   .value();
  }

  void RunOnce() {
    control_->RunOnce();
    loop_->RunOnce();
  }
  const std::vector<EngineEvent>& problems() const { return problems_; }
  FlowStatus Status() const {
    FlowStatus status;
    control_->FillStatus(&status);
    return status;
  }

 private:
  Renamed source_;
  Renamed target_;
  OffsetSyncStore store_;
  std::unique_ptr<CopyLoop> loop_;
  std::unique_ptr<FlowControl> control_;
  std::vector<EngineEvent> problems_;
};

class FlowCycleTest : public testing::Test {
 protected:
  FlowCycleTest() {
    for (FakeCluster* cluster : {&x(), &y()}) {
      cluster->CreateTopic("heartbeats", 1);
    }
    x().CreateTopic("orders", 1);
    x().Fill({"orders", 0}, 10);
  }
  void RunBoth(Mirror* there, Mirror* back) {
    for (int turn = 0; turn < 2000; ++turn) {
      settings_.clock().Advance(absl::Milliseconds(100));
      there->RunOnce();
      back->RunOnce();
    }
  }
  static std::vector<std::string> Topics(FakeCluster* cluster) {
    std::vector<std::string> names;
    const auto admin = cluster->NewAdmin("test").value();
    const auto topics = admin->ListTopics();
    for (const TopicDescription& topic : *topics) {
      if (topic.name.find("mm2-") == std::string::npos) {
        names.push_back(topic.name);
      }
    }
    return names;
  }
  FakeCluster& x() { return settings_.source(); }
  FakeCluster& y() { return settings_.target(); }

  SimulatedFlow settings_;
};

TEST_F(FlowCycleTest, NamesDoNotGrowIfBothMirrorsGiveTheirSourceOneAlias) {
  Mirror there("generic", &x(), "dc1", &y(), &settings_);
  Mirror back("generic", &y(), "dc2", &x(), &settings_);
  RunBoth(&there, &back);
  EXPECT_THAT(Topics(&x()),
              ElementsAre("generic.heartbeats", "heartbeats", "orders"));
  EXPECT_THAT(Topics(&y()), ElementsAre("generic.heartbeats", "generic.orders",
                                        "heartbeats"));
  ASSERT_EQ(there.problems().size(), 1u);
  EXPECT_EQ(there.problems()[0].topic, "generic.heartbeats");
  ASSERT_EQ(back.problems().size(), 2u);
  EXPECT_THAT(back.problems()[1].message,
              HasSubstr("topic generic.orders is not mirrored"));
  EXPECT_EQ(back.Status().topic_problems_size(), 2);
}

TEST_F(FlowCycleTest, NamesStopGrowingIfNoAliasIsShared) {
  Mirror there("a", &x(), "b", &y(), &settings_);
  Mirror back("c", &y(), "d", &x(), &settings_);
  RunBoth(&there, &back);
  EXPECT_THAT(Topics(&x()),
              ElementsAre("c.a.heartbeats", "c.a.orders", "c.heartbeats",
                          "heartbeats", "orders"));
  EXPECT_THAT(Topics(&y()), ElementsAre("a.c.heartbeats", "a.heartbeats",
                                        "a.orders", "heartbeats"));
}

TEST_F(FlowCycleTest, HeartbeatsDoNotGrowUnderTheIdentityPolicyEither) {
  settings_.control_options().selection.policy =
      IdentityReplicationPolicy::Create();
  x().DeleteTopic("orders");
  Mirror there("generic", &x(), "dc1", &y(), &settings_);
  Mirror back("generic", &y(), "dc2", &x(), &settings_);
  RunBoth(&there, &back);
  EXPECT_THAT(Topics(&x()), ElementsAre("generic.heartbeats", "heartbeats"));
  EXPECT_THAT(Topics(&y()), ElementsAre("generic.heartbeats", "heartbeats"));
}

TEST_F(FlowCycleTest, ATopicThatIsGoneIsNoProblemAnyMore) {
  x().CreateTopic("generic.bills", 1);
  Mirror there("generic", &x(), "dc1", &y(), &settings_);
  const auto run = [&] {
    for (int turn = 0; turn < 100; ++turn) {
      settings_.clock().Advance(absl::Milliseconds(100));
      there.RunOnce();
    }
  };
  run();
  EXPECT_EQ(there.Status().topic_problems_size(), 1);
  x().DeleteTopic("generic.bills");
  run();
  EXPECT_EQ(there.Status().topic_problems_size(), 0);
}

}  // namespace
}  // namespace mirror::internal
