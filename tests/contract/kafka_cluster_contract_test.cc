// SPDX-License-Identifier: Apache-2.0

#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "mirror/kafka/kafka_cluster.h"
#include "mirror/testing/matchers.h"
#include "tests/contract/cluster_contract.h"
#include "tests/support/kafka_broker.h"
#include "tests/support/raw_client.h"

namespace mirror::internal {
namespace {

using testing::KafkaBroker;

std::unique_ptr<KafkaBroker> StartOrExit(
    const std::vector<std::string>& settings) {
  absl::StatusOr<std::unique_ptr<KafkaBroker>> started =
      KafkaBroker::Start(settings);
  if (started.ok()) return *std::move(started);
  std::fprintf(stderr, "%s\n", started.status().ToString().c_str());
  std::exit(1);
}

// One broker for all tests, as each start costs seconds.
KafkaBroker* Broker() {
  static const std::unique_ptr<KafkaBroker> kBroker = [] {
    auto started = StartOrExit(
        {"authorizer.class.name=org.apache.kafka.metadata."
         "authorizer.StandardAuthorizer",
         "allow.everyone.if.no.acl.found=true", "super.users=User:ANONYMOUS"});
    // Otherwise the first test to ask about a group waits for the topic.
    testing::AwaitGroupCoordinator(started->bootstrap_servers(), "any");
    return started;
  }();
  return kBroker.get();
}

// Only one test wants it.
KafkaBroker* OpenBroker() {
  static const std::unique_ptr<KafkaBroker> kBroker = StartOrExit({});
  return kBroker.get();
}

std::unique_ptr<KafkaCluster> ClusterAt(const std::string& alias,
                                        const std::string& address) {
  KafkaClusterOptions options;
  options.alias = alias;
  options.properties = {{"bootstrap.servers", address}};
  options.request_timeout = absl::Seconds(5);
  return KafkaCluster::Create(std::move(options)).value();
}

class KafkaEnvironment final : public ContractEnvironment {
 public:
  KafkaEnvironment()
      : address_(Broker()->bootstrap_servers()),
        cluster_(ClusterAt("real", address_)) {}

  Cluster* cluster() override { return cluster_.get(); }
  Cluster* cluster_without_authorizer() override {
    if (open_ == nullptr) {
      open_ = ClusterAt("open", OpenBroker()->bootstrap_servers());
    }
    return open_.get();
  }
  absl::Duration patience() const override { return absl::Seconds(40); }

  void AppendAborted(const TopicPartition& tp, int64_t count) override {
    testing::AppendAborted(address_, tp, static_cast<int>(count));
  }
  void DeleteRecordsBefore(const TopicPartition& tp, int64_t offset) override {
    testing::DeleteRecordsBefore(address_, tp, offset);
  }
  void SetDamaged(const TopicPartition& tp, int64_t offset, bool) override {
    EXPECT_THAT(Broker()->FlipBit(tp.topic, tp.partition, offset), IsOk());
  }
  void SetGroupActive(const std::string& group, const std::string& topic,
                      bool active) override {
    members_.erase(group);
    if (!active) return;
    members_[group] =
        std::make_unique<testing::GroupMember>(address_, group, topic);
  }
  void EndSession(const std::string&, const std::string&) override {}
  void SetDown(bool down) override {
    EXPECT_THAT(down ? Broker()->Pause() : Broker()->Resume(), IsOk());
  }

 private:
  const std::string address_;
  const std::unique_ptr<KafkaCluster> cluster_;
  std::unique_ptr<KafkaCluster> open_;
  std::map<std::string, std::unique_ptr<testing::GroupMember>> members_;
};

std::unique_ptr<ContractEnvironment> Kafka() {
  return std::make_unique<KafkaEnvironment>();
}

INSTANTIATE_TEST_SUITE_P(Kafka, RecordSourceContract,
                         ::testing::Values(&Kafka));
INSTANTIATE_TEST_SUITE_P(Kafka, RecordSinkContract, ::testing::Values(&Kafka));
INSTANTIATE_TEST_SUITE_P(Kafka, TransactionalSinkContract,
                         ::testing::Values(&Kafka));
INSTANTIATE_TEST_SUITE_P(Kafka, ClusterAdminContract,
                         ::testing::Values(&Kafka));
INSTANTIATE_TEST_SUITE_P(Kafka, GroupAdminContract, ::testing::Values(&Kafka));
INSTANTIATE_TEST_SUITE_P(Kafka, AclAdminContract, ::testing::Values(&Kafka));
INSTANTIATE_TEST_SUITE_P(Kafka, GroupMembershipContract,
                         ::testing::Values(&Kafka));

}  // namespace
}  // namespace mirror::internal
