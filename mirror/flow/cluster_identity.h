// SPDX-License-Identifier: Apache-2.0
//
// Whether a cluster is still the one that the flow started with. MM2 does not
// look.
//
//   ClusterIdentity identity("B");
//   identity.Check(admin);  // the first id is remembered
//   identity.Check(admin);  // FailedPrecondition: it has another one now

#ifndef MIRROR_FLOW_CLUSTER_IDENTITY_H_
#define MIRROR_FLOW_CLUSTER_IDENTITY_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "mirror/cluster/cluster_admin.h"

namespace mirror::internal {

// Thread safety: thread-compatible.
class ClusterIdentity {
 public:
  explicit ClusterIdentity(std::string alias) : alias_(std::move(alias)) {}

  // Asks the cluster for its id. FailedPrecondition: it is not the one that it
  // had at first; names both. Errors of the cluster name it.
  absl::Status Check(ClusterAdmin* admin);

  bool known() const { return !id_.empty(); }
  // The one that it had at first; empty while it is not known.
  const std::string& id() const { return id_; }

 private:
  const std::string alias_;
  std::string id_;
};

}  // namespace mirror::internal

#endif  // MIRROR_FLOW_CLUSTER_IDENTITY_H_
