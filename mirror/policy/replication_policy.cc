// SPDX-License-Identifier: Apache-2.0

#include "mirror/policy/replication_policy.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace mirror {
namespace internal {
namespace {

constexpr size_t kMaxTopicNameLength = 249;  // Kafka's own limit, in bytes.

}  // namespace

std::vector<std::string> UpstreamTopics(const ReplicationPolicy& policy,
                                        absl::string_view topic) {
  // A bad policy may answer in circles or with ever longer names; a count stops
  // the first, the length stops one that doubles a name at every hop.
  const size_t max_length = std::max(kMaxTopicNameLength, topic.size());
  std::vector<std::string> chain;
  while (chain.size() < kMaxTopicNameLength) {
    std::optional<std::string> upstream =
        policy.UpstreamTopic(chain.empty() ? topic : chain.back());
    if (!upstream || upstream->size() > max_length) break;
    if (*upstream == (chain.empty() ? topic : chain.back())) break;
    chain.push_back(*std::move(upstream));
  }
  return chain;
}

}  // namespace internal

std::string ReplicationPolicy::OriginalTopic(absl::string_view topic) const {
  std::vector<std::string> chain = internal::UpstreamTopics(*this, topic);
  return chain.empty() ? std::string(topic) : std::move(chain.back());
}

std::string ReplicationPolicy::HeartbeatsTopic() const { return "heartbeats"; }

std::string ReplicationPolicy::OffsetSyncsTopic(
    absl::string_view cluster_alias) const {
  return absl::StrCat("mm2-offset-syncs.", cluster_alias, ".internal");
}

std::string ReplicationPolicy::CheckpointsTopic(
    absl::string_view source_alias) const {
  return absl::StrCat(source_alias, ".checkpoints.internal");
}

bool ReplicationPolicy::IsHeartbeatsTopic(absl::string_view topic) const {
  return OriginalTopic(topic) == HeartbeatsTopic();
}

bool ReplicationPolicy::IsCheckpointsTopic(absl::string_view topic) const {
  return absl::EndsWith(topic, ".checkpoints.internal");
}

bool ReplicationPolicy::IsMm2InternalTopic(absl::string_view topic) const {
  return absl::EndsWith(topic, ".internal");
}

bool ReplicationPolicy::IsInternalTopic(absl::string_view topic) const {
  const bool kafka_owns =
      absl::StartsWith(topic, "__") || absl::StartsWith(topic, ".");
  const bool connect_owns =
      absl::EndsWith(topic, "-internal") || absl::EndsWith(topic, ".internal");
  return IsMm2InternalTopic(topic) || kafka_owns || connect_owns;
}

}  // namespace mirror
