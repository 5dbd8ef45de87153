// SPDX-License-Identifier: Apache-2.0
//
// What errors of the ports have in common: whether a retry can help, and what
// their messages say.

#ifndef MIRROR_CLUSTER_ERRORS_H_
#define MIRROR_CLUSTER_ERRORS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace mirror::internal {

// Whether the same call may succeed later without anybody changing anything:
// Unavailable, DeadlineExceeded, Aborted, ResourceExhausted.
bool IsRetriable(const absl::Status& status);

// `status` with "`context`: " before its message, the code and payloads kept.
// OK stays OK.
absl::Status Annotate(const absl::Status& status, absl::string_view context);

// `status`, and if it is PermissionDenied with "; allow `grant`" after its
// message, e.g. "READ on topic orders". The message itself names the cluster.
absl::Status WithGrant(const absl::Status& status, absl::string_view grant);

// Unavailable: the topic exists, but no broker that is up leads this partition.
absl::Status NoLeader(absl::string_view alias, absl::string_view topic,
                      int32_t partition);

}  // namespace mirror::internal

#endif  // MIRROR_CLUSTER_ERRORS_H_
