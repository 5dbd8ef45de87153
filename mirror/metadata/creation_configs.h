// SPDX-License-Identifier: Apache-2.0
//
// The settings that remote topics are created with: asks the source for them.

#ifndef MIRROR_METADATA_CREATION_CONFIGS_H_
#define MIRROR_METADATA_CREATION_CONFIGS_H_

#include <vector>

#include "absl/status/status.h"
#include "mirror/cluster/cluster_admin.h"
#include "mirror/metadata/topic_plan.h"
#include "mirror/policy/filters.h"

namespace mirror::internal {

// Fills in the configs of `topics`, from `source`. One result per topic, in
// order: why it has none.
std::vector<absl::Status> AddCreationConfigs(
    ClusterAdmin* source, const ConfigPropertyFilter& filter,
    std::vector<TopicToCreate>* topics);

}  // namespace mirror::internal

#endif  // MIRROR_METADATA_CREATION_CONFIGS_H_
