// SPDX-License-Identifier: Apache-2.0

#include "mirror/flow/cluster_identity.h"

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "mirror/cluster/errors.h"

namespace mirror::internal {

absl::Status ClusterIdentity::Check(ClusterAdmin* admin) {
  const absl::StatusOr<std::string> id = admin->ClusterId();
  if (!id.ok()) {
    return Annotate(id.status(), absl::StrCat("cluster ", alias_));
  }
  if (!known()) id_ = *id;
  if (*id == id_) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "cluster ", alias_, " has another cluster id (", *id,
      ") than when the flow started (", id_,
      "): it was rebuilt or the address leads elsewhere; no topic is created, "
      "and no topic configs, ACLs, checkpoints or group offsets are written "
      "until the id is the old one again; correct the address, or restart the "
      "engine if the cluster is meant"));
}

}  // namespace mirror::internal
