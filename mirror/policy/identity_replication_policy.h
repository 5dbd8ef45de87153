// SPDX-License-Identifier: Apache-2.0
//
// MM2's IdentityReplicationPolicy: topics keep their names on the target;
// only heartbeats topics are renamed, so that hops can still be counted.
// Properties: source.cluster.alias and those of the default policy.
//
//   auto policy = mirror::IdentityReplicationPolicy::Create({"A"});
//   policy->FormatRemoteTopic("A", "orders");      // "orders"
//   policy->FormatRemoteTopic("A", "heartbeats");  // "A.heartbeats"

#ifndef MIRROR_POLICY_IDENTITY_REPLICATION_POLICY_H_
#define MIRROR_POLICY_IDENTITY_REPLICATION_POLICY_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "mirror/policy/default_replication_policy.h"

namespace mirror {

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

#endif  // MIRROR_POLICY_IDENTITY_REPLICATION_POLICY_H_
