// SPDX-License-Identifier: Apache-2.0

#include "mirror/testing/fake_acl_admin.h"

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"

namespace mirror::internal {

absl::Status FakeAclAdmin::Refusal(absl::string_view what,
                                   const absl::Status& refusal) const {
  if (absl::Status ready = Ready(); !ready.ok()) return ready;
  if (!state_->authorizer) {
    return state_->Error(absl::StatusCode::kUnimplemented, what,
                         "no authorizer is configured");
  }
  if (refusal.ok()) return absl::OkStatus();
  return state_->Error(refusal.code(), what, refusal.message());
}

absl::StatusOr<std::vector<AclBinding>> FakeAclAdmin::DescribeAcls(
    absl::Span<const AclResource> resources) {
  MutexLock lock(&state_->mu);
  const absl::Status refusal =
      Refusal("describe ACLs", state_->describe_acls_refusal);
  if (!refusal.ok()) return refusal;
  std::vector<AclBinding> result;
  for (const AclBinding& acl : state_->acls) {
    if (absl::c_linear_search(resources, acl.resource)) result.push_back(acl);
  }
  return result;
}

std::vector<absl::Status> FakeAclAdmin::CreateAcls(
    absl::Span<const AclBinding> acls) {
  MutexLock lock(&state_->mu);
  const absl::Status refusal =
      Refusal("create ACLs", state_->alter_acls_refusal);
  std::vector<absl::Status> results;
  for (const AclBinding& acl : acls) {
    ++state_->acl_writes;
    results.push_back(refusal.ok() ? Create(acl) : refusal);
  }
  return results;
}

std::vector<absl::Status> FakeAclAdmin::DeleteAcls(
    absl::Span<const AclBinding> acls) {
  MutexLock lock(&state_->mu);
  const absl::Status refusal =
      Refusal("delete ACLs", state_->alter_acls_refusal);
  std::vector<absl::Status> results;
  for (const AclBinding& acl : acls) {
    ++state_->acl_writes;
    results.push_back(refusal.ok() ? Delete(acl) : refusal);
  }
  return results;
}

absl::Status FakeAclAdmin::Create(const AclBinding& acl) {
  if (absl::Status failure = state_->AclFailure(acl); !failure.ok()) {
    return failure;
  }
  if (!absl::StrContains(acl.principal, ':')) {
    return state_->Error(absl::StatusCode::kInvalidArgument, acl.ToString(),
                         "the principal has no type");
  }
  state_->acls.insert(acl);
  return absl::OkStatus();
}

absl::Status FakeAclAdmin::Delete(const AclBinding& acl) {
  if (absl::Status failure = state_->AclFailure(acl); !failure.ok()) {
    return failure;
  }
  if (state_->acls.erase(acl) > 0) return absl::OkStatus();
  return state_->Error(absl::StatusCode::kNotFound, acl.ToString(),
                       "no such ACL");
}

}  // namespace mirror::internal
