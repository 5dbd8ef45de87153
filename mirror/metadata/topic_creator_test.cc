// SPDX-License-Identifier: Apache-2.0

#include "mirror/metadata/topic_creator.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/policy/filters.h"
#include "mirror/testing/fake_cluster.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal {
namespace {

using ::testing::_;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;
using Kind = EngineEvent::Kind;

MATCHER_P(Named, name, "") { return arg.topic.name == name; }

class TopicCreatorTest : public testing::Test {
 protected:
  TopicCreatorTest() {
    options_.flow = "A->B";
    options_.source = "A";
    options_.target = "B";
    options_.filter = RegexConfigPropertyFilter::Create().value();
    options_.on_event = [this](EngineEvent event) {
      events_.push_back(std::move(event));
    };
    a_.CreateTopic("orders", 3,
                   {{"cleanup.policy", "compact"},
                    {"min.insync.replicas", "2"},
                    {"segment.ms", "9000"}});
  }

  TopicCreator::Outcome Create(const std::vector<std::string>& topics) {
    std::vector<TopicToCreate> create;
    for (const std::string& topic : topics) {
      create.push_back({topic, {"A." + topic, 3, replication_factor_, {}}});
    }
    return TopicCreator(options_, source_.get(), target_.get())
        .Apply(create, {});
  }

  std::vector<std::string> Messages(Kind kind) {
    std::vector<std::string> messages;
    for (const EngineEvent& event : events_) {
      if (event.kind == kind) messages.push_back(event.message);
    }
    return messages;
  }

