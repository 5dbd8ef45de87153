// SPDX-License-Identifier: Apache-2.0

#include "mirror/policy/mm2_replication_policies.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace mirror {

absl::StatusOr<std::shared_ptr<const DefaultReplicationPolicy>>
DefaultReplicationPolicy::Create(Options options) {
  if (options.separator.empty()) {
    return absl::InvalidArgumentError(
        "replication.policy.separator: must not be empty, since a remote topic "
        "could not be distinguished from a local one; use \".\", or the "
        "identity policy "
        "to keep topic names as they are");
  }
  // The constructor is protected, so make_shared cannot reach it.
  return std::shared_ptr<const DefaultReplicationPolicy>(
      new DefaultReplicationPolicy(std::move(options)));
}

absl::StatusOr<std::shared_ptr<const DefaultReplicationPolicy>>
DefaultReplicationPolicy::Create() {
  return Create(Options());
}

DefaultReplicationPolicy::DefaultReplicationPolicy(Options options)
    : separator_(std::move(options.separator)),
      internal_separator_(options.internal_topic_separator_enabled ? separator_
                                                                   : ".") {}

std::string DefaultReplicationPolicy::FormatRemoteTopic(
    absl::string_view source_alias, absl::string_view topic) const {
  return absl::StrCat(source_alias, separator_, topic);
}

std::optional<std::pair<absl::string_view, absl::string_view>>
DefaultReplicationPolicy::Split(absl::string_view topic) const {
  if (separator_.empty()) return std::nullopt;
  const size_t end = topic.find(separator_);
  if (end == absl::string_view::npos) return std::nullopt;
  const absl::string_view upstream = topic.substr(end + separator_.size());
  // MM2 asks Java's split, which drops trailing empty pieces: "a.." has one
  // piece only and so no source.
  absl::string_view rest = upstream;
  while (absl::ConsumePrefix(&rest, separator_)) continue;
  if (rest.empty()) return std::nullopt;
  return std::make_pair(topic.substr(0, end), upstream);
}

std::optional<std::string> DefaultReplicationPolicy::TopicSource(
    absl::string_view topic) const {
  const auto split = Split(topic);
  if (!split) return std::nullopt;
  return std::string(split->first);
}

std::optional<std::string> DefaultReplicationPolicy::UpstreamTopic(
    absl::string_view topic) const {
  const auto split = Split(topic);
  if (!split) return std::nullopt;
  return std::string(split->second);
}

std::string DefaultReplicationPolicy::OffsetSyncsTopic(
    absl::string_view cluster_alias) const {
  return absl::StrCat("mm2-offset-syncs", internal_separator_, cluster_alias,
                      internal_separator_, "internal");
}

std::string DefaultReplicationPolicy::CheckpointsTopic(
    absl::string_view source_alias) const {
  return absl::StrCat(source_alias, internal_separator_, "checkpoints",
                      internal_separator_, "internal");
}

bool DefaultReplicationPolicy::IsCheckpointsTopic(
    absl::string_view topic) const {
  return absl::EndsWith(topic, absl::StrCat(internal_separator_, "checkpoints",
                                            internal_separator_, "internal"));
}

bool DefaultReplicationPolicy::IsMm2InternalTopic(
    absl::string_view topic) const {
  return absl::EndsWith(topic, absl::StrCat(internal_separator_, "internal"));
}

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
  // forever. Cutting before "heartbeats" finds the alias instead.
  if (source_alias_ && absl::StartsWith(topic, *source_alias_) &&
      LooksLikeHeartbeats(topic.substr(source_alias_->size()))) {
    return source_alias_->size();
  }
  return topic.size() - HeartbeatsTopic().size();
}

}  // namespace mirror
