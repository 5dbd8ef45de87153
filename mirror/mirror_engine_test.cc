// SPDX-License-Identifier: Apache-2.0

#include "mirror/mirror_engine.h"

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/eventually.h"
#include "mirror/flow.h"
#include "mirror/policy/filters.h"
#include "mirror/runtime/thread.h"
#include "mirror/testing/fake_cluster.h"
#include "mirror/testing/matchers.h"
#include "mirror/transform/record_transforms.h"

namespace mirror::internal {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class MirrorEngineTest : public testing::Test {
 protected:
  Flow FakeFlow() {
    Flow flow("A", "B");
    flow.source.cluster = a_;
    flow.target.cluster = b_;
    flow.shards = 2;
    return flow;
  }

  std::shared_ptr<FakeCluster> a_ = std::make_shared<FakeCluster>("A");
  std::shared_ptr<FakeCluster> b_ = std::make_shared<FakeCluster>("B");
};

TEST_F(MirrorEngineTest, KeepsTopicConfigsAsOnTheSource) {
  a_->CreateTopic("orders", 1, {{"cleanup.policy", "compact"}});
  a_->CreateTopic("payments", 1, {{"segment.ms", "9000"}});
  b_->CreateTopic("A.payments", 1);
  auto engine = MirrorEngine::Create({FakeFlow()});
  ASSERT_THAT(engine, IsOk());
  ASSERT_THAT((*engine)->Start(), IsOk());
  EXPECT_TRUE(Eventually([&] {
    return b_->HasTopic("A.orders") &&
           !b_->TopicConfigs("A.payments").empty() &&
           (*engine)->Status().flows(0).topic_configs().topics() > 0;
  }));
  EXPECT_EQ(b_->TopicConfigs("A.orders").at("cleanup.policy"), "compact");
  EXPECT_EQ(b_->TopicConfigs("A.payments").at("segment.ms"), "9000");
  ASSERT_THAT((*engine)->Stop(), IsOk());
}

TEST_F(MirrorEngineTest, TopicsAreCreatedWithConfigsAlsoIfTheyAreNotSynced) {
  a_->CreateTopic("orders", 1, {{"cleanup.policy", "compact"}});
  Flow flow = FakeFlow();
  flow.topic_configs.enabled = false;
  auto engine = MirrorEngine::Create({flow});
  ASSERT_THAT(engine, IsOk());
  ASSERT_THAT((*engine)->Start(), IsOk());
  ASSERT_TRUE(Eventually([&] { return b_->HasTopic("A.orders"); }));
  EXPECT_EQ(b_->TopicConfigs("A.orders").at("cleanup.policy"), "compact");
  EXPECT_FALSE((*engine)->Status().flows(0).has_topic_configs());
  ASSERT_THAT((*engine)->Stop(), IsOk());
}

// Calls all that a listener and a log sink may call, each time.
class Meddler final : public EngineListener, public LogSink {
 public:
  explicit Meddler(Flow update) : update_(std::move(update)) {}
  void SetEngine(MirrorEngine* engine) { engine_ = engine; }
  void OnEvent(const EngineEvent&) override { Meddle(); }
  void Log(const LogEntry&) override { Meddle(); }
  int calls() const { return calls_; }

 private:
  void Meddle() {
    MirrorEngine* const engine = engine_;
    if (engine == nullptr) return;
    EXPECT_EQ(engine->Status().flows_size(), 1);
    const auto may_be_stopped =
        AnyOf(StatusIs(absl::StatusCode::kFailedPrecondition), IsOk());
    EXPECT_THAT(engine->PauseTopic("A->B", "other"), may_be_stopped);
    EXPECT_THAT(engine->ResumeTopic("A->B", "other"), may_be_stopped);
    EXPECT_FALSE(
        engine->ResolvePartition("A->B", {"orders", 0}, LossPolicy::kSkip)
            .ok());
    // Once, as these make events.
    if (calls_++ == 0) {
      EXPECT_THAT(engine->PauseFlow("A->B"), may_be_stopped);
      EXPECT_THAT(engine->ResumeFlow("A->B"), may_be_stopped);
      EXPECT_THAT(engine->UpdateFlow(update_), may_be_stopped);
    }
  }

