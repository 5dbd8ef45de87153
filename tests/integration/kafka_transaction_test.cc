// SPDX-License-Identifier: Apache-2.0
//
// Transactions of the adapter where a cluster denies a topic or does not
// answer; the rest is in tests/contract.

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/kafka/kafka_cluster.h"
#include "mirror/testing/matchers.h"
#include "tests/support/kafka_broker.h"
#include "tests/support/raw_client.h"

namespace mirror::internal {
namespace {

using absl::StatusCode;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::HasSubstr;
using testing::KafkaBroker;
using State = TransactionalSink::State;

class KafkaTransactionTest : public ::testing::Test {
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

  KafkaTransactionTest() {
    KafkaClusterOptions options;
    options.alias = "backup";
    options.properties = {{"bootstrap.servers", broker_->bootstrap_servers()}};
    cluster_ = KafkaCluster::Create(std::move(options)).value();
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    tp_ = {test->name(), 0};
    NewTopic topic;
    topic.name = tp_.topic;
    EXPECT_THAT(cluster_->NewAdmin("t").value()->CreateTopics({topic}),
                Each(IsOk()));
    TransactionalSinkOptions sink_options;
    sink_options.transactional_id = "shard-0";
    sink_options.transaction_timeout = absl::Seconds(5);
    sink_ = cluster_->NewTransactionalSink(sink_options).value();
  }

  // Polls until `done`, or until the sink fails.
  absl::Status PollUntil(const std::function<bool()>& done) {
    const absl::Time deadline = absl::Now() + absl::Seconds(40);
    absl::Status status;
    while (status.ok() && !done()) {
      status = sink_->Poll(absl::Milliseconds(20), &acks_);
      if (absl::Now() > deadline) return absl::DeadlineExceededError("40 s");
    }
    return status;
  }
  absl::Status Await(State state) {
    return PollUntil([&] { return sink_->state() == state; });
  }
  void Begin() {
    ASSERT_THAT(Await(State::kReady), IsOk());
    sink_->Begin();
  }
  void Send(const TopicPartition& tp) {
    OwnedRecordBatch batch({"upstream", 0}, std::vector<Record>(1));
    int64_t next = 0;
    ASSERT_THAT(PollUntil([&] {
                  sink_->Send(tp, &batch, &next).IgnoreError();
                  return next > 0;
                }),
                IsOk());
  }
  absl::Status AwaitAcks() {
    return PollUntil([&] { return sink_->in_flight() == 0; });
  }

  static KafkaBroker* broker_;
  std::unique_ptr<KafkaCluster> cluster_;
  TopicPartition tp_;
  std::unique_ptr<TransactionalSink> sink_;
  std::vector<Ack> acks_;
};

KafkaBroker* KafkaTransactionTest::broker_ = nullptr;

TEST_F(KafkaTransactionTest, ATopicThatIsDeniedFailsItsRecords) {
  NewTopic open;
  open.name = "open";
  ASSERT_THAT(cluster_->NewAdmin("t").value()->CreateTopics({open}),
              Each(IsOk()));
  testing::Deny(broker_->bootstrap_servers(), tp_.topic,
                testing::AclOperation::kWrite);
  Begin();
  Send({"open", 0});
  ASSERT_THAT(AwaitAcks(), IsOk());
  acks_.clear();
  Send(tp_);
  EXPECT_THAT(Await(State::kMustAbort), IsOk());
  sink_->Abort();
  EXPECT_THAT(Await(State::kReady), IsOk());
  ASSERT_EQ(acks_.size(), 1u);
  EXPECT_THAT(acks_[0].status, StatusIs(StatusCode::kPermissionDenied,
                                        AllOf(HasSubstr("cluster backup"),
                                              HasSubstr(tp_.ToString()))));

  testing::AllowAll(broker_->bootstrap_servers(), tp_.topic);
  acks_.clear();
  Begin();
  Send(tp_);
  sink_->Commit();
  EXPECT_THAT(Await(State::kReady), IsOk());
  ASSERT_EQ(acks_.size(), 1u);
  EXPECT_THAT(acks_[0].status, IsOk());
}

// librdkafka asks the coordinator to abort what that has not begun.
TEST_F(KafkaTransactionTest, ATopicThatIsDeniedAloneCostsTheSink) {
  testing::Deny(broker_->bootstrap_servers(), tp_.topic,
                testing::AclOperation::kWrite);
  Begin();
  Send(tp_);
  EXPECT_THAT(Await(State::kMustAbort), IsOk());
  ASSERT_EQ(acks_.size(), 1u);
  EXPECT_THAT(acks_[0].status, StatusIs(StatusCode::kPermissionDenied));
  sink_->Abort();
  EXPECT_THAT(Await(State::kReady),
              StatusIs(StatusCode::kFailedPrecondition,
                       HasSubstr("TOPIC_AUTHORIZATION_FAILED")));
}

TEST_F(KafkaTransactionTest, ACommitWithoutAnAnswerIsInDoubt) {
  Begin();
  Send(tp_);
  EXPECT_THAT(AwaitAcks(), IsOk());
  ASSERT_THAT(broker_->Pause(), IsOk());
  sink_->Commit();
  EXPECT_THAT(Await(State::kReady),
              StatusIs(StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("transactional id shard-0"),
                             HasSubstr("no answer within 5s"),
                             HasSubstr("may or may not be committed"))));
  const absl::Time start = absl::Now();
  sink_.reset();
  EXPECT_LT(absl::Now() - start, absl::Seconds(10));
  EXPECT_THAT(broker_->Resume(), IsOk());
}

}  // namespace
}  // namespace mirror::internal
