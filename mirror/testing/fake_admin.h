// SPDX-License-Identifier: Apache-2.0
//
// The ClusterAdmin and GroupAdmin of a FakeCluster; fake_cluster.h says what
// they model.

#ifndef MIRROR_TESTING_FAKE_ADMIN_H_
#define MIRROR_TESTING_FAKE_ADMIN_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mirror/cluster/cluster_admin.h"
#include "mirror/cluster/group_admin.h"
#include "mirror/testing/fake_cluster_state.h"

namespace mirror::internal {

// What both have: a cluster that may be down, and Cancel().
class FakeAdminBase {
 protected:
  explicit FakeAdminBase(FakeClusterState* state) : state_(state) {}
  ~FakeAdminBase() = default;

  // Why a call gets no answer; OK if it gets one.
  absl::Status Ready() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(state_->mu);
  void MarkCancelled();

  FakeClusterState* const state_;

 private:
  bool cancelled_ ABSL_GUARDED_BY(state_->mu) = false;
};

class FakeClusterAdmin final : public ClusterAdmin, private FakeAdminBase {
 public:
  explicit FakeClusterAdmin(FakeClusterState* state) : FakeAdminBase(state) {}

  absl::StatusOr<std::string> ClusterId() override;
  absl::StatusOr<std::vector<TopicDescription>> ListTopics() override;
  std::vector<absl::StatusOr<TopicDescription>> DescribeTopics(
      absl::Span<const std::string> topics) override;
  std::vector<absl::Status> CreateTopics(
      absl::Span<const NewTopic> topics) override;
  absl::Status CreatePartitions(const std::string& topic,
                                int32_t count) override;
  std::vector<absl::Status> DeleteTopics(
      absl::Span<const std::string> topics) override;
  std::vector<absl::StatusOr<int64_t>> ListOffsets(
      absl::Span<const TopicPartition> partitions, OffsetSpec spec) override;
  std::vector<absl::StatusOr<std::vector<TopicConfig>>> DescribeTopicConfigs(
      absl::Span<const std::string> topics) override;
  std::vector<absl::Status> AlterTopicConfigs(
      absl::Span<const TopicConfigOps> topics) override;
  void Cancel() override { MarkCancelled(); }
};

class FakeGroupAdmin final : public GroupAdmin, private FakeAdminBase {
 public:
  explicit FakeGroupAdmin(FakeClusterState* state) : FakeAdminBase(state) {}

  absl::StatusOr<std::vector<std::string>> ListGroups() override;
  std::vector<absl::StatusOr<GroupState>> DescribeGroups(
      absl::Span<const std::string> groups) override;
  std::vector<absl::StatusOr<GroupOffsets>> ListGroupOffsets(
      absl::Span<const std::string> groups) override;
  std::vector<absl::StatusOr<GroupOffsetResults>> AlterOffsetsOfGroups(
      absl::Span<const std::pair<std::string, GroupOffsets>> groups) override;
  void Cancel() override { MarkCancelled(); }

 private:
  std::vector<absl::StatusOr<GroupOffsets>> OffsetsOf(
      absl::Span<const std::string> groups);
  absl::StatusOr<GroupOffsetResults> SetOffsets(const std::string& group,
                                                const GroupOffsets& offsets)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(state_->mu);
};

}  // namespace mirror::internal

#endif  // MIRROR_TESTING_FAKE_ADMIN_H_
