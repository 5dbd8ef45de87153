// SPDX-License-Identifier: Apache-2.0
//
// Where the copies on the target end, for checking positions against them.

#ifndef MIRROR_CLIENT_COPY_ENDS_H_
#define MIRROR_CLIENT_COPY_ENDS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mirror/cluster/cluster_admin.h"
#include "mirror/model/offset.h"
#include "mirror/model/topic_partition.h"
#include "mirror/policy/replication_policy.h"
#include "mirror/runtime/clock.h"
#include "mirror/sync/offset_sync_store.h"

namespace mirror::internal {

using CopyEnds = std::map<TopicPartition, DownstreamOffset>;

// Where the logs of `partitions` of the target end, without those that do not
// exist, or that are of another topic than the one in `index` (null: any).
// Retries until `deadline`.
absl::StatusOr<CopyEnds> FindCopyEnds(
    ClusterAdmin* admin, const ReplicationPolicy& policy,
    const std::string& source_alias,
    const std::vector<TopicPartition>& partitions, const OffsetSyncStore* index,
    Clock* clock, absl::Time deadline);

}  // namespace mirror::internal

#endif  // MIRROR_CLIENT_COPY_ENDS_H_
