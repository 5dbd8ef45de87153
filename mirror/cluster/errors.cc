// SPDX-License-Identifier: Apache-2.0

#include "mirror/cluster/errors.h"

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"

namespace mirror::internal {
namespace {

absl::Status WithMessage(const absl::Status& status,
                         absl::string_view message) {
  absl::Status result(status.code(), message);
  status.ForEachPayload(
      [&result](absl::string_view url, const absl::Cord& payload) {
        result.SetPayload(url, payload);
      });
  return result;
}

}  // namespace

bool IsRetriable(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kResourceExhausted:
      return true;
    default:
      return false;
  }
}

absl::Status Annotate(const absl::Status& status, absl::string_view context) {
  if (status.ok()) return status;
  return WithMessage(status, absl::StrCat(context, ": ", status.message()));
}

absl::Status WithGrant(const absl::Status& status, absl::string_view grant) {
  if (!absl::IsPermissionDenied(status)) return status;
  return WithMessage(status, absl::StrCat(status.message(), "; allow ", grant));
}

absl::Status NoLeader(absl::string_view alias, absl::string_view topic,
                      int32_t partition) {
  return absl::UnavailableError(
      absl::StrCat("partition ", partition, " of topic ", topic,
                   " has no leader on cluster ", alias,
                   "; start the brokers that hold its replicas"));
}

}  // namespace mirror::internal
