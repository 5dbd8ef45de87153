// SPDX-License-Identifier: Apache-2.0
//
// A cluster as the jobs of a flow see it beside the copying: all that they ask
// and write goes through a few clients that they share, see ADR 18.
//
//   ControlClients target(cluster, "A->B|control");
//   auto heartbeats = HeartbeatEmitter::Create(&target, ...);
//   auto checkpoints = CheckpointEmitter::Create(..., &target, ...);

#ifndef MIRROR_CLUSTER_CONTROL_CLIENTS_H_
#define MIRROR_CLUSTER_CONTROL_CLIENTS_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "mirror/cluster/cluster.h"
#include "mirror/cluster/shared_sink.h"

namespace mirror::internal {

// Purpose: gives every admin the same client id, so that the cluster may share
// clients among them, and has all sinks write through one. Sources are not
// shared: each reads at its own pace. Nor are memberships.
// Thread safety, lifetime and errors: as Cluster; `cluster` must outlive it and
// what it makes.
class ControlClients final : public Cluster {
 public:
  ControlClients(Cluster* cluster, std::string client_id)
      : cluster_(cluster),
        client_id_(std::move(client_id)),
        sink_(std::make_shared<SharedSink>(
            [cluster, id = client_id_](SinkOptions options) {
              options.client_id = id;
              return cluster->NewSink(options);
            })) {}

  const std::string& alias() const override { return cluster_->alias(); }

  absl::StatusOr<std::unique_ptr<RecordSource>> NewSource(
      const SourceOptions& options) override {
    return cluster_->NewSource(options);
  }
  // All have the buffer that the first one asks for.
  absl::StatusOr<std::unique_ptr<RecordSink>> NewSink(
      const SinkOptions& options) override {
    return SharedSink::NewPort(sink_, options);
  }
  absl::StatusOr<std::unique_ptr<GroupMembership>> NewMembership(
      const MembershipOptions& options) override {
    return cluster_->NewMembership(options);
  }
  // Not shared: a transactional id has one owner.
  absl::StatusOr<std::unique_ptr<TransactionalSink>> NewTransactionalSink(
      const TransactionalSinkOptions& options) override {
    return cluster_->NewTransactionalSink(options);
  }
  absl::StatusOr<std::unique_ptr<ClusterAdmin>> NewAdmin(
      const std::string& /*client_id*/) override {
    return cluster_->NewAdmin(client_id_);
  }
  absl::StatusOr<std::unique_ptr<GroupAdmin>> NewGroupAdmin(
      const std::string& /*client_id*/) override {
    return cluster_->NewGroupAdmin(client_id_);
  }
  absl::StatusOr<std::unique_ptr<AclAdmin>> NewAclAdmin(
      const std::string& /*client_id*/) override {
    return cluster_->NewAclAdmin(client_id_);
  }

 private:
  Cluster* const cluster_;
  const std::string client_id_;
  const std::shared_ptr<SharedSink> sink_;
};

}  // namespace mirror::internal

#endif  // MIRROR_CLUSTER_CONTROL_CLIENTS_H_