  FakeCluster a_{"A"};
  FakeCluster b_{"B"};
  std::unique_ptr<ClusterAdmin> source_ = a_.NewAdmin("test").value();
  std::unique_ptr<ClusterAdmin> target_ = b_.NewAdmin("test").value();
  TopicCreatorOptions options_;
  int32_t replication_factor_ = -1;
  std::vector<EngineEvent> events_;
};

TEST_F(TopicCreatorTest, CreatesWithTheSourcesConfigs) {
  const auto outcome = Create({"orders"});
  EXPECT_THAT(outcome.created, ElementsAre(Named("A.orders")));
  EXPECT_TRUE(outcome.changed);
  EXPECT_THAT(outcome.results, ElementsAre(Pair("A.orders", IsOk())));
  EXPECT_EQ(b_.PartitionCount("A.orders"), 3);
  EXPECT_THAT(b_.TopicConfigs("A.orders"),
              ElementsAre(Pair("cleanup.policy", "compact"),
                          Pair("segment.ms", "9000")));
}

TEST_F(TopicCreatorTest, MoreTopicsThanOneRequestMayHaveAreCreated) {
  std::vector<std::string> topics;
  for (int i = 0; i < 4000; ++i) {
    topics.push_back(absl::StrCat("t", i));
    a_.CreateTopic(topics.back(), 3, {{"cleanup.policy", "compact"}});
  }
  const auto outcome = Create(topics);
  EXPECT_THAT(outcome.created, SizeIs(4000));
  EXPECT_THAT(outcome.results, Each(Pair(_, IsOk())));
  EXPECT_THAT(b_.TopicConfigs("A.t3999"),
              ElementsAre(Pair("cleanup.policy", "compact")));
}

TEST_F(TopicCreatorTest, AnOutageIsNotWaitedOutOncePerRequest) {
  std::vector<std::string> topics;
  for (int i = 0; i < 4000; ++i) topics.push_back(absl::StrCat("t", i));
  for (const std::string& topic : topics) a_.CreateTopic(topic, 3);
  b_.SetDown(true);
  const auto outcome = Create(topics);
  EXPECT_THAT(outcome.created, IsEmpty());
  EXPECT_THAT(outcome.results, SizeIs(4000));
  EXPECT_THAT(outcome.results,
              Each(Pair(_, StatusIs(absl::StatusCode::kUnavailable))));
}

TEST_F(TopicCreatorTest, CreatesWithoutConfigsThatItMayNotRead) {
  a_.CreateTopic("payments", 3, {{"segment.ms", "9000"}});
  a_.CreateTopic("refunds", 3, {{"segment.ms", "9000"}});
  for (const std::string topic : {"orders", "payments"}) {
    a_.FailDescribeConfigs(topic, absl::PermissionDeniedError("no"));
  }
  EXPECT_THAT(Create({"orders", "payments", "refunds"}).created, SizeIs(3));
  EXPECT_THAT(b_.TopicConfigs("A.orders"), IsEmpty());
  EXPECT_THAT(b_.TopicConfigs("A.refunds"), SizeIs(1));
  EXPECT_THAT(
      Messages(Kind::kTopicConfigRefused),
      ElementsAre(AllOf(
          HasSubstr("allow DESCRIBE_CONFIGS on topic orders on cluster A"),
          HasSubstr("the same for 1 more topics"))));
}

TEST_F(TopicCreatorTest, WaitsForConfigsThatAreInFlight) {
  a_.FailDescribeConfigs("orders", absl::UnavailableError("soon"));
  const auto outcome = Create({"orders"});
  EXPECT_FALSE(b_.HasTopic("A.orders"));
  EXPECT_THAT(
      outcome.results,
      ElementsAre(Pair("A.orders", StatusIs(absl::StatusCode::kUnavailable,
                                            AllOf(HasSubstr("cluster B"),
                                                  HasSubstr("cluster A"))))));
  a_.FailDescribeConfigs("orders", absl::OkStatus());
  EXPECT_THAT(Create({"orders"}).created, SizeIs(1));
}

TEST_F(TopicCreatorTest, SkipsTopicsThatAreGoneMeanwhile) {
  const auto outcome = Create({"gone"});
  EXPECT_THAT(outcome.results, IsEmpty());
  EXPECT_FALSE(b_.HasTopic("A.gone"));
}

TEST_F(TopicCreatorTest, ARefusedConfigPreventsNoTopic) {
  for (const absl::Status& refusal : {absl::InvalidArgumentError("never"),
                                      absl::FailedPreconditionError("never")}) {
    b_.RefuseTopicConfig("cleanup.policy", refusal);
    events_.clear();
    const auto outcome = Create({"orders"});
    ASSERT_THAT(outcome.created, ElementsAre(Named("A.orders")));
    const TopicCreator::Created& created = outcome.created[0];
    EXPECT_THAT(created.topic.configs, ElementsAre(Pair("segment.ms", "9000")));
    EXPECT_EQ(b_.TopicConfigs("A.orders"), created.topic.configs);
    EXPECT_THAT(created.refused,
                ElementsAre(Pair("cleanup.policy", HasSubstr("never"))));
    EXPECT_THAT(
        Messages(Kind::kTopicConfigRefused),
        ElementsAre(AllOf(HasSubstr("cleanup.policy is not set to compact"),
                          HasSubstr("never"))));
    b_.DeleteTopic("A.orders");
  }
}

TEST_F(TopicCreatorTest, AWrongReplicationFactorIsNotTheConfigsFault) {
  replication_factor_ = 5;
  const auto outcome = Create({"orders"});
  EXPECT_FALSE(outcome.changed);
  EXPECT_THAT(
      outcome.results,
      ElementsAre(Pair("A.orders",
                       StatusIs(absl::StatusCode::kInvalidArgument,
                                HasSubstr("correct replication.factor (5)")))));
  EXPECT_THAT(events_, IsEmpty());
}

TEST_F(TopicCreatorTest, ATopicThatOthersCreatedIsNoProblem) {
  b_.CreateTopic("A.orders", 3);
  const auto outcome = Create({"orders"});
  EXPECT_TRUE(outcome.changed);
  EXPECT_THAT(outcome.created, IsEmpty());
  EXPECT_THAT(outcome.results, ElementsAre(Pair("A.orders", IsOk())));
}

TEST_F(TopicCreatorTest, ATopicThatMayNotBeSeenIsAProblem) {
  b_.CreateTopic("A.orders", 3);
  b_.FailDescribe("A.orders", absl::PermissionDeniedError("no"));
  const auto outcome = Create({"orders"});
  EXPECT_FALSE(outcome.changed);
  EXPECT_THAT(outcome.results,
              ElementsAre(Pair("A.orders",
                               StatusIs(absl::StatusCode::kPermissionDenied,
                                        AllOf(HasSubstr("cluster B"),
                                              HasSubstr("allow WRITE on topic "
                                                        "A.orders"))))));
}

TEST_F(TopicCreatorTest, ExtendsTopicsEachByItself) {
  b_.CreateTopic("A.orders", 1);
  const auto outcome = TopicCreator(options_, source_.get(), target_.get())
                           .Apply({}, {{"A.gone", 3}, {"A.orders", 3}});
  EXPECT_EQ(b_.PartitionCount("A.orders"), 3);
  EXPECT_THAT(outcome.results,
              ElementsAre(Pair("A.gone", StatusIs(absl::StatusCode::kNotFound,
                                                  HasSubstr("not extended"))),
                          Pair("A.orders", IsOk())));
  EXPECT_THAT(Messages(Kind::kPartitionsAdded), SizeIs(1));
}

}  // namespace
}  // namespace mirror::internal
