// SPDX-License-Identifier: Apache-2.0
//
// MM2's two replication policies: DefaultReplicationPolicy, which prefixes a
// topic with the alias of its source, and IdentityReplicationPolicy,
// which keeps names as they are. Properties: replication.policy.class,
// replication.policy.separator and
// replication.policy.internal.topic.separator.enabled (KIP-949).
//
//   auto policy = mirror::DefaultReplicationPolicy::Create().value();
//   policy->FormatRemoteTopic("primary", "orders");  // "primary.orders"

#ifndef MIRROR_POLICY_MM2_REPLICATION_POLICIES_H_
#define MIRROR_POLICY_MM2_REPLICATION_POLICIES_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "mirror/policy/replication_policy.h"

namespace mirror {

// Prefixes a topic with its source alias and a separator; reading back splits
// at the first separator. Hence two limits, which are MM2's: a local topic
// whose name contains the separator looks remote, and an alias must not contain
// the separator. A base class too, for policies that change single names.
//
// Thread safety and errors: as ReplicationPolicy.
class DefaultReplicationPolicy : public ReplicationPolicy {
 public:
  struct Options {
    // Between alias and topic. Must not be empty.
    std::string separator = ".";
    // Whether internal topics use `separator` too. False: they use "." always,
    // as before Kafka 3.1. Change it only to continue with topics made that
    // way.
    bool internal_topic_separator_enabled = true;
  };

  // InvalidArgument: the separator is empty.
  static absl::StatusOr<std::shared_ptr<const DefaultReplicationPolicy>> Create(
      Options options);
  // With MM2's defaults, which are valid.
  static absl::StatusOr<std::shared_ptr<const DefaultReplicationPolicy>>
  Create();

  std::string FormatRemoteTopic(absl::string_view source_alias,
                                absl::string_view topic) const override;
  std::optional<std::string> TopicSource(
      absl::string_view topic) const override;
  std::optional<std::string> UpstreamTopic(
      absl::string_view topic) const override;
  std::string OffsetSyncsTopic(absl::string_view cluster_alias) const override;
  std::string CheckpointsTopic(absl::string_view source_alias) const override;
  bool IsCheckpointsTopic(absl::string_view topic) const override;
  bool IsMm2InternalTopic(absl::string_view topic) const override;

 protected:
  // For subclasses, unchecked: with an empty separator TopicSource and
  // UpstreamTopic answer nullopt.
  explicit DefaultReplicationPolicy(Options options);

  const std::string& separator() const { return separator_; }

 private:
  // Source alias and upstream topic, or nullopt for a local topic.
  std::optional<std::pair<absl::string_view, absl::string_view>> Split(
      absl::string_view topic) const;

  const std::string separator_;
  const std::string internal_separator_;
};

// Keeps every name except those ending in "heartbeats", to which the default
// policy's rules apply (so "app-heartbeats" becomes "A.app-heartbeats"; MM2's
// rule). Names then tell nothing about where a topic came from: with flows both
// ways between two clusters it cannot keep a topic from going round in circles.
// Use it for one way only, or with topic filters that do not overlap.
//
// Thread safety and errors: as ReplicationPolicy.
class IdentityReplicationPolicy final : public DefaultReplicationPolicy {
 public:
  struct Options {
    // The source every topic is said to come from; absent: TopicSource knows
    // none. A flow gives its own source alias.
    std::optional<std::string> source_alias;
    // As in DefaultReplicationPolicy, for heartbeats and internal topics; may
    // be empty here. "Aheartbeats" is then read as "heartbeats" of "A", and a
    // second hop only where its alias is `source_alias`.
    std::string separator = ".";
    bool internal_topic_separator_enabled = true;
  };

  static std::shared_ptr<const IdentityReplicationPolicy> Create(
      Options options);
  // No source alias, MM2's separator.
  static std::shared_ptr<const IdentityReplicationPolicy> Create();

  std::string FormatRemoteTopic(absl::string_view source_alias,
                                absl::string_view topic) const override;
  std::optional<std::string> TopicSource(
      absl::string_view topic) const override;
  std::optional<std::string> UpstreamTopic(
      absl::string_view topic) const override;

 private:
  explicit IdentityReplicationPolicy(Options options);

  bool LooksLikeHeartbeats(absl::string_view topic) const;
  // Where "Aheartbeats" is cut when there is no separator to cut at; 0 for a
  // local topic.
  size_t UnseparatedAliasLength(absl::string_view topic) const;

  const std::optional<std::string> source_alias_;
};

}  // namespace mirror

#endif  // MIRROR_POLICY_MM2_REPLICATION_POLICIES_H_
