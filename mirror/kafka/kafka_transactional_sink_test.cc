// SPDX-License-Identifier: Apache-2.0
//
// What no real broker does when asked to: errors of a coordinator that is asked
// for the transactional id. tests/contract has what the sink promises.

#include "mirror/kafka/kafka_transactional_sink.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/cluster/cluster.h"
#include "mirror/cluster/record_sink.h"
#include "mirror/kafka/client.h"
#include "mirror/kafka/handles.h"
#include "mirror/kafka/mock_brokers.h"
#include "mirror/runtime/clock.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal {
namespace {

using absl::StatusCode;
using ::testing::AllOf;
using ::testing::HasSubstr;
using State = TransactionalSink::State;

class KafkaTransactionalSinkTest : public ::testing::Test {
 protected:
  static std::unique_ptr<KafkaTransactionalSink> NewSink(
      const std::string& servers) {
    ClientSettings settings;
    settings.alias = "backup";
    settings.properties = {{"bootstrap.servers", servers}};
    TransactionalSinkOptions options;
    options.transactional_id = "shard-0";
    options.transaction_timeout = absl::Seconds(2);
    return KafkaTransactionalSink::Create(settings, options).value();
  }
  std::unique_ptr<KafkaTransactionalSink> NewSink() {
    return NewSink(brokers_.servers());
  }

  // Polls until the transactional id is taken over, or that fails.
  absl::Status AwaitReady(KafkaTransactionalSink* sink) {
    const absl::Time deadline = Clock::System()->Now() + absl::Seconds(30);
    absl::Status status;
    while (status.ok() && sink->state() != State::kReady) {
      status = sink->Poll(absl::Milliseconds(50), &acks_);
      if (Clock::System()->Now() > deadline) {
        return absl::DeadlineExceededError("not within 30 s");
      }
    }
    return status;
  }

  MockBrokers brokers_{1};
  std::vector<Ack> acks_;
};

TEST_F(KafkaTransactionalSinkTest, ADeniedIdSaysWhatToAllow) {
  brokers_.FailNext(MockBrokers::kInitProducerId, 1,
                    RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
  auto sink = NewSink();
  EXPECT_THAT(AwaitReady(sink.get()),
              StatusIs(StatusCode::kPermissionDenied,
                       AllOf(HasSubstr("cluster backup"),
                             HasSubstr("allow WRITE and DESCRIBE on "
                                       "transactional id shard-0"))));
}

TEST_F(KafkaTransactionalSinkTest, ATimeoutThatIsTooLongIsInvalid) {
  brokers_.FailNext(MockBrokers::kInitProducerId, 1,
                    RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT);
  auto sink = NewSink();
  EXPECT_THAT(AwaitReady(sink.get()), StatusIs(StatusCode::kInvalidArgument));
}

TEST_F(KafkaTransactionalSinkTest, ACoordinatorThatLoadsIsAskedAgain) {
  brokers_.FailNext(MockBrokers::kInitProducerId, 1,
                    RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS);
  auto sink = NewSink();
  EXPECT_THAT(AwaitReady(sink.get()), IsOk());
}

TEST_F(KafkaTransactionalSinkTest, IsDestroyedAtOnceWithoutABroker) {
  auto sink = NewSink("127.0.0.1:1");
  EXPECT_THAT(sink->Poll(absl::ZeroDuration(), &acks_), IsOk());
  const absl::Time start = Clock::System()->Now();
  sink.reset();
  EXPECT_LT(Clock::System()->Now() - start, absl::Seconds(5));
}

}  // namespace
}  // namespace mirror::internal
