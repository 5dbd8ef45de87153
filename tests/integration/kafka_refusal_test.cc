// SPDX-License-Identifier: Apache-2.0
//
// What the adapter says when a cluster is not there or says no: which Status,
// how soon, and whether other partitions continue.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/kafka/kafka_cluster.h"
#include "mirror/testing/matchers.h"
#include "tests/support/java_tool.h"
#include "tests/support/kafka_broker.h"
#include "tests/support/raw_client.h"

namespace mirror::internal {
namespace {

using absl::StatusCode;
using ::testing::_;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::KafkaBroker;
using ::testing::Pair;

std::unique_ptr<KafkaCluster> ClusterAt(const std::string& servers) {
  KafkaClusterOptions options;
  options.alias = "backup";
  options.properties = {{"bootstrap.servers", servers}};
  options.request_timeout = absl::Seconds(20);
  return KafkaCluster::Create(std::move(options)).value();
}

// The first event of `source`, or one without a status.
PartitionEvent FirstEvent(RecordSource* source) {
  Fetched fetched;
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  while (fetched.events.empty() && absl::Now() < deadline) {
    EXPECT_THAT(source->Poll(absl::Milliseconds(50), &fetched), IsOk());
  }
  return fetched.events.empty() ? PartitionEvent() : fetched.events[0];
}

// The status of sending one record.
absl::Status SendOne(RecordSink* sink, const TopicPartition& tp) {
  OwnedRecordBatch batch(tp, std::vector<Record>(1));
  std::vector<Ack> acks;
  absl::Status sent;
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  for (int64_t next = 0; acks.empty() && !absl::IsPermissionDenied(sent) &&
                         absl::Now() < deadline;) {
    if (next == 0) sent = sink->Send(tp, &batch, &next);
    EXPECT_THAT(sink->Poll(absl::Milliseconds(20), &acks), IsOk());
  }
  return acks.empty() ? sent : acks[0].status;
}

TEST(KafkaRefusalTest, APortWithoutABrokerIsUnavailableAtOnce) {
  auto cluster = ClusterAt("127.0.0.1:1");
  const absl::Time start = absl::Now();
  EXPECT_THAT(
      cluster->NewAdmin("t").value()->ClusterId(),
      StatusIs(StatusCode::kUnavailable,
               AllOf(HasSubstr("cluster backup"), HasSubstr("127.0.0.1:1"))));
  EXPECT_LT(absl::Now() - start, absl::Seconds(10));
}

TEST(KafkaRefusalTest, AHostThatDoesNotResolveIsUnavailableAndNamed) {
  auto cluster = ClusterAt("no-such-host.invalid:9092");
  EXPECT_THAT(
      cluster->NewAdmin("t").value()->ListTopics(),
      StatusIs(StatusCode::kUnavailable, HasSubstr("no-such-host.invalid")));
}

TEST(KafkaRefusalTest, SourcesAndSinksSayThatNoBrokerIsThere) {
  auto cluster = ClusterAt("127.0.0.1:1");
  auto source = cluster->NewSource({}).value();
  auto sink = cluster->NewSink({}).value();
  ASSERT_THAT(source->Assign({{{"orders", 0}, UpstreamOffset(0)}}), IsOk());
  absl::Status of_source;
  absl::Status of_sink;
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  while ((of_source.ok() || of_sink.ok()) && absl::Now() < deadline) {
    Fetched fetched;
    std::vector<Ack> acks;
    EXPECT_THAT(source->Poll(absl::Milliseconds(20), &fetched), IsOk());
    EXPECT_THAT(sink->Poll(absl::Milliseconds(20), &acks), IsOk());
    of_source.Update(fetched.cluster_status);
    of_sink.Update(sink->TakeClusterStatus());
  }
  EXPECT_THAT(of_source, StatusIs(StatusCode::kUnavailable));
  EXPECT_THAT(of_sink, StatusIs(StatusCode::kUnavailable));
}

// A broker where this client may do everything but what the test forbids.
class KafkaAclTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    absl::StatusOr<std::unique_ptr<KafkaBroker>> broker = KafkaBroker::Start(
        {"authorizer.class.name="
         "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
         "allow.everyone.if.no.acl.found=true"});
    ASSERT_THAT(broker, IsOk());
    broker_ = broker->release();
  }
  static void TearDownTestSuite() { delete broker_; }

