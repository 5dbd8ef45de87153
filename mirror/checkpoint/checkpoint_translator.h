// SPDX-License-Identifier: Apache-2.0
//
// From a group's position on the source to its checkpoint: which topics count,
// what they are called on the target, and where the group stands there. The
// middle of MM2's MirrorCheckpointTask; no I/O.
//
//   CheckpointTranslator translator("A", "B", policy, topics, &store);
//   translator.Translate("billing", {"orders", 3}, {1000, ""});
//       // A.orders-3, u = 1000, d = 998, exact

#ifndef MIRROR_CHECKPOINT_CHECKPOINT_TRANSLATOR_H_
#define MIRROR_CHECKPOINT_CHECKPOINT_TRANSLATOR_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "mirror/checkpoint/checkpoint.h"
#include "mirror/cluster/group_admin.h"
#include "mirror/model/position.h"
#include "mirror/model/topic_partition.h"
#include "mirror/policy/filters.h"
#include "mirror/policy/replication_policy.h"
#include "mirror/sync/offset_sync_store.h"

namespace mirror::internal {

struct TranslatedCheckpoint {
  Checkpoint checkpoint;
  // Of the downstream offset. kUnknown: too little was copied to tell.
  Exactness exactness = Exactness::kUnknown;
};

// The name on the source of a partition of the target. None where the policy
// does not tell: a topic that came from the target and is checkpointed under
// its name there.
std::optional<TopicPartition> SourcePartition(const ReplicationPolicy& policy,
                                              const std::string& source_alias,
                                              const TopicPartition& target);

// Thread safety: thread-safe. Lifetime: `offsets` must outlive the translator.
class CheckpointTranslator {
 public:
  CheckpointTranslator(std::string source_alias, std::string target_alias,
                       std::shared_ptr<const ReplicationPolicy> policy,
                       std::shared_ptr<const TopicFilter> topics,
                       const OffsetSyncStore* offsets);

  // Whether positions in the source topic `topic` count. As in MM2 only the
  // filter decides: not cycles, not whether the topic is internal.
  bool Accepts(absl::string_view topic) const;

  // A source topic's name on the target: that of its copy, or its own if it is
  // itself a copy of a topic of the target.
  std::string TargetTopic(absl::string_view topic) const;

  // Where `group`, which is at `offset` on the source, can resume; nullopt if
  // the topic does not count.
  std::optional<TranslatedCheckpoint> Translate(
      const std::string& group, const TopicPartition& source,
      const GroupOffset& offset) const;

  // The source partition whose positions are translated to `target`; none where
  // the policy does not tell.
  std::optional<TopicPartition> SourcePartition(
      const TopicPartition& target) const;
  const OffsetSyncStore& offsets() const { return *offsets_; }

 private:
  const std::string source_alias_;
  const std::string target_alias_;
  const std::shared_ptr<const ReplicationPolicy> policy_;
  const std::shared_ptr<const TopicFilter> topics_;
  const OffsetSyncStore* const offsets_;
};

}  // namespace mirror::internal

#endif  // MIRROR_CHECKPOINT_CHECKPOINT_TRANSLATOR_H_