  const Flow update_;
  std::atomic<MirrorEngine*> engine_{nullptr};
  std::atomic<int> calls_{0};
};

TEST_F(MirrorEngineTest, AListenerAndALogSinkMayCallTheEngine) {
  Meddler meddler(FakeFlow());
  MirrorEngineOptions options({FakeFlow()});
  options.listener = &meddler;
  options.log = &meddler;
  a_->CreateTopic("orders", 1);
  a_->Fill({"orders", 0}, 100);
  auto engine = MirrorEngine::Create(std::move(options));
  ASSERT_THAT(engine, IsOk());
  meddler.SetEngine(engine->get());
  ASSERT_THAT((*engine)->Start(), IsOk());
  EXPECT_TRUE(Eventually([&] {
    return b_->HasTopic("A.orders") && b_->LogEnd({"A.orders", 0}) == 100;
  }));
  b_->FailProduce("A.orders", absl::PermissionDeniedError("not now"));
  a_->Fill({"orders", 0}, 1);
  const int before = meddler.calls();
  EXPECT_TRUE(Eventually([&] { return meddler.calls() > before; }));
  (*engine)->Stop().IgnoreError();
}

TEST_F(MirrorEngineTest, AStartWithoutEnoughThreadsLeavesAStoppedEngine) {
  a_->CreateTopic("orders", 1);
  a_->Fill({"orders", 0}, 100);
  auto engine = MirrorEngine::Create({FakeFlow()});
  ASSERT_THAT(engine, IsOk());
  internal::ThreadShortage shortage(2);
  EXPECT_THAT((*engine)->Start(),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       AllOf(HasSubstr("A->B"), HasSubstr("pids.max"))));
  EXPECT_FALSE((*engine)->Status().started());
  EXPECT_THAT((*engine)->Start(),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT((*engine)->PauseTopic("A->B", "orders"),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(MirrorEngineTest, CopiesTopicsRecordByRecord) {
  a_->CreateTopic("orders", 3);
  for (int i = 0; i < 3; ++i) a_->Fill({"orders", i}, 100 + i);
  auto engine = MirrorEngine::Create({FakeFlow()});
  ASSERT_THAT(engine, IsOk());
  ASSERT_THAT((*engine)->Start(), IsOk());
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(Eventually([&] {
      return b_->HasTopic("A.orders") && b_->LogEnd({"A.orders", i}) == 100 + i;
    }));
    EXPECT_EQ(b_->Records({"A.orders", i}), a_->Records({"orders", i}));
  }
  EXPECT_THAT((*engine)->Stop(), IsOk());
}

TEST_F(MirrorEngineTest, StatusHasTotalsAndHealth) {
  a_->CreateTopic("orders", 3);
  for (int i = 0; i < 3; ++i) a_->Fill({"orders", i}, 100);
  auto engine = MirrorEngine::Create({FakeFlow()});
  ASSERT_THAT(engine, IsOk());
  EXPECT_EQ((*engine)->Status().health(), HEALTH_UNSPECIFIED);
  ASSERT_THAT((*engine)->Start(), IsOk());
  EXPECT_TRUE(Eventually([&] {
    const EngineStatus status = (*engine)->Status();
    const FlowTotals& totals = status.flows(0).totals();
    return totals.records() == 300 && totals.lag() == 0 &&
           totals.worst_state() == PARTITION_RUNNING &&
           status.health() == HEALTH_OK;
  }));
  b_->FailProduce("A.orders", absl::PermissionDeniedError("not now"));
  a_->Fill({"orders", 1}, 1);
  EXPECT_TRUE(Eventually(
      [&] { return (*engine)->Status().health() == HEALTH_DEGRADED; }));
  ASSERT_THAT((*engine)->Stop(), IsOk());
  EXPECT_EQ((*engine)->Status().health(), HEALTH_UNSPECIFIED);
}

// Keeps all events.
class Recorder final : public EngineListener {
 public:
  void OnEvent(const EngineEvent& event) override {
    MutexLock lock(&mu_);
    events_.push_back(event);
  }
  // The first of this kind; Kind::kFlowStarted if there is none.
  EngineEvent First(EngineEvent::Kind kind) const {
    MutexLock lock(&mu_);
    for (const EngineEvent& event : events_) {
      if (event.kind == kind) return event;
    }
    return EngineEvent();
  }

 private:
  mutable Mutex mu_;
  std::vector<EngineEvent> events_ ABSL_GUARDED_BY(mu_);
};

TEST_F(MirrorEngineTest, EventsCarryFacts) {
  Recorder recorder;
  MirrorEngineOptions options({FakeFlow()});
  options.listener = &recorder;
  a_->CreateTopic("orders", 1);
  a_->Fill({"orders", 0}, 10);
  auto engine = MirrorEngine::Create(std::move(options));
  ASSERT_THAT(engine, IsOk());
  ASSERT_THAT((*engine)->Start(), IsOk());
  EXPECT_TRUE(Eventually([&] {
    return b_->HasTopic("A.orders") && b_->LogEnd({"A.orders", 0}) == 10;
  }));
  const EngineEvent created = recorder.First(EngineEvent::Kind::kTopicCreated);
  EXPECT_EQ(created.topic, "A.orders");
  EXPECT_EQ(created.cluster, "B");
  b_->FailProduce("A.orders", absl::PermissionDeniedError("not now"));
  a_->Fill({"orders", 0}, 1);
  const auto problem = EngineEvent::Kind::kPartitionProblem;
  ASSERT_TRUE(
      Eventually([&] { return recorder.First(problem).kind == problem; }));
  const EngineEvent event = recorder.First(problem);
  EXPECT_EQ(event.flow, "A->B");
  EXPECT_EQ(event.partition, (TopicPartition{"orders", 0}));
  EXPECT_EQ(event.problem, PROBLEM_NOT_AUTHORIZED);
  EXPECT_EQ(event.cause.code(), absl::StatusCode::kPermissionDenied);
  (*engine)->Stop().IgnoreError();
}

TEST_F(MirrorEngineTest, ResumesWhereItStopped) {
  a_->CreateTopic("orders", 1);
  for (int round = 1; round <= 3; ++round) {
    a_->Fill({"orders", 0}, 100);
    auto engine = MirrorEngine::Create({FakeFlow()});
    ASSERT_THAT(engine, IsOk());
    ASSERT_THAT((*engine)->Start(), IsOk());
    ASSERT_TRUE(Eventually([&] {
      return b_->HasTopic("A.orders") &&
             b_->LogEnd({"A.orders", 0}) >= 100 * round;
    }));
    ASSERT_THAT((*engine)->Stop(), IsOk());
  }
  EXPECT_EQ(b_->LogEnd({"A.orders", 0}), 300);
}

TEST_F(MirrorEngineTest, TwoFlowsMirrorEachOtherWithoutGoingInCircles) {
  a_->CreateTopic("orders", 1);
  b_->CreateTopic("orders", 1);
  a_->Fill({"orders", 0}, 10);
  b_->Fill({"orders", 0}, 20);
  Flow back("B", "A");
  back.source.cluster = b_;
  back.target.cluster = a_;
  Flow there = FakeFlow();
  there.refresh_topics_interval = absl::Milliseconds(50);
  back.refresh_topics_interval = absl::Milliseconds(50);
  // One engine each, as two processes would; they share nothing.
  auto first = MirrorEngine::Create({there});
  auto second = MirrorEngine::Create({back});
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(second, IsOk());
  ASSERT_THAT((*first)->Start(), IsOk());
  ASSERT_THAT((*second)->Start(), IsOk());
  // The heartbeats' copies come last: by then every topic has been judged.
  ASSERT_TRUE(Eventually([&] {
    return b_->HasTopic("A.orders") && b_->LogEnd({"A.orders", 0}) == 10 &&
           a_->HasTopic("B.orders") && a_->LogEnd({"B.orders", 0}) == 20 &&
           b_->HasTopic("A.heartbeats") && a_->HasTopic("B.heartbeats");
  }));
  EXPECT_FALSE(a_->HasTopic("B.A.orders"));
  EXPECT_FALSE(b_->HasTopic("A.B.orders"));
}

TEST_F(MirrorEngineTest, HeartbeatsReachNoTransform) {
  a_->CreateTopic("heartbeats", 1);
  a_->CreateTopic("orders", 1);
  a_->Fill({"heartbeats", 0}, 10);  // no JSON
  Record order;
  order.value = R"({"name":"x"})";
  a_->Append({"orders", 0}, order);
  Flow flow = FakeFlow();
  MaskField::Options mask;
  mask.fields = {"name"};
  flow.transforms.push_back(MaskField::Create(mask).value());
  auto engine = MirrorEngine::Create({flow});
  ASSERT_THAT(engine, IsOk());
  ASSERT_THAT((*engine)->Start(), IsOk());
  EXPECT_TRUE(Eventually([&] {
    return b_->HasTopic("A.heartbeats") &&
           b_->LogEnd({"A.heartbeats", 0}) == 10 && b_->HasTopic("A.orders") &&
           b_->LogEnd({"A.orders", 0}) == 1;
  }));
  EXPECT_EQ(b_->Records({"A.orders", 0})[0].value, R"({"name":"***"})");
}

TEST_F(MirrorEngineTest, WritesHeartbeatsEvenIfNothingIsCopied) {
  Flow flow = FakeFlow();
  flow.replicate = false;
  flow.heartbeats.interval = absl::Milliseconds(1);
  auto engine = MirrorEngine::Create({flow});
  ASSERT_THAT(engine, IsOk());
  ASSERT_THAT((*engine)->Start(), IsOk());
  EXPECT_TRUE(Eventually([&] {
    return b_->HasTopic("heartbeats") && b_->LogEnd({"heartbeats", 0}) >= 3;
  }));
}

TEST_F(MirrorEngineTest, WritesOffsetSyncsWhereTheOptionSays) {
  a_->CreateTopic("orders", 1);
  a_->Fill({"orders", 0}, 500);
  Flow to_target = FakeFlow();
  to_target.offset_syncs.location = ClusterSide::kTarget;
  for (const Flow& flow : {FakeFlow(), to_target}) {
    auto engine = MirrorEngine::Create({flow});
    ASSERT_THAT(engine, IsOk());
    ASSERT_THAT((*engine)->Start(), IsOk());
    a_->Fill({"orders", 0}, 1);
    EXPECT_TRUE(Eventually(
        [&] { return (*engine)->Status().flows(0).offset_syncs() > 0; }));
  }
  EXPECT_GT(a_->LogEnd({"mm2-offset-syncs.B.internal", 0}), 0);
  EXPECT_GT(b_->LogEnd({"mm2-offset-syncs.A.internal", 0}), 0);
}

TEST_F(MirrorEngineTest, CopiesAclsByDefault) {
  AclBinding acl;
  acl.name = "orders";
  acl.principal = "User:alice";
  acl.operation = AclOperation::kAll;
  a_->AddAcl(acl);
  auto engine = MirrorEngine::Create({FakeFlow()});
  ASSERT_THAT(engine, IsOk());
  ASSERT_THAT((*engine)->Start(), IsOk());
  ASSERT_TRUE(Eventually(
      [&] { return (*engine)->Status().flows(0).acls().present() == 1; }));
  acl.name = "A.orders";
  acl.operation = AclOperation::kRead;
  EXPECT_THAT(b_->Acls(), ElementsAre(acl));
  Flow without = FakeFlow();
  without.acls.enabled = false;
  auto other = MirrorEngine::Create({without});
  ASSERT_THAT(other, IsOk());
  EXPECT_FALSE((*other)->Status().flows(0).has_acls());
}

TEST_F(MirrorEngineTest, RefusesTwoAliasesOfOneCluster) {
  FakeClusterOptions same;
  same.cluster_id = "one";
  Flow flow = FakeFlow();
  const auto a = std::make_shared<FakeCluster>("A", same);
  const auto b = std::make_shared<FakeCluster>("B", same);
  a->AddAcl({AclResource::kTopic, "orders", AclPattern::kLiteral, "User:*"});
  flow.source.cluster = a;
  flow.target.cluster = b;
  auto engine = MirrorEngine::Create({flow});
  ASSERT_THAT(engine, IsOk());
  ASSERT_THAT((*engine)->Start(), IsOk());
  ASSERT_TRUE(Eventually(
      [&] { return (*engine)->Status().flows(0).state() == FLOW_FAILED; }));
  EXPECT_THAT((*engine)->Status().flows(0).reason(),
              HasSubstr("A and B are one and the same"));
  EXPECT_EQ(b->AclWrites(), 0);
}

TEST_F(MirrorEngineTest, CreateNamesTheFieldThatIsWrong) {
  Flow flow = FakeFlow();
  flow.shards = 0;
  EXPECT_THAT(std::string(MirrorEngine::Create({flow}).status().message()),
              HasSubstr("flow A->B, shards"));
  flow = FakeFlow();
  flow.acls.interval = absl::ZeroDuration();
  EXPECT_THAT(std::string(MirrorEngine::Create({flow}).status().message()),
              HasSubstr("flow A->B, acls.interval"));
  flow = FakeFlow();
  flow.topic_configs.interval = absl::ZeroDuration();
  EXPECT_THAT(std::string(MirrorEngine::Create({flow}).status().message()),
              HasSubstr("flow A->B, topic_configs.interval"));
  Flow dotted("a.b", "B");
  dotted.source.cluster = a_;
  dotted.target.cluster = b_;
  EXPECT_THAT(std::string(MirrorEngine::Create({dotted}).status().message()),
              HasSubstr("must not contain the separator"));
  EXPECT_FALSE(MirrorEngine::Create({FakeFlow(), FakeFlow()}).ok());
}

TEST_F(MirrorEngineTest, FlowsInBracesAreNotCopied) {
  Flow flow = FakeFlow();
  flow.topics = RegexTopicFilter::Create("orders").value();
  const std::weak_ptr<const TopicFilter> topics = flow.topics;
  MirrorEngineOptions one({std::move(flow)});
  EXPECT_EQ(topics.use_count(), 1);
  const MirrorEngineOptions two{std::move(one.flows.front()), Flow("B", "A")};
  EXPECT_EQ(two.flows.size(), 2u);
  EXPECT_EQ(topics.use_count(), 1);
}

TEST_F(MirrorEngineTest, SourcesOfOneTargetNeedAliasesOfTheirOwn) {
  Flow east("site", "B");
  east.source.name = "east";
  Flow west("site", "B");
  west.source.name = "west";
  for (Flow* flow : {&east, &west}) {
    flow->source.cluster = std::make_shared<FakeCluster>("site");
    flow->target.cluster = b_;
  }
  EXPECT_THAT(
      std::string(MirrorEngine::Create({{east, west}}).status().message()),
      HasSubstr("flow west->B, source.alias: \"site\" is also the source of "
                "flow east->B"));
  west.target.name = "C";
  EXPECT_THAT(MirrorEngine::Create({{east, west}}), IsOk());
}

// A top-level source.cluster.alias names both directions of a pair.
TEST_F(MirrorEngineTest, OnlyAFlowThatReplicatesNeedsTwoAliases) {
  Flow flow("A", "A");
  flow.target.name = "B";
  flow.source.cluster = a_;
  flow.target.cluster = a_;
  EXPECT_THAT(std::string(MirrorEngine::Create({flow}).status().message()),
              HasSubstr("flow A->B, target.alias: must differ"));
  flow.replicate = false;
  EXPECT_THAT(MirrorEngine::Create({flow}), IsOk());
}

TEST_F(MirrorEngineTest, PausesAndResumesATopic) {
  a_->CreateTopic("orders", 1);
  auto engine = MirrorEngine::Create({FakeFlow()});
  ASSERT_THAT(engine, IsOk());
  ASSERT_THAT((*engine)->PauseTopic("A->B", "orders"), IsOk());
  EXPECT_FALSE((*engine)->PauseTopic("B->A", "orders").ok());
  ASSERT_THAT((*engine)->Start(), IsOk());
  a_->Fill({"orders", 0}, 10);
  ASSERT_TRUE(Eventually([&] {
    const EngineStatus status = (*engine)->Status();
    for (const WorkerStatus& worker : status.flows(0).workers()) {
      for (const PartitionStatus& partition : worker.partitions()) {
        if (partition.state() == PARTITION_PAUSED) return true;
      }
    }
    return false;
  }));
  EXPECT_EQ(b_->LogEnd({"A.orders", 0}), 0);
  ASSERT_THAT((*engine)->ResumeTopic("A->B", "orders"), IsOk());
  EXPECT_TRUE(Eventually([&] { return b_->LogEnd({"A.orders", 0}) == 10; }));
}

TEST_F(MirrorEngineTest, StopIsIdempotentAndFinal) {
  auto engine = MirrorEngine::Create({FakeFlow()});
  ASSERT_THAT(engine, IsOk());
  ASSERT_THAT((*engine)->Start(), IsOk());
  EXPECT_THAT((*engine)->Start(), IsOk());
  EXPECT_THAT((*engine)->Stop(), IsOk());
  EXPECT_THAT((*engine)->Stop(), IsOk());
  EXPECT_FALSE((*engine)->Start().ok());
  EXPECT_EQ((*engine)->Status().flows(0).state(), FLOW_STOPPED);
  EXPECT_EQ((*engine)->PauseTopic("A->B", "orders").code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(MirrorEngineTest, AStoppedEngineHoldsNothingThatItCouldStillWrite) {
  a_->CreateTopic("orders", 1);
  a_->Fill({"orders", 0}, 10);
  MirrorEngineOptions options({FakeFlow()});
  options.stop_timeout = absl::ZeroDuration();
  auto engine = MirrorEngine::Create(std::move(options));
  ASSERT_THAT(engine, IsOk());
  ASSERT_THAT((*engine)->Start(), IsOk());
  const auto partition = [&] {
    const EngineStatus status = (*engine)->Status();
    PartitionStatus found;
    for (const WorkerStatus& worker : status.flows(0).workers()) {
      if (worker.partitions_size() > 0) found = worker.partitions(0);
    }
    return found;
  };
  ASSERT_TRUE(Eventually([&] { return partition().records() == 10; }));
  b_->SetDown(true);
  a_->Fill({"orders", 0}, 5);
  ASSERT_TRUE(Eventually([&] { return partition().lag() == 5; }));
  EXPECT_EQ((*engine)->Stop().code(), absl::StatusCode::kDeadlineExceeded);
  // A client that is still there sends once the cluster is back, into what
  // another engine copies by then.
  EXPECT_EQ(b_->OpenSinks(), 0);
  EXPECT_EQ(partition().records(), 10);
}

}  // namespace
}  // namespace mirror::internal
