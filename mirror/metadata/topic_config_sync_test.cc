// SPDX-License-Identifier: Apache-2.0

#include "mirror/metadata/topic_config_sync.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/policy/filters.h"
#include "mirror/policy/mm2_replication_policies.h"
#include "mirror/testing/fake_cluster.h"
#include "mirror/testing/matchers.h"
#include "mirror/testing/simulated_clock.h"

namespace mirror::internal {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;
using Kind = EngineEvent::Kind;

class TopicConfigSyncTest : public testing::Test {
 protected:
  TopicConfigSyncTest() {
    options_.configs.filter = RegexConfigPropertyFilter::Create().value();
    options_.selection.policy = DefaultReplicationPolicy::Create().value();
    options_.selection.filter = RegexTopicFilter::Create().value();
    options_.selection.source_alias = "A";
    options_.selection.target_alias = "B";
    options_.flow = "A->B";
    options_.on_event = [this](EngineEvent event) {
      if (event.kind == Kind::kTopicConfigOverwritten) {
        at_overwrite_ = b_.TopicConfigs(event.topic);
      }
      events_.push_back(std::move(event));
    };
    a_.CreateTopic("orders", 1, {{"retention.bytes", "1000"}});
    b_.CreateTopic("A.orders", 1, {{"retention.bytes", "1000"}});
  }

  void Start() {
    syncer_ = TopicConfigSyncer::Create(&a_, &b_, options_, &clock_).value();
  }

  // A round; the events of it alone are kept.
  absl::Status Round() {
    if (syncer_ == nullptr) Start();
    clock_.Advance(syncer_->TimeToNextTurn());
    events_.clear();
    return syncer_->RunOnce();
  }

  TopicConfigSyncStatus Status() {
    TopicConfigSyncStatus status;
    syncer_->FillStatus(&status);
    return status;
  }

  std::vector<std::string> Messages(Kind kind) {
    std::vector<std::string> messages;
    for (const EngineEvent& event : events_) {
      if (event.kind == kind) messages.push_back(event.message);
    }
    return messages;
  }

  // The override on the target.
  std::string OnB(const std::string& name) {
    const auto configs = b_.TopicConfigs("A.orders");
    const auto it = configs.find(name);
    return it == configs.end() ? "none" : it->second;
  }

