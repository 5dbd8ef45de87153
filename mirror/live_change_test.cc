// SPDX-License-Identifier: Apache-2.0
//
// Flows of an engine that are added, removed, changed and paused while it runs.

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/eventually.h"
#include "mirror/flow.h"
#include "mirror/mirror_engine.h"
#include "mirror/policy/filters.h"
#include "mirror/runtime/mutex.h"
#include "mirror/testing/fake_cluster.h"
#include "mirror/testing/matchers.h"
#include "mirror/transform/record_transforms.h"

namespace mirror::internal {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class LiveChangeTest : public testing::Test {
 protected:
  LiveChangeTest() {
    for (FakeCluster* source : {a_.get(), c_.get()}) {
      source->CreateTopic("orders", 1);
      source->CreateTopic("payments", 1);
    }
  }

  Flow NewFlow(const std::shared_ptr<FakeCluster>& source,
               const std::string& topics = "orders") {
    Flow flow(source->alias(), "B");
    flow.source.cluster = source;
    flow.target.cluster = b_;
    flow.topics = RegexTopicFilter::Create(topics).value();
    flow.shards = 2;
    return flow;
  }

  // A running engine with these flows.
  void Start(std::vector<Flow> flows) {
    auto engine = MirrorEngine::Create(MirrorEngineOptions(std::move(flows)));
    ASSERT_THAT(engine, IsOk());
    engine_ = *std::move(engine);
    ASSERT_THAT(engine_->Start(), IsOk());
  }

  bool AwaitRecords(const std::string& topic, int64_t count) {
    return Eventually(
        [&] { return b_->HasTopic(topic) && b_->LogEnd({topic, 0}) >= count; });
  }
  // Of the flow A->B; nothing if it is not mirrored.
  std::optional<PartitionStatus> Partition(const std::string& topic) {
    const EngineStatus status = engine_->Status();
    for (const WorkerStatus& worker : status.flows(0).workers()) {
      for (const PartitionStatus& partition : worker.partitions()) {
        if (partition.topic() == topic) return partition;
      }
    }
    return std::nullopt;
  }
  // Lets flow control look at the source once more than it has so far.
  bool AwaitRefresh() {
    const std::string probe = "probe" + std::to_string(++probes_);
    a_->CreateTopic(probe, 1);
    return Eventually([&] { return Partition(probe).has_value(); });
  }

