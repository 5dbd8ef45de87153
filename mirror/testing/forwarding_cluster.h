// SPDX-License-Identifier: Apache-2.0
//
// A cluster that hands every call on to another one: the base of test doubles
// that change one of them.

#ifndef MIRROR_TESTING_FORWARDING_CLUSTER_H_
#define MIRROR_TESTING_FORWARDING_CLUSTER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "mirror/cluster/cluster.h"

namespace mirror::internal {

// Thread safety and errors: as the other cluster, which must outlive it.
class ForwardingCluster : public Cluster {
 public:
  explicit ForwardingCluster(Cluster* cluster) : cluster_(cluster) {}

  const std::string& alias() const override { return cluster_->alias(); }
  absl::StatusOr<std::unique_ptr<RecordSource>> NewSource(
      const SourceOptions& options) override {
    return cluster_->NewSource(options);
  }
  absl::StatusOr<std::unique_ptr<RecordSink>> NewSink(
      const SinkOptions& options) override {
    return cluster_->NewSink(options);
  }
  absl::StatusOr<std::unique_ptr<GroupMembership>> NewMembership(
      const MembershipOptions& options) override {
    return cluster_->NewMembership(options);
  }
  absl::StatusOr<std::unique_ptr<TransactionalSink>> NewTransactionalSink(
      const TransactionalSinkOptions& options) override {
    return cluster_->NewTransactionalSink(options);
  }
  absl::StatusOr<std::unique_ptr<ClusterAdmin>> NewAdmin(
      const std::string& client_id) override {
    return cluster_->NewAdmin(client_id);
  }
  absl::StatusOr<std::unique_ptr<GroupAdmin>> NewGroupAdmin(
      const std::string& client_id) override {
    return cluster_->NewGroupAdmin(client_id);
  }
  absl::StatusOr<std::unique_ptr<AclAdmin>> NewAclAdmin(
      const std::string& client_id) override {
    return cluster_->NewAclAdmin(client_id);
  }

 private:
  Cluster* const cluster_;
};

}  // namespace mirror::internal

#endif  // MIRROR_TESTING_FORWARDING_CLUSTER_H_
