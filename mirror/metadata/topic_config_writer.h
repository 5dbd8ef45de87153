// SPDX-License-Identifier: Apache-2.0
//
// Writes changes of topic settings so that one refused setting holds up no
// other: a cluster takes all changes of a topic or none.

#ifndef MIRROR_METADATA_TOPIC_CONFIG_WRITER_H_
#define MIRROR_METADATA_TOPIC_CONFIG_WRITER_H_

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "mirror/cluster/cluster_admin.h"
#include "mirror/metadata/topic_config_plan.h"

namespace mirror::internal {

struct TopicConfigWrite {
  std::string topic;
  std::vector<ConfigChange> changes;
};

struct TopicConfigResult {
  // Why the topic as a whole was refused, or has no answer.
  absl::Status status;
  std::vector<ConfigChange> written;
  // Why a setting was refused, by name.
  std::map<std::string, absl::Status> refused;
};

// Topic and setting.
using TopicConfigName = std::pair<std::string, std::string>;

// One result per topic, in order. What is in `apart` is sent by itself at once,
// as it was refused before; of a topic that is refused as one, every setting.
std::vector<TopicConfigResult> WriteTopicConfigs(
    ClusterAdmin* target, absl::Span<const TopicConfigWrite> writes,
    const std::set<TopicConfigName>& apart = {});

// Whether the refusal is about settings, rather than about the topic, the
// client's rights or the cluster.
bool IsConfigRefusal(const absl::Status& status);

}  // namespace mirror::internal

#endif  // MIRROR_METADATA_TOPIC_CONFIG_WRITER_H_
