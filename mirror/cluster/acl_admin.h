// SPDX-License-Identifier: Apache-2.0
//
// Port: the access rules (ACLs) of a cluster, as ACL sync needs them.

#ifndef MIRROR_CLUSTER_ACL_ADMIN_H_
#define MIRROR_CLUSTER_ACL_ADMIN_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "mirror/model/acl_binding.h"

namespace mirror {

// Purpose: reads and changes ACLs. Each is there once or not at all.
// Thread safety and lifetime: as ClusterAdmin.
// Errors: as ClusterAdmin, and Unimplemented from every call: the cluster has
// no authorizer, so that nothing is denied. PermissionDenied means
// DESCRIBE (to read) or ALTER (to change) on the cluster. Messages name the
// cluster, and the ACL where it is about one.
class AclAdmin {
 public:
  virtual ~AclAdmin() = default;

  // All ACLs about resources of these types, sorted. Those in terms that this
  // library does not know (of a newer Kafka) are omitted.
  virtual absl::StatusOr<std::vector<AclBinding>> DescribeAcls(
      absl::Span<const AclResource> resources) = 0;

  // Creates ACLs that differ from one another; one result per ACL, in order. OK
  // also if it is there already. InvalidArgument: the cluster takes no such
  // ACL, e.g. a principal without a type. OK means accepted: brokers may take
  // a moment until all of them go by it.
  virtual std::vector<absl::Status> CreateAcls(
      absl::Span<const AclBinding> acls) = 0;

  // Deletes exactly these, which differ from one another; one result per ACL,
  // in order. NotFound: there is no such ACL.
  virtual std::vector<absl::Status> DeleteAcls(
      absl::Span<const AclBinding> acls) = 0;

  // Makes running calls and all later ones return Cancelled soon.
  virtual void Cancel() = 0;
};

}  // namespace mirror

#endif  // MIRROR_CLUSTER_ACL_ADMIN_H_
