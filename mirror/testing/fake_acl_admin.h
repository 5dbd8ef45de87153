// SPDX-License-Identifier: Apache-2.0
//
// The AclAdmin of a FakeCluster; fake_cluster.h says what it models.

#ifndef MIRROR_TESTING_FAKE_ACL_ADMIN_H_
#define MIRROR_TESTING_FAKE_ACL_ADMIN_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "mirror/cluster/acl_admin.h"
#include "mirror/model/acl_binding.h"
#include "mirror/testing/fake_admin.h"
#include "mirror/testing/fake_cluster_state.h"

namespace mirror::internal {

class FakeAclAdmin final : public AclAdmin, private FakeAdminBase {
 public:
  explicit FakeAclAdmin(FakeClusterState* state) : FakeAdminBase(state) {}

  absl::StatusOr<std::vector<AclBinding>> DescribeAcls(
      absl::Span<const AclResource> resources) override;
  std::vector<absl::Status> CreateAcls(
      absl::Span<const AclBinding> acls) override;
  std::vector<absl::Status> DeleteAcls(
      absl::Span<const AclBinding> acls) override;
  void Cancel() override { MarkCancelled(); }

 private:
  // Why the call `what` is refused, by the weather or by `refusal`.
  absl::Status Refusal(absl::string_view what,
                       const absl::Status& refusal) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(state_->mu);
  absl::Status Create(const AclBinding& acl)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(state_->mu);
  absl::Status Delete(const AclBinding& acl)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(state_->mu);
};

}  // namespace mirror::internal

#endif  // MIRROR_TESTING_FAKE_ACL_ADMIN_H_
