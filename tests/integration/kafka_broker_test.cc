// SPDX-License-Identifier: Apache-2.0

#include "tests/support/kafka_broker.h"

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/java_tool.h"

namespace mirror::internal::testing {
namespace {

using ::testing::HasSubstr;

absl::StatusOr<std::string> Topics(const KafkaBroker& broker,
                                   std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(),
                   {"--bootstrap-server", broker.bootstrap_servers()});
  return RunJavaTool("org.apache.kafka.tools.TopicCommand", arguments);
}

// One broker for the file, as each start costs seconds.
class KafkaBrokerTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    absl::StatusOr<std::unique_ptr<KafkaBroker>> broker = KafkaBroker::Start();
    ASSERT_TRUE(broker.ok()) << broker.status();
    broker_ = broker->release();
  }
  static void TearDownTestSuite() { delete broker_; }

  static KafkaBroker* broker_;
};
KafkaBroker* KafkaBrokerTest::broker_ = nullptr;

TEST_F(KafkaBrokerTest, KeepsItsTopicsAddressAndIdOverAKill) {
  const std::string address = broker_->bootstrap_servers();
  const std::string id = broker_->cluster_id();
  auto created =
      Topics(*broker_, {"--create", "--topic", "orders", "--partitions", "3"});
  ASSERT_TRUE(created.ok()) << created.status();
  ASSERT_TRUE(broker_->Kill().ok());
  ASSERT_FALSE(broker_->Kill().ok()) << "it is gone already";
  absl::Status restarted = broker_->Restart({"message.max.bytes=2000"});
  ASSERT_TRUE(restarted.ok()) << restarted;
  EXPECT_EQ(broker_->bootstrap_servers(), address);
  EXPECT_EQ(broker_->cluster_id(), id);
  EXPECT_THAT(Topics(*broker_, {"--describe", "--topic", "orders"}).value(),
              HasSubstr("PartitionCount: 3"));
}

TEST_F(KafkaBrokerTest, AnswersAfterAPause) {
  ASSERT_TRUE(broker_->Pause().ok());
  ASSERT_TRUE(broker_->Resume().ok());
  EXPECT_TRUE(Topics(*broker_, {"--list"}).ok());
}

TEST_F(KafkaBrokerTest, IsAClusterOfItsOwn) {
  absl::StatusOr<std::unique_ptr<KafkaBroker>> other = KafkaBroker::Start();
  ASSERT_TRUE(other.ok()) << other.status();
  EXPECT_EQ((*other)->cluster_id().size(), 22u);
  EXPECT_NE((*other)->cluster_id(), broker_->cluster_id());
  EXPECT_NE((*other)->bootstrap_servers(), broker_->bootstrap_servers());
}

TEST_F(KafkaBrokerTest, ABadSettingIsReportedWithTheLog) {
  EXPECT_THAT(std::string(broker_->Restart({"num.io.threads=none"}).message()),
              HasSubstr("num.io.threads"));
  EXPECT_TRUE(broker_->Restart().ok());
}

TEST_F(KafkaBrokerTest, AToolThatFailsIsReportedWithItsOutput) {
  EXPECT_THAT(
      std::string(Topics(*broker_, {"--delete", "--topic", "no-such-topic"})
                      .status()
                      .message()),
      HasSubstr("no-such-topic"));
}

}  // namespace
}  // namespace mirror::internal::testing