  KafkaAclTest() : cluster_(ClusterAt(broker_->bootstrap_servers())) {
    auto admin = cluster_->NewAdmin("test").value();
    admin->CreateTopics({{"open", 1, -1, {}}});
  }

  // From now on this client may do only that with the topic.
  void CreateTopicAllowing(const std::string& topic,
                           const std::vector<std::string>& operations) {
    auto admin = cluster_->NewAdmin("test").value();
    ASSERT_THAT(admin->CreateTopics({{topic, 1, -1, {}}})[0], IsOk());
    std::vector<std::string> arguments = {
        "--add", "--topic", topic, "--allow-principal", "User:ANONYMOUS"};
    for (const std::string& operation : operations) {
      arguments.insert(arguments.end(), {"--operation", operation});
    }
    AclCommand(std::move(arguments));
  }

  static void AclCommand(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(),
                     {"--bootstrap-server", broker_->bootstrap_servers()});
    ASSERT_THAT(
        testing::RunJavaTool("org.apache.kafka.tools.AclCommand", arguments),
        IsOk());
  }

  static KafkaBroker* broker_;
  std::unique_ptr<KafkaCluster> cluster_;
};
KafkaBroker* KafkaAclTest::broker_ = nullptr;

TEST_F(KafkaAclTest, ATopicThatMayNotBeReadStopsAloneEachTime) {
  CreateTopicAllowing("unreadable", {"Describe"});
  auto source = cluster_->NewSource({}).value();
  for (int attempt = 0; attempt < 2; ++attempt) {
    ASSERT_THAT(source->Assign({{{"unreadable", 0}, UpstreamOffset(0)}}),
                IsOk());
    const PartitionEvent event = FirstEvent(source.get());
    EXPECT_EQ(event.kind, PartitionEvent::Kind::kError);
    EXPECT_THAT(event.status, StatusIs(StatusCode::kPermissionDenied,
                                       HasSubstr("unreadable-0")));
  }
  ASSERT_THAT(source->Assign({{{"open", 0}, UpstreamOffset(0)}}), IsOk());
  const PartitionEvent event = FirstEvent(source.get());
  EXPECT_EQ(event.topic_partition.topic, "open");
  EXPECT_EQ(event.kind, PartitionEvent::Kind::kEnd);
}

TEST_F(KafkaAclTest, ATopicThatMayNotBeWrittenFailsAlone) {
  CreateTopicAllowing("unwritable", {"Describe", "Read"});
  CreateTopicAllowing("invisible", {"AlterConfigs"});
  auto sink = cluster_->NewSink({}).value();
  EXPECT_THAT(
      SendOne(sink.get(), {"unwritable", 0}),
      StatusIs(StatusCode::kPermissionDenied, HasSubstr("unwritable-0")));
  EXPECT_THAT(SendOne(sink.get(), {"invisible", 0}),
              StatusIs(StatusCode::kPermissionDenied, HasSubstr("invisible")));
  EXPECT_THAT(SendOne(sink.get(), {"open", 0}), IsOk());
}

TEST_F(KafkaAclTest, AGroupThatMayNotBeReadSpoilsNoOther) {
  AclCommand({"--add", "--group", "secret", "--deny-principal",
              "User:ANONYMOUS", "--operation", "All"});
  testing::AwaitGroupCoordinators(broker_->bootstrap_servers());
  auto groups = cluster_->NewGroupAdmin("test").value();
  ASSERT_THAT(groups->AlterGroupOffsets("open", {{{"open", 0}, {1, ""}}}),
              IsOkAndHolds(Each(Pair(_, IsOk()))));
  EXPECT_THAT(
      groups->ListGroupOffsets({"secret", "open"}),
      ElementsAre(StatusIs(StatusCode::kPermissionDenied, HasSubstr("secret")),
                  IsOk()));
  EXPECT_THAT(groups->DescribeGroups({"secret", "open"}),
              ElementsAre(StatusIs(StatusCode::kPermissionDenied),
                          IsOkAndHolds(GroupState::kEmpty)));
}

}  // namespace
}  // namespace mirror::internal