  SimulatedClock clock_;
  FakeCluster a_{"A"};
  FakeCluster b_{"B"};
  TopicConfigSyncerOptions options_;
  std::unique_ptr<TopicConfigSyncer> syncer_;
  std::vector<EngineEvent> events_;
  // The target topic's overrides when one was about to be overwritten.
  std::map<std::string, std::string> at_overwrite_;
};

TEST_F(TopicConfigSyncTest, WritesNothingWhereNothingDiffers) {
  b_.FailAlterConfigs("", absl::InternalError("who writes?"));
  ASSERT_THAT(Round(), IsOk());
  EXPECT_THAT(events_, IsEmpty());
  EXPECT_EQ(Status().topics(), 1);
  EXPECT_EQ(Status().written(), 0);
  EXPECT_EQ(syncer_->TimeToNextTurn(), absl::Seconds(600));
}

TEST_F(TopicConfigSyncTest, AChangeOnTheSourceArrives) {
  ASSERT_THAT(Round(), IsOk());
  a_.SetTopicConfig("orders", "retention.bytes", "3000");
  a_.SetTopicConfig("orders", "cleanup.policy", "compact");
  ASSERT_THAT(Round(), IsOk());
  EXPECT_THAT(b_.TopicConfigs("A.orders"),
              ElementsAre(Pair("cleanup.policy", "compact"),
                          Pair("retention.bytes", "3000")));
  ASSERT_THAT(events_, SizeIs(1));
  EXPECT_EQ(events_[0].kind, Kind::kTopicConfigsChanged);
  EXPECT_EQ(events_[0].topic, "A.orders");
  EXPECT_THAT(events_[0].message,
              AllOf(HasSubstr("cleanup.policy the default (delete) -> compact"),
                    HasSubstr("retention.bytes 1000 -> 3000")));
  EXPECT_EQ(Status().written(), 2);
  EXPECT_EQ(Status().overwritten(), 0);
}

TEST_F(TopicConfigSyncTest, AnOverrideRemovedOnTheSourceIsRemovedOnTheTarget) {
  ASSERT_THAT(Round(), IsOk());
  a_.SetTopicConfig("orders", "retention.bytes", std::nullopt);
  ASSERT_THAT(Round(), IsOk());
  EXPECT_EQ(OnB("retention.bytes"), "none");
  EXPECT_THAT(Messages(Kind::kTopicConfigOverwritten), IsEmpty());
}

TEST_F(TopicConfigSyncTest, AChangeByHandIsReportedBeforeItIsUndone) {
  ASSERT_THAT(Round(), IsOk());
  b_.SetTopicConfig("A.orders", "retention.bytes", "2000");
  ASSERT_THAT(Round(), IsOk());
  ASSERT_THAT(events_, SizeIs(2));
  EXPECT_EQ(events_[0].kind, Kind::kTopicConfigOverwritten);
  EXPECT_EQ(events_[0].level, LogLevel::kWarning);
  EXPECT_THAT(events_[0].message,
              AllOf(HasSubstr("retention.bytes is 2000 on cluster B"),
                    HasSubstr("is now set to 1000")));
  EXPECT_EQ(at_overwrite_["retention.bytes"], "2000");
  EXPECT_EQ(OnB("retention.bytes"), "1000");
  EXPECT_EQ(Status().overwritten(), 1);
  // Undone for good.
  ASSERT_THAT(Round(), IsOk());
  EXPECT_THAT(events_, IsEmpty());
  b_.SetTopicConfig("A.orders", "retention.bytes", "2000");
  ASSERT_THAT(Round(), IsOk());
  EXPECT_THAT(Messages(Kind::kTopicConfigOverwritten), SizeIs(1));
}

TEST_F(TopicConfigSyncTest, ARemovalByHandIsAChangeToo) {
  ASSERT_THAT(Round(), IsOk());
  b_.SetTopicConfig("A.orders", "retention.bytes", std::nullopt);
  ASSERT_THAT(Round(), IsOk());
  EXPECT_THAT(Messages(Kind::kTopicConfigOverwritten),
              ElementsAre(HasSubstr("is the default (-1) on cluster B")));
  EXPECT_EQ(OnB("retention.bytes"), "1000");
}

TEST_F(TopicConfigSyncTest, AnOverrideFoundAtTheStartIsNotTheEnginesOwn) {
  b_.SetTopicConfig("A.orders", "segment.ms", "5000");
  ASSERT_THAT(Round(), IsOk());
  EXPECT_THAT(Messages(Kind::kTopicConfigOverwritten),
              ElementsAre(HasSubstr("segment.ms is 5000")));
  EXPECT_EQ(OnB("segment.ms"), "none");
}

TEST_F(TopicConfigSyncTest, WhatTheEngineCreatedIsItsOwn) {
  ASSERT_THAT(Round(), IsOk());
  a_.CreateTopic("payments", 1, {{"segment.ms", "9000"}});
  syncer_->NoteCreated({"A.payments", 1, -1, {{"segment.ms", "9000"}}}, {});
  ASSERT_THAT(Round(), IsOk());  // that does not see it yet
  b_.CreateTopic("A.payments", 1, {{"segment.ms", "9000"}});
  a_.SetTopicConfig("payments", "segment.ms", "9001");
  ASSERT_THAT(Round(), IsOk());
  EXPECT_EQ(b_.TopicConfigs("A.payments").at("segment.ms"), "9001");
  EXPECT_THAT(Messages(Kind::kTopicConfigOverwritten), IsEmpty());
}

TEST_F(TopicConfigSyncTest, ExcludedConfigsAreLeftAlone) {
  b_.SetTopicConfig("A.orders", "min.insync.replicas", "2");
  a_.SetTopicConfig("orders", "unclean.leader.election.enable", "true");
  ASSERT_THAT(Round(), IsOk());
  EXPECT_EQ(OnB("min.insync.replicas"), "2");
  EXPECT_EQ(OnB("unclean.leader.election.enable"), "none");
  EXPECT_THAT(events_, IsEmpty());
}

TEST_F(TopicConfigSyncTest, DefaultsOfTheSourceAreWrittenOutIfAskedFor) {
  options_.configs.filter =
      RegexConfigPropertyFilter::Create("segment.*", ClusterSide::kSource)
          .value();
  b_.SetTopicConfig("A.orders", "retention.ms", "2000");
  ASSERT_THAT(Round(), IsOk());
  EXPECT_EQ(OnB("retention.ms"), "604800000");
  EXPECT_EQ(OnB("cleanup.policy"), "delete");
  EXPECT_EQ(OnB("segment.ms"), "none");
  ASSERT_THAT(Round(), IsOk());
  EXPECT_THAT(events_, IsEmpty());
}

TEST_F(TopicConfigSyncTest, ValuesOfTheSourcesBrokersCountIfSetAtRunTime) {
  a_.SetBrokerConfig(
      {"segment.ms", "9000", ConfigSource::kDynamicDefaultBroker});
  a_.SetBrokerConfig({"retention.ms", "9000", ConfigSource::kStaticBroker});
  b_.SetTopicConfig("A.orders", "retention.ms", "2000");
  ASSERT_THAT(Round(), IsOk());
  EXPECT_EQ(OnB("segment.ms"), "9000");
  EXPECT_EQ(OnB("retention.ms"), "2000");
}

TEST_F(TopicConfigSyncTest, ARejectedConfigHoldsUpNoOtherAndIsReportedOnce) {
  b_.RefuseTopicConfig("cleanup.policy", absl::InvalidArgumentError("never"));
  a_.SetTopicConfig("orders", "cleanup.policy", "compact");
  a_.SetTopicConfig("orders", "segment.ms", "9000");
  ASSERT_THAT(Round(), IsOk());
  EXPECT_EQ(OnB("segment.ms"), "9000");
  EXPECT_THAT(
      Messages(Kind::kTopicConfigRefused),
      ElementsAre(AllOf(HasSubstr("cleanup.policy is not set to compact"),
                        HasSubstr("cluster B"), HasSubstr("never"))));
  ASSERT_EQ(Status().problem_count(), 1);
  EXPECT_EQ(Status().problems(0).topic(), "A.orders");
  EXPECT_EQ(Status().problems(0).config(), "cleanup.policy");
  ASSERT_THAT(Round(), IsOk());
  EXPECT_THAT(events_, IsEmpty());
  a_.SetTopicConfig("orders", "segment.ms", "9001");
  ASSERT_THAT(Round(), IsOk());
  EXPECT_EQ(OnB("segment.ms"), "9001");
  EXPECT_THAT(Messages(Kind::kTopicConfigRefused), IsEmpty());
  // Another value, another question.
  a_.SetTopicConfig("orders", "cleanup.policy", "compact,delete");
  ASSERT_THAT(Round(), IsOk());
  EXPECT_THAT(Messages(Kind::kTopicConfigRefused), SizeIs(1));
  b_.RefuseTopicConfig("cleanup.policy", absl::OkStatus());
  ASSERT_THAT(Round(), IsOk());
  EXPECT_EQ(OnB("cleanup.policy"), "compact,delete");
  EXPECT_EQ(Status().problem_count(), 0);
}

TEST_F(TopicConfigSyncTest, WhatWasRejectedAtCreationIsNotReportedTwice) {
  b_.RefuseTopicConfig("cleanup.policy", absl::InvalidArgumentError("never"));
  a_.SetTopicConfig("orders", "cleanup.policy", "compact");
  ASSERT_THAT(Round(), IsOk());
  const std::string reason = Status().problems(0).reason();
  Start();
  syncer_->NoteCreated({"A.orders", 1, -1, {{"retention.bytes", "1000"}}},
                       {{"cleanup.policy", reason}});
  ASSERT_THAT(Round(), IsOk());
  EXPECT_THAT(events_, IsEmpty());
  EXPECT_EQ(Status().problem_count(), 1);
}

TEST_F(TopicConfigSyncTest,
       AMissingPermissionIsReportedOnceAndStopsNoOtherTopic) {
  a_.CreateTopic("payments", 1);
  b_.CreateTopic("A.payments", 1, {{"retention.bytes", "7"}});
  struct Case {
    FakeCluster* cluster;
    bool describe;
    std::string topic;
    std::string grant;
  };
  for (const Case& c :
       {Case{&a_, true, "orders",
             "allow DESCRIBE_CONFIGS on topic orders on cluster A"},
        Case{&b_, true, "A.orders",
             "allow DESCRIBE_CONFIGS on topic A.orders on cluster B"},
        Case{&b_, false, "A.orders",
             "allow ALTER_CONFIGS on topic A.orders on cluster B"}}) {
    const auto fail = [&](const absl::Status& status) {
      if (c.describe) {
        c.cluster->FailDescribeConfigs(c.topic, status);
      } else {
        c.cluster->FailAlterConfigs(c.topic, status);
      }
    };
    const std::string value = std::to_string(c.grant.size());
    a_.SetTopicConfig("orders", "segment.ms", value);
    a_.SetTopicConfig("payments", "retention.bytes", value);
    fail(absl::PermissionDeniedError("refused"));
    ASSERT_THAT(Round(), IsOk());
    EXPECT_THAT(Messages(Kind::kTopicConfigRefused),
                ElementsAre(AllOf(HasSubstr("refused"), HasSubstr(c.grant))));
    EXPECT_EQ(b_.TopicConfigs("A.payments").at("retention.bytes"), value);
    ASSERT_THAT(Round(), IsOk());
    EXPECT_THAT(events_, IsEmpty());
    fail(absl::OkStatus());
    ASSERT_THAT(Round(), IsOk());
    EXPECT_THAT(Messages(Kind::kTopicConfigRefused), IsEmpty());
    EXPECT_EQ(Status().problem_count(), 0);
  }
}

TEST_F(TopicConfigSyncTest, ATargetThatCannotIsReportedOnce) {
  a_.SetTopicConfig("orders", "segment.ms", "9000");
  a_.CreateTopic("payments", 1, {{"segment.ms", "9000"}});
  b_.CreateTopic("A.payments", 1);
  b_.FailAlterConfigs("", absl::UnimplementedError("what is that?"));
  ASSERT_THAT(Round(), IsOk());
  EXPECT_THAT(Messages(Kind::kTopicConfigRefused),
              ElementsAre(AllOf(HasSubstr("cluster B cannot change single"),
                                HasSubstr("sync.topic.configs.enabled"))));
  ASSERT_THAT(Round(), IsOk());
  EXPECT_THAT(events_, IsEmpty());
}

TEST_F(TopicConfigSyncTest, SomethingThatResetsItEveryTimeIsReportedOnce) {
  b_.SetTopicConfig("A.orders", "retention.bytes", "2000");
  ASSERT_THAT(Round(), IsOk());
  b_.SetTopicConfig("A.orders", "retention.bytes", "2000");
  ASSERT_THAT(Round(), IsOk());
  EXPECT_THAT(Messages(Kind::kTopicConfigOverwritten), IsEmpty());
  EXPECT_THAT(Messages(Kind::kTopicConfigRefused),
              ElementsAre(HasSubstr("is 2000 again at every look")));
  b_.SetTopicConfig("A.orders", "retention.bytes", "2000");
  ASSERT_THAT(Round(), IsOk());
  EXPECT_THAT(events_, IsEmpty());
  EXPECT_EQ(OnB("retention.bytes"), "1000");
}

TEST_F(TopicConfigSyncTest, TopicsThatAreNotMirroredAreLeftAlone) {
  a_.CreateTopic("__internal", 1, {{"segment.ms", "9000"}});
  b_.CreateTopic("A.__internal", 1);
  b_.CreateTopic("own", 1, {{"segment.ms", "7"}});
  a_.CreateTopic("not-there-yet", 1, {{"segment.ms", "9000"}});
  ASSERT_THAT(Round(), IsOk());
  EXPECT_THAT(b_.TopicConfigs("A.__internal"), IsEmpty());
  EXPECT_EQ(Status().topics(), 1);
}

TEST_F(TopicConfigSyncTest, AnOutageIsTheRoundsAndIsRetriedSoon) {
  ASSERT_THAT(Round(), IsOk());
  b_.SetDown(true);
  EXPECT_THAT(Round(), StatusIs(absl::StatusCode::kUnavailable,
                                AllOf(HasSubstr("cluster B"),
                                      HasSubstr("retried in 10s"))));
  EXPECT_THAT(Status().reason(), HasSubstr("cluster B"));
  EXPECT_EQ(syncer_->TimeToNextTurn(), absl::Seconds(10));
  b_.SetDown(false);
  a_.SetTopicConfig("orders", "segment.ms", "9000");
  ASSERT_THAT(Round(), IsOk());
  EXPECT_EQ(OnB("segment.ms"), "9000");
  EXPECT_EQ(Status().reason(), "");
  EXPECT_THAT(Messages(Kind::kTopicConfigOverwritten), IsEmpty());
}

TEST_F(TopicConfigSyncTest, OneTopicWithoutAnAnswerIsRetriedSoon) {
  a_.CreateTopic("payments", 1);
  b_.CreateTopic("A.payments", 1);
  b_.FailDescribeConfigs("A.orders", absl::DeadlineExceededError("slow"));
  ASSERT_THAT(Round(), IsOk());
  EXPECT_EQ(Status().topics(), 1);
  EXPECT_EQ(syncer_->TimeToNextTurn(), absl::Seconds(10));
}

TEST_F(TopicConfigSyncTest, ManyTopicsAreComparedInOneRound) {
  for (int i = 0; i < 450; ++i) {
    const std::string name = absl::StrCat("topic-", i);
    a_.CreateTopic(name, 1, {{"segment.ms", "9000"}});
    b_.CreateTopic("A." + name, 1);
  }
  ASSERT_THAT(Round(), IsOk());
  EXPECT_EQ(Status().topics(), 451);
  EXPECT_EQ(Status().written(), 450);
  EXPECT_EQ(b_.TopicConfigs("A.topic-449").at("segment.ms"), "9000");
}

TEST_F(TopicConfigSyncTest, CancelEndsIt) {
  Start();
  syncer_->Cancel();
  EXPECT_THAT(Round(), StatusIs(absl::StatusCode::kCancelled));
}

}  // namespace
}  // namespace mirror::internal
