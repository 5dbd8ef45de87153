// SPDX-License-Identifier: Apache-2.0
//
// How topics are named on the target, and how to read such a name back: MM2's
// ReplicationPolicy (KIP-382, internal names by KIP-690), method for method.
//
//   class Suffix final : public mirror::ReplicationPolicy {  // "orders.A"
//     std::string FormatRemoteTopic(absl::string_view source_alias,
//                                   absl::string_view topic) const override;
//     ...                                  // and the two that read it back
//   };

#ifndef MIRROR_POLICY_REPLICATION_POLICY_H_
#define MIRROR_POLICY_REPLICATION_POLICY_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace mirror {

// Names remote topics and internal topics. Three methods to write, eight with
// MM2's defaults. Every program that looks at a flow (engine, MirrorClient, a
// Java MM2 beside it) must use an equal policy, or it looks at other topics.
//
// mirror/testing/replication_policy_contract.h checks an own policy.
//
// Thread safety: an implementation is immutable after construction; every
// method is called from any thread at any time.
// Lifetime: shared as std::shared_ptr<const ReplicationPolicy>.
// Errors: none. Every method answers for any bytes, also names no policy wrote,
// never throws and never blocks.
class ReplicationPolicy {
 public:
  virtual ~ReplicationPolicy() = default;

  // The name on the target of `topic` from the cluster `source_alias`. Distinct
  // topics of one source get distinct names; asked for its own result under
  // another alias (a second hop), it answers for that too.
  virtual std::string FormatRemoteTopic(absl::string_view source_alias,
                                        absl::string_view topic) const = 0;

  // The alias of the cluster `topic` was directly copied from; nullopt for a
  // local topic, or where names do not tell.
  virtual std::optional<std::string> TopicSource(
      absl::string_view topic) const = 0;

  // The name of `topic` on the cluster it was directly copied from; nullopt for
  // a local topic. Undoes FormatRemoteTopic.
  virtual std::optional<std::string> UpstreamTopic(
      absl::string_view topic) const = 0;

  // The name of `topic` on the cluster where it began: UpstreamTopic, repeated.
  virtual std::string OriginalTopic(absl::string_view topic) const;

  // "heartbeats".
  virtual std::string HeartbeatsTopic() const;

  // "mm2-offset-syncs.<alias>.internal". `cluster_alias` names the cluster this
  // topic is not on.
  virtual std::string OffsetSyncsTopic(absl::string_view cluster_alias) const;

  // "<alias>.checkpoints.internal". `source_alias` names the flow's source.
  virtual std::string CheckpointsTopic(absl::string_view source_alias) const;

  // Whether `topic` is a cluster's own heartbeats topic or a copy of one.
  virtual bool IsHeartbeatsTopic(absl::string_view topic) const;

  // Whether `topic` is the checkpoints topic of any source.
  virtual bool IsCheckpointsTopic(absl::string_view topic) const;

  // Whether `topic` is one of MM2's own: offset syncs, checkpoints.
  virtual bool IsMm2InternalTopic(absl::string_view topic) const;

  // Whether `topic` is MM2's, Kafka's or Connect's own and so never replicated.
  virtual bool IsInternalTopic(absl::string_view topic) const;
};

namespace internal {

// The names of `topic` upstream, nearest first: for "B.A.orders"
// {"A.orders", "orders"}. Ends after 249 hops whatever the policy answers,
// since no longer chain fits in a Kafka topic name.
std::vector<std::string> UpstreamTopics(const ReplicationPolicy& policy,
                                        absl::string_view topic);

}  // namespace internal
}  // namespace mirror

#endif  // MIRROR_POLICY_REPLICATION_POLICY_H_
