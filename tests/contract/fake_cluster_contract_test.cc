// SPDX-License-Identifier: Apache-2.0

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "mirror/cluster/control_clients.h"
#include "mirror/testing/fake_cluster.h"
#include "tests/contract/cluster_contract.h"

namespace mirror {
namespace {

class FakeEnvironment : public ContractEnvironment {
 public:
  FakeEnvironment() {
    open_.SetAuthorizer(false);
    cluster_.HoldSessions(true);
  }

  Cluster* cluster() override { return &cluster_; }
  Cluster* cluster_without_authorizer() override { return &open_; }
  absl::Duration patience() const override { return absl::Seconds(10); }

  void AppendAborted(const TopicPartition& tp, int64_t count) override {
    cluster_.AppendAborted(tp, std::vector<Record>(count));
  }
  void DeleteRecordsBefore(const TopicPartition& tp, int64_t offset) override {
    cluster_.DeleteRecordsBefore(tp, offset);
  }
  void SetDamaged(const TopicPartition& tp, int64_t offset,
                  bool damaged) override {
    damaged ? cluster_.CorruptAt(tp, offset) : cluster_.RepairAt(tp, offset);
  }
  void SetGroupActive(const std::string& group, const std::string& topic,
                      bool active) override {
    cluster_.SetGroupActive(group, active);
  }
  void EndSession(const std::string& group,
                  const std::string& client_id) override {
    cluster_.EndSession(group, client_id);
  }
  void SetDown(bool down) override { cluster_.SetDown(down); }

 private:
  FakeCluster cluster_{"fake"};
  FakeCluster open_{"open"};
};

// What the jobs of a flow get keeps the contract, too.
class SharedEnvironment final : public FakeEnvironment {
 public:
  Cluster* cluster() override { return &clients_; }

 private:
  internal::ControlClients clients_{FakeEnvironment::cluster(), "control"};
};

std::unique_ptr<ContractEnvironment> Fake() {
  return std::make_unique<FakeEnvironment>();
}
std::unique_ptr<ContractEnvironment> Shared() {
  return std::make_unique<SharedEnvironment>();
}

INSTANTIATE_TEST_SUITE_P(FakeCluster, RecordSourceContract,
                         ::testing::Values(&Fake));
INSTANTIATE_TEST_SUITE_P(FakeCluster, RecordSinkContract,
                         ::testing::Values(&Fake));
INSTANTIATE_TEST_SUITE_P(ControlClients, RecordSinkContract,
                         ::testing::Values(&Shared));
INSTANTIATE_TEST_SUITE_P(FakeCluster, TransactionalSinkContract,
                         ::testing::Values(&Fake));
INSTANTIATE_TEST_SUITE_P(FakeCluster, ClusterAdminContract,
                         ::testing::Values(&Fake));
INSTANTIATE_TEST_SUITE_P(FakeCluster, GroupAdminContract,
                         ::testing::Values(&Fake));
INSTANTIATE_TEST_SUITE_P(FakeCluster, AclAdminContract,
                         ::testing::Values(&Fake));
INSTANTIATE_TEST_SUITE_P(FakeCluster, GroupMembershipContract,
                         ::testing::Values(&Fake));

}  // namespace
}  // namespace mirror