  std::shared_ptr<FakeCluster> a_ = std::make_shared<FakeCluster>("A");
  std::shared_ptr<FakeCluster> b_ = std::make_shared<FakeCluster>("B");
  std::shared_ptr<FakeCluster> c_ = std::make_shared<FakeCluster>("C");
  std::unique_ptr<MirrorEngine> engine_;
  int probes_ = 0;
};

TEST_F(LiveChangeTest, AnEngineMayStartWithoutFlows) {
  Start({});
  EXPECT_TRUE(engine_->Status().started());
  EXPECT_EQ(engine_->Status().flows_size(), 0);
  ASSERT_THAT(engine_->AddFlow(NewFlow(a_)), IsOk());
  a_->Fill({"orders", 0}, 10);
  EXPECT_TRUE(AwaitRecords("A.orders", 10));
  EXPECT_THAT(engine_->Stop(), IsOk());
  EXPECT_THAT(engine_->AddFlow(NewFlow(c_)),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(LiveChangeTest, AFlowIsAddedWhileAnotherRuns) {
  Start({NewFlow(a_)});
  a_->Fill({"orders", 0}, 10);
  ASSERT_TRUE(AwaitRecords("A.orders", 10));
  ASSERT_THAT(engine_->AddFlow(NewFlow(c_)), IsOk());
  a_->Fill({"orders", 0}, 10);
  c_->Fill({"orders", 0}, 7);
  EXPECT_TRUE(AwaitRecords("A.orders", 20));
  EXPECT_TRUE(AwaitRecords("C.orders", 7));
  EXPECT_EQ(Partition("orders")->restarts(), 0);
  EXPECT_EQ(engine_->Status().flows_size(), 2);
}

TEST_F(LiveChangeTest, AFlowThatIsWrongIsNotAdded) {
  Start({NewFlow(a_)});
  EXPECT_THAT(engine_->AddFlow(NewFlow(a_)),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("duplicate flow")));
  Flow flow = NewFlow(c_);
  flow.shards = 0;
  EXPECT_THAT(engine_->AddFlow(flow),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("flow C->B, shards")));
  EXPECT_EQ(engine_->Status().flows_size(), 1);
}

TEST_F(LiveChangeTest, ARemovedFlowStopsAndItsClientsAreGone) {
  auto d = std::make_shared<FakeCluster>("D");
  Flow elsewhere = NewFlow(c_);
  elsewhere.target.alias = "D";
  elsewhere.target.cluster = d;
  Start({NewFlow(a_), elsewhere});
  a_->Fill({"orders", 0}, 10);
  ASSERT_TRUE(AwaitRecords("A.orders", 10));
  ASSERT_TRUE(Eventually([&] { return d->HasTopic("C.orders"); }));
  EXPECT_GT(d->OpenSinks(), 0);
  ASSERT_THAT(engine_->RemoveFlow("C->D"), IsOk());
  EXPECT_EQ(d->OpenSinks(), 0);
  EXPECT_EQ(engine_->Status().flows_size(), 1);
  EXPECT_THAT(engine_->RemoveFlow("C->D"),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(engine_->PauseFlow("C->D"),
              StatusIs(absl::StatusCode::kNotFound));
  c_->Fill({"orders", 0}, 10);
  a_->Fill({"orders", 0}, 10);
  EXPECT_TRUE(AwaitRecords("A.orders", 20));
  EXPECT_EQ(d->LogEnd({"C.orders", 0}), 0);
}

TEST_F(LiveChangeTest, ARemovedFlowContinuesWhenItIsAddedAgain) {
  Start({NewFlow(a_)});
  a_->Fill({"orders", 0}, 10);
  ASSERT_TRUE(AwaitRecords("A.orders", 10));
  ASSERT_THAT(engine_->RemoveFlow("A->B"), IsOk());
  a_->Fill({"orders", 0}, 10);
  ASSERT_THAT(engine_->AddFlow(NewFlow(a_)), IsOk());
  EXPECT_TRUE(AwaitRecords("A.orders", 20));
  EXPECT_EQ(b_->Records({"A.orders", 0}), a_->Records({"orders", 0}));
}

TEST_F(LiveChangeTest, AnotherTopicIsSelectedWithoutDisturbingTheFirst) {
  Start({NewFlow(a_)});
  a_->Fill({"orders", 0}, 10);
  a_->Fill({"payments", 0}, 20);
  ASSERT_TRUE(AwaitRecords("A.orders", 10));
  const int64_t sources = a_->SourcesMade();
  ASSERT_THAT(engine_->UpdateFlow(NewFlow(a_, "orders, payments")), IsOk());
  EXPECT_TRUE(AwaitRecords("A.payments", 20));
  a_->Fill({"orders", 0}, 5);
  EXPECT_TRUE(AwaitRecords("A.orders", 15));
  EXPECT_EQ(Partition("orders")->restarts(), 0);
  EXPECT_EQ(a_->SourcesMade(), sources);
}

TEST_F(LiveChangeTest, ATopicThatIsNoLongerSelectedStopsAndContinuesLater) {
  Flow all = NewFlow(a_, "orders, payments, probe.*");
  Flow fewer = NewFlow(a_, "payments, probe.*");
  for (Flow* flow : {&all, &fewer}) {
    flow->refresh_topics_interval = absl::Milliseconds(100);
  }
  Start({all});
  a_->Fill({"orders", 0}, 10);
  a_->Fill({"payments", 0}, 10);
  ASSERT_TRUE(AwaitRecords("A.orders", 10));
  ASSERT_TRUE(AwaitRecords("A.payments", 10));
  ASSERT_THAT(engine_->UpdateFlow(fewer), IsOk());
  ASSERT_TRUE(Eventually([&] { return !Partition("orders").has_value(); }));
  a_->Fill({"orders", 0}, 5);
  a_->Fill({"payments", 0}, 5);
  EXPECT_TRUE(AwaitRecords("A.payments", 15));
  ASSERT_TRUE(AwaitRefresh());
  EXPECT_EQ(b_->LogEnd({"A.orders", 0}), 10);
  ASSERT_THAT(engine_->UpdateFlow(all), IsOk());
  EXPECT_TRUE(AwaitRecords("A.orders", 15));
  EXPECT_EQ(b_->Records({"A.orders", 0}), a_->Records({"orders", 0}));
  EXPECT_EQ(Partition("payments")->restarts(), 0);
  EXPECT_EQ(Partition("orders")->problem(), PROBLEM_NONE)
      << Partition("orders")->reason();
}

TEST_F(LiveChangeTest,
       AnUpdateThatIsNotPossibleNamesTheFieldAndChangesNothing) {
  Start({NewFlow(a_, "orders, probe.*")});
  Flow shards = NewFlow(a_, "payments, probe.*");
  shards.shards = 3;
  Flow cluster = NewFlow(a_, "payments, probe.*");
  cluster.target.cluster = c_;
  Flow wrong = NewFlow(a_, "payments, probe.*");
  wrong.heartbeats.interval = absl::ZeroDuration();
  const auto names = [](const std::string& field) {
    return StatusIs(absl::StatusCode::kInvalidArgument,
                    HasSubstr("flow A->B, " + field + ": "));
  };
  EXPECT_THAT(engine_->UpdateFlow(shards), names("shards"));
  EXPECT_THAT(engine_->UpdateFlow(cluster), names("target.cluster"));
  EXPECT_THAT(engine_->UpdateFlow(wrong), names("heartbeats.interval"));
  EXPECT_THAT(engine_->UpdateFlow(NewFlow(c_)),
              StatusIs(absl::StatusCode::kNotFound));
  ASSERT_TRUE(AwaitRefresh());
  EXPECT_TRUE(Partition("orders").has_value());
  EXPECT_FALSE(b_->HasTopic("A.payments"));
}

TEST_F(LiveChangeTest, AnUpdateNeedsNoClusters) {
  Start({NewFlow(a_)});
  Flow update = NewFlow(a_, "payments");
  update.source.cluster = nullptr;
  update.target.cluster = nullptr;
  a_->Fill({"payments", 0}, 10);
  ASSERT_THAT(engine_->UpdateFlow(update), IsOk());
  EXPECT_TRUE(AwaitRecords("A.payments", 10));
}

TEST_F(LiveChangeTest, IntervalsTakeEffectAtOnce) {
  Flow flow = NewFlow(a_);
  flow.heartbeats.interval = absl::Hours(1);
  flow.checkpoints.interval = absl::Hours(1);
  flow.checkpoints.refresh_groups_interval = absl::Hours(1);
  flow.refresh_topics_interval = absl::Hours(1);
  Start({flow});
  a_->Fill({"orders", 0}, 10);
  ASSERT_TRUE(AwaitRecords("A.orders", 10));
  const auto status = [&] { return engine_->Status().flows(0); };
  ASSERT_TRUE(Eventually([&] { return status().heartbeats() == 1; }));
  a_->CommitGroupOffset("app", {"orders", 0}, 5);
  flow.heartbeats.interval = absl::Milliseconds(1);
  flow.checkpoints.interval = absl::Milliseconds(1);
  ASSERT_THAT(engine_->UpdateFlow(flow), IsOk());
  EXPECT_TRUE(Eventually([&] {
    return status().heartbeats() > 3 && status().checkpoints().emitted() == 1;
  }));
}

TEST_F(LiveChangeTest, GroupsAreSelectedAtOnce) {
  Flow flow = NewFlow(a_);
  flow.groups = RegexGroupFilter::Create("none").value();
  Start({flow});
  a_->Fill({"orders", 0}, 10);
  ASSERT_TRUE(AwaitRecords("A.orders", 10));
  a_->CommitGroupOffset("app", {"orders", 0}, 5);
  flow.groups = RegexGroupFilter::Create("app").value();
  ASSERT_THAT(engine_->UpdateFlow(flow), IsOk());
  EXPECT_TRUE(Eventually(
      [&] { return engine_->Status().flows(0).checkpoints().emitted() == 1; }));
}

TEST_F(LiveChangeTest, RecordsAreTransformedFromThenOn) {
  Flow flow = NewFlow(a_);
  Start({flow});
  Record order;
  order.value = R"({"name":"x"})";
  a_->Append({"orders", 0}, order);
  ASSERT_TRUE(AwaitRecords("A.orders", 1));
  MaskField::Options mask;
  mask.fields = {"name"};
  flow.transforms.push_back(MaskField::Create(mask).value());
  ASSERT_THAT(engine_->UpdateFlow(flow), IsOk());
  a_->Append({"orders", 0}, order);
  ASSERT_TRUE(AwaitRecords("A.orders", 2));
  const std::vector<Record> copies = b_->Records({"A.orders", 0});
  EXPECT_EQ(copies[0].value, R"({"name":"x"})");
  EXPECT_EQ(copies[1].value, R"({"name":"***"})");
}

TEST_F(LiveChangeTest,
       APausedFlowWritesHeartbeatsAndContinuesWithoutDuplicates) {
  Flow flow = NewFlow(a_, "orders, payments");
  flow.heartbeats.interval = absl::Milliseconds(1);
  Start({flow});
  a_->Fill({"orders", 0}, 10);
  ASSERT_TRUE(AwaitRecords("A.orders", 10));
  ASSERT_THAT(engine_->PauseTopic("A->B", "payments"), IsOk());
  ASSERT_THAT(engine_->PauseFlow("A->B"), IsOk());
  EXPECT_TRUE(engine_->Status().flows(0).paused());
  ASSERT_TRUE(Eventually([&] {
    const auto orders = Partition("orders");
    return orders.has_value() && orders->state() == PARTITION_PAUSED;
  }));
  a_->Fill({"orders", 0}, 10);
  a_->Fill({"payments", 0}, 10);
  const int64_t beats = engine_->Status().flows(0).heartbeats();
  EXPECT_TRUE(Eventually(
      [&] { return engine_->Status().flows(0).heartbeats() > beats + 20; }));
  EXPECT_EQ(b_->LogEnd({"A.orders", 0}), 10);
  ASSERT_THAT(engine_->ResumeFlow("A->B"), IsOk());
  EXPECT_FALSE(engine_->Status().flows(0).paused());
  EXPECT_TRUE(AwaitRecords("A.orders", 20));
  EXPECT_EQ(b_->Records({"A.orders", 0}), a_->Records({"orders", 0}));
  // It was paused by itself.
  EXPECT_EQ(b_->LogEnd({"A.payments", 0}), 0);
  ASSERT_THAT(engine_->ResumeTopic("A->B", "payments"), IsOk());
  EXPECT_TRUE(AwaitRecords("A.payments", 10));
}

}  // namespace
}  // namespace mirror::internal
