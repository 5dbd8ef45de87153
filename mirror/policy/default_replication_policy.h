// SPDX-License-Identifier: Apache-2.0
//
// MM2's DefaultReplicationPolicy: "orders" of cluster "A" becomes "A.orders".
// Properties: replication.policy.separator and
// replication.policy.internal.topic.separator.enabled (KIP-949).
//
//   auto policy = mirror::DefaultReplicationPolicy::Create();
//   policy.value()->FormatRemoteTopic("A", "orders");  // "A.orders"

#ifndef MIRROR_POLICY_DEFAULT_REPLICATION_POLICY_H_
#define MIRROR_POLICY_DEFAULT_REPLICATION_POLICY_H_

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
    // as before Kafka 3.1. Change it only to go on with topics made that way.
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

}  // namespace mirror

#endif  // MIRROR_POLICY_DEFAULT_REPLICATION_POLICY_H_
