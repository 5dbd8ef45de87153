// SPDX-License-Identifier: Apache-2.0

#include "mirror/policy/identity_replication_policy.h"

#include <utility>

#include "absl/strings/match.h"

namespace mirror {

std::shared_ptr<const IdentityReplicationPolicy>
IdentityReplicationPolicy::Create(Options options) {
  return std::shared_ptr<const IdentityReplicationPolicy>(
      new IdentityReplicationPolicy(std::move(options)));
}

std::shared_ptr<const IdentityReplicationPolicy>
IdentityReplicationPolicy::Create() {
  return Create(Options());
}

IdentityReplicationPolicy::IdentityReplicationPolicy(Options options)
    : DefaultReplicationPolicy({std::move(options.separator),
                                options.internal_topic_separator_enabled}),
      source_alias_(std::move(options.source_alias)) {}

std::string IdentityReplicationPolicy::FormatRemoteTopic(
    absl::string_view source_alias, absl::string_view topic) const {
  if (!LooksLikeHeartbeats(topic)) return std::string(topic);
  return DefaultReplicationPolicy::FormatRemoteTopic(source_alias, topic);
}

std::optional<std::string> IdentityReplicationPolicy::TopicSource(
    absl::string_view topic) const {
  if (!LooksLikeHeartbeats(topic)) return source_alias_;
  if (!separator().empty()) return DefaultReplicationPolicy::TopicSource(topic);
  const size_t length = UnseparatedAliasLength(topic);
  if (length == 0) return std::nullopt;
  return std::string(topic.substr(0, length));
}

std::optional<std::string> IdentityReplicationPolicy::UpstreamTopic(
    absl::string_view topic) const {
  if (!LooksLikeHeartbeats(topic)) return std::string(topic);
  if (!separator().empty()) {
    return DefaultReplicationPolicy::UpstreamTopic(topic);
  }
  const size_t length = UnseparatedAliasLength(topic);
  if (length == 0) return std::nullopt;
  return std::string(topic.substr(length));
}

bool IdentityReplicationPolicy::LooksLikeHeartbeats(
    absl::string_view topic) const {
  return absl::EndsWith(topic, HeartbeatsTopic());
}

size_t IdentityReplicationPolicy::UnseparatedAliasLength(
    absl::string_view topic) const {
  // MM2 lets Java split "Aheartbeats" into single letters, so "heartbeats"
  // itself comes from "h" there and two flows rename each other's heartbeats
  // for ever. Cutting before "heartbeats" finds the alias instead.
  if (source_alias_ && absl::StartsWith(topic, *source_alias_) &&
      LooksLikeHeartbeats(topic.substr(source_alias_->size()))) {
    return source_alias_->size();
  }
  return topic.size() - HeartbeatsTopic().size();
}

}  // namespace mirror
